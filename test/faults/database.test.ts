import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase } from '../../src/storage/databases.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { migrate } from '../../src/storage/migrations.js';
import { unique } from '../support/acts.js';
import type { Answer } from '../support/caller.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { nextMonth } from '../support/dates.js';
import { mutation } from '../support/documents.js';
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.js';
import { unitsOn } from '../support/psa-process.js';
import { claimsJob, endsJob, settlesIntent, storesChange, storesIntent } from './support/moments.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { createStage, DAY, type Line, reached, record, type Stage, toQuantity, until } from './support/stage.js';

let database: TestDatabase;
let proxy: PostgresProxy;
let scene: Scene;
let gateway: Gateway;
let stage: Stage;

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startPostgresProxy(database.url);
  scene = await createScene({ databaseUrl: database.url });
  gateway = await scene.start({ databaseUrl: proxy.url });
  stage = await createStage(gateway.csp);
});
afterAll(async () => {
  await scene?.close();
  await proxy?.close();
  await database?.drop();
});

const changesOf = async ({ contractId }: Line) =>
  (await scene.psa.posts(contractId))
    .slice(1)
    .map(({ committed, body }) => [committed, (body as { unitChange: number }).unitChange]);
const unitsOf = async (line: Line) => unitsOn(await scene.psa.units(line.contractId), line.serviceId, DAY);

/** Ends when the units of the line are so; whoever recorded the change may not have learnt its entry. */
const unitsReach = (line: Line, wanted: number) =>
  until(
    () => unitsOf(line),
    (units) => units === wanted,
  );

const now = async () => (await database.sql<{ now: Date }>('SELECT clock_timestamp() AS "now"'))[0]?.now;

const recordEvent = (line: Line, eventId: string, change: object): Promise<Answer> =>
  gateway.csp.ask(mutation('recordSubscriptionChange'), { input: { eventId, externalId: line.externalId, ...change } });

describe('commit outcome unknown', () => {
  it.each(['cutBefore', 'cutAfter'] as const)(
    'of a recorded change (%s): the caller sends its event again, and it counts once',
    async (intervention) => {
      const line = await stage.subscribe();
      const eventId = unique('event');
      const trap = proxy.trap(storesChange, intervention);
      const answer = await recordEvent(line, eventId, toQuantity(8));
      await trap.sprung;
      expect(answer.body.errors?.[0]?.extensions?.code).toBe('UNAVAILABLE');
      expect((await recordEvent(line, eventId, toQuantity(8))).body.errors).toBeUndefined();
      await unitsReach(line, 8);
      expect(await changesOf(line)).toEqual([[true, 3]]);
      const [count] = await database.sql<{ count: number }>(
        'SELECT count(*)::int AS "count" FROM "SubscriptionChange" WHERE "eventId" = $1',
        [eventId],
      );
      expect(count).toEqual({ count: 1 });
    },
  );

  it.each([
    ['of an intent', 'cutBefore', storesIntent],
    ['of an intent', 'cutAfter', storesIntent],
    ['of a result', 'cutBefore', settlesIntent],
    ['of a result', 'cutAfter', settlesIntent],
  ] as const)('%s (%s): read again by its key, sent once', async (_what, intervention, what) => {
    const line = await stage.subscribe();
    const trap = proxy.trap(what, intervention);
    const id = await record(gateway.csp, line, toQuantity(8));
    await trap.sprung;
    expect(await reached(gateway.csp, id)).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 8 } } });
    expect(await changesOf(line)).toEqual([[true, 3]]);
  });
});

describe('the job engine loses its connection', () => {
  it.each([
    ['as it claims a job', 'cutAfter', claimsJob],
    ['as it ends a job', 'cutBefore', endsJob],
    ['as it ends a job', 'cutAfter', endsJob],
  ] as const)('%s (%s): the work is done, and the next, by the same process', async (_when, intervention, what) => {
    const line = await stage.subscribe();
    const trap = proxy.trap(what, intervention);
    const first = await record(gateway.csp, line, toQuantity(8));
    await trap.sprung;
    const second = await record(gateway.csp, line, toQuantity(9, nextMonth(20)));
    for (const id of [first, second]) expect((await reached(gateway.csp, id)).status).toBe('SUCCEEDED');
    expect(await changesOf(line)).toEqual([
      [true, 3],
      [true, 1],
    ]);
    expect(gateway.isAlive()).toBe(true);
  });
});

