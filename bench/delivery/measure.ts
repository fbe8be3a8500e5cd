import { randomBytes } from 'node:crypto';
import { SingleBar } from 'cli-progress';
import { startGatewayProcess } from '../../test/faults/support/process.js';
import { done } from '../../test/support/acts.js';
import { type Caller, createCaller } from '../../test/support/caller.js';
import { nextMonth } from '../../test/support/dates.js';
import { inParallel } from '../in-parallel.js';
import { createKey } from '../key.js';
import { createPlace, type Place } from '../place.js';
import { type Account, startStubProcess } from '../stub/process.js';
import { FIRST_QUANTITY, type Line, prepare, sizeFor } from './prepare.js';

export interface Task {
  readonly changes: number;
  readonly subscriptions: number;
  readonly latencyMs: number;
  /** How many events the marketplace sends at once. */
  readonly recorders: number;
}

/** A subscription with the units the marketplace has of it at last, and the day from which. */
export type Wanted = Line & { readonly quantity: number; readonly from: string };

export interface Measured {
  readonly makespanMs: number;
  readonly recordingMs: number;
  readonly account: Account;
  readonly wanted: readonly Wanted[];
  /** Changes that were delivered alone, and what became of the others. */
  readonly states: { readonly [state: string]: number };
  readonly notSynced: number;
}

const LOOK_MS = 250;
/** So long nothing may happen. */
const STUCK_MS = 180_000;

/** Everything is made, used and thrown away: a database, the stub, a gateway, the mapped subscriptions. */
export async function measure(task: Task & { readonly bar: boolean }): Promise<Measured> {
  const { subscriptions, latencyMs } = task;
  const size = sizeFor(subscriptions);
  const [place, stub] = await Promise.all([createPlace(), startStubProcess(size)]);
  try {
    const key = await createKey(place.url);
    const gateway = await startGatewayProcess({
      ...{ databaseUrl: place.url, discoveryUrl: stub.discoveryUrl, quarantineSeconds: 330 },
      secretKey: randomBytes(32).toString('hex'),
    });
    const caller = createCaller(gateway.url, key);
    try {
      const bar = progress(task.bar);
      bar.start('mapping', subscriptions);
      const lines = await prepare(caller, size, subscriptions, bar.show);
      await untilSynced(place, () => undefined);
      // As if the hour of the mapping were over, for the vendor and for the gateway's own count.
      await place.sql('DELETE FROM "VendorBudget"');
      await stub.measure(latencyMs);

      const plan = changesOf(lines, task.changes);
      bar.start('delivering', plan.length);
      const [{ before = 0 } = {}] = await place.sql<{ before: number }>(`SELECT count(*)::int AS before ${CHANGES}`);
      const began = Date.now();
      const recorded = record(caller, plan, task.recorders).then(() => Date.now() - began);
      const [recordingMs] = await Promise.all([
        recorded,
        untilSynced(place, (count) => bar.show(count - before), recorded),
      ]);
      bar.stop();
      return await told(place, { began, recordingMs, account: await stub.account(), wanted: lastOf(lines, plan) });
    } finally {
      await caller.close();
      await gateway.stop();
    }
  } finally {
    await stub.close();
    await place.close();
  }
}

interface Planned {
  readonly line: Line;
  readonly quantity: number;
  readonly day: string;
}

/** Round by round: each subscription's next change is on the next day, and to another quantity than the one before. */
function changesOf(lines: readonly Line[], count: number): Planned[] {
  return Array.from({ length: count }, (_, at) => {
    const [round, of] = [Math.floor(at / lines.length), at % lines.length];
    const quantity = FIRST_QUANTITY + 1 + ((round * 5 + of) % 7);
    return { line: lines[of] as Line, quantity, day: nextMonth(5 + round) };
  });
}

function lastOf(lines: readonly Line[], plan: readonly Planned[]): Wanted[] {
  const last = new Map(plan.map((each) => [each.line, each]));
  return lines.map((line) => {
    const { quantity = FIRST_QUANTITY, day = nextMonth(5) } = last.get(line) ?? {};
    return { ...line, quantity, from: day };
  });
}

