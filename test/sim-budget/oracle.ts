import { AT_ONCE, BUSIEST, type Call, HOUR_MS, type Vendor } from './vendor.js';

export const FAULTS = {
  overShare: 'more calls than the share in some rolling hour',
  overBackground: 'background work used the reserve of people',
  overAtOnce: 'more calls at once than the vendor takes',
  refusedAtOnce: 'refused by the vendor because of too many at once',
  personRefused: 'a person was refused while the reserve was free',
  calledWhilePaused: 'a call left while the vendor took none',
  slotsLost: 'slots of a dead process did not come back',
} as const;
export type FaultKind = keyof typeof FAULTS;

export interface Fault {
  readonly kind: FaultKind;
  readonly at: number;
  readonly what: string;
}

/** A dead process's slots are held for its longest call of 100 s, ten seconds of margin, and what the line takes to move on. */
const SLOTS_BACK_MS = 113_000;
/** A refusal is known to all instances so long after it came; what had its turn before may still leave. */
const PAUSE_KNOWN_MS = 1_500;
/** A call counts until its minute is out of the window for certain: so long it may stand in the way of people. */
const COUNTED_MS = HOUR_MS + 71_000;

interface Rolling {
  add(at: number): number;
  since(at: number): number;
}

/** How many moments lie in the hour that ends with the newest. */
function rollingHour(): Rolling {
  const moments: number[] = [];
  let first = 0;
  return {
    add(at) {
      moments.push(at);
      while (moments[first]! <= at - HOUR_MS) first += 1;
      return moments.length - first;
    },
    since(at) {
      let count = 0;
      for (let index = moments.length - 1; index >= 0 && moments[index]! > at; index -= 1) count += 1;
      return count;
    },
  };
}

/** Watches from the vendor's side what must never happen, whatever the gateway believes of its budget. */
export function createOracle(rules: { readonly share: number; readonly background: number }) {
  const faults: Fault[] = [];
  const all = rollingHour();
  const people = rollingHour();
  const background = rollingHour();
  const most = { hour: 0, backgroundHour: 0, atOnce: 0, slotsBackMs: 0 };
  const counts = { calls: 0, people: 0, personRefused: 0, refusedAtOnce: 0, pauses: 0, deaths: 0 };
  let pause = { from: Number.POSITIVE_INFINITY, until: 0 };
  let deaths: { readonly instance: string; readonly at: number }[] = [];

  function fault(kind: FaultKind, at: number, what: string): void {
    faults.push({ kind, at, what });
  }

  /** All slots of the busiest endpoint are used by the living: what the dead held is back. */
  function full(calls: readonly Call[], at: number): void {
    deaths = deaths.filter(({ instance, at: died }) => {
      if (calls.some((call) => call.instance === instance)) return true;
      // Later than that, nobody had wanted them meanwhile.
      if (at - died <= SLOTS_BACK_MS) most.slotsBackMs = Math.max(most.slotsBackMs, at - died);
      return false;
    });
  }

  return {
    faults,
    most,
    counts,
    sent(call: Call, at: number, vendor: Vendor): void {
      counts.calls += 1;
      const inHour = all.add(at);
      most.hour = Math.max(most.hour, inHour);
      if (inHour > rules.share) fault('overShare', at, `${inHour} calls in an hour`);
      if (call.by === 'people') {
        counts.people += 1;
        people.add(at);
      } else {
        const used = background.add(at);
        most.backgroundHour = Math.max(most.backgroundHour, used);
        if (used > rules.background) fault('overBackground', at, `${used} background calls in an hour`);
      }
      for (const bucket of call.buckets) {
        const calls = vendor.underWay(bucket);
        most.atOnce = Math.max(most.atOnce, calls.length);
        if (calls.length > AT_ONCE) fault('overAtOnce', at, `${calls.length} calls at once to ${bucket}`);
        if (bucket === BUSIEST && calls.length === AT_ONCE) full(calls, at);
      }
      if (at > pause.from + PAUSE_KNOWN_MS && at < pause.until) fault('calledWhilePaused', at, call.instance);
    },
    died(instance: string, at: number): void {
      counts.deaths += 1;
      deaths.push({ instance, at });
    },
    refusedByVendor(limitId: string, at: number): void {
      if (limitId === 'threads') {
        counts.refusedAtOnce += 1;
        fault('refusedAtOnce', at, 'thread limit');
      } else pause = { ...pause, from: Math.min(pause.from, at) };
    },
    paused(until: number): void {
      counts.pauses += 1;
      pause = { from: Number.POSITIVE_INFINITY, until };
    },
    /** There is more background work than slots, for some time now. */
    inFullSwing(at: number): void {
      const lost = deaths.filter((death) => at - death.at > SLOTS_BACK_MS);
      for (const death of lost) fault('slotsLost', at, `not back after ${Math.round((at - death.at) / 1000)} s`);
      deaths = deaths.filter((death) => !lost.includes(death));
    },
    /** The gateway told a person that its budget is used up. */
    personRefused(at: number): void {
      counts.personRefused += 1;
      const used = people.since(at - COUNTED_MS);
      if (used < rules.share - rules.background) fault('personRefused', at, `${used} calls of people were counted`);
    },
  };
}

export type Oracle = ReturnType<typeof createOracle>;
