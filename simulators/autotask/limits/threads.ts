import { errors, Refusal } from '../replies.js';
import type { Switches } from '../switches.js';

interface Bucket {
  inFlight: number;
  cooling: number;
}

export interface ThreadLimiter {
  /** Takes a slot in each bucket or refuses; the returned function gives them back after the reply. */
  enter(buckets: readonly string[]): () => void;
  inFlight(): Record<string, number>;
}

/**
 * autotask: three concurrent requests for each tracking identifier and endpoint; a slot is freed slightly after the
 * reply. The simulator answers faster than autotask, so a slot that is only cooling counts at most once for each
 * request in flight: one call after another, and two at a time, always pass; three in a row without a pause do not.
 */
export function createThreadLimiter(switches: () => Switches): ThreadLimiter {
  const buckets = new Map<string, Bucket>();

  const bucketOf = (name: string): Bucket => {
    const known = buckets.get(name) ?? { inFlight: 0, cooling: 0 };
    buckets.set(name, known);
    return known;
  };
  const load = ({ inFlight, cooling }: Bucket): number => inFlight + Math.min(cooling, inFlight);

  const leave = (bucket: Bucket): void => {
    bucket.inFlight -= 1;
    const pause = switches().threadReleaseMs;
    if (pause <= 0) return;
    bucket.cooling += 1;
    setTimeout(() => {
      bucket.cooling -= 1;
    }, pause).unref();
  };

  return {
    enter(names) {
      const limit = switches().threads;
      const taken = names.map(bucketOf);
      if (taken.some((bucket) => load(bucket) >= limit)) {
        const { threadStatus, retryAfter } = switches();
        const text = `[Itgenatr005] The API thread threshold of ${limit} threads has been exceeded.`;
        throw new Refusal(errors([text], threadStatus, retryHeader(retryAfter)));
      }
      for (const bucket of taken) bucket.inFlight += 1;
      return () => taken.forEach(leave);
    },
    inFlight: () => Object.fromEntries([...buckets].map(([name, bucket]) => [name, bucket.inFlight])),
  };
}

/** No source proves that autotask sends Retry-After, so it is a switch. */
export const retryHeader = (seconds: number | null | undefined): Record<string, string> =>
  seconds === null || seconds === undefined ? {} : { 'Retry-After': String(seconds) };
