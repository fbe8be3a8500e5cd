import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, pushSubscription, settled, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterAll(() => app?.close());

interface Preview {
  decision: string;
  effectiveDate: string | null;
  fingerprint: string | null;
  notes: string[];
  vendorCalls: number;
  refusal: { code: string; message: string; hint: string | null } | null;
  steps: { label: string; effectiveDate: string; payload: Record<string, unknown> }[];
  before: { units: number } | null;
  after: { units: number } | null;
}

const PREVIEW = `decision effectiveDate fingerprint notes vendorCalls refusal { code message hint }
  steps { label effectiveDate payload before { units } after { units } } before { units } after { units }`;

async function preview(input: object, caller = app.csp): Promise<Preview> {
  const document = `query ($input: PreviewSubscriptionChangeInput!) { previewSubscriptionChange(input: $input) { ${PREVIEW} } }`;
  return (await caller.query<{ previewSubscriptionChange: Preview }>(document, { input })).previewSubscriptionChange;
}

interface Recorded {
  preview: Preview | null;
  auditLog: { id: string; status: string; dryRun: boolean; summary: string };
  userErrors: { code: string; preview?: Preview }[];
}

async function record(input: object): Promise<Recorded> {
  const document = `mutation ($input: RecordSubscriptionChangeInput!) { recordSubscriptionChange(input: $input) {
    preview { ${PREVIEW} } auditLog { id status dryRun summary }
    userErrors { code ... on PlanChangedError { preview { ${PREVIEW} } } } } }`;
  const answer = await app.csp.query<{ recordSubscriptionChange: Recorded }>(document, { input });
  return answer.recordSubscriptionChange;
}

const writes = () => app.simulator.admin.journal.list({ writes: true }).length;

describe('a preview', () => {
  it('tells exactly the write that the real run sends, and writes nothing', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const before = writes();
    const change = { externalId: staged.externalId, kind: 'QUANTITY', quantity: 9, effectiveDate: nextMonth(10) };
    const shown = await preview(change);
    expect(shown).toMatchObject({
      decision: 'WRITE',
      effectiveDate: nextMonth(10),
      before: { units: 5 },
      after: { units: 9 },
      refusal: null,
    });
    expect(shown.vendorCalls).toBeGreaterThan(0);
    expect(writes()).toBe(before);

    const dry = await record({ eventId: unique('event'), ...change, dryRun: true });
    expect(dry.preview?.fingerprint).toBe(shown.fingerprint);
    expect(dry.auditLog).toMatchObject({ status: 'SUCCEEDED', dryRun: true });
    expect(writes()).toBe(before);

    const [entry] = await stage.changed(staged, { ...change, fingerprint: shown.fingerprint });
    expect(entry?.status).toBe('SUCCEEDED');
    expect(stage.posts(staged).at(-1)?.body).toEqual(shown.steps[0]?.payload);
  });

  it('records nothing: the same event can be recorded after its dry run', async () => {
    const staged = await stage.subscribe({ quantity: 2 });
    const event = { eventId: unique('event'), externalId: staged.externalId, kind: 'QUANTITY', quantity: 3 };
    const input = { ...event, effectiveDate: nextMonth(4) };
    await record({ ...input, dryRun: true });
    const { node } = await app.csp.query<{ node: { quantity: number } }>(
      'query ($id: ID!) { node(id: $id) { ... on CloudSubscription { quantity } } }',
      { id: staged.id },
    );
    expect(node.quantity).toBe(2);
    const done = await act(app.csp, 'recordSubscriptionChange', input);
    expect(done.userErrors).toEqual([]);
  });

  it('whose plan no longer fits the PSA is refused with the new plan, and nothing is stored', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const change = { externalId: staged.externalId, kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(12) };
    const { fingerprint } = await preview(change);
    await stage.edit(staged, 1, nextMonth(1));
    const eventId = unique('event');
    const refused = await record({ eventId, ...change, fingerprint });
    expect(refused.userErrors).toEqual([
      expect.objectContaining({ code: 'PLAN_CHANGED', preview: expect.objectContaining({ before: { units: 6 } }) }),
    ]);
    expect(refused.auditLog.status).toBe('FAILED');
    const renewed = refused.userErrors[0]?.preview?.fingerprint;
    const [entry] = await stage.changed(staged, { eventId, ...change, fingerprint: renewed });
    expect(entry?.status).toBe('SUCCEEDED');
    expect(stage.posts(staged).at(-1)?.body).toMatchObject({ unitChange: 2 });
  });

  it('says why nothing would be written', async () => {
    const staged = await stage.subscribe({ quantity: 4 });
    const { externalId } = staged;
    expect(await preview({ externalId, kind: 'QUANTITY', quantity: 4, effectiveDate: nextMonth(2) })).toMatchObject({
      decision: 'NOTHING',
      steps: [],
    });
    expect(await preview({ externalId, kind: 'CANCEL', effectiveDate: '2199-12-31' })).toMatchObject({
      decision: 'REFUSE',
      refusal: { code: 'EFFECTIVE_DATE_OUTSIDE_CONTRACT', hint: expect.stringMatching(/contract/i) },
    });
    expect(await preview({ externalId, kind: 'QUANTITY', quantity: -1 })).toMatchObject({
      decision: 'REFUSE',
      refusal: { code: 'INVALID_INPUT' },
    });
    expect(await preview({ externalId: 'nobody knows it', kind: 'CANCEL' })).toMatchObject({
      refusal: { code: 'NOT_FOUND' },
    });
    expect(await preview({ externalId, kind: 'QUANTITY', quantity: 4 }, app.stranger)).toMatchObject({
      refusal: { code: 'NOT_FOUND' },
    });
  });

  it('of a mapping shows its first line', async () => {
    const contractId = stage.nextContract();
    const subscription = await pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId, {
      quantity: 7,
    });
    const document = `mutation ($input: CreateConnectionSubscriptionMappingInput!) {
      createConnectionSubscriptionMapping(input: $input) { mapping { id } preview { ${PREVIEW} } userErrors { code } } }`;
    const input = { connectionId: stage.connectionId, cloudSubscriptionId: subscription.id, contractId };
    const dry = await app.csp.query<{
      createConnectionSubscriptionMapping: { mapping: null; preview: Preview; userErrors: unknown[] };
    }>(document, { input: { ...input, dryRun: true } });
    const { mapping, preview: shown, userErrors } = dry.createConnectionSubscriptionMapping;
    expect([mapping, userErrors]).toEqual([null, []]);
    expect(shown).toMatchObject({ decision: 'WRITE', before: { units: 0 }, after: { units: 7 } });
    const made = await act(app.csp, 'createConnectionSubscriptionMapping', {
      ...input,
      fingerprint: shown.fingerprint,
    });
    expect((await settled(app.csp, made.auditLog.id)).status).toBe('SUCCEEDED');
  });
});
