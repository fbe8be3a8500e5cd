import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { act, done, entries, entryOf, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { Caller } from '../support/caller.js';
import { nextMonth } from '../support/dates.js';
import type { Payload } from '../support/documents.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';
import { API_USER } from '../support/world.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterEach(() => allowAdjusting());
afterAll(() => app?.close());

const forbidAdjusting = () =>
  app.simulator.admin.users.patch(API_USER.username, {
    permissions: { ContractServiceAdjustments: { create: 'None' } },
  });
const allowAdjusting = () => app.simulator.admin.users.patch(API_USER.username, { permissions: {} });
const quantity = (value: number, day: number) => ({ kind: 'QUANTITY', quantity: value, effectiveDate: nextMonth(day) });
const committed = (staged: Staged) =>
  stage
    .posts(staged)
    .filter((post) => post.committed)
    .map(({ body }) => [body.effectiveDate, body.unitChange]);

/** A has failed, B and C wait behind it; nothing else is in the way any more. */
async function blocked() {
  const staged = await stage.subscribe({ quantity: 5 });
  forbidAdjusting();
  const [a] = await stage.changed(staged, quantity(6, 2));
  const [b] = await stage.change(staged, quantity(7, 3));
  const [c] = await stage.change(staged, quantity(8, 4));
  allowAdjusting();
  expect(a?.status).toBe('FAILED');
  return { staged, a: a?.id ?? '', b: b?.id ?? '', c: c?.id ?? '' };
}

interface Facts {
  readonly actions: readonly string[];
  readonly parent: { readonly id: string } | null;
  readonly blockedBy: { readonly id: string } | null;
}
async function factsOf(id: string, caller: Caller = app.csp): Promise<Facts> {
  const document = 'query ($id: ID!) { auditLog(id: $id) { actions parent { id } blockedBy { id } } }';
  return (await caller.query<{ auditLog: Facts }>(document, { id })).auditLog;
}

const twenty = Array.from({ length: 20 }, (_, at) => at);
function oneWinner(answers: readonly Payload[], ...codes: string[]): Payload {
  const losers = answers.filter(({ userErrors }) => userErrors.length > 0);
  expect(losers).toHaveLength(answers.length - 1);
  for (const { userErrors, auditLog, entry } of losers) {
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'OperationStateError' })]);
    expect(codes).toContain(userErrors[0]?.code);
    expect(auditLog.status).toBe('FAILED');
    expect(entry).toBeNull();
  }
  return answers.find(({ userErrors }) => userErrors.length === 0) as Payload;
}

