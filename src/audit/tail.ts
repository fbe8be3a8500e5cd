import type { FeedRow } from './rows.js';

/**
 * The newest events of one organization, read once for all who follow it in this process. It remembers a bounded number of
 * them; who is further behind reads the table himself until he is within reach.
 */
export interface Tail {
  /** The event right behind a cursor; 'end' when there is none yet, 'behind' when it is no longer remembered. */
  next(cursor: bigint): FeedRow | 'end' | 'behind';
  /** Until something was appended, the signal is aborted, or the time is over. */
  wait(signal: AbortSignal, ms: number): Promise<void>;
  close(): void;
}

export interface TailOptions {
  /** The cursor to begin behind. */
  readonly start: bigint;
  readonly read: (cursor: bigint, limit: number) => Promise<FeedRow[]>;
  readonly onWake: (wake: () => void) => () => void;
  /** Told of every failed read; the tail goes on trying. */
  readonly onError: (error: unknown) => void;
  readonly safetyPollMs: number;
  readonly pageSize: number;
  readonly memory: number;
}

const FIRST_RETRY_MS = 50;
/** Longer timers overflow and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The pause after a number of failures in a row. */
export function backOff(failures: number, max: number): number {
  return Math.min(max, FIRST_RETRY_MS * 2 ** Math.min(failures, 16));
}

export function createTail({ start, read, onWake, onError, safetyPollMs, pageSize, memory }: TailOptions): Tail {
  /** The events `floor + 1` to `head`; numbers have no gaps, so a number is also a place. */
  let remembered: FeedRow[] = [];
  let floor = start;
  let head = start;
  let reading = false;
  let again = false;
  let failures = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<() => void>();
  const stopWaking = onWake(() => void pump());
  // What was appended between the reading of `start` and this moment has woken nobody.
  void pump();

  return { next, wait, close };

  function next(cursor: bigint): FeedRow | 'end' | 'behind' {
    if (cursor >= head) return 'end';
    if (cursor < floor) return 'behind';
    return remembered[Number(cursor - floor)] ?? 'behind';
  }

  function wait(signal: AbortSignal, ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || closed) return resolve();
      const done = () => {
        clearTimeout(limit);
        waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const limit = setTimeout(done, Math.min(ms, LONGEST_TIMER_MS));
      waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  function close(): void {
    closed = true;
    stopWaking();
    clearTimeout(timer);
    for (const done of [...waiting]) done();
  }

  /** Reads until nothing is left. One at a time: a wake-up during a reading has it read once more. */
  async function pump(): Promise<void> {
    again = true;
    if (reading) return;
    reading = true;
    clearTimeout(timer);
    try {
      while (again && !closed) {
        again = false;
        const rows = await read(head, pageSize);
        if (rows.length === pageSize) again = true;
        append(rows);
      }
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!closed) onError(error);
    }
    reading = false;
    if (closed) return;
    timer = setTimeout(() => void pump(), failures > 0 ? backOff(failures, safetyPollMs) : safetyPollMs);
  }

  function append(rows: FeedRow[]): void {
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last || closed) return;
    // Only when what lies between is no longer kept: those who need it will find that out from the table.
    if (first.event.seq !== head + 1n) remembered = [];
    remembered.push(...rows);
    remembered.splice(0, remembered.length - memory);
    head = last.event.seq;
    floor = head - BigInt(remembered.length);
    for (const done of [...waiting]) done();
  }
}