describe('two workers claim one subscription', () => {
  it('one fence wins, the other changes nothing: each change is sent once, in order', async () => {
    // The engine hands every job out eight times more, outside its serial queues.
    await database.sql(`CREATE FUNCTION storm() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO graphile_worker._private_jobs ("task_id", "payload", "run_at", "max_attempts")
        SELECT NEW."task_id", NEW."payload", NEW."run_at", NEW."max_attempts" FROM generate_series(1, 8);
      RETURN NULL; END $$`);
    await database.sql(`CREATE TRIGGER storm AFTER INSERT ON graphile_worker._private_jobs FOR EACH ROW
      WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION storm()`);
    const second = await scene.start();
    const since = await now();
    try {
      const lines: Line[] = [];
      for (let made = 0; made < 3; made += 1) lines.push(await stage.subscribe());
      const wanted = [8, 6, 9, 7];
      const ids = await Promise.all(
        lines.map(async (line) => {
          const own: string[] = [];
          for (const [at, quantity] of wanted.entries()) {
            own.push(await record(gateway.csp, line, toQuantity(quantity, nextMonth(10 + at))));
          }
          return own;
        }),
      );
      for (const id of ids.flat()) expect((await reached(gateway.csp, id)).status).toBe('SUCCEEDED');
      for (const line of lines) {
        expect(await changesOf(line)).toEqual([
          [true, 3],
          [true, -2],
          [true, 3],
          [true, -2],
        ]);
      }
      const steps = await database.sql<{ attempts: number }>(
        'SELECT count(*)::int AS "attempts" FROM "Step" WHERE "sentAt" > $1 GROUP BY "operationId" HAVING count(*) > 1',
        [since],
      );
      expect(steps).toEqual([]);
    } finally {
      await database.sql('DROP TRIGGER storm ON graphile_worker._private_jobs');
      expect(await second.stop()).toBe(0);
    }
  });
});

describe('all sessions terminated', () => {
  it('five times while changes flow: none lost, none doubled, no hang, no restart', async () => {
    const line = await stage.subscribe();
    for (let round = 1; round <= 5; round += 1) {
      const eventId = unique('event');
      const change = toQuantity(5 + round, nextMonth(10 + round));
      await record(gateway.csp, line, change).catch(() => undefined);
      await database.sql(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      const started = Date.now();
      await until(
        () => recordEvent(line, eventId, change),
        ({ body }) => body.errors === undefined,
      );
      expect(Date.now() - started).toBeLessThan(30_000);
    }
    await until(
      async () => unitsOn(await scene.psa.units(line.contractId), line.serviceId, nextMonth(15)),
      (units) => units === 10,
    );
    const committed = (await changesOf(line)).filter(([done]) => done);
    expect(committed).toEqual(committed.map(() => [true, 1]));
    expect(committed).toHaveLength(5);
    expect(gateway.isAlive()).toBe(true);
  });
});

describe('LISTEN connection cut', () => {
  it('subscribers get the missed events by cursor, and waiting work is found', async () => {
    const line = await stage.subscribe();
    type Message = {
      auditLogEvents: { type: string; cursor: string; auditLog: { id: string; status: string } | null };
    };
    const source = gateway.csp.live<Message>('subscription { auditLogEvents { type cursor auditLog { id status } } }');
    expect((await source.next()).value?.auditLogEvents.type).toBe('CHECKPOINT');
    const cut = await database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'`,
    );
    expect(cut.length).toBeGreaterThan(0);
    const id = await record(gateway.csp, line, toQuantity(8));
    const seen: string[] = [];
    for await (const { auditLogEvents } of source) {
      if (auditLogEvents.auditLog?.id !== id) continue;
      seen.push(auditLogEvents.cursor);
      if (auditLogEvents.auditLog.status === 'SUCCEEDED') break;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(await changesOf(line)).toEqual([[true, 3]]);
  });
});

describe('PostgreSQL restart', () => {
  it('several times while changes flow: 0 lost, answers say so meanwhile, recovery within 5 s', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-faults-'));
    let server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir });
    const databaseUrl = await createDatabase(server.url, 'restarted');
    await migrate(databaseUrl, { directory: join(import.meta.dirname, '../../prisma/migrations') });
    const own = await createScene({ databaseUrl });
    try {
      const { csp, isAlive, logged } = await own.start();
      const line = await (await createStage(csp)).subscribe();
      const tell = (eventId: string, change: object) =>
        csp.ask(mutation('recordSubscriptionChange'), { input: { eventId, externalId: line.externalId, ...change } });
      for (const [round, how] of (['SIGINT', 'SIGQUIT', 'SIGINT', 'SIGQUIT'] as const).entries()) {
        const change = toQuantity(6 + round, nextMonth(10 + round));
        const eventId = unique('event');
        await tell(eventId, change);
        // Fast, and immediate: without a checkpoint, as after a power cut.
        process.kill(server.pid, how);
        const refused = await until(
          () => csp.ask('{ connections(first: 1) { nodes { id } } }'),
          ({ status }) => status !== 200,
        );
        const code = refused.body.errors?.[0]?.extensions?.code;
        expect([refused.status, code], logged.slice(-3).join('; ')).toEqual([503, 'UNAVAILABLE']);
        await server.stop();
        server = await startEmbeddedPostgres({ dataDir });
        const up = Date.now();
        await until(
          () => tell(eventId, change),
          ({ body }) => body.errors === undefined,
        );
        expect(Date.now() - up).toBeLessThan(5_000);
      }
      await until(
        async () => unitsOn(await own.psa.units(line.contractId), line.serviceId, nextMonth(20)),
        (units) => units === 9,
      );
      const effects = (await own.psa.ledger()).map(({ unitChange }) => unitChange);
      expect(effects).toEqual([5, 1, 1, 1, 1]);
      expect(isAlive()).toBe(true);
    } finally {
      await own.close();
      await server.stop();
      for (const folder of [server.home, dataDir]) await rm(folder, { recursive: true, force: true });
    }
  });
});
