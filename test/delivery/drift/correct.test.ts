import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, entries, entryOf, reached, settled, unique } from '../../support/acts.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { day, decided, drifts, driftWorld, NEXT_PERIOD, reconciled, setPolicy, standing } from '../../support/drift.js';
import { type Person, personOf } from '../../support/person.js';
import { standing as billed, createStage, type Stage, type Staged } from '../../support/stage.js';
import { monthlyService } from '../../support/world.js';

let app: TestApp;
let person: Person;
beforeAll(async () => {
  app = await createTestApp({ world: driftWorld() });
  person = personOf(app);
});
afterAll(() => app?.close());

const edit = (staged: Staged, stage: Stage, change: Parameters<Person['adjust']>[2]) =>
  person.adjust(staged.contractId, stage.serviceId, change);

/** A connection of its own with a policy, and a subscription of 5 units to which somebody added some by hand. */
async function edited(policy: object, unitChange = 2, more?: object): Promise<{ stage: Stage; staged: Staged }> {
  const stage = await createStage(app);
  await setPolicy(app, stage.connectionId, policy);
  const staged = await stage.subscribe({ quantity: 5, ...more });
  await edit(staged, stage, { unitChange, effectiveDate: day(-2) });
  return { stage, staged };
}

/** Twenty seconds later: a read that shows the units before the last write can no longer be an old one. */
const later = () => app.database.sql(`UPDATE "Step" SET "sentAt" = "sentAt" - interval '20 seconds'`);

/** The corrections that a reconciliation put on their way, when they have ended. */
async function corrections(stage: Stage) {
  const filter = { operations: ['CorrectDriftOnConnection'], connectionIds: [stage.connectionId] };
  return Promise.all((await entries(app.csp, filter)).map(({ id }) => settled(app.csp, id)));
}

const quantity = (rule: string) => ({ drift: { quantity: rule } });

describe('MARKETPLACE_WINS', () => {
  it('corrects the units by an operation of its own, read back, below the entry of the reconciliation', async () => {
    const { stage, staged } = await edited(quantity('MARKETPLACE_WINS'));
    const { entry, reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(reconciliation).toMatchObject({ drifts: 1, corrections: 1 });
    const [correction, ...more] = await corrections(stage);
    expect(more).toEqual([]);
    expect(correction).toMatchObject({
      ...{ operationLabel: 'Correct Drift on Connection', status: 'SUCCEEDED', connectionId: stage.connectionId },
      ...{ actor: { kind: 'SYSTEM' }, correlationId: entry.correlationId },
      details: { before: { units: 7 }, after: { units: 5 }, writes: 1 },
    });
    const parent = `query ($id: ID!) { auditLog(id: $id) { parent { id } } }`;
    expect(await app.csp.query(parent, { id: correction?.id })).toEqual({ auditLog: { parent: { id: entry.id } } });
    expect(billed(app, staged.contractId, day(0))).toMatchObject({ units: 5 });
    const [drift] = await standing(app.csp, staged.mappingId);
    expect(drift).toMatchObject({ state: 'CORRECTING', auditLog: { id: correction?.id } });

    await reconciled(app.csp, stage.connectionId);
    expect(await drifts(app.csp, stage.connectionId, null)).toEqual([]);
    expect(await drifts(app.csp, stage.connectionId, ['CORRECTED'])).toEqual([
      expect.objectContaining({ id: drift?.id, rule: 'MARKETPLACE_WINS' }),
    ]);
    expect(await corrections(stage)).toHaveLength(1);
  });

  it('corrects price and cost together and leaves edited units to a person', async () => {
    const rules = { quantity: 'ASK', unitPrice: 'MARKETPLACE_WINS', unitCost: 'MARKETPLACE_WINS' };
    const { stage, staged } = await edited({ drift: rules });
    await edit(staged, stage, {
      ...{ unitChange: 0, adjustedUnitPrice: 12.5, adjustedUnitCost: 9 },
      effectiveDate: day(-1),
    });
    await reconciled(app.csp, stage.connectionId);
    const [correction, ...more] = await corrections(stage);
    expect(more).toEqual([]);
    expect(correction?.status, JSON.stringify(correction?.error)).toBe('SUCCEEDED');
    const sent = stage.posts(staged).at(-1)?.body;
    // The period that was split by hand stays as it was billed; the next one tells a price, and is set right from its start.
    const set = { unitChange: 0, adjustedUnitPrice: 10, adjustedUnitCost: 8 };
    expect(sent).toMatchObject({ ...set, effectiveDate: NEXT_PERIOD });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({ field: 'QUANTITY', psaValue: '7', state: 'OPEN' }),
    ]);
  });

  it('brings back a line that was set to nothing, with its price', async () => {
    const { stage, staged } = await edited(quantity('MARKETPLACE_WINS'), -5);
    expect((await reconciled(app.csp, stage.connectionId)).reconciliation).toMatchObject({ pending: 1, drifts: 0 });
    await later();
    await reconciled(app.csp, stage.connectionId);
    expect(await corrections(stage)).toEqual([expect.objectContaining({ status: 'SUCCEEDED' })]);
    expect(stage.posts(staged).at(-1)?.body).toMatchObject({
      unitChange: 5,
      adjustedUnitPrice: 10,
      adjustedUnitCost: 8,
    });
  });

  it('does not correct what came back after a correction a second time: that is for a person', async () => {
    const { stage, staged } = await edited(quantity('MARKETPLACE_WINS'));
    await reconciled(app.csp, stage.connectionId);
    await corrections(stage);
    // Before the next look somebody puts the same number in again.
    await edit(staged, stage, { unitChange: 2, effectiveDate: day(-1) });
    await later();
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({ psaValue: '7', state: 'OPEN' }),
    ]);
    expect(await corrections(stage)).toHaveLength(1);
  });

  it('leaves a decrease to a person where the policy wants each approved', async () => {
    const { stage, staged } = await edited({ ...quantity('MARKETPLACE_WINS'), decreases: 'NEVER' });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining({ state: 'OPEN' })]);
    expect(await corrections(stage)).toEqual([]);
  });

  it('writes nothing while the connection only watches, however often it is reconciled', async () => {
    const { stage, staged } = await edited(quantity('ASK'));
    await setPolicy(app, stage.connectionId, { ...quantity('MARKETPLACE_WINS'), writeMode: 'WATCH_ONLY' });
    const before = stage.posts(staged).length;
    await reconciled(app.csp, stage.connectionId);
    const [held] = await entries(app.csp, {
      ...{ operations: ['CorrectDriftOnConnection'], connectionIds: [stage.connectionId] },
    });
    const source = app.csp.live<{ auditLogEvents: { message: string | null; auditLog: { id: string } | null } }>(
      'subscription { auditLogEvents(after: "0") { message auditLog { id } } }',
    );
    for await (const { auditLogEvents } of source) {
      if (auditLogEvents.auditLog?.id === held?.id && auditLogEvents.message?.includes('only watches')) break;
    }
    const { reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(reconciliation).toMatchObject({ drifts: 1, corrections: 0 });
    expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining({ state: 'CORRECTING' })]);
    expect(stage.posts(staged)).toHaveLength(before);
    await setPolicy(app, stage.connectionId, { writeMode: 'WRITE' });
    expect(await settled(app.csp, held?.id ?? '')).toMatchObject({
      status: 'SUCCEEDED',
      details: { after: { units: 5 } },
    });
  });
});