async function record(caller: Caller, plan: readonly Planned[], atOnce: number): Promise<void> {
  await inParallel(atOnce, plan, async ({ line, quantity, day }, at) => {
    const { externalId } = line;
    const input = { eventId: `bench ${at}`, externalId, kind: 'QUANTITY', quantity, effectiveDate: day };
    await again(() => done(caller, 'recordSubscriptionChange', input));
  });
}

/** A gateway that is too busy says so; the same event sent again changes nothing twice. */
async function again(send: () => Promise<unknown>): Promise<void> {
  for (let left = 5; ; left -= 1) {
    try {
      return void (await send());
    } catch (error) {
      if (left === 0 || !(error as Error).message.includes('"UNAVAILABLE"')) throw error;
    }
  }
}

const CHANGES = `FROM "LaneOperation" WHERE "state" IN ('SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED')`;

/** Resolves when every operation is settled and every badge SYNCED, after `first` has happened. */
async function untilSynced(place: Place, seen: (settled: number) => void, first?: Promise<unknown>): Promise<void> {
  let waiting = first !== undefined;
  first?.then(
    () => {
      waiting = false;
    },
    () => undefined,
  );
  for (let last = { settled: -1, at: Date.now() }; ; ) {
    const finished = !waiting;
    const [row] = await place.sql<{ settled: number; open: number; unsynced: number }>(
      `SELECT (SELECT count(*)::int ${CHANGES}) AS settled,
        (SELECT count(*)::int FROM "LaneOperation") - (SELECT count(*)::int ${CHANGES}) AS open,
        (SELECT count(*)::int FROM "Mapping" WHERE "kind" = 'SUBSCRIPTION' AND "syncState" <> 'SYNCED') AS unsynced`,
    );
    const { settled = 0, open = 0, unsynced = 0 } = row ?? {};
    seen(settled);
    if (finished && open === 0 && unsynced === 0) return;
    if (settled !== last.settled) last = { settled, at: Date.now() };
    if (Date.now() - last.at > STUCK_MS) {
      const [why] = await place.sql<{ code: string; message: string }>(
        `SELECT "errorCode" AS code, "errorMessage" AS message FROM "AuditLog"
         WHERE "errorCode" IS NOT NULL AND "finishedAt" IS NULL ORDER BY "createdAt" LIMIT 1`,
      );
      const counts = `${settled} operations are settled, ${open} open, ${unsynced} subscriptions not SYNCED`;
      throw new Error(`Stuck: ${counts}.${why ? ` The first waits for ${why.code}: ${why.message}` : ''}`);
    }
    await new Promise((waited) => setTimeout(waited, LOOK_MS));
  }
}

async function told(
  place: Place,
  { began, ...rest }: Pick<Measured, 'recordingMs' | 'account' | 'wanted'> & { readonly began: number },
): Promise<Measured> {
  const entries = `"AuditLog" WHERE "operation" = 'UpdateSubscriptionOnConnection'`;
  const [{ ended = new Date() } = {}] = await place.sql<{ ended: Date }>(
    `SELECT max("finishedAt") AS ended FROM ${entries}`,
  );
  const states = await place.sql<{ status: string; count: number }>(
    `SELECT "status"::text, count(*)::int FROM ${entries} GROUP BY 1`,
  );
  const [{ unsynced = 0 } = {}] = await place.sql<{ unsynced: number }>(
    `SELECT count(*)::int AS unsynced FROM "Mapping" WHERE "kind" = 'SUBSCRIPTION' AND "syncState" <> 'SYNCED'`,
  );
  return {
    ...rest,
    makespanMs: ended.getTime() - began,
    states: Object.fromEntries(states.map(({ status, count }) => [status, count])),
    notSynced: unsynced,
  };
}

function progress(wanted: boolean) {
  const shown = wanted && process.stderr.isTTY;
  const bar = new SingleBar({ format: '{what} [{bar}] {value} of {total}', hideCursor: true, clearOnComplete: true });
  return {
    start(what: string, total: number): void {
      if (!shown) return;
      bar.stop();
      bar.start(total, 0, { what });
    },
    show: (count: number) => void (shown && bar.update(count)),
    stop: () => void (shown && bar.stop()),
  };
}
