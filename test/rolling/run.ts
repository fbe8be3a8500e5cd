import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiKeys } from '../../src/access/api-keys.js';
import { createDatabase } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createStage, type Line } from '../faults/support/stage.js';
import { createOrganizations } from '../support/app.js';
import { createCaller } from '../support/caller.js';
import type { TestDatabase } from '../support/database.js';
import { nextMonth } from '../support/dates.js';
import { startPsaProcess, unitsOn } from '../support/psa-process.js';
import { testWorld } from '../support/world.js';
import { startBalancer } from './balancer.js';
import { launchGateway, type RealGateway } from './gateway.js';
import { followFeed, startLoad } from './load.js';

export interface RollingOptions {
  readonly database: TestDatabase;
  readonly restarts: number;
  readonly readers: number;
  readonly lines: number;
  readonly onRestart?: (done: number) => void;
}

/** What came of it. All lists are empty where the promise holds. */
export interface RollingReport {
  readonly restarts: number;
  readonly requests: number;
  readonly failed: readonly string[];
  /** Times a dashboard lost its socket. */
  readonly losses: number;
  /** Events a dashboard missed, had twice, or out of order. */
  readonly missed: number;
  readonly doubled: number;
  readonly events: number;
  readonly wrongLines: readonly string[];
  readonly badExits: readonly (number | null)[];
  readonly slowestStopMs: number;
}

const SETTLED_WITHIN_MS = 120_000;

/**
 * Two gateways, as `npm start` runs them, behind a balancer; one after the other is replaced by a new one while requests
 * come without a pause and dashboards follow. A restart begins when the one before is ready.
 */
export async function runRolling(options: RollingOptions): Promise<RollingReport> {
  const { database, restarts } = options;
  const psa = await startPsaProcess({
    world: testWorld(),
    switches: { latencyMs: 0, threadReleaseMs: 0, threshold: 10_000_000 },
  });
  const key = await createKey(database.url);
  const secretKey = randomBytes(32).toString('hex');
  const env = {
    DATABASE_URL: database.url,
    GATEWAY_SECRET_KEY: secretKey,
    GATEWAY_AUDIT_KEY: secretKey,
    GATEWAY_NETTING_SECONDS: '0',
    GATEWAY_RECONCILE_CRON: 'off',
    AUTOTASK_DISCOVERY_URL: psa.discoveryUrl,
  };
  const balancer = await startBalancer();
  const running: RealGateway[] = [];
  const badExits: (number | null)[] = [];
  let slowestStopMs = 0;

  async function start(): Promise<void> {
    const gateway = await launchGateway(env).listening();
    running.push(gateway);
    await balancer.add(gateway.port);
  }

  async function stopOldest(): Promise<void> {
    const gateway = running.shift();
    if (!gateway) return;
    const { code, milliseconds } = await gateway.stop();
    balancer.remove(gateway.port);
    if (code !== 0) badExits.push(code);
    slowestStopMs = Math.max(slowestStopMs, milliseconds);
  }

  try {
    await start();
    await start();
    const url = `http://127.0.0.1:${balancer.port}/graphql`;
    const admin = createCaller(url, key);
    const stage = await createStage(admin);
    const lines: Line[] = [];
    for (let at = 0; at < options.lines; at += 1) lines.push(await stage.subscribe());
    const feed = followFeed(url, key);
    const load = startLoad(url, key, lines, options.readers);
    for (let done = 0; done < restarts; done += 1) {
      load.change();
      await stopOldest();
      await start();
      options.onRestart?.(done + 1);
    }
    const { requests, failed } = await load.stop();
    const head = await settledHead(database);
    await until(() => Promise.resolve((feed.cursors.at(-1) ?? 0n) >= head));
    const wrongLines: string[] = [];
    for (const [line, units] of load.wanted) {
      const shown = unitsOn(await psa.units(line.contractId), line.serviceId, nextMonth(restarts));
      if (shown !== units) wrongLines.push(`contract ${line.contractId}: ${shown} for ${units}`);
    }
    await feed.close();
    await admin.close();
    const distinct = new Set(feed.cursors).size;
    return {
      ...{ restarts, requests, failed, wrongLines, badExits, slowestStopMs },
      losses: feed.losses(),
      missed: Number(head) - distinct,
      doubled: feed.cursors.length - distinct + feed.cursors.filter((cursor, at) => cursor !== BigInt(at + 1)).length,
      events: feed.cursors.length,
    };
  } finally {
    await Promise.all(running.map((gateway) => gateway.kill()));
    await balancer.close();
    await psa.close();
  }
}

/** The last event of the one organization that has any, when nothing is under way any more. */
async function settledHead({ sql }: TestDatabase): Promise<bigint> {
  const open = `SELECT count(*)::int AS "open" FROM "AuditLog" WHERE "finishedAt" IS NULL AND "status" <> 'NEEDS_REVIEW'`;
  await until(async () => (await sql<{ open: number }>(open))[0]?.open === 0);
  const [row] = await sql<{ head: string }>('SELECT max("seq")::text AS "head" FROM "AuditHead"');
  return BigInt(row?.head ?? 0);
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + SETTLED_WITHIN_MS; !(await reached()); await delay(100)) {
    if (Date.now() > end) throw new Error('What was accepted was not settled in time.');
  }
}

async function createKey(databaseUrl: string): Promise<string> {
  const db = createDatabase(databaseUrl, { poolSize: 2 });
  try {
    return (await createOrganizations({ db, apiKeys: createApiKeys(db, newId, () => new Date()) })).csp;
  } finally {
    await db.close();
  }
}
