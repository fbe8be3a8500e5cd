import type { Database } from '../storage/database.js';
import { cancellable, unlessAborted } from './cancellable.js';
import { CursorError, seqOf } from './cursor.js';
import { isFinal, type Scope } from './entry.js';
import { type AuditLogFilter, matcher } from './filter.js';
import { type AuditLogEventRow, type AuditLogRow, createFeedRows, type Extent, type FeedRow } from './rows.js';
import { backOff, createTail, type Tail } from './tail.js';
import type { Wake } from './wake.js';

/**
 * What a follower gets. `cursor` is where to resume from: it grows with every event; a checkpoint repeats or raises it. The
 * entry stands at the event's `toStatus` or further on; who ignores cursors he has had and keeps entries by id is right.
 */
export type FeedMessage =
  | { readonly type: 'CHECKPOINT'; readonly cursor: string }
  | {
      readonly type: AuditLogEventRow['type'];
      readonly cursor: string;
      readonly event: AuditLogEventRow;
      readonly entry: AuditLogRow;
    };

export interface FollowOptions {
  /** Absent or null: from now on. `""` or `"0"`: from the oldest kept. */
  readonly after?: string | null;
  readonly filter?: AuditLogFilter | null;
  readonly signal?: AbortSignal;
}

/** The organization has no such entry. */
export class EntryNotFoundError extends Error {
  override readonly name = 'EntryNotFoundError';
  readonly code = 'NOT_FOUND';
}

export interface AuditFeedOptions {
  readonly db: Database;
  readonly wake: Wake;
  /** How late an event comes when its wake-up was lost. */
  readonly safetyPollMs?: number;
  /** A checkpoint follows after this much silence. */
  readonly checkpointMs?: number;
  /** A checkpoint follows after so many events the filter held back: no more are read twice after a break. */
  readonly checkpointEvents?: number;
  /** Events read at once. */
  readonly pageSize?: number;
  /** Events remembered for the followers of one organization. */
  readonly memory?: number;
  /** Told of each event when it was first read for its followers. */
  readonly onEvent?: (at: Date) => void;
  /** Told of reads that failed while following; they are tried again. Absent: silent. */
  readonly onError?: (error: unknown) => void;
  /** Milliseconds of any origin that never go back. */
  readonly now?: () => number;
}

export type AuditFeed = ReturnType<typeof createAuditFeed>;

/**
 * The live side of the log. Data always comes from the table behind a cursor, in pages; the wake only says when to look. So
 * nothing is lost, doubled or out of order, and a slow follower holds its cursor and at most one page.
 *
 * Iterables end silently when they are returned, aborted, or the feed is closed; before their first message they throw
 * CursorError or EntryNotFoundError, or what the database threw. Later faults of the database are waited out.
 */
