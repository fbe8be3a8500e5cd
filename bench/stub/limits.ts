/** The vendor's limits, held strictly: what goes over one is counted and refused. */
export const AT_ONCE = 3;
export const CALLS_PER_HOUR = 10_000;
const HOUR_MS = 3_600_000;

export type Breach = 'threads' | 'hourly';

export interface Limits {
  /** Takes a place in every bucket until `leave`, or names the limit that refuses. Counts the call either way. */
  enter(buckets: readonly string[], now: number): Breach | null;
  leave(buckets: readonly string[], now: number): void;
  /** Calls of the last hour. */
  used(now: number): number;
  tally(): Tally;
  /** An hour later: forgets what was counted; what is under way stays. */
  reset(now: number): void;
}

export interface Tally {
  readonly calls: number;
  readonly breaches: { readonly [Kind in Breach]: number };
  readonly buckets: readonly {
    readonly name: string;
    readonly calls: number;
    /** Milliseconds of places taken, summed: calls at once x time. */
    readonly busyMs: number;
    readonly mostAtOnce: number;
  }[];
}

interface Bucket {
  atOnce: number;
  mostAtOnce: number;
  calls: number;
  busyMs: number;
  since: number;
}

export function createLimits(): Limits {
  const buckets = new Map<string, Bucket>();
  let hour: number[] = [];
  let calls = 0;
  let breaches = { threads: 0, hourly: 0 };

  function bucketOf(name: string): Bucket {
    const bucket = buckets.get(name) ?? { atOnce: 0, mostAtOnce: 0, calls: 0, busyMs: 0, since: 0 };
    buckets.set(name, bucket);
    return bucket;
  }

  function change(bucket: Bucket, by: number, now: number): void {
    bucket.busyMs += bucket.atOnce * (now - bucket.since);
    bucket.since = now;
    bucket.atOnce += by;
    bucket.mostAtOnce = Math.max(bucket.mostAtOnce, bucket.atOnce);
  }

  function used(now: number): number {
    const gone = hour.findIndex((at) => at > now - HOUR_MS);
    hour = gone < 0 ? [] : gone > 0 ? hour.slice(gone) : hour;
    return hour.length;
  }

  return {
    enter(names, now) {
      const wanted = names.map(bucketOf);
      calls += 1;
      hour.push(now);
      for (const bucket of wanted) bucket.calls += 1;
      const breach: Breach | null =
        used(now) > CALLS_PER_HOUR ? 'hourly' : wanted.some(({ atOnce }) => atOnce >= AT_ONCE) ? 'threads' : null;
      if (breach) breaches[breach] += 1;
      else for (const bucket of wanted) change(bucket, 1, now);
      return breach;
    },
    leave(names, now) {
      for (const name of names) change(bucketOf(name), -1, now);
    },
    used,
    tally: () => ({
      calls,
      breaches: { ...breaches },
      buckets: [...buckets]
        .map(([name, { calls, busyMs, mostAtOnce }]) => ({ name, calls, busyMs, mostAtOnce }))
        .filter((bucket) => bucket.calls > 0)
        .sort((a, b) => b.calls - a.calls),
    }),
    reset(now) {
      hour = [];
      calls = 0;
      breaches = { threads: 0, hourly: 0 };
      for (const bucket of buckets.values()) {
        change(bucket, 0, now);
        Object.assign(bucket, { calls: 0, busyMs: 0, mostAtOnce: bucket.atOnce });
      }
    },
  };
}
