import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { addTallies, runBatch, type Tally } from './batch.js';
import { PROFILES, profileOf } from './profile.js';
import { seedOf } from './random.js';
import { printReport, progressBar } from './report.js';
import { runSchedule } from './schedule.js';
import type { ShardTask } from './shard.js';

/** Errors are ordinary answers here; their stacks cost too much. */
Error.stackTraceLimit = 0;

const HELP = `Runs the real delivery code under a virtual clock and a seeded scheduler, and counts what went wrong.

  npm run sim -- --schedules 20000 --seed 7

  --schedules N    how many schedules (default 20000)
  --seed S         a number or any text (default: chosen and printed)
  --profile NAME   which faults (default "default"), see below
  --instances N    gateway instances, 1 to 8 (default: drawn by the seed, 1 to 3)
  --jobs N         processes (default: one per core)
  --trace          prints every event of the one schedule with this seed
  --json           one JSON object instead of the table

Profiles:
${PROFILES.map(({ name, what }) => `  ${name.padEnd(18)}${what}`).join('\n')}
`;

/** Ends with 0 when nothing was lost, doubled, out of order, stuck or wrongly claimed, else with 1. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 0xffffffff)) },
      profile: { type: 'string', default: 'default' },
      instances: { type: 'string', default: '0' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      trace: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [schedules, instances, jobs] = [
    count('schedules', values.schedules, 1, 1e9),
    count('instances', values.instances, 0, 8),
    count('jobs', values.jobs, 1, 64),
  ];
  const seed = seedOf(values.seed);
  const profile = profileOf(values.profile);

  if (values.trace) {
    const { faults } = await runSchedule({ seed, profile, instances, trace: (line) => console.log(line) });
    return faults.length > 0 ? 1 : 0;
  }
  const started = performance.now();
  const bar = progressBar(schedules, !values.json);
  const task = { profile: profile.name, instances, seed, schedules };
  const tally =
    jobs === 1 || schedules < 200
      ? await runBatch({ ...task, profile, onProgress: bar.show })
      : await runShards(task, jobs, bar.show);
  bar.clear();
  const seconds = (performance.now() - started) / 1000;
  printReport({ tally, seed, seconds, profile: profile.name, instances, json: values.json });
  return tally.faultySchedules > 0 ? 1 : 0;
}

async function runShards(task: Omit<ShardTask, 'from' | 'step'>, jobs: number, show: (done: number) => void) {
  const done = new Array<number>(jobs).fill(0);
  const shards = done.map((_, from) =>
    runShard({ ...task, from, step: jobs }, (count) => {
      done[from] = count;
      show(done.reduce((sum, each) => sum + each, 0));
    }),
  );
  return addTallies(await Promise.all(shards));
}

function runShard(task: ShardTask, onProgress: (done: number) => void): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./shard.ts', import.meta.url));
    child.on('message', (message: { readonly done?: number; readonly tally?: Tally }) => {
      if (message.done !== undefined) onProgress(message.done);
      if (message.tally) resolve(message.tally);
    });
    child.once('error', reject);
    child.once('exit', (code) => code !== 0 && reject(new Error(`A shard ended with ${code}.`)));
    child.send(task);
  });
}

function count(name: string, text: string, low: number, high: number): number {
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
