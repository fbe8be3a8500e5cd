import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDays, addMonths } from '../../src/delivery/period.js';
import { act, done, entryOf, reached, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { NEXT_MONTH, nextMonth, THIS_MONTH } from '../support/dates.js';
import { personOf } from '../support/person.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp({ quarantineSeconds: 1 });
  stage = await createStage(app);
});
afterAll(() => app?.close());

const CHANGE = { kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(10) };
const reason = 'Looked at the contract in the PSA.';
const resolve = (auditLogId: string, outcome: string, more: object = {}) =>
  act(app.csp, 'resolveSubscriptionOperation', { auditLogId, outcome, reason, ...more });
const changes = (staged: Staged) =>
  stage
    .posts(staged)
    .slice(1)
    .map(({ committed, body }) => [committed, body.unitChange]);
async function actionsOf(id: string): Promise<readonly string[]> {
  const document = 'query ($id: ID!) { auditLog(id: $id) { actions } }';
  return (await app.csp.query<{ auditLog: { actions: string[] } }>(document, { id })).auditLog.actions;
}

/** A write got lost and somebody edited the line meanwhile: nobody but a person can tell. */
async function conflicting() {
  const staged = await stage.subscribe({ quantity: 5 });
  const path = `/contracts/${staged.contractId}/serviceadjustments`;
  app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropBefore' });
  const [entry] = await stage.change(staged, CHANGE);
  const id = entry?.id ?? '';
  await reached(app.csp, id, 'VERIFYING');
  const edit = { unitChange: 2, effectiveDate: addDays(THIS_MONTH, 1) };
  await personOf(app).adjust(staged.contractId, stage.serviceId, edit);
  expect(await settled(app.csp, id)).toMatchObject({
    status: 'NEEDS_REVIEW',
    error: { code: 'PSA_CHANGED_MEANWHILE' },
  });
  return { staged, id };
}

