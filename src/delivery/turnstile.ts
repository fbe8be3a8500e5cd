/**
 * The line of one process before one vendor instance. Its turns are taken in the database (vendor_turn), one at a time, each
 * for everything that ended and everybody who came meanwhile: many calls share a statement, and a call costs two at most.
 */

import { RANK } from './urgency.js';

/** A call as the database knows it. */
export interface Asked {
  readonly id: string;
  /** What it counts against, each once. */
  readonly buckets: readonly string[];
  /** Of urgency.ts. */
  readonly rank: number;
  /** How long it may hold its slots. */
  readonly leaseMs: number;
  /** It was asked for before, and may have been let through since: then its lease begins anew. */
  readonly again: boolean;
}

export interface Ended {
  readonly id: string;
  readonly sent: boolean;
  readonly answered: boolean;
  /** The vendor refused it because of too many at once. */
  readonly refused: boolean;
  /** The vendor refuses everything for so long. */
  readonly pauseMs: number | null;
}

export interface Turn {
  readonly asked: readonly Asked[];
  readonly ended: readonly Ended[];
}

/** `go` in so many milliseconds, or why not, and after how many to come back. Nothing is said of who waits in line. */
export type Verdict = 'go' | 'paused' | 'budget' | 'quota';
export type Answer = readonly [id: string, verdict: Verdict, milliseconds: number];

/** Why a call was given up: a verdict, no slot in time, a database that did not answer, or its caller. */
export type GivenUp =
  | { readonly why: Exclude<Verdict, 'go'>; readonly milliseconds: number }
  | { readonly why: 'slots' | 'database' | 'aborted' };

export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds; returns how to prevent it. */
  after(milliseconds: number, work: () => void): () => void;
}

export interface TurnstileOptions {
  readonly take: (turn: Turn) => Promise<readonly Answer[]>;
  readonly clock: Clock;
  /** How many calls of this process may stand in the shared line for one bucket; the others wait here. */
  readonly ahead: number;
}

export interface Turnstile {
  /** Resolves when the call may leave. Rejects with a `GivenUp` when it would wait longer than `patienceMs`. */
  enter(call: Omit<Asked, 'again'>, patienceMs: number, signal?: AbortSignal): Promise<void>;
  leave(ended: Ended): void;
  /** What the turn of another process said about calls of this one. */
  told(answers: readonly Answer[]): void;
  /** Resolves when all that ended is told to the database, or cannot be. */
  idle(): Promise<void>;
}

interface Waiter {
  readonly call: Omit<Asked, 'again'>;
  readonly until: number;
  readonly settle: (refusal?: GivenUp) => void;
  /** `line`: stands in the shared line. `off`: sent away for a while. */
  place: 'here' | 'line' | 'off';
  /** When the database was asked last. */
  askedAt: number | null;
}

/** Notifications tell of a turn; this is how long one is missed at most. */
const LOOK_AGAIN_MS = 1_000;
/** After a failed turn. */
const RETRY_MS = 200;
/** A call that was let through longer ago than this does not start: its lease must outlive it. */
const STALE_MS = 5_000;