describe('retrySubscriptionOperation', () => {
  it('tries a failed operation again under a new entry linked to it; what waited follows in order', async () => {
    const { staged, a, b, c } = await blocked();
    expect((await factsOf(a)).actions).toEqual(['RETRY', 'SKIP']);
    const reason = 'The permission was granted.';
    const { userErrors, auditLog, entry, mapping } = await act(app.csp, 'retrySubscriptionOperation', {
      auditLogId: a,
      reason,
    });
    expect(userErrors).toEqual([]);
    expect(mapping).toMatchObject({ id: staged.mappingId });
    expect(auditLog).toMatchObject({
      operation: 'RetrySubscriptionOperation',
      operationLabel: 'Retry Subscription Operation',
      status: 'SUCCEEDED',
      connectionId: stage.connectionId,
      actor: { kind: 'API_KEY', name: 'csp' },
      details: { reason, was: { state: 'FAILED', code: 'PERMISSION_MISSING' } },
    });
    const again = entry?.id ?? '';
    expect(again).not.toBe(a);
    const ended = await Promise.all([again, b, c].map((id) => settled(app.csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(committed(staged).slice(1)).toEqual([
      [nextMonth(2), 1],
      [nextMonth(3), 1],
      [nextMonth(4), 1],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });

    expect(await factsOf(auditLog.id)).toMatchObject({ parent: { id: a }, actions: [] });
    expect(await factsOf(again)).toMatchObject({ parent: { id: a }, actions: [] });
    expect((await entryOf(app.csp, a)).status).toBe('FAILED');
    // One correlation id tells the whole story: of the change, its failure, the retry and what it did.
    const { correlationId } = await entryOf(app.csp, a);
    const story = await entries(app.csp, { correlationId });
    expect(story.map(({ operation }) => operation)).toEqual([
      'RecordSubscriptionChange',
      'UpdateSubscriptionOnConnection',
      'RetrySubscriptionOperation',
      'UpdateSubscriptionOnConnection',
    ]);
  });

  it('carries the correlation id that its caller sent (R80)', async () => {
    const { a } = await blocked();
    const correlationId = crypto.randomUUID();
    const { auditLog, entry } = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: a }, { correlationId });
    expect(auditLog.correlationId).toBe(correlationId);
    expect((await settled(app.csp, entry?.id ?? '')).correlationId).toBe(correlationId);
  });

  it('that fails again can be retried again, under its newest entry only', async () => {
    const { a } = await blocked();
    forbidAdjusting();
    const first = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: a });
    const newest = first.entry?.id ?? '';
    expect((await settled(app.csp, newest)).status).toBe('FAILED');
    allowAdjusting();
    const old = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: a });
    expect(old.userErrors).toEqual([
      expect.objectContaining({ code: 'TRIED_AGAIN', entry: { id: newest }, path: ['input', 'auditLogId'] }),
    ]);
    expect(await factsOf(a)).toMatchObject({ actions: [] });
    const second = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: newest });
    const ended = await settled(app.csp, second.entry?.id ?? '');
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect((await factsOf(ended.id)).parent).toEqual({ id: newest });
  });

  it('of one that waits behind another is refused, naming that one', async () => {
    const { a, b } = await blocked();
    const { userErrors } = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: b });
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'OperationStateError',
        code: 'BLOCKED',
        state: 'PENDING',
        entry: { id: a },
      }),
    ]);
    expect(await factsOf(b)).toMatchObject({ actions: ['SKIP'], blockedBy: { id: a } });
  });

  it('of one that has not failed, or of an entry that carries none, is refused', async () => {
    const staged = await stage.subscribe();
    const [sent] = await stage.changed(staged, quantity(6, 2));
    const notFailed = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: sent?.id });
    expect(notFailed.userErrors).toEqual([expect.objectContaining({ code: 'NOT_FAILED', state: 'SUCCEEDED' })]);
    const { auditLog } = await act(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    const [unsupported] = await stage.change(staged, { kind: 'AUTO_RENEW', autoRenewEnabled: true });
    expect(unsupported?.status).toBe('FAILED');
    for (const auditLogId of [auditLog.id, unsupported?.id]) {
      const { userErrors } = await act(app.csp, 'retrySubscriptionOperation', { auditLogId });
      expect(userErrors).toEqual([expect.objectContaining({ code: 'NO_OPERATION', state: null })]);
    }
  });

  it('of a first line, or of a mapping that was deleted, is refused', async () => {
    const { staged, a } = await blocked();
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    for (const field of ['retrySubscriptionOperation', 'skipSubscriptionOperation']) {
      const { userErrors } = await act(app.csp, field, { auditLogId: a, reason: 'Because.' });
      expect(userErrors).toEqual([expect.objectContaining({ code: 'UNMAPPED' })]);
    }
    expect((await factsOf(a)).actions).toEqual([]);
  });

  it('of twenty at once exactly one is carried out', async () => {
    const { staged, a, c } = await blocked();
    const answers = await Promise.all(twenty.map(() => act(app.csp, 'retrySubscriptionOperation', { auditLogId: a })));
    oneWinner(answers, 'TRIED_AGAIN');
    expect((await settled(app.csp, c)).status).toBe('SUCCEEDED');
    expect(committed(staged)).toHaveLength(4);
    const { correlationId } = await entryOf(app.csp, a);
    const made = await entries(app.csp, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
    expect(made).toHaveLength(2);
  });

  it('with the same idempotency key is the same retry', async () => {
    const { a } = await blocked();
    const input = { auditLogId: a, reason: 'Once.', idempotencyKey: crypto.randomUUID() };
    const first = await act(app.csp, 'retrySubscriptionOperation', input);
    const second = await act(app.csp, 'retrySubscriptionOperation', input);
    expect(second.userErrors).toEqual([]);
    expect(second.auditLog.id).toBe(first.auditLog.id);
    expect(second.entry?.id).toBe(first.entry?.id);
    expect(second.mapping?.id).toBe(first.mapping?.id);
  });
});

