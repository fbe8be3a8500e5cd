import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROLES } from '../../src/storage/roles.js';
import { connected, done, pushCustomer } from '../support/acts.js';
import { createTestApp, type Gateway, type TestApp } from '../support/app.js';
import { createStage } from '../support/stage.js';

let app: TestApp;
let gateway: Gateway;
const user = `gateway_test_${randomBytes(6).toString('hex')}`;
let userUrl = '';

beforeAll(async () => {
  app = await createTestApp();
  await app.database.sql(`CREATE ROLE ${user} LOGIN`);
  await app.database.sql(`GRANT ${Object.values(ROLES).join(', ')} TO ${user}`);
  const url = new URL(app.database.url);
  url.username = user;
  userUrl = url.href;
  // Only one of them works on jobs: the one under test.
  gateway = await app.another({ databaseUrl: userUrl, ownerUrl: app.database.url });
});
afterAll(async () => {
  await app?.close();
});

it('a user who owns nothing serves requests, runs jobs and delivers', async () => {
  expect(gateway.logged.join('\n')).toContain(`Row level security holds: ${user} acts by roles`);
  expect(gateway.logged.join('\n')).not.toContain('owns the tables');
  await app.stop(app);
  const callers = app.callersOf(gateway.url);
  const stage = await createStage(app, callers.csp);
  const staged = await stage.subscribe();
  expect(staged.entry.status).toBe('SUCCEEDED');
  const [entry] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 9 });
  expect(entry?.status).toBe('SUCCEEDED');
  expect((await connected(callers.reseller)).status).toBe('ACTIVE');
  await pushCustomer(callers.reseller);
  await done(callers.csp, 'deleteConnectorConnection', { id: stage.connectionId, cascade: true });
  expect(gateway.logged.filter((line) => /^(error|warn)/.test(line))).toEqual([]);
});

it('starts again with that user alone, where there is nothing to migrate', async () => {
  const again = await app.another({ databaseUrl: userUrl });
  expect((await fetch(again.url.replace('/graphql', '/ready'))).status).toBe(200);
});