export function createTurnstile({ take, clock, ahead }: TurnstileOptions): Turnstile {
  const waiters = new Map<string, Waiter>();
  let ended: Ended[] = [];
  let running: Promise<void> | undefined;
  let looking: (() => void) | undefined;
  let failing = false;

  function enter(call: Waiter['call'], patienceMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        leave(unsent(call.id));
        waiter.settle(failing ? { why: 'database' } : { why: 'slots' });
      };
      const abort = (): void => {
        leave(unsent(call.id));
        waiter.settle({ why: 'aborted' });
      };
      const stop = clock.after(patienceMs, giveUp);
      const waiter: Waiter = {
        ...{ call, until: clock.now() + patienceMs, place: 'here', askedAt: null },
        settle(refusal) {
          stop();
          signal?.removeEventListener('abort', abort);
          waiters.delete(call.id);
          if (waiters.size === 0) looking?.();
          if (refusal) reject(refusal);
          else resolve();
        },
      };
      signal?.addEventListener('abort', abort);
      waiters.set(call.id, waiter);
      turn();
    });
  }

  function leave(end: Ended): void {
    ended.push(end);
    turn();
  }

  function turn(): void {
    running ??= run().finally(() => {
      running = undefined;
      // Somebody may have come between the last look and now.
      if (hasWork()) turn();
      else lookLater();
    });
  }

  const hasWork = (): boolean => ended.length > 0 || nextAsked().length > 0;

  async function run(): Promise<void> {
    // Whoever comes in the same breath shares the turn.
    await Promise.resolve();
    while (hasWork()) {
      const [telling, asking] = [ended, nextAsked()];
      ended = [];
      const asked = asking.map(({ call, askedAt }) => ({ ...call, again: askedAt !== null }));
      for (const waiter of asking) {
        waiter.place = 'line';
        waiter.askedAt = clock.now();
      }
      try {
        // A place that was left before the turn is free so long after that, not after the turn.
        const began = clock.now();
        told(await take({ asked, ended: telling }), began);
        failing = false;
      } catch {
        // Whether the turn was taken is not known; taking it again changes nothing.
        failing = true;
        ended = [...telling, ...ended];
        for (const waiter of asking) waiter.place = 'here';
        await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
      }
    }
  }

  /** Who is to be asked for: those who came, as long as few stand ahead of them, and those who have stood long. */
  function nextAsked(): Waiter[] {
    const due = clock.now() - LOOK_AGAIN_MS;
    const standing = new Map<string, number>();
    const count = ({ call }: Waiter): void => {
      for (const bucket of call.buckets) standing.set(bucket, (standing.get(bucket) ?? 0) + 1);
    };
    const all = [...waiters.values()];
    const inLine = all.filter(({ place }) => place === 'line');
    inLine.forEach(count);
    const asked = inLine.filter(({ askedAt }) => Number(askedAt) <= due);
    const here = all.filter(({ place }) => place === 'here');
    for (const waiter of here.sort((a, b) => b.call.rank - a.call.rank)) {
      const full = waiter.call.buckets.some((bucket) => (standing.get(bucket) ?? 0) >= ahead);
      // People do not wait behind the background work of their own process.
      if (full && waiter.call.rank === RANK.background) continue;
      count(waiter);
      asked.push(waiter);
    }
    return asked;
  }

  function lookLater(): void {
    looking?.();
    looking = undefined;
    const first = Math.min(
      ...[...waiters.values()].filter(({ place }) => place === 'line').map((each) => Number(each.askedAt)),
    );
    if (first === Number.POSITIVE_INFINITY) return;
    looking = clock.after(Math.max(1, first + LOOK_AGAIN_MS - clock.now()), turn);
  }

  function told(answers: readonly Answer[], since = clock.now()): void {
    for (const [id, verdict, milliseconds] of answers) {
      const waiter = waiters.get(id);
      if (!waiter) {
        // Given up meanwhile: what it got is given back.
        if (verdict === 'go') leave(unsent(id));
      } else if (verdict === 'go') {
        start(waiter, since + milliseconds - clock.now());
      } else if (clock.now() + milliseconds > waiter.until) {
        waiter.settle({ why: verdict, milliseconds });
      } else {
        later(waiter, milliseconds, () => {
          waiter.place = 'here';
          turn();
        });
      }
    }
  }

  function start(waiter: Waiter, milliseconds: number): void {
    if (clock.now() - Number(waiter.askedAt) > STALE_MS) {
      waiter.place = 'here';
      turn();
    } else if (milliseconds <= 0) {
      waiter.settle();
    } else {
      later(waiter, milliseconds, () => start(waiter, 0));
    }
  }

  function later(waiter: Waiter, milliseconds: number, work: () => void): void {
    waiter.place = 'off';
    clock.after(milliseconds, () => {
      if (waiters.has(waiter.call.id)) work();
    });
  }

  return {
    enter,
    leave,
    told,
    async idle() {
      while (running && !failing) await running;
    },
  };
}

function unsent(id: string): Ended {
  return { id, sent: false, answered: false, refused: false, pauseMs: null };
}
