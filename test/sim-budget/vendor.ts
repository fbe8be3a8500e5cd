import type { Limit, LimitHit } from '../../src/connectors/contract.js';
import type { Random } from '../sim/random.js';
import type { Kernel } from './kernel.js';

export const HOUR_MS = 3_600_000;
export const AT_ONCE = 3;
/** The endpoint most calls count against. */
export const BUSIEST = 'Contracts';
export const limitsOf = (perHour: number): readonly Limit[] => [
  { id: 'hourly', requests: { count: perHour, perSeconds: 3600 }, note: '' },
  { id: 'threads', concurrency: AT_ONCE, note: '' },
];

export interface Call {
  readonly buckets: readonly string[];
  readonly by: 'people' | 'background';
  readonly instance: string;
  /** The client gives it up after so long. */
  readonly timeoutMs: number;
}

export interface Reply {
  readonly limitHit?: LimitHit;
}

/** So long after a call came it is given up at the latest when its caller has gone. */
const HUNG_UP_MS = 14_000;

export interface VendorOptions {
  readonly kernel: Kernel;
  readonly random: Random;
  /** A slot is freed so long after its answer left. */
  readonly releaseMs: number;
  readonly isAlive: (instance: string) => boolean;
  /** Told of every call when it leaves the gateway. */
  readonly onSent: (call: Call, at: number) => void;
  readonly onRefused: (limitId: string, at: number) => void;
}

/**
 * The PSA: counts calls at once by endpoint, answers in 100 to 300 ms, now and then in many seconds; at times it refuses
 * everything for a while and says for how long. It knows nothing of the gateway's budget.
 */
export function createVendor({ kernel, random, releaseMs, isAlive, onSent, onRefused }: VendorOptions) {
  const slots = new Map<string, number>();
  /** From the first byte to the last of the answer, as the gateway sees it; a dead process's call runs on to its end. */
  const underWay = new Map<string, Set<Call>>();
  const work = new Map<Call, { readonly sent: number; readonly finish: () => void }>();
  let stoppedUntil = 0;

  const of = (bucket: string): Set<Call> => {
    const known = underWay.get(bucket) ?? new Set();
    underWay.set(bucket, known);
    return known;
  };
  const take = (bucket: string, by: number): void => {
    slots.set(bucket, (slots.get(bucket) ?? 0) + by);
  };

  function refusal(call: Call): LimitHit | undefined {
    const seconds = Math.ceil((stoppedUntil - kernel.now()) / 1000);
    if (seconds > 0) return { limitId: 'hourly', retryAfterSeconds: seconds };
    if (call.buckets.some((bucket) => (slots.get(bucket) ?? 0) >= AT_ONCE)) return { limitId: 'threads' };
    return undefined;
  }

  function serviceTime({ timeoutMs }: Call): number {
    if (random.chance(0.001)) return random.between(5_000, timeoutMs - 1_000);
    return random.between(100, 300);
  }

  return {
    underWay: (bucket: string): readonly Call[] => [...of(bucket)],
    stop(milliseconds: number): void {
      stoppedUntil = kernel.now() + milliseconds;
    },
    /** The sockets of a process are closed: none of its calls is worked on for much longer. */
    hungUp(instance: string): void {
      for (const [call, { sent, finish }] of work) {
        if (call.instance === instance) kernel.after(sent + HUNG_UP_MS - kernel.now(), finish);
      }
    },
    /** Resolves when the answer is there; never for a process that died meanwhile. */
    call(call: Call): Promise<Reply> {
      const sent = kernel.now();
      for (const bucket of call.buckets) of(bucket).add(call);
      onSent(call, sent);
      return new Promise((resolve) => {
        const end = (reply: Reply): void => {
          for (const bucket of call.buckets) of(bucket).delete(call);
          if (isAlive(call.instance)) resolve(reply);
        };
        kernel.after(random.between(0.2, 2), () => {
          const limitHit = refusal(call);
          if (limitHit) {
            onRefused(limitHit.limitId, kernel.now());
            kernel.after(random.between(0.2, 2), () => end({ limitHit }));
            return;
          }
          for (const bucket of call.buckets) take(bucket, 1);
          const finish = (): void => {
            if (!work.delete(call)) return;
            kernel.after(releaseMs, () => {
              for (const bucket of call.buckets) take(bucket, -1);
            });
            kernel.after(random.between(0.2, 2), () => end({}));
          };
          work.set(call, { sent, finish });
          kernel.after(serviceTime(call), () => {
            // Nobody hears a dead process's answer, and it may come as late as its time limit allows.
            const last = sent + call.timeoutMs - 500 - kernel.now();
            if (!isAlive(call.instance) && last > 0 && random.chance(0.7)) kernel.after(last, finish);
            else finish();
          });
        });
      });
    },
  };
}

export type Vendor = ReturnType<typeof createVendor>;
