import { afterAll, beforeAll, expect, it } from 'vitest';
import { done, settled } from '../../support/acts.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { bulkStage, bulkWorld } from '../../support/bulk.js';
import { type GatewayChild, startGatewayChild } from '../../support/child.js';
import { drifts, reconciliationOf, setPolicy } from '../../support/drift.js';
import type { Stage } from '../../support/stage.js';

/** Two batches, with ten lines that differ in each. */
const LINES = 700;
const EVERY = 50;

/** The gateway under test is closed; a child process does the work until it is killed; then another one takes over. */
let app: TestApp;
let stage: Stage;
let child: GatewayChild;
beforeAll(async () => {
  app = await createTestApp({ world: bulkWorld(LINES, { every: EVERY }) });
  stage = await bulkStage(app, LINES);
  await setPolicy(app, stage.connectionId, { drift: { quantity: 'MARKETPLACE_WINS' }, writeMode: 'WATCH_ONLY' });
  await app.app.close();
  const { database, simulator, secretKey } = app;
  child = await startGatewayChild({ databaseUrl: database.url, discoveryUrl: simulator.discoveryUrl, secretKey });
}, 60_000);
afterAll(() => app?.close());

it('a reconciliation whose gateway is killed in the middle is finished by another one, each line once', async () => {
  app.simulator.admin.faults.add({ match: { entity: 'Contracts', method: 'POST' }, skip: 1, action: 'hang' });
  const dying = app.callersOf(child.url).csp;
  const { auditLog, reconciliation } = await done(dying, 'reconcileConnection', { connectionId: stage.connectionId });
  const hung = () => app.simulator.admin.journal.list({ entity: 'Contracts' }).some(({ fault }) => fault === 'hang');
  while (!hung()) await new Promise((turn) => setImmediate(turn));
  const id = reconciliation?.id ?? '';
  expect(await reconciliationOf(dying, id)).toMatchObject({ status: 'RUNNING', checked: 500 });
  await child.kill();

  const survivor = await app.another();
  const csp = app.callersOf(survivor.url).csp;
  const entry = await settled(csp, auditLog.id);
  expect(entry.status, JSON.stringify(entry.error)).toBe('SUCCEEDED');
  const found = { lines: LINES + 1, checked: LINES + 1, drifts: LINES / EVERY, corrections: LINES / EVERY };
  expect(await reconciliationOf(csp, id)).toMatchObject({ status: 'SUCCEEDED', ...found });
  const raised = await drifts(csp, stage.connectionId);
  expect(raised).toHaveLength(LINES / EVERY);
  expect(new Set(raised.map(({ mapping }) => mapping?.id)).size).toBe(LINES / EVERY);
  const [made] = await app.database.sql(
    `SELECT count(*)::int AS operations, count(DISTINCT o."laneId")::int AS lanes FROM "LaneOperation" o
     JOIN "AuditLog" a ON a."id" = o."auditLogId" WHERE a."operation" = 'CorrectDriftOnConnection'`,
  );
  expect(made).toEqual({ operations: LINES / EVERY, lanes: LINES / EVERY });
}, 120_000);
