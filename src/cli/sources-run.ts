import { setTimeout as wait } from 'node:timers/promises';
import { createJobEngine } from '../jobs/engine.js';
import { pullJob } from '../operations/pull-source.js';
import { type PullTally, sentenceOf, tallyOf } from '../operations/source-tally.js';
import { encodeId } from '../schema/ids.js';
import { newId } from '../storage/ids.js';
import { type Context, operator } from './context.js';
import { CommandError, EXIT } from './errors.js';
import { type Store, withStore } from './store.js';

const LOOK_EVERY_MS = 500;
/** A gateway that lives takes a job within a second; one that pulls already is done first. */
const TAKEN_WITHIN_MS = 60_000;

/** Asks the gateways for a pull and follows its entry. Exit code 3: rows were refused. */
export async function pullNow(context: Context, source: string): Promise<void> {
  const { terminal } = context;
  const known = context.config().sources.uses.map((use) => use.source);
  if (!known.includes(source)) {
    const there = known.length > 0 ? `It names ${known.join(', ')}.` : 'It names none.';
    throw new CommandError(`GATEWAY_SOURCES does not name "${source}". ${there}`, EXIT.wrongUse);
  }
  await withStore(context, async (store) => {
    const entry = await follow(store, await ask(store, source), terminal.note);
    const tally = tallyOf(entry.details);
    const rows = Object.entries(tally.counts).map(([kind, counts]) => ({ kind, ...counts }));
    terminal.value({ auditLogId: encodeId('AuditLog', entry.id), status: entry.status, ...tally });
    if (!terminal.json) show(context, rows, tally);
    if (entry.status !== 'SUCCEEDED') throw new CommandError(`${entry.status}: ${entry.errorMessage ?? entry.summary}`);
    if (rows.some(({ refused }) => refused > 0)) process.exitCode = EXIT.found;
  });
}

/** Answers the request id by which the entry is found. */
async function ask({ db, url }: Store, source: string): Promise<string> {
  // A command that works has no workers.
  const alive = { beatAt: { gt: new Date(Date.now() - 60_000) }, workers: { isEmpty: false } };
  if ((await db.client.instance.count({ where: alive })) === 0) {
    throw new CommandError('No gateway runs on this database; start one, it pulls by itself.');
  }
  const { id, name } = operator();
  const requestId = newId();
  const jobs = createJobEngine({ databaseUrl: url, concurrency: 1, log: () => undefined });
  const job = pullJob({ source, requestId, operatorId: id ?? '', operatorName: name });
  await db.transaction((tx) => jobs.enqueue(tx, job));
  return requestId;
}

async function follow({ db, signal }: Store, requestId: string, note: (text: string) => void) {
  const asked = performance.now();
  for (let told = ''; ; await wait(LOOK_EVERY_MS)) {
    if (signal.aborted) throw new CommandError('Not followed any further; the gateway goes on.');
    const entry = await db.client.auditLog.findFirst({ where: { requestId, operation: 'PullSource' } });
    if (entry?.finishedAt) return entry;
    if (!entry && performance.now() - asked > TAKEN_WITHIN_MS) {
      throw new CommandError('No gateway took it. Do they have this source, and its organization?');
    }
    const pull = entry && (await db.client.sourcePull.findFirst({ where: { auditLogId: entry.id } }));
    const now = pull ? sentenceOf(tallyOf(pull.tally)) : 'Waiting for a gateway.';
    if (now !== told) note(now);
    told = now;
  }
}

function show({ terminal }: Context, rows: readonly Shown[], { refused }: PullTally): void {
  terminal.rows(
    rows,
    {
      KIND: ({ kind }) => kind,
      READ: ({ read }) => read,
      CREATED: ({ created }) => created,
      UPDATED: ({ updated }) => updated,
      UNCHANGED: ({ unchanged }) => unchanged,
      REFUSED: (row) => row.refused,
    },
    'There was nothing new.',
  );
  if (refused.length === 0) return;
  terminal.line('');
  terminal.rows(refused, { 'REFUSED AT': ({ where }) => where, REASON: ({ reasons }) => reasons.join(' ') }, '');
}

type Shown = { readonly kind: string } & NonNullable<PullTally['counts']['offers']>;