describe('the rule of a customer', () => {
  it('goes before the one of its connection', async () => {
    const { stage, staged } = await edited(quantity('MARKETPLACE_WINS'));
    await setPolicy(app, stage.connectionId, { customerId: stage.customer.id, ...quantity('ASK') });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({ state: 'OPEN', rule: 'ASK' }),
    ]);
    expect(await corrections(stage)).toEqual([]);
  });
});

describe('PSA_WINS', () => {
  it('accepts what the PSA has; the same is not raised again, something else is', async () => {
    const { stage, staged } = await edited(quantity('PSA_WINS'));
    const { entry, reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(reconciliation).toMatchObject({ drifts: 0, drifted: 1 });
    const [accepted] = await standing(app.csp, staged.mappingId);
    expect(accepted).toMatchObject({ psaValue: '7', state: 'ACCEPTED', auditLog: { id: entry.id } });

    await setPolicy(app, stage.connectionId, quantity('ASK'));
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([accepted].map((one) => ({ ...one, rule: 'ASK' })));

    await edit(staged, stage, { unitChange: 1, effectiveDate: day(-1) });
    await reconciled(app.csp, stage.connectionId);
    const [raised, ...more] = await standing(app.csp, staged.mappingId);
    expect(more).toEqual([]);
    expect(raised).toMatchObject({ psaValue: '8', state: 'OPEN', auditLog: null });
    expect(raised?.id).not.toBe(accepted?.id);
    expect(stage.posts(staged)).toHaveLength(3);
  });
});

describe('a person', () => {
  it('takes the marketplace: one entry that ends when the correction is read back', async () => {
    const { stage, staged } = await edited(quantity('ASK'));
    await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.csp, staged.mappingId);
    const input = { driftId: drift?.id, take: 'MARKETPLACE', reason: 'It was a slip' };
    const asked = await act(app.csp, 'correctDrift', input);
    expect(asked).toMatchObject({ drift: { id: drift?.id, state: 'CORRECTING' }, userErrors: [] });
    const again = await act(app.csp, 'correctDrift', input);
    expect(again.userErrors).toEqual([expect.objectContaining({ code: 'DRIFT_DECIDED' })]);
    expect(await settled(app.csp, asked.auditLog.id)).toMatchObject({
      ...{ operation: 'CorrectDrift', status: 'SUCCEEDED' },
      details: { reason: 'It was a slip', before: { units: 7 }, after: { units: 5 } },
    });
    expect(billed(app, staged.contractId, day(0))).toMatchObject({ units: 5 });
    await reconciled(app.csp, stage.connectionId);
    const [closed] = await drifts(app.csp, stage.connectionId, ['CORRECTED']);
    expect(closed).toMatchObject({ id: drift?.id, auditLog: { id: asked.auditLog.id } });
    const late = await act(app.csp, 'correctDrift', input);
    expect(late.userErrors).toEqual([expect.objectContaining({ code: 'DRIFT_DECIDED' })]);
  });

  it('takes the marketplace as it is by then, not as it was when the drift was seen', async () => {
    const { stage, staged } = await edited(quantity('ASK'), 0, { unitPrice: '10.00' });
    await edit(staged, stage, { unitChange: 0, adjustedUnitPrice: 12.5, effectiveDate: day(-1) });
    await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.csp, staged.mappingId);
    expect(drift).toMatchObject({ field: 'UNIT_PRICE', psaValue: '12.5' });
    await app.database.sql('UPDATE "SubscriptionPrice" SET "unitPrice" = 11');
    const entry = await decided(app.csp, drift?.id ?? '', 'MARKETPLACE');
    expect(entry.status, JSON.stringify(entry.error)).toBe('SUCCEEDED');
    expect(stage.posts(staged).at(-1)?.body).toMatchObject({ unitChange: 0, adjustedUnitPrice: 11 });
  });

  it('takes the PSA: accepted, and nothing is written', async () => {
    const { stage, staged } = await edited(quantity('ASK'));
    await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.csp, staged.mappingId);
    const entry = await decided(app.csp, drift?.id ?? '', 'PSA');
    expect(entry).toMatchObject({ operation: 'CorrectDrift', status: 'SUCCEEDED' });
    const { reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(reconciliation.drifts).toBe(0);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({
        id: drift?.id,
        state: 'ACCEPTED',
        auditLog: { id: entry.id, operation: 'CorrectDrift' },
      }),
    ]);
    expect(stage.posts(staged)).toHaveLength(2);
    // Who changes their mind may still correct it.
    expect((await decided(app.csp, drift?.id ?? '', 'MARKETPLACE')).status).toBe('SUCCEEDED');
  });

  it('two at once: one decides, the other is told', async () => {
    const { stage, staged } = await edited(quantity('ASK'));
    await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.csp, staged.mappingId);
    const asked = await Promise.all(
      Array.from({ length: 4 }, () => act(app.csp, 'correctDrift', { driftId: drift?.id, take: 'MARKETPLACE' })),
    );
    expect(asked.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    for (const { userErrors } of asked.filter((one) => one.userErrors.length > 0)) {
      expect(userErrors[0]?.code).toMatch(/^(DRIFT_DECIDED|LANE_NOT_FREE)$/);
    }
    const winner = asked.find(({ userErrors }) => userErrors.length === 0);
    await settled(app.csp, winner?.auditLog.id ?? '');
    expect(billed(app, staged.contractId, day(0))).toMatchObject({ units: 5 });
  });

  it('is refused what the gateway does not write, and while another operation is not finished', async () => {
    const stage = await createStage(app, app.csp, { serviceId: monthlyService(9) });
    const [odd, busy] = [await stage.subscribe({ quantity: 5 }), await stage.subscribe({ quantity: 5 })];
    await person.edit('Contracts', odd.contractId, { status: 0 });
    await edit(busy, stage, { unitChange: 2, effectiveDate: day(-2) });
    await reconciled(app.csp, stage.connectionId);
    const [inactive] = await standing(app.csp, odd.mappingId);
    expect(inactive).toMatchObject({ field: 'CONTRACT', cause: 'CONTRACT_INACTIVE' });
    const refused = await act(app.csp, 'correctDrift', { driftId: inactive?.id, take: 'MARKETPLACE' });
    expect(refused.userErrors).toEqual([expect.objectContaining({ code: 'NOT_CORRECTABLE' })]);
    expect((await entryOf(app.csp, refused.auditLog.id)).status).toBe('FAILED');

    const [drift] = await standing(app.csp, busy.mappingId);
    const failing = { kind: 'QUANTITY', quantity: 9, effectiveDate: day(3000), eventId: unique('event') };
    await stage.changed(busy, failing);
    const waits = await act(app.csp, 'correctDrift', { driftId: drift?.id, take: 'MARKETPLACE' });
    expect(waits.userErrors).toEqual([expect.objectContaining({ code: 'LANE_NOT_FREE' })]);
  });
});

describe('a correction that fails', () => {
  it('blocks its own lane alone, and its drift waits for a person again', async () => {
    const { stage, staged } = await edited(quantity('MARKETPLACE_WINS'));
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: { kind: 'status429', retryAfter: 1 } });
    await reconciled(app.csp, stage.connectionId);
    const [correction] = await entries(app.csp, {
      ...{ operations: ['CorrectDriftOnConnection'], connectionIds: [stage.connectionId] },
    });
    await reached(app.csp, correction?.id ?? '', 'RETRYING');
    await person.edit('Contracts', staged.contractId, { endDate: day(-1) });
    expect((await settled(app.csp, correction?.id ?? '')).status).toBe('FAILED');
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({ field: 'QUANTITY', psaValue: '7', state: 'OPEN' }),
      expect.objectContaining({ field: 'CONTRACT', cause: 'CONTRACT_ENDED', state: 'OPEN' }),
    ]);
    expect(await corrections(stage)).toHaveLength(1);
  });
});