describe('skipSubscriptionOperation', () => {
  it('gives up a failed operation with a reason; what waited follows in order', async () => {
    const { staged, a, b, c } = await blocked();
    const reason = 'Corrected by hand in the PSA.';
    const { userErrors, auditLog } = await act(app.csp, 'skipSubscriptionOperation', { auditLogId: a, reason });
    expect(userErrors).toEqual([]);
    expect(auditLog).toMatchObject({
      operationLabel: 'Skip Subscription Operation',
      status: 'SUCCEEDED',
      details: { reason, was: { state: 'FAILED', code: 'PERMISSION_MISSING' }, writes: 0 },
    });
    const ended = await Promise.all([b, c].map((id) => settled(app.csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    // Targets are absolute: what the skipped one wanted is part of the next one's difference.
    expect(committed(staged).slice(1)).toEqual([
      [nextMonth(3), 2],
      [nextMonth(4), 1],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
    expect(await entryOf(app.csp, a)).toMatchObject({ status: 'FAILED', error: { code: 'PERMISSION_MISSING' } });
    expect(await factsOf(auditLog.id)).toMatchObject({ parent: { id: a } });
    expect((await factsOf(a)).actions).toEqual([]);
    const again = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: a });
    expect(again.userErrors).toEqual([expect.objectContaining({ code: 'NOT_FAILED', state: 'CANCELED' })]);
  });

  it('gives up one that waits: its entry is CANCELED with the reason, the order of the others stays', async () => {
    const { staged, a, b, c } = await blocked();
    const reason = 'Ordered by mistake.';
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: b, reason });
    expect(await entryOf(app.csp, b)).toMatchObject({
      status: 'CANCELED',
      error: { code: 'SKIPPED', message: `Skipped by csp: ${reason}` },
      details: { skipped: { by: 'csp', reason } },
    });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'OUT_OF_SYNC' });
    expect(committed(staged)).toHaveLength(1);
    const retried = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: a });
    await Promise.all([retried.entry?.id ?? '', c].map((id) => settled(app.csp, id)));
    expect(committed(staged).slice(1)).toEqual([
      [nextMonth(2), 1],
      [nextMonth(4), 2],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('of the last one that waited makes the badge green', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    forbidAdjusting();
    const [failed] = await stage.changed(staged, quantity(6, 2));
    const { mapping } = await done(app.csp, 'skipSubscriptionOperation', { auditLogId: failed?.id, reason: 'Done.' });
    expect(mapping).toMatchObject({ syncState: 'SYNCED' });
  });

  it('of one that is being planned is safe: nothing of it leaves, what comes after it follows', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const { faults } = app.simulator.admin;
    const { id } = faults.add({ match: { entity: 'ContractServiceUnits' }, action: 'hold' });
    const [planned] = await stage.change(staged, quantity(6, 2));
    await faults.held(id);
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: planned?.id, reason: 'Ordered by mistake.' });
    const [next] = await stage.change(staged, quantity(8, 4));
    faults.clear();
    expect((await settled(app.csp, next?.id ?? '')).status).toBe('SUCCEEDED');
    // A third one goes through the same lane after whoever planned the first has read and found its lease gone.
    const [last] = await stage.changed(staged, quantity(9, 6));
    expect(last?.status).toBe('SUCCEEDED');
    expect(await entryOf(app.csp, planned?.id ?? '')).toMatchObject({ status: 'CANCELED', error: { code: 'SKIPPED' } });
    expect(committed(staged).slice(1)).toEqual([
      [nextMonth(4), 3],
      [nextMonth(6), 1],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('of one that has ended is refused', async () => {
    const staged = await stage.subscribe();
    const [sent] = await stage.changed(staged, quantity(6, 2));
    const { userErrors } = await act(app.csp, 'skipSubscriptionOperation', { auditLogId: sent?.id, reason: 'No.' });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'OPERATION_ENDED', state: 'SUCCEEDED' })]);
  });

  it.each([
    ['without a reason', '', 'required'],
    ['with blanks as the reason', '   ', 'required'],
    ['with too long a reason', 'x'.repeat(501), '500'],
    ['with a control character in the reason', 'a\u0000b', 'control'],
  ])('%s is refused', async (_what, reason, says) => {
    const { a, staged } = await blocked();
    const { userErrors } = await act(app.csp, 'skipSubscriptionOperation', { auditLogId: a, reason });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'INVALID_INPUT', path: ['input', 'reason'] })]);
    expect(userErrors[0]?.message).toContain(says);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'OUT_OF_SYNC' });
  });

  it('of twenty at once exactly one is carried out', async () => {
    const { staged, a, c } = await blocked();
    const answers = await Promise.all(
      twenty.map((at) => act(app.csp, 'skipSubscriptionOperation', { auditLogId: a, reason: `Reason ${at}` })),
    );
    oneWinner(answers, 'OPERATION_ENDED');
    expect((await settled(app.csp, c)).status).toBe('SUCCEEDED');
    expect(committed(staged)).toHaveLength(3);
  });

  it('and a retry at once: one of the two', async () => {
    for (const round of twenty.slice(0, 4)) {
      const { a, c, staged } = await blocked();
      const calls = [
        act(app.csp, 'skipSubscriptionOperation', { auditLogId: a, reason: `Round ${round}` }),
        act(app.csp, 'retrySubscriptionOperation', { auditLogId: a }),
      ];
      const answers = await Promise.all(calls);
      oneWinner(answers, 'OPERATION_ENDED', 'TRIED_AGAIN', 'NOT_FAILED');
      expect((await settled(app.csp, c)).status).toBe('SUCCEEDED');
      expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
    }
  });
});

