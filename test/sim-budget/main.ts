import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createDatabase, dropDatabase } from '../../src/storage/databases.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { migrate } from '../../src/storage/migrations.js';
import { seedOf } from '../sim/random.js';
import { progressBar } from '../sim/report.js';
import { passed, printReport } from './report.js';
import { simulate } from './run.js';

const HELP = `Several gateway instances with more work than budget, for some hours of virtual time: the real budget on a real
PostgreSQL (an own one, or that of DATABASE_URL) before a simulated vendor that counts for itself.

  npm run sim:budget -- --hours 24 --instances 4 --seed 7

  --hours N        how long (default 24)
  --instances N    gateway instances, 1 to 8 (default 4)
  --seed S         a number or any text (default: chosen and printed)
  --json           one JSON object instead of the table

Ends with 0 when the calls of no rolling hour were more than the share, never more than 3 were at once at an endpoint, the
reserve was kept for people, pauses were kept, and the slots of dead instances came back in time; else with 1.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '24' },
      instances: { type: 'string', default: '4' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 0xffffffff)) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const hours = whole('hours', values.hours, 1, 1_000);
  const instances = whole('instances', values.instances, 1, 8);
  const seed = seedOf(values.seed);
  const bar = progressBar(hours, !values.json);
  const database = await openDatabase(seed);
  try {
    await migrate(database.url, { directory: join(import.meta.dirname, '../../prisma/migrations') });
    const began = performance.now();
    const onProgress = bar.show;
    const result = await simulate({ databaseUrl: database.url, hours, instances, seed, releaseMs: 2, onProgress });
    bar.clear();
    printReport({ result, instances, seed, seconds: (performance.now() - began) / 1000, json: values.json });
    return passed(result) ? 0 : 1;
  } finally {
    await database.remove();
  }
}

/** A database of its own that leaves nothing behind. */
async function openDatabase(seed: number): Promise<{ readonly url: string; remove(): Promise<void> }> {
  const server = process.env.DATABASE_URL;
  if (server) {
    const name = `gateway_sim_budget_${seed}_${process.pid}`;
    return { url: await createDatabase(server, name), remove: () => dropDatabase(server, name) };
  }
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-sim-budget-'));
  const { url, home, stop } = await startEmbeddedPostgres({ dataDir });
  return {
    url,
    async remove() {
      await stop();
      for (const folder of [home, dataDir]) await rm(folder, { recursive: true, force: true });
    },
  };
}

function whole(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Error(`--${name} must be a whole number from ${low} to ${high}.`);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
