import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { act, connectionOf, done, GOOD, pushCustomer, settled } from '../support/acts.js';
import { createTestApp, type Gateway, type TestApp } from '../support/app.js';
import type { Caller } from '../support/caller.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';
import { API_USER, PSA } from '../support/world.js';

/** Every refused secret counts towards the lock-out of the API user, so there is to be one, whoever meets it. */
let app: TestApp;
let other: Gateway;
let otherCsp: Caller;
beforeAll(async () => {
  app = await createTestApp();
  other = await app.another();
  otherCsp = app.callersOf(other.url).csp;
});
afterEach(() => {
  app.simulator.admin.faults.clear();
  app.simulator.admin.users.patch(API_USER.username, { secret: API_USER.secret, badSecrets: 0 });
});
afterAll(() => app?.close());

const rotate = () => app.simulator.admin.users.patch(API_USER.username, { secret: 'Rotated-Secret#2' });
const badSecrets = () => app.simulator.admin.users.get(API_USER.username).badSecrets;
const SEARCH = 'query ($id: ID!) { remoteCompanies(connectionId: $id, prefix: "C") { name } }';

/** The code of the error that a search ends with. */
async function searched(caller: Caller, id: string): Promise<unknown> {
  const { body } = await caller.ask(SEARCH, { id });
  return body.errors?.[0]?.extensions?.code ?? null;
}

const PREVIEW =
  'query ($input: PreviewSubscriptionChangeInput!) { previewSubscriptionChange(input: $input) { decision } }';
const ways: readonly [string, (stage: Stage, staged: Staged) => Promise<unknown>][] = [
  ['a search', ({ connectionId }) => app.csp.ask(SEARCH, { id: connectionId })],
  [
    'a mapping',
    async ({ connectionId }) => {
      const { id: customerId } = await pushCustomer(app.csp);
      const input = { connectionId, customerId, companyId: PSA.company.fabrikam };
      return act(app.csp, 'createConnectionCustomerMapping', input);
    },
  ],
  [
    'a preview',
    (_stage, { externalId }) =>
      app.csp.ask(PREVIEW, {
        input: { externalId, kind: 'QUANTITY', quantity: 9, effectiveDate: nextMonth(3) },
      }),
  ],
];

describe('a secret that is refused', () => {
  it.each(ways)('to %s stops the connection for all instances, at the first try', async (_what, meet) => {
    const stage = await createStage(app);
    const staged = await stage.subscribe();
    expect(await searched(otherCsp, stage.connectionId)).toBeNull();
    rotate();
    await meet(stage, staged);
    expect(await connectionOf(app.csp, stage.connectionId)).toMatchObject({
      status: 'INVALID',
      statusCode: 'SECRET_REJECTED',
    });
    for (const caller of [app.csp, otherCsp, app.csp, otherCsp]) {
      expect(await searched(caller, stage.connectionId)).toBe('CONNECTION_NOT_READY');
    }
    await meet(stage, staged);
    expect(badSecrets()).toBe(1);
  });

  it('is forgotten by all who met it, when a person found the credentials good again', async () => {
    const stage = await createStage(app);
    const id = stage.connectionId;
    const { faults } = app.simulator.admin;
    const callers = [app.csp, otherCsp];
    const searches: Promise<unknown>[] = [];
    for (const caller of callers) {
      const { id: held } = faults.add({ match: { entity: 'Companies' }, action: 'hold' });
      searches.push(searched(caller, id));
      await faults.held(held);
    }
    rotate();
    faults.clear();
    expect(await Promise.all(searches)).toEqual(['SECRET_REJECTED', 'SECRET_REJECTED']);
    app.simulator.admin.users.patch(API_USER.username, { secret: API_USER.secret, badSecrets: 0 });
    const { auditLog } = await done(app.csp, 'testConnectorConnection', { id });
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
    expect(await Promise.all(callers.map((caller) => searched(caller, id)))).toEqual([null, null]);
    expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'ACTIVE' });
  });

  it('does not stop a connection whose credentials were replaced meanwhile', async () => {
    const stage = await createStage(app);
    const id = stage.connectionId;
    const { faults } = app.simulator.admin;
    expect(await searched(otherCsp, id)).toBeNull();
    const { id: held } = faults.add({ match: { entity: 'Companies' }, action: 'hold' });
    const late = searched(otherCsp, id);
    await faults.held(held);
    rotate();
    const credentials = { autotask: { ...GOOD, password: 'Rotated-Secret#2' } };
    const { auditLog } = await done(app.csp, 'updateConnectorConnection', { id, credentials });
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
    faults.clear();
    expect(await late).toBe('SECRET_REJECTED');
    expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'ACTIVE', credentialsVersion: 2 });
  });
});
