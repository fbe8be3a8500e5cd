import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import type { Finding } from '../src/audit/proof/finding.js';
import { verifyAudit } from '../src/audit/proof/verify.js';
import { createDatabase } from '../src/storage/database.js';
import { fillLog } from '../test/audit/support/filled-log.js';
import { createRandom, createScope } from '../test/audit/support/log.js';
import { tamper, unnamed, wronglyNamed } from '../test/audit/support/tamper.js';
import { createPlace } from './place.js';

const HELP = `Fills an audit log, verifies it, changes it behind the back of the database, and verifies it again.

  npm run bench:audit -- --rows 100000 --tampers 1000 --seed 1

  --rows N       events in the log (default 100000)
  --tampers N    rows changed, deleted, inserted or swapped at random (default 1000)
  --seed N       which ones (default 1)
  --json         one JSON object instead of the table

DATABASE_URL names a PostgreSQL server on which a database is made and dropped; without it an embedded one is started.
Ends with 1 when a tamper was not found, when something is named that nobody touched, or below 50,000 rows a second.
`;

/** Rows of the log, events and entries, that are to be verified in a second (design.md). */
const GOAL = 50_000;
/** Events of one operation. */
const EVENTS = 3;

interface Pass {
  readonly rows: number;
  readonly seconds: number;
  readonly findings: readonly Finding[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '100000' },
      tampers: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [rows, count, seed] = [Number(values.rows), Number(values.tampers), Number(values.seed)];
  if (![rows, count, seed].every((number) => Number.isInteger(number) && number > 0) || count > rows / 10) {
    throw new Error(
      '--rows, --tampers and --seed are whole numbers above 0, and at most one row in ten is tampered with.',
    );
  }

  const place = await createPlace();
  const db = createDatabase(place.url);
  try {
    const scope = await createScope(db);
    const entries = await fillLog(place.url, scope, Math.ceil(rows / EVENTS));
    const verify = (what: string) => timed(place.url, what, !values.json);
    const clean = await verify('as it was written');
    const done = await tamper(place.url, { ...scope, entries, count, random: createRandom(seed) });
    const tampered = await verify('tampered with');
    const missed = unnamed(done, [...tampered.findings]);
    const wrong = [...clean.findings, ...wronglyNamed(done, [...tampered.findings])];
    const speed = Math.min(...[clean, tampered].map((pass) => pass.rows / pass.seconds));
    const good = missed.length === 0 && wrong.length === 0 && speed >= GOAL;
    const told = {
      good,
      rows: clean.rows,
      tampers: done.length,
      missed,
      wrong,
      rowsPerSecond: Math.round(speed),
      goal: GOAL,
    };
    if (values.json) console.log(JSON.stringify(told));
    else print(told, { clean, tampered });
    return good ? 0 : 1;
  } finally {
    await db.close();
    await place.close();
  }
}

async function timed(url: string, what: string, wanted: boolean): Promise<Pass> {
  const shown = wanted && process.stderr.isTTY;
  const bar = new SingleBar({ format: `${what} [{bar}] {value} of {total}`, hideCursor: true, clearOnComplete: true });
  const findings: Finding[] = [];
  if (shown) bar.start(1, 0);
  const began = performance.now();
  const verified = await verifyAudit({
    ...{ url, keys: new Map(), outside: null, onFinding: (finding: Finding) => findings.push(finding) },
    onProgress(done, total) {
      if (!shown) return;
      bar.setTotal(total);
      bar.update(done);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  bar.stop();
  return { rows: verified.events + verified.entries, seconds, findings };
}

interface Told {
  readonly good: boolean;
  readonly tampers: number;
  readonly missed: readonly unknown[];
  readonly wrong: readonly unknown[];
}

function print(told: Told, passes: { readonly [name: string]: Pass }): void {
  const table = new Table({ head: ['Log', 'Rows', 'Seconds', 'Rows a second', 'Findings'], style: { head: [] } });
  for (const [name, { rows, seconds, findings }] of Object.entries(passes)) {
    table.push([name, rows, seconds.toFixed(2), Math.round(rows / seconds), findings.length]);
  }
  console.log(table.toString());
  console.log(`tampers            ${told.tampers}`);
  console.log(`not found          ${told.missed.length}`);
  console.log(`wrongly named      ${told.wrong.length}`);
  for (const one of [...told.missed, ...told.wrong].slice(0, 10)) console.log(' ', JSON.stringify(one));
  console.log(
    told.good ? '\nGood.' : `\nNot good: the goal is ${GOAL} rows a second, everything found, nothing else named.`,
  );
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  },
);
