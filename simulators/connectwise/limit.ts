import { json, Refusal } from './replies.js';
import type { Switches } from './switches.js';

export interface RequestLimit {
  /** Counts a call or refuses it. */
  take(now: Date, switches: Switches): void;
  clear(): void;
}

/** connectwise: 429 with `Retry-After` in seconds; no vendor document gives the number. */
export function createRequestLimit(): RequestLimit {
  let times: number[] = [];
  return {
    take(now, { requestsPerMinute, retryAfter }) {
      const at = now.getTime();
      times = times.filter((each) => each > at - 60_000);
      if (times.length >= requestsPerMinute) throw new Refusal(tooMany(retryAfter));
      times.push(at);
    },
    clear() {
      times = [];
    },
  };
}

export const tooMany = (seconds: number | null | undefined) =>
  json(
    429,
    { error: 'ConnectWiseAPI', message: 'Too many requests' },
    seconds === null || seconds === undefined ? {} : { 'Retry-After': String(seconds) },
  );
