import { dateOf } from './days.js';
import type { Kernel } from './kernel.js';
import type { Profile, Rates } from './profile.js';
import type { Psa } from './psa.js';
import type { Random } from './random.js';
import type { Tables } from './tables.js';

/** What the marketplace and people do: changes of several lanes over time, edits in the PSA, a revoked secret. */
export function createWorkload(options: {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly profile: Profile;
  readonly tables: Tables;
  readonly psa: Psa;
  readonly rates: () => Rates;
  /** Everything happens before this time. */
  readonly until: number;
  readonly trace: (text: string) => void;
}) {
  const { kernel, random, profile, tables, psa, until, trace } = options;
  /** When people edited units, by lane. */
  const edited = new Map<string, number[]>();
  /** Units as the marketplace had them when a change was accepted: what a mutant takes for the truth. */
  const accepted = new Map<string, number>();
  let revokedUntil = 0;

  function addLane(index: number): void {
    const lane = `L${index}`;
    tables.addLane(lane);
    let units = random.whole(0, 9);
    psa.addLine(lane, units);
    let day = random.whole(1, 40);
    let position = 0;
    let at = random.next() * until * 0.3;
    // Often one right after another, sometimes with hours between in which all is settled.
    const hurry = random.pick([0.002, 0.02, 0.2]);
    for (let rest = random.whole(1, 4); rest > 0; rest -= 1) {
      const burst: { date: string; quantity: number }[] = [];
      for (let size = random.chance(0.25) ? random.whole(2, 3) : 1; size > 0; size -= 1) {
        const quantity = random.whole(0, 12);
        position += 1;
        accepted.set(`${lane}#${position}`, units);
        units = quantity;
        if (random.chance(profile.backdated))
          burst.push({ date: dateOf(Math.max(1, day - random.whole(1, 45))), quantity });
        else {
          if (random.chance(0.55)) day += random.pick([1, 2, 7, 30, 31]);
          burst.push({ date: dateOf(day), quantity });
        }
      }
      kernel.after(at, () => tables.enqueue(lane, burst));
      at = Math.min(until * 0.95, at + random.next() * until * hurry);
    }
    for (let rest = random.chance(0.3) ? 2 : 0; rest > 0; rest -= 1) {
      kernel.after(random.next() * until, () => tables.retry(lane));
    }
    if (random.chance(profile.edits)) {
      const times: number[] = [];
      edited.set(lane, times);
      for (let rest = random.whole(1, 4); rest > 0; rest -= 1) {
        // Sometimes planned for later: the next change takes it back.
        const on = Math.max(1, day + random.whole(-40, 20));
        kernel.after(random.next() * until, () => edit(lane, on, times));
      }
    }
  }

  function edit(lane: string, day: number, times: number[]): void {
    const units = random.pick([-3, -2, -1, 1, 2, 3]);
    if (psa.lowestFrom(lane, day) + units < 0) return;
    times.push(kernel.now());
    psa.add(lane, day, units, 'a person');
  }

  return {
    edited: edited as ReadonlyMap<string, readonly number[]>,
    acceptedUnits: (operation: string) => accepted.get(operation) ?? 0,
    secretRevoked: () => kernel.now() < revokedUntil,
    start(): void {
      for (let index = random.whole(1, 3); index > 0; index -= 1) addLane(index);
      if (!random.chance(profile.secretRevoked)) return;
      kernel.after(random.next() * until * 0.7, () => {
        trace('the secret is revoked');
        revokedUntil = Number.POSITIVE_INFINITY;
        kernel.after(random.between(1_000, until * 0.25), () => {
          trace('a person enters a new secret');
          revokedUntil = 0;
          tables.reactivate();
        });
      });
    },
  };
}

export type Workload = ReturnType<typeof createWorkload>;
