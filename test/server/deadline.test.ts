import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { done, entries, pushCustomer, settled, unique } from '../support/acts.js';
import { createTestApp, type Gateway, type TestApp } from '../support/app.js';
import type { Caller } from '../support/caller.js';
import { mutation } from '../support/documents.js';
import { createStage, type Stage } from '../support/stage.js';
import { PSA } from '../support/world.js';

/** Everything is prepared on one gateway, and asked of another one on the same database whose requests may take a second. */
let app: TestApp;
let hasty: Gateway;
let caller: Caller;
let stage: Stage;
let lock: pg.Client;
beforeAll(async () => {
  app = await createTestApp();
  hasty = await app.another({ policy: { deadlineMs: 1_000 } });
  caller = app.callersOf(hasty.url).csp;
  stage = await createStage(app);
  lock = new pg.Client({ connectionString: app.database.url });
  await lock.connect();
});
afterEach(async () => {
  app.simulator.admin.faults.clear();
  await lock.query('ROLLBACK');
});
afterAll(async () => {
  await lock?.end();
  await app?.close();
});

const hold = (table: string) => lock.query(`BEGIN; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`);
const CUSTOMERS = '{ customers(first: 1) { nodes { id } } }';
/** Statements of the gateways that the server still works on, or waits with. */
const underWay = () =>
  app.database.sql(
    `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND state <> 'idle' AND query LIKE '%"Customer"%' AND query NOT LIKE '%LOCK TABLE%'`,
  );

async function newestEntry() {
  const rows = await app.database.sql('SELECT status, "errorCode" FROM "AuditLog" ORDER BY "id" DESC LIMIT 1');
  return rows[0];
}

test('ends the statements of more requests than the pool has connections, and the next ones are answered', async () => {
  await hold('Customer');
  const answers = await Promise.all(Array.from({ length: 30 }, () => caller.ask(CUSTOMERS)));
  for (const { status, body } of answers) {
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  }
  // Although what they wait for is still locked: the server cancels them, a moment after they were answered.
  while ((await underWay()).length > 0) await new Promise((turn) => setImmediate(turn));
  await lock.query('ROLLBACK');
  expect((await caller.ask(CUSTOMERS)).status).toBe(200);
});

test('ends a mutation before it writes; its entry says why', async () => {
  await hold('CloudSubscription');
  const eventId = unique('event');
  const document = `mutation ($input: RecordSubscriptionChangeInput!) {
    recordSubscriptionChange(input: $input) { userErrors { code } } }`;
  const input = { eventId, externalId: 'none', kind: 'QUANTITY', quantity: 1 };
  const { status, body } = await caller.ask(document, { input });
  expect([status, body.errors?.[0]?.extensions?.code]).toEqual([504, 'DEADLINE_EXCEEDED']);
  await lock.query('ROLLBACK');
  expect(await newestEntry()).toMatchObject({ status: 'FAILED', errorCode: 'DEADLINE_EXCEEDED' });
});

test('never ends a write to the vendor', async () => {
  const staged = await stage.subscribe();
  const { externalId } = staged;
  const path = 'ServiceAdjustments';
  app.simulator.admin.faults.add({ match: { path, writesOnly: true }, action: { kind: 'delay', ms: 3_000 } });
  const correlationId = crypto.randomUUID();
  const change = { eventId: unique('event'), externalId, kind: 'QUANTITY', quantity: 9 };
  await done(caller, 'recordSubscriptionChange', change, { correlationId });
  const [entry] = await entries(app.csp, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
  expect(await settled(app.csp, entry?.id ?? '')).toMatchObject({ status: 'SUCCEEDED' });
  expect(stage.posts(staged).map(({ committed }) => committed)).not.toContain(false);
});

test('ends the reads of a vendor, in a query and in a mutation, with the code of the deadline', async () => {
  app.simulator.admin.faults.add({ match: { path: 'Companies' }, action: 'hang', times: 0 });
  const look = `query ($id: ID!) { remoteCompanies(connectionId: $id) { name } }`;
  const { body } = await caller.ask(look, { id: stage.connectionId });
  expect(body.errors?.[0]?.extensions?.code).toBe('DEADLINE_EXCEEDED');
  const customer = await pushCustomer(app.csp);
  const input = { connectionId: stage.connectionId, customerId: customer.id, companyId: PSA.company.fabrikam };
  const answer = await caller.ask(mutation('createConnectionCustomerMapping'), { input });
  expect(answer.body.errors?.[0]?.extensions?.code).toBe('DEADLINE_EXCEEDED');
  expect(await newestEntry()).toMatchObject({ status: 'FAILED', errorCode: 'DEADLINE_EXCEEDED' });
});
