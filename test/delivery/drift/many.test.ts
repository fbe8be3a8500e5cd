import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statementsOf } from '../../audit/support/statements.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { bulkStage, bulkWorld } from '../../support/bulk.js';
import { reconciled } from '../../support/drift.js';
import type { Stage } from '../../support/stage.js';

const LINES = 5_000;
const EVERY = 100;
const MOST_CALLS = 200;

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp({ world: bulkWorld(LINES, { every: EVERY }) });
  stage = await bulkStage(app, LINES);
}, 120_000);
afterAll(() => app?.close());

/** What the database was asked for by the reconciliation; the heartbeat, the engine and the live feed are not its own. */
const own = ({ text }: { text: string }) => !/graphile_worker|"Instance"|LISTEN|"AuditLogEvent"|Vendor/.test(text);

describe(`${LINES} mapped cloud subscriptions`, { timeout: 120_000 }, () => {
  it(`are reconciled within ${MOST_CALLS} calls, with statements per batch and not per line`, async () => {
    const before = app.simulator.admin.journal.counters().requests ?? 0;
    const { result, statements } = await statementsOf(() => reconciled(app.csp, stage.connectionId));
    const { entry, reconciliation } = result;
    const calls = (app.simulator.admin.journal.counters().requests ?? 0) - before;
    expect(reconciliation).toMatchObject({
      ...{ status: 'SUCCEEDED', lines: LINES + 1, checked: LINES + 1 },
      ...{ drifts: LINES / EVERY, corrections: 0, equal: LINES + 1 - LINES / EVERY, pending: 0, unread: 0, calls },
    });
    expect(calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(calls).toBeGreaterThan(10);
    expect(entry.details).toMatchObject({ byField: { QUANTITY: LINES / EVERY }, calls });
    const batches = Math.ceil((LINES + 1) / 500);
    expect(entry.history.filter(({ message }) => / lines compared, /.test(message))).toHaveLength(batches);
    const texts = statements.filter(own).map(({ text }) => text);
    expect(texts.length, texts.slice(0, 60).join('\n')).toBeLessThanOrEqual(batches * 30 + 30);
  });

  it('show their drifts a hundred at a time with what they are about, in one statement a kind', async () => {
    const document = `{ drifts(first: 100) { nodes { psaValue cloudSubscription { name } mapping { remoteName drifts { id } }
      connection { alias reconciliations(first: 5) { id } } auditLog { id } } } }`;
    await app.csp.query('{ viewer { name } }');
    const { result, statements } = await statementsOf(() => app.csp.query<{ drifts: { nodes: unknown[] } }>(document));
    expect(result.drifts.nodes).toHaveLength(LINES / EVERY);
    expect(result.drifts.nodes[0]).toMatchObject({
      psaValue: '6',
      connection: { reconciliations: [{}] },
      auditLog: null,
    });
    const texts = statements.filter(own).map(({ text }) => text);
    expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(6);
  });
});
