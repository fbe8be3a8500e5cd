import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { PORTAL, post, type Target } from '../test/server/attack-list.js';
import { startGatewayChild } from '../test/support/child.js';
import type { Order, Round } from './attacks/attacker.js';
import { createKey } from './key.js';
import { createPlace } from './place.js';

const HELP = `Sends requests that a gateway must refuse, several at once, and times what an ordinary caller asks meanwhile.

  npm run bench:attacks -- --rounds 10

  --rounds N    how often each of them is sent (default 10)
  --at-once N   how many are under way at a time (default 4)
  --json        one JSON object instead of the table

Ends with 1 when one of them is served or waits longer than 5 s, or an ordinary request takes 100 ms or longer.
`;

/** Milliseconds (design.md). */
const GOAL = { normal: 100, refusal: 5_000 };
const QUIET_REQUESTS = 300;
const QUESTION = JSON.stringify({ query: '{ viewer { name } connections { totalCount nodes { id alias } } }' });

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '10' },
      'at-once': { type: 'string', default: '4' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [rounds, atOnce] = [Number(values.rounds), Number(values['at-once'])];
  if (![rounds, atOnce].every((number) => Number.isInteger(number) && number > 0)) {
    throw new Error('--rounds and --at-once are whole numbers above 0.');
  }

  const place = await createPlace();
  try {
    const key = await createKey(place.url);
    const gateway = await startGatewayChild({
      ...{ databaseUrl: place.url, discoveryUrl: 'http://127.0.0.1:9', secretKey: randomBytes(32).toString('hex') },
      policy: { origins: [PORTAL], introspection: 'nobody', graphiql: false },
    });
    const attacker = fork(join(import.meta.dirname, 'attacks/attacker.ts'), { execArgv: ['--import', 'tsx'] });
    try {
      const target = { url: gateway.url, key };
      const warm = await times(target, (done) => done >= QUIET_REQUESTS);
      const quiet = await times(target, (done) => done >= QUIET_REQUESTS);
      const attacked = attackFor(attacker, { ...target, atOnce }, rounds);
      let over = false;
      attacked.finally(() => {
        over = true;
      });
      const meanwhile = await times(target, () => over);
      const results = await attacked;
      const slowest = Math.max(...results.map((round) => round.slowest.milliseconds));
      const served = [...new Set(results.flatMap((round) => round.served))];
      const good = served.length === 0 && slowest < GOAL.refusal && (meanwhile.at(-1) ?? 0) < GOAL.normal;
      const told = {
        good,
        attacks: results.reduce((sum, { count }) => sum + count, 0),
        served,
        slowestRefusal: slowest,
        slowestAttack: results.find((round) => round.slowest.milliseconds === slowest)?.slowest.name,
        quiet: summary(quiet),
        meanwhile: summary(meanwhile),
        requests: warm.length + quiet.length + meanwhile.length,
      };
      if (values.json) console.log(JSON.stringify(told));
      else print(told);
      return good ? 0 : 1;
    } finally {
      attacker.kill();
      await gateway.kill();
    }
  } finally {
    await place.close();
  }
}

async function attackFor(attacker: ChildProcess, order: Order, rounds: number): Promise<Round[]> {
  const results: Round[] = [];
  for (let at = 0; at < rounds; at += 1) {
    attacker.send(order);
    results.push((await once(attacker, 'message'))[0] as Round);
  }
  return results;
}

/** Milliseconds of ordinary requests, one after the other, in order of length. */
async function times(target: Target, enough: (done: number) => boolean): Promise<number[]> {
  const taken: number[] = [];
  while (!enough(taken.length)) {
    const began = performance.now();
    const { status, text } = await post(target, QUESTION);
    if (status !== 200) throw new Error(`An ordinary request was answered ${status}: ${text}`);
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b);
}

interface Summary {
  readonly requests: number;
  readonly median: number;
  readonly p99: number;
  readonly longest: number;
}

function summary(sorted: readonly number[]): Summary {
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { requests: sorted.length, median: at(0.5), p99: at(0.99), longest: at(1) };
}

interface Told {
  readonly good: boolean;
  readonly attacks: number;
  readonly served: readonly string[];
  readonly slowestRefusal: number;
  readonly slowestAttack: string | undefined;
  readonly quiet: Summary;
  readonly meanwhile: Summary;
}

function print(told: Told): void {
  const table = new Table({
    head: ['Ordinary requests', 'Number', 'Median ms', '99 % ms', 'Longest ms'],
    style: { head: [] },
  });
  for (const [name, one] of Object.entries({ 'before the attacks': told.quiet, meanwhile: told.meanwhile })) {
    table.push([name, one.requests, one.median.toFixed(1), one.p99.toFixed(1), one.longest.toFixed(1)]);
  }
  console.log(table.toString());
  console.log(`attacks            ${told.attacks}`);
  console.log(`served             ${told.served.join(', ') || 'none'}`);
  console.log(`slowest refusal    ${Math.round(told.slowestRefusal)} ms, ${told.slowestAttack}`);
  console.log(
    told.good ? '\nGood.' : `\nNot good: ordinary requests are to take less than ${GOAL.normal} ms, refusals 5 s.`,
  );
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