describe('resolveSubscriptionOperation', () => {
  it('APPLIED: the operation has succeeded by what a person says, nothing is written, and what waited goes on', async () => {
    const { staged, id } = await conflicting();
    const [next] = await stage.change(staged, { ...CHANGE, quantity: 9, effectiveDate: nextMonth(20) });
    expect(await actionsOf(id)).toEqual(['SKIP', 'RESOLVE']);
    const { userErrors, auditLog, entry } = await resolve(id, 'APPLIED', { observedUnits: 7 });
    expect(userErrors).toEqual([]);
    expect(entry).toEqual({ id, status: 'SUCCEEDED' });
    expect(auditLog).toMatchObject({
      operationLabel: 'Resolve Subscription Operation',
      status: 'SUCCEEDED',
      details: { outcome: 'APPLIED', reason, observedUnits: 7 },
    });
    const ended = await entryOf(app.csp, id);
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      outcome: 'SUCCEEDED',
      error: null,
      details: { stated: { outcome: 'APPLIED', by: 'csp', reason, observedUnits: 7 } },
    });
    expect(ended.history.at(-1)).toMatchObject({
      toStatus: 'SUCCEEDED',
      message: expect.stringContaining('csp states'),
    });
    expect((await settled(app.csp, next?.id ?? '')).status).toBe('SUCCEEDED');
    // The lost one is not sent again; the next one's difference comes from what the PSA shows.
    expect(changes(staged)).toEqual([
      [false, 3],
      [true, 2],
      [true, 2],
    ]);
    expect(standing(app, staged.contractId, nextMonth(20))).toMatchObject({ units: 9 });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('NOT_APPLIED: it is planned anew from fresh reads under the same entry', async () => {
    const { staged, id } = await conflicting();
    const { userErrors, entry } = await resolve(id, 'NOT_APPLIED');
    expect(userErrors).toEqual([]);
    expect(entry?.id).toBe(id);
    const ended = await settled(app.csp, id);
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      details: { stated: { outcome: 'NOT_APPLIED', by: 'csp', observedUnits: null }, before: { units: 7 } },
    });
    const statuses = ended.history.filter(({ type }) => type === 'STATUS').map(({ toStatus }) => toStatus);
    expect(statuses.slice(-3)).toEqual(['NEEDS_REVIEW', 'RUNNING', 'SUCCEEDED']);
    expect(changes(staged)).toEqual([
      [false, 3],
      [true, 2],
      [true, 1],
    ]);
    expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units: 8 });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('of one that was sent twice without an answer sends it once more when it is not there', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropBefore', times: 2 });
    const [entry] = await stage.change(staged, CHANGE);
    const id = entry?.id ?? '';
    expect(await settled(app.csp, id)).toMatchObject({ error: { code: 'SENT_TWICE_WITHOUT_EFFECT' } });
    expect((await resolve(id, 'NOT_APPLIED')).userErrors).toEqual([]);
    expect((await settled(app.csp, id)).status).toBe('SUCCEEDED');
    expect(changes(staged)).toEqual([
      [false, 3],
      [false, 3],
      [true, 3],
    ]);
  });

  it.each([
    ['NOT_APPLIED', 8, 'takes it back again and does the rest'],
    ['APPLIED', 5, 'leaves the line as that person wants it'],
  ])('of a write that was seen and then undone by somebody: %s', async (outcome, units) => {
    const staged = await stage.subscribe({ quantity: 5 });
    const later = { unitChange: 2, effectiveDate: addMonths(NEXT_MONTH, 1) };
    await personOf(app).adjust(staged.contractId, stage.serviceId, later);
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    const { faults } = app.simulator.admin;
    // Its second write is refused in passing; before it is planned anew, somebody undoes the first.
    faults.add({ match: { path, method: 'POST' }, skip: 1, action: { kind: 'status429', retryAfter: 1 } });
    const { id: read } = faults.add({ match: { entity: 'ContractServiceUnits' }, skip: 2, action: 'hold' });
    const [entry] = await stage.change(staged, CHANGE);
    const id = entry?.id ?? '';
    await faults.held(read);
    await personOf(app).adjust(staged.contractId, stage.serviceId, later);
    faults.clear();
    const stopped = await settled(app.csp, id);
    expect(stopped).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'PSA_CHANGED_MEANWHILE' } });
    expect(stopped.error?.message).toContain('undone by somebody else');
    expect((await resolve(id, outcome)).userErrors).toEqual([]);
    expect((await settled(app.csp, id)).status).toBe('SUCCEEDED');
    expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units });
    const after = outcome === 'APPLIED' ? 7 : 8;
    expect(standing(app, staged.contractId, later.effectiveDate)).toMatchObject({ units: after });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('is not the only way out: a person may skip it, and what waited goes on', async () => {
    const { staged, id } = await conflicting();
    const [next] = await stage.change(staged, { ...CHANGE, quantity: 9, effectiveDate: nextMonth(20) });
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: id, reason });
    expect(await entryOf(app.csp, id)).toMatchObject({ status: 'CANCELED', error: { code: 'SKIPPED' } });
    expect((await settled(app.csp, next?.id ?? '')).status).toBe('SUCCEEDED');
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('cannot be replaced by a retry, which could double the write', async () => {
    const { id } = await conflicting();
    const { userErrors } = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: id });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'NEEDS_REVIEW', state: 'NEEDS_REVIEW' })]);
    expect(userErrors[0]?.message).toContain('resolveSubscriptionOperation');
  });

  it('of one that is in no review, or of an entry that carries none, is refused', async () => {
    const staged = await stage.subscribe();
    const [sent] = await stage.changed(staged, CHANGE);
    const ended = await resolve(sent?.id ?? '', 'APPLIED');
    expect(ended.userErrors).toEqual([
      expect.objectContaining({ __typename: 'OperationStateError', code: 'NOT_IN_REVIEW', state: 'SUCCEEDED' }),
    ]);
    const { auditLog } = await act(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    expect((await resolve(auditLog.id, 'APPLIED')).userErrors).toEqual([
      expect.objectContaining({ code: 'NO_OPERATION' }),
    ]);
  });

  it.each([
    ['without a reason', { reason: ' ' }, 'reason'],
    ['with negative units', { observedUnits: -1 }, 'observedUnits'],
    ['with too many units', { observedUnits: 1_000_001 }, 'observedUnits'],
  ])('%s is refused', async (_what, more, field) => {
    const { userErrors } = await resolve('aud_unknown', 'APPLIED', more);
    expect(userErrors).toEqual([expect.objectContaining({ code: 'INVALID_INPUT', path: ['input', field] })]);
  });

  it('of twenty at once exactly one is carried out', async () => {
    const { staged, id } = await conflicting();
    const outcomes = ['APPLIED', 'NOT_APPLIED'];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => resolve(id, outcomes[at % 2] ?? '')));
    const [winner, ...others] = answers.filter(({ userErrors }) => userErrors.length === 0);
    expect(others).toEqual([]);
    const codes = answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code));
    expect(new Set(codes)).toEqual(new Set(['NOT_IN_REVIEW']));
    const { details, status } = await settled(app.csp, id);
    expect(status).toBe('SUCCEEDED');
    expect((details as { stated: { outcome: string } }).stated.outcome).toBe(winner?.auditLog.details.outcome);
    const sentAgain = winner?.auditLog.details.outcome === 'NOT_APPLIED';
    expect(changes(staged)).toHaveLength(sentAgain ? 3 : 2);
  });
});

