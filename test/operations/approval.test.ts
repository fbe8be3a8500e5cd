import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, done, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
  await done(app.csp, 'updateConnectionPolicy', { connectionId: stage.connectionId, decreases: 'NEVER' });
});
afterAll(() => app?.close());

const quantity = (value: number, day: number) => ({ kind: 'QUANTITY', quantity: value, effectiveDate: nextMonth(day) });
const committed = (staged: Staged) =>
  stage
    .posts(staged)
    .slice(1)
    .map(({ body }) => [body.effectiveDate, body.unitChange]);
async function actionsOf(id: string): Promise<readonly string[]> {
  const document = 'query ($id: ID!) { auditLog(id: $id) { actions } }';
  return (await app.csp.query<{ auditLog: { actions: string[] } }>(document, { id })).auditLog.actions;
}

/** A decrease that waits for a person, and an increase behind it. */
async function heldDecrease() {
  const staged = await stage.subscribe({ quantity: 5 });
  const [less] = await stage.changed(staged, quantity(3, 2));
  const [more] = await stage.change(staged, quantity(9, 3));
  expect(less).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'DECREASE_HELD' } });
  return { staged, less: less?.id ?? '', more: more?.id ?? '' };
}

describe('a decrease that the policy holds back', () => {
  it('waits for a person, nothing is sent, and what comes later waits behind it', async () => {
    const { staged, less, more } = await heldDecrease();
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'NEEDS_REVIEW' });
    expect(await actionsOf(less)).toEqual(['RETRY', 'SKIP']);
    const { userErrors } = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: more });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'BLOCKED', entry: { id: less } })]);
    const stated = await act(app.csp, 'resolveSubscriptionOperation', {
      auditLogId: less,
      outcome: 'APPLIED',
      reason: 'It is there.',
    });
    expect(stated.userErrors).toEqual([expect.objectContaining({ code: 'NO_WRITE_IN_DOUBT' })]);
    const resync = await act(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    expect(resync.userErrors).toEqual([expect.objectContaining({ code: 'NEEDS_REVIEW' })]);
    expect(committed(staged)).toEqual([]);
  });

  it('goes on under its own entry when it is approved', async () => {
    const { staged, less, more } = await heldDecrease();
    const reason = 'The customer asked for it.';
    const { userErrors, auditLog, entry, mapping } = await act(app.csp, 'retrySubscriptionOperation', {
      auditLogId: less,
      reason,
    });
    expect(userErrors).toEqual([]);
    expect(entry?.id).toBe(less);
    expect(mapping).toMatchObject({ syncState: expect.stringMatching(/PENDING|SYNCED/) });
    expect(auditLog.details).toMatchObject({ reason, was: { state: 'NEEDS_REVIEW', code: 'DECREASE_HELD' } });
    const ended = await Promise.all([less, more].map((id) => settled(app.csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(ended[0]).toMatchObject({ details: { approved: { by: 'csp', reason } }, error: null });
    expect(committed(staged)).toEqual([
      [nextMonth(2), -2],
      [nextMonth(3), 6],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('is given up when it is skipped, and what comes later goes on', async () => {
    const { staged, less, more } = await heldDecrease();
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: less, reason: 'They keep the seats.' });
    expect(await settled(app.csp, less)).toMatchObject({ status: 'CANCELED', error: { code: 'SKIPPED' } });
    expect((await settled(app.csp, more)).status).toBe('SUCCEEDED');
    expect(committed(staged)).toEqual([[nextMonth(3), 4]]);
  });

  it('of twenty approvals at once exactly one is carried out', async () => {
    const { staged, less, more } = await heldDecrease();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => act(app.csp, 'retrySubscriptionOperation', { auditLogId: less })),
    );
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(new Set(codes)).toEqual(new Set(['NOT_FAILED']));
    expect((await settled(app.csp, more)).status).toBe('SUCCEEDED');
    expect(committed(staged)).toHaveLength(2);
  });

  it('is not approved for another plan than the one that was looked at', async () => {
    const { staged, less } = await heldDecrease();
    const refused = await act(app.csp, 'retrySubscriptionOperation', {
      auditLogId: less,
      fingerprint: 'of another plan',
    });
    expect(refused.userErrors).toEqual([expect.objectContaining({ code: 'PLAN_CHANGED' })]);
    expect(await actionsOf(less)).toEqual(['RETRY', 'SKIP']);
    expect(committed(staged)).toEqual([]);
    const { fingerprint } = await dryRun(less);
    const { userErrors } = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: less, fingerprint });
    expect(userErrors).toEqual([]);
    expect((await settled(app.csp, less)).status).toBe('SUCCEEDED');
    expect(committed(staged)[0]).toEqual([nextMonth(2), -2]);
  });

  it('that was looked at by a dry run still waits', async () => {
    const { staged, less } = await heldDecrease();
    const preview = await dryRun(less);
    expect(preview).toMatchObject({ decision: 'WRITE', after: { units: 3 } });
    expect(await actionsOf(less)).toEqual(['RETRY', 'SKIP']);
    expect(committed(staged)).toEqual([]);
  });
});

interface Preview {
  readonly decision: string;
  readonly fingerprint: string;
  readonly after: { readonly units: number };
}
async function dryRun(auditLogId: string): Promise<Preview> {
  const document = `mutation ($input: RetrySubscriptionOperationInput!) { retrySubscriptionOperation(input: $input) {
    preview { decision fingerprint after { units } } userErrors { code } } }`;
  const { retrySubscriptionOperation } = await app.csp.query<{ retrySubscriptionOperation: { preview: Preview } }>(
    document,
    { input: { auditLogId, dryRun: true } },
  );
  return retrySubscriptionOperation.preview;
}
