import { afterAll, beforeAll, expect, it } from 'vitest';
import { scheduleReconciliations } from '../../../src/operations/schedule-reconciliations.js';
import { connected, entries, settled } from '../../support/acts.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { firstOf } from '../../support/caller.js';
import { createStage } from '../../support/stage.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const waiting = () =>
  app.database.sql<{ in: number }>(`SELECT extract(epoch FROM run_at - now())::float8 AS in FROM graphile_worker.jobs
    WHERE task_identifier = 'start-reconciliation' ORDER BY run_at`);

it('reconciles every ACTIVE connection with mapped subscriptions, as an operation of the gateway itself', async () => {
  const stages = [await createStage(app), await createStage(app)];
  for (const stage of stages) await stage.subscribe({ quantity: 5 });
  const bare = await connected(app.csp);

  await scheduleReconciliations(app.app.operations);
  const spread = await waiting();
  expect(spread).toHaveLength(2);
  for (const { in: seconds } of spread) expect(seconds).toBeLessThanOrEqual(3_600);
  expect(spread[0]?.in).not.toBe(spread[1]?.in);
  expect(await entries(app.csp, { operations: ['ReconcileConnection'] })).toEqual([]);

  await scheduleReconciliations(app.app.operations, 0);
  const seen = new Set<string>();
  const document = `subscription { auditLogEvents(after: "0", filter: { operations: ["ReconcileConnection"] }) {
    auditLog { id connectionId } } }`;
  const source = app.csp.live<{ auditLogEvents: { auditLog: { id: string; connectionId: string | null } | null } }>(
    document,
  );
  await firstOf(source, ({ auditLogEvents: { auditLog } }) => {
    if (auditLog?.connectionId) seen.add(auditLog.id);
    return seen.size === 2;
  });
  const ended = await Promise.all([...seen].map((id) => settled(app.csp, id)));
  for (const entry of ended) {
    expect(entry).toMatchObject({ status: 'SUCCEEDED', actor: { kind: 'SYSTEM', name: 'connector-gateway' } });
  }
  const reconciledOnes = ended.map(({ connectionId }) => connectionId).sort();
  expect(reconciledOnes).toEqual(stages.map(({ connectionId }) => connectionId).sort());
  expect(reconciledOnes).not.toContain(bare.id);
  // The starts that waited were replaced by those that ran.
  expect(await waiting()).toEqual([]);
});

it('begins when the configuration says, and never when it says off', async () => {
  const known = () =>
    app.database.sql(
      `SELECT identifier FROM graphile_worker._private_known_crontabs WHERE identifier LIKE '%reconcil%'`,
    );
  expect(await known()).toEqual([]);
  await app.another({ reconcileCron: '0 3 * * *' });
  expect(await known()).toEqual([{ identifier: 'schedule-reconciliations' }]);
});