describe('while a write may still land', () => {
  let slow: TestApp;
  let own: Stage;
  beforeAll(async () => {
    slow = await createTestApp({ quarantineSeconds: 600 });
    own = await createStage(slow);
  });
  afterAll(() => slow?.close());

  async function unanswered() {
    const staged = await own.subscribe({ quantity: 5 });
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    slow.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropAfterCommit' });
    const [entry] = await own.change(staged, CHANGE);
    const id = entry?.id ?? '';
    await reached(slow.csp, id, 'VERIFYING');
    return { staged, id };
  }

  it('nothing can be done with its operation; what waits behind it can be skipped', async () => {
    const { staged, id: auditLogId } = await unanswered();
    const [next] = await own.change(staged, { ...CHANGE, quantity: 9, effectiveDate: nextMonth(20) });
    const { userErrors } = await act(slow.csp, 'skipSubscriptionOperation', { auditLogId, reason });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'STILL_BEING_SETTLED', state: 'VERIFYING' })]);
    const retry = await act(slow.csp, 'retrySubscriptionOperation', { auditLogId });
    expect(retry.userErrors).toEqual([expect.objectContaining({ code: 'NOT_FAILED' })]);
    const stated = await act(slow.csp, 'resolveSubscriptionOperation', { auditLogId, outcome: 'APPLIED', reason });
    expect(stated.userErrors).toEqual([expect.objectContaining({ code: 'NOT_IN_REVIEW' })]);
    expect((await entryOf(slow.csp, auditLogId)).status).toBe('VERIFYING');
    await done(slow.csp, 'skipSubscriptionOperation', { auditLogId: next?.id, reason });
    expect((await entryOf(slow.csp, next?.id ?? '')).status).toBe('CANCELED');
    expect(own.posts(staged)).toHaveLength(2);
  });

  it.each([
    ['APPLIED', 'SUCCEEDED'],
    ['NOT_APPLIED', 'CANCELED'],
  ])('deleting the mapping leaves its entry to a person: %s ends it as %s', async (outcome, status) => {
    const { staged, id: auditLogId } = await unanswered();
    await done(slow.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    expect(await entryOf(slow.csp, auditLogId)).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'UNMAPPED' } });
    const { userErrors } = await act(slow.csp, 'resolveSubscriptionOperation', { auditLogId, outcome, reason });
    expect(userErrors).toEqual([]);
    expect(await entryOf(slow.csp, auditLogId)).toMatchObject({ status, details: { stated: { outcome } } });
    const again = await act(slow.csp, 'resolveSubscriptionOperation', { auditLogId, outcome, reason });
    expect(again.userErrors).toEqual([expect.objectContaining({ code: 'NOT_IN_REVIEW' })]);
    expect(own.posts(staged)).toHaveLength(2);
  });
});
