import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { seedOf } from '../sim/random.js';
import { progressBar } from '../sim/report.js';
import { createTestDatabase } from '../support/database.js';
import setup from '../support/global-setup.js';
import { holds, printReport } from './kills/report.js';
import { runKills } from './kills/run.js';

const HELP = `Real gateways, a real PostgreSQL and a simulated PSA, each a process of its own, under faults.

  npm run test:faults                       every row of the fault matrix that concerns delivery, as a named case
  npm run test:faults -- -t "429"           the cases whose name fits
  npm run test:faults -- --kills 100        random kill -9 while changes flow, then units, ledger and audit compared

  --kills N          how many kills; at least so many, some take two gateways at once
  --seed S           a number or any text (default: chosen and printed): which lines, faults and victims; not the timing
  --instances N      gateways, 1 to 8 (default 2)
  --subscriptions N  mapped subscriptions over ten contracts (default 40)
  --changes N        changes for each kill (default 10)
  --quarantine S     seconds an unanswered write may still take effect (default 3)
  --json             one JSON object instead of the table
`;

/** Ends with 0 when nothing was lost, doubled, out of order, unequal, wrongly claimed, missed or stuck, else with 1. */
async function main(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  if (!argv.some((text) => /^--kills\b/.test(text))) return runCases(argv);
  const { values } = parseArgs({
    args: [...argv],
    options: {
      kills: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 0xffffffff)) },
      instances: { type: 'string', default: '2' },
      subscriptions: { type: 'string', default: '40' },
      changes: { type: 'string', default: '10' },
      quarantine: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  });
  const kills = count('kills', values.kills, 1, 100_000);
  const instances = count('instances', values.instances, 1, 8);
  const seed = seedOf(values.seed);
  if (!values.json) console.log(`seed ${seed}`);
  const bar = progressBar(kills, !values.json);
  const tearDown = await setup();
  try {
    const database = await createTestDatabase();
    const report = await runKills(database, {
      kills,
      seed,
      instances,
      subscriptions: count('subscriptions', values.subscriptions, 1, 300),
      changesPerKill: count('changes', values.changes, 1, 1000),
      quarantineSeconds: count('quarantine', values.quarantine, 1, 600),
      onProgress: bar.show,
    });
    bar.clear();
    printReport({ report, seed, instances, json: values.json });
    await database.drop();
    return holds(report) ? 0 : 1;
  } finally {
    await tearDown();
  }
}

async function runCases(argv: readonly string[]): Promise<number> {
  const [given, rest] = [argv.includes('--json'), argv.filter((text) => text !== '--json')];
  const reporter = given ? ['--reporter=json'] : [];
  const vitest = new URL('../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.faults.config.ts', ...reporter, ...rest], {
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function count(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Error(`--${name} must be a whole number from ${low} to ${high}.`);
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
