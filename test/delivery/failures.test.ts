import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { act, connectionOf, done, entries, entryOf, GOOD, reached, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';
import { API_USER, monthlyService } from '../support/world.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterEach(() => {
  app.simulator.admin.faults.clear();
  app.simulator.admin.users.patch(API_USER.username, { permissions: {}, secret: API_USER.secret, badSecrets: 0 });
});
afterAll(() => app?.close());

const forbidAdjusting = () =>
  app.simulator.admin.users.patch(API_USER.username, {
    permissions: { ContractServiceAdjustments: { create: 'None' } },
  });
const allowAdjusting = () => app.simulator.admin.users.patch(API_USER.username, { permissions: {} });
const quantity = (value: number, day: number) => ({
  kind: 'QUANTITY',
  quantity: value,
  effectiveDate: nextMonth(day),
});
const committed = (staged: Staged) => stage.posts(staged).filter((post) => post.committed);

/** A has failed, B and C wait behind it. */
async function blocked() {
  const staged = await stage.subscribe({ quantity: 5 });
  forbidAdjusting();
  const [a] = await stage.changed(staged, quantity(6, 2));
  const [b] = await stage.change(staged, quantity(7, 3));
  const [c] = await stage.change(staged, quantity(8, 4));
  return { staged, a: a?.id ?? '', b: b?.id ?? '', c: c?.id ?? '', failed: a };
}

describe('an operation that fails', () => {
  it('turns the badge red and blocks the later ones, which wait and name it (R66, R71, R72)', async () => {
    const { staged, a, b, c, failed } = await blocked();
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: { class: 'permissionMissing', code: 'PERMISSION_MISSING' },
    });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'OUT_OF_SYNC', state: 'MAPPED' });
    const document = 'query ($id: ID!) { auditLog(id: $id) { status attempts blockedBy { id } } }';
    for (const id of [b, c]) {
      expect(await app.csp.query(document, { id })).toEqual({
        auditLog: { status: 'PENDING', attempts: 0, blockedBy: { id: a } },
      });
    }
    expect(committed(staged)).toHaveLength(1);
    // A newer one does not overtake, though the PSA would take it now.
    allowAdjusting();
    const [d] = await stage.change(staged, quantity(9, 5));
    expect(d?.status).toBe('PENDING');
    const other = await stage.subscribe();
    expect((await stage.changed(other, quantity(2, 2)))[0]?.status).toBe('SUCCEEDED');
    expect(await entryOf(app.csp, d?.id ?? '')).toMatchObject({ status: 'PENDING', attempts: 0 });
    expect(committed(staged)).toHaveLength(1);
  });

  it('scenario 2: fails again by manual sync while nothing was mended; the others stay untried (R69-R71)', async () => {
    const { staged, a, b, c } = await blocked();
    const since = (await resyncEntries(staged)).length;
    await done(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    const retried = await retryOf(staged, since);
    expect((await settled(app.csp, retried)).status).toBe('FAILED');
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'OUT_OF_SYNC' });
    for (const id of [b, c]) expect(await entryOf(app.csp, id)).toMatchObject({ status: 'PENDING', attempts: 0 });
    expect(await entryOf(app.csp, a)).toMatchObject({ status: 'FAILED' });
    expect(committed(staged)).toHaveLength(1);
  });

  it('scenario 3: once mended, manual sync does all of them in order and the badge is green (R66-R70)', async () => {
    const { staged, b, c } = await blocked();
    allowAdjusting();
    const since = (await resyncEntries(staged)).length;
    const { userErrors } = await act(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    expect(userErrors).toEqual([]);
    const retried = await retryOf(staged, since);
    const ended = await Promise.all([retried, b, c].map((id) => settled(app.csp, id)));
    expect(ended.map(({ status, operation }) => [operation, status])).toEqual(
      ended.map(() => ['UpdateSubscriptionOnConnection', 'SUCCEEDED']),
    );
    expect(committed(staged).map(({ body }) => [body.effectiveDate, body.unitChange])).toEqual([
      [expect.any(String), 5],
      [nextMonth(2), 1],
      [nextMonth(3), 1],
      [nextMonth(4), 1],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });
});

const resyncEntries = (staged: Staged) =>
  entries(app.csp, { operations: ['UpdateSubscriptionOnConnection'], targetIds: [staged.id] });

/** The entry under which the failed operation is tried again. */
async function retryOf(staged: Staged, since: number): Promise<string> {
  const made = (await resyncEntries(staged)).slice(since);
  expect(made).toHaveLength(1);
  return made[0]?.id ?? '';
}

describe('a PSA that refuses because of volume', () => {
  it('is asked again after the time it names: RETRYING, then SUCCEEDED', async () => {
    const staged = await stage.subscribe();
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path }, action: { kind: 'status429', retryAfter: 1 }, times: 2 });
    const [entry] = await stage.change(staged, quantity(8, 3));
    await reached(app.csp, entry?.id ?? '', 'RETRYING', 'SUCCEEDED');
    const ended = await settled(app.csp, entry?.id ?? '');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', attempts: 3, error: null });
    const statuses = ended.history.filter(({ type }) => type === 'STATUS').map(({ toStatus }) => toStatus);
    expect(statuses).toEqual(['PENDING', 'RUNNING', 'RETRYING', 'RUNNING', 'RETRYING', 'RUNNING', 'SUCCEEDED']);
    expect(committed(staged)).toHaveLength(2);
  });
});

describe('a secret that is refused', () => {
  it('makes the connection INVALID, ends all calls, and work goes on when it is mended', async () => {
    const own = await createStage(app, app.csp, { serviceId: monthlyService(3) });
    const staged = await own.subscribe({ quantity: 5 });
    const newSecret = 'Rotated-Secret#2';
    app.simulator.admin.users.patch(API_USER.username, { secret: newSecret });
    const [first] = await own.change(staged, quantity(6, 2));
    await reached(app.csp, first?.id ?? '', 'RETRYING');
    expect(await connectionOf(app.csp, own.connectionId)).toMatchObject({
      status: 'INVALID',
      statusCode: 'SECRET_REJECTED',
    });
    const withSecret = () =>
      app.simulator.admin.journal.list().filter(({ headers }) => headers.some((name) => /^secret$/i.test(name))).length;
    const before = withSecret();
    const [second] = await own.change(staged, quantity(7, 3));
    const search = 'query ($id: ID!) { remoteCompanies(connectionId: $id) { name } }';
    const refused = await app.csp.ask(search, { id: own.connectionId });
    expect(refused.body.errors?.[0]?.extensions?.code).toBe('CONNECTION_NOT_READY');
    expect((await entryOf(app.csp, second?.id ?? '')).status).toBe('PENDING');
    expect(withSecret()).toBe(before);
    expect(app.simulator.admin.users.get(API_USER.username).badSecrets).toBe(1);

    const credentials = { autotask: { ...GOOD, password: newSecret } };
    await done(app.csp, 'updateConnectorConnection', { id: own.connectionId, credentials });
    const ended = await Promise.all([first, second].map((entry) => settled(app.csp, entry?.id ?? '')));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(standing(app, staged.contractId, nextMonth(20))).toMatchObject({ units: 7 });
    expect(await connectionOf(app.csp, own.connectionId)).toMatchObject({ status: 'ACTIVE' });
  });
});
