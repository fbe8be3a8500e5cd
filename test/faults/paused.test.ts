import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { nextMonth } from '../support/dates.js';
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.js';
import { unitsOn } from '../support/psa-process.js';
import { asksForTurn, storesIntent } from './support/moments.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { createStage, DAY, type Line, reached, record, toQuantity, until } from './support/stage.js';

/** Leases so short that a pause outlives them. An instance that is silent is buried after half a minute all the same. */
const TIMING = { leaseMs: 6_000, writeLimitMs: 4_000, sendWindowMs: 5_000 };

let database: TestDatabase;
let proxy: PostgresProxy;
let scene: Scene;
let paused: Gateway;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startPostgresProxy(database.url);
  scene = await createScene({ databaseUrl: database.url });
});
afterEach(() => paused?.resume());
afterAll(async () => {
  await scene?.close();
  await proxy?.close();
  await database?.drop();
});

const changesOf = async ({ contractId }: Line) =>
  (await scene.psa.posts(contractId))
    .slice(1)
    .map(({ committed, body }) => [committed, (body as { unitChange: number }).unitChange]);

describe('process paused longer than the lease', () => {
  it.each([
    ['right after its intent was committed', 'intent', 0],
    ['as its write waits for its turn', 'turn', 1],
  ] as const)('%s: the send is given up, the other worker owns it, 0 doubled', async (_when, moment, from) => {
    paused = await scene.start({ databaseUrl: proxy.url, timing: TIMING });
    const stage = await createStage(paused.csp, { from });
    const line = await stage.subscribe();
    const intent = proxy.trap(storesIntent, 'holdAfter');
    const id = await record(paused.csp, line, toQuantity(8));
    await intent.sprung;
    let held = intent;
    if (moment === 'turn') {
      held = proxy.trap(asksForTurn, 'holdAfter');
      intent.release();
      await held.sprung;
    }
    paused.pause();
    held.release();
    const other = await scene.start({ timing: TIMING });
    const entry = await reached(other.csp, id, undefined, 90_000);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 8 } } });
    expect(await changesOf(line)).toEqual([[true, 3]]);

    paused.resume();
    // It is back among the living and works again, but what it was about to send stays unsent.
    await until(
      () => database.sql<{ pid: number }>('SELECT "pid" FROM "Instance"'),
      (rows) => rows.some(({ pid }) => pid === paused.pid),
    );
    expect(await other.stop()).toBe(0);
    const next = await record(paused.csp, line, toQuantity(9, nextMonth(20)));
    expect((await reached(paused.csp, next)).status).toBe('SUCCEEDED');
    expect(await changesOf(line)).toEqual([
      [true, 3],
      [true, 1],
    ]);
    expect(unitsOn(await scene.psa.units(line.contractId), line.serviceId, DAY)).toBe(8);
    const [entered] = await database.sql<{ writes: number }>(
      `SELECT count(*)::int AS "writes" FROM "Step" WHERE "state" = 'APPLIED' AND "operationId" IN
        (SELECT "id" FROM "LaneOperation" WHERE "laneId" = (SELECT "id" FROM "Mapping" WHERE "remoteId" = $1))`,
      [line.contractId],
    );
    expect(entered).toEqual({ writes: 3 });
    expect(await paused.stop()).toBe(0);
  });
});