describe('who may act', () => {
  const verbs = [
    ['retrySubscriptionOperation', {}],
    ['skipSubscriptionOperation', { reason: 'Because.' }],
    ['resolveSubscriptionOperation', { reason: 'Because.', outcome: 'APPLIED' }],
  ] as const;

  it('not another organization: answered like an unknown entry, and nothing happens', async () => {
    const { staged, a } = await blocked();
    for (const [field, more] of verbs) {
      const messages = new Set<string>();
      for (const caller of [app.stranger, app.reseller]) {
        for (const auditLogId of [a, `aud_${'0'.repeat(31)}1`, 'aud_nonsense', staged.mappingId]) {
          const { userErrors, auditLog } = await act(caller, field, { auditLogId, ...more });
          expect(userErrors).toEqual([expect.objectContaining({ __typename: 'NotFoundError', code: 'NOT_FOUND' })]);
          expect(auditLog.status).toBe('FAILED');
          messages.add(userErrors[0]?.message ?? '');
        }
      }
      expect(messages.size).toBe(1);
    }
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'OUT_OF_SYNC' });
  });

  it('not a viewer, whom no action is offered', async () => {
    const { a } = await blocked();
    expect((await factsOf(a, app.viewer)).actions).toEqual([]);
    const document =
      'mutation ($input: SkipSubscriptionOperationInput!) { skipSubscriptionOperation(input: $input) { auditLog { id } } }';
    const { body } = await app.viewer.ask(document, { input: { auditLogId: a, reason: 'Because.' } });
    expect(body.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
