import { errors, Refusal } from '../replies.js';
import type { Switches } from '../switches.js';
import { retryHeader } from './threads.js';

/** autotask: the allowance is per rolling 60 minutes and per database, all users and integrations together. */
const WINDOW_MINUTES = 60;

export interface ThresholdCounter {
  /** Counts this request and gives the latency to add, or refuses at 100 %. */
  spend(now: Date): number;
  status(now: Date): Record<string, number>;
  /** Pretends that many requests were made just now. */
  fill(count: number, now: Date): void;
  save(): [number, number][];
  restore(saved: [number, number][]): void;
}

export function createThresholdCounter(switches: () => Switches): ThresholdCounter {
  /** Requests by second. */
  let seconds = new Map<number, number>();

  const count = (now: Date): number => {
    const oldest = Math.floor(now.getTime() / 1000) - WINDOW_MINUTES * 60;
    let total = 0;
    for (const [second, requests] of seconds) {
      if (second <= oldest) seconds.delete(second);
      else total += requests;
    }
    return total;
  };
  const fill = (requests: number, now: Date): void => {
    const second = Math.floor(now.getTime() / 1000);
    seconds.set(second, (seconds.get(second) ?? 0) + requests);
  };

  return {
    spend(now) {
      const { threshold, thresholdStatus, retryAfter, latencyScale } = switches();
      const before = count(now);
      if (before >= threshold) {
        const text = `Request threshold exceeded: ${threshold} requests in ${WINDOW_MINUTES} minutes.`;
        throw new Refusal(errors([text], thresholdStatus, retryHeader(retryAfter)));
      }
      fill(1, now);
      const usage = (before + 1) / threshold;
      // autotask: half a second from 50 % of the allowance on, one second from 75 %.
      return latencyScale * (usage >= 0.75 ? 1000 : usage >= 0.5 ? 500 : 0);
    },
    status: (now) => ({
      externalRequestThreshold: switches().threshold,
      requestThresholdTimeframe: WINDOW_MINUTES,
      currentTimeframeRequestCount: count(now),
    }),
    fill,
    save: () => [...seconds],
    restore(saved) {
      seconds = new Map(saved);
    },
  };
}