export function createAuditFeed({
  db,
  wake,
  onEvent = () => undefined,
  onError = () => undefined,
  ...options
}: AuditFeedOptions) {
  const { safetyPollMs = 5_000, checkpointMs = 30_000, checkpointEvents = 1_000 } = options;
  const { pageSize = 200, memory = 500, now = () => performance.now() } = options;
  const rows = createFeedRows(db);
  const tails = new Map<string, { readonly tail: Tail; holders: number }>();
  const followers = new Set<() => void>();
  let closed = false;

  return {
    events,
    statusChanges,
    /** Followers and tails at work. */
    stats: () => ({ followers: followers.size, tails: tails.size }),
    /** Ends every iterable. The wake is its owner's to close. */
    close: () => {
      closed = true;
      for (const end of [...followers]) end();
    },
  };

  /**
   * Every event behind `after`, in order, once. The first message is a checkpoint with the cursor it begins behind. May
   * also throw CURSOR_EXPIRED later, when a follower stays so far behind that what it needs is no longer kept.
   */
  function events(
    scope: Scope,
    { after, filter, signal }: FollowOptions = {},
  ): AsyncIterableIterator<FeedMessage, void> {
    const matches = matcher(filter ?? {});
    return following(signal, async function* (stop, hold) {
      const extent = await unlessAborted(rows.extent(scope), stop);
      if (!extent || stop.aborted) return;
      let cursor = startOf(after, extent);
      const tail = hold(scope, extent.head);
      yield { type: 'CHECKPOINT', cursor: String(cursor) };
      let told = cursor;
      let quietSince = now();
      for await (const row of follow(scope, tail, cursor, stop, () => quietSince + checkpointMs - now())) {
        cursor = row?.event.seq ?? cursor;
        if (row && matches(row.event, row.entry)) yield { type: row.event.type, cursor: String(cursor), ...row };
        else if (cursor - told >= checkpointEvents || now() - quietSince >= checkpointMs) {
          yield { type: 'CHECKPOINT', cursor: String(cursor) };
        } else continue;
        told = cursor;
        quietSince = now();
      }
    });
  }

  /**
   * The entry as it is, then again whenever its status changed, until it is final. Statuses that were passed through
   * between two reads may be left out; NEEDS_REVIEW is not the end.
   */
  function statusChanges(
    scope: Scope,
    auditLogId: string,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): AsyncIterableIterator<AuditLogRow, void> {
    return following(signal, async function* (stop, hold) {
      const present = await unlessAborted(rows.entry(scope, auditLogId), stop);
      if (present === undefined || stop.aborted) return;
      if (present === null) throw new EntryNotFoundError('There is no such audit log entry.');
      let { status, id } = present.entry;
      const tail = isFinal(status) ? null : hold(scope, present.head);
      yield present.entry;
      if (!tail) return;
      for await (const row of follow(scope, tail, present.head, stop)) {
        if (row?.entry.id !== id || row.entry.status === status) continue;
        status = row.entry.status;
        yield row.entry;
        if (isFinal(status)) return;
      }
    });
  }

  /** Gives a follower its share of a tail, and takes it back the moment it ends, also while nobody reads from it. */
  function following<T>(
    signal: AbortSignal | undefined,
    run: (stop: AbortSignal, hold: (scope: Scope, head: bigint) => Tail) => AsyncGenerator<T, void>,
  ): AsyncIterableIterator<T, void> {
    const follower = cancellable<T>(signal, async function* (stop) {
      let letGo = () => {};
      const release = () => {
        followers.delete(end);
        stop.removeEventListener('abort', release);
        letGo();
      };
      const end = () => void follower.return?.();
      if (closed || stop.aborted) return;
      followers.add(end);
      stop.addEventListener('abort', release);
      try {
        yield* run(stop, (scope, head) => {
          const [tail, drop] = holdTail(scope, head);
          letGo = drop;
          return tail;
        });
      } finally {
        release();
      }
    });
    return follower;
  }

  function holdTail(scope: Scope, start: bigint): [tail: Tail, drop: () => void] {
    const key = `${scope.tenantId}/${scope.organizationId}`;
    const held = tails.get(key) ?? {
      holders: 0,
      tail: createTail({
        start,
        async read(cursor, limit) {
          const page = await rows.after(scope, cursor, limit);
          for (const { event } of page) onEvent(event.at);
          return page;
        },
        onWake: (look) => wake.onWake(scope.organizationId, look),
        onError,
        safetyPollMs,
        pageSize,
        memory,
      }),
    };
    held.holders += 1;
    tails.set(key, held);
    let dropped = false;
    return [
      held.tail,
      () => {
        if (dropped) return;
        dropped = true;
        held.holders -= 1;
        if (held.holders > 0) return;
        held.tail.close();
        tails.delete(key);
      },
    ];
  }

  /** Every event behind a cursor; null when the patience (in ms) is over and nothing came. */
  async function* follow(
    scope: Scope,
    tail: Tail,
    start: bigint,
    stop: AbortSignal,
    patience: () => number = () => Number.POSITIVE_INFINITY,
  ): AsyncGenerator<FeedRow | null, void> {
    let cursor = start;
    while (!stop.aborted) {
      const row = tail.next(cursor);
      if (row === 'behind') {
        for (const late of await backlog(scope, tail, cursor, stop)) {
          cursor = late.event.seq;
          yield late;
        }
      } else if (row !== 'end') {
        cursor = row.event.seq;
        yield row;
      } else {
        await tail.wait(stop, Math.max(0, patience()));
        if (!stop.aborted && tail.next(cursor) === 'end') yield null;
      }
    }
  }

  /** One page of the table. While the database does not answer it is asked again. */
  async function backlog(scope: Scope, tail: Tail, cursor: bigint, stop: AbortSignal): Promise<FeedRow[]> {
    for (let failures = 1; ; failures += 1) {
      try {
        const page = await unlessAborted(rows.after(scope, cursor, pageSize), stop);
        if (page && page[0]?.event.seq !== cursor + 1n) throw expired();
        return page ?? [];
      } catch (error) {
        if (error instanceof CursorError) throw error;
        onError(error);
        await tail.wait(stop, backOff(failures, safetyPollMs));
      }
    }
  }
}

function startOf(after: string | null | undefined, { head, floor }: Extent): bigint {
  if (after == null) return head;
  const seq = seqOf(after);
  if (seq === 0n) return floor;
  if (seq < floor) throw expired();
  if (seq > head) throw new CursorError('INVALID_CURSOR', 'This cursor lies beyond the newest event of this database.');
  return seq;
}

const expired = () =>
  new CursorError('CURSOR_EXPIRED', 'What follows this cursor is no longer kept. Read the list again.');
