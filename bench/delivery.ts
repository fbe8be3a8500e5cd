import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Measured, measure } from './delivery/measure.js';
import { judge, print } from './delivery/report.js';

const HELP = `Delivers changes to a strict stub of the PSA and compares how long it takes with what the vendor's limits allow.

  npm run bench:delivery -- --changes 1000 --subscriptions 300 --latency 200

  --changes N         changes of quantity, spread evenly over the subscriptions, each on a day of its own (default 1000)
  --subscriptions N   mapped subscriptions, four to a contract (default 300)
  --latency MS        how long every call of the stub takes (default 200)
  --recorders N       how many events the marketplace sends at once (default 4)
  --json              one JSON object instead of the table

DATABASE_URL names a PostgreSQL server on which a database is made and dropped; without it an embedded one is started.
Ends with 1 when a limit was breached, when a subscription is not what the marketplace says, or when the ratio is above its goal.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      changes: { type: 'string', default: '1000' },
      subscriptions: { type: 'string', default: '300' },
      latency: { type: 'string', default: '200' },
      recorders: { type: 'string', default: '4' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const changes = count('changes', values.changes, 1, 6_000);
  const subscriptions = count('subscriptions', values.subscriptions, 1, 2_000);
  const latencyMs = count('latency', values.latency, 1, 10_000);
  const recorders = count('recorders', values.recorders, 1, 200);
  const task = { changes, subscriptions, latencyMs, recorders };
  const measured: Measured = await measure({ ...task, bar: !values.json });
  const machine = { cores: availableParallelism(), load: loadavg()[0] ?? 0 };
  const verdict = judge(measured, task);
  print(verdict, { ...task, ...machine, json: values.json });
  return verdict.good ? 0 : 1;
}

function count(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new Error(`--${name} must be a whole number from ${low} to ${high}.`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
