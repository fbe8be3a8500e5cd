import { allowances, DEFAULT_SHARE } from '../../src/delivery/budget.js';
import { createRandom } from '../sim/random.js';
import { openDatabase } from './database.js';
import { createKernel } from './kernel.js';
import { createOracle, type Fault } from './oracle.js';
import { type Process, startProcess } from './process.js';
import { AT_ONCE, BUSIEST, createVendor, HOUR_MS, limitsOf } from './vendor.js';

export interface RunOptions {
  /** A migrated, empty database. */
  readonly databaseUrl: string;
  readonly hours: number;
  readonly instances: number;
  readonly seed: number;
  /** The vendor frees a slot so long after its answer left. */
  readonly releaseMs: number;
  /** What the vendor allows to everybody; default as Autotask. */
  readonly perHour?: number;
  readonly stopAtFault?: boolean;
  readonly onProgress?: (hours: number) => void;
}

export interface Result {
  readonly share: number;
  readonly background: number;
  readonly hours: number;
  readonly calls: number;
  readonly callsOfPeople: number;
  readonly mostInAnHour: number;
  readonly mostBackgroundInAnHour: number;
  readonly mostAtOnce: number;
  /** Of the busiest endpoint's slots, while background work had budget. */
  readonly utilisation: number;
  readonly refusedAtOnce: number;
  readonly peopleRefused: number;
  readonly deaths: number;
  readonly slotsBackSeconds: number;
  readonly pauses: number;
  readonly statements: number;
  readonly faults: readonly Fault[];
}

/** Less than this of the busiest endpoint's slots in use would be a waste. */
export const WANTED_UTILISATION = 0.9;
/** Background work is in full swing when so many of its calls left within a minute. */
const FULL_SWING = 300;

/** Several processes with more work than budget, on the real code and a real PostgreSQL, in virtual time. */
export async function simulate(options: RunOptions): Promise<Result> {
  const { hours, instances, releaseMs, perHour = 10_000, stopAtFault = false, onProgress = () => undefined } = options;
  const random = createRandom(options.seed);
  const kernel = createKernel();
  const database = await openDatabase(options.databaseUrl, kernel, random);
  const limits = limitsOf(perHour);
  const rules = allowances(limits, DEFAULT_SHARE);
  const oracle = createOracle(rules);
  const living = new Map<string, Process>();
  const burst = { sent: [] as number[], open: false, until: 0 };
  const measured = { busy: 0, times: 0 };
  let fates = 0;

  const vendor = createVendor({
    ...{ kernel, random, releaseMs },
    isAlive: (instance) => living.has(instance),
    onSent: (call, at) => oracle.sent(call, at, vendor),
    onRefused: (limitId, at) => oracle.refusedByVendor(limitId, at),
  });

  let ids = 0;
  const newId = (): string => {
    ids += 1;
    return `00000000-0000-7000-8000-${ids.toString(16).padStart(12, '0')}`;
  };
  let rush = 1;
  const start = (): void => {
    const process = startProcess({
      ...{ kernel, random, database, vendor, oracle, newId, limits },
      share: DEFAULT_SHARE,
      peopleEveryMs: () => 30_000 / rush,
      onBackground,
    });
    living.set(process.id, process);
  };

  function onBackground(what: 'sent' | 'spent'): void {
    const now = kernel.now();
    if (what === 'spent') {
      Object.assign(burst, { open: false, sent: [] });
      return;
    }
    burst.sent.push(now);
    if (burst.sent.length > FULL_SWING) burst.sent.shift();
    if (burst.open) oracle.inFullSwing(now);
    else if (burst.sent.length === FULL_SWING && now - burst.sent[0]! < 60_000) openBurst();
  }

  /**
   * Measured at first; then, by turns, a process dies, known to the others or not, the vendor takes no calls for a while, or
   * nothing happens.
   */
  function openBurst(): void {
    Object.assign(burst, { open: true, until: kernel.now() + 10_000 });
    measure();
    kernel.after(10_000 + random.between(0, 10_000), () => {
      if (!burst.open) return;
      [() => killOne(false), stopVendor, () => killOne(true), () => undefined][fates % 4]?.();
      fates += 1;
    });
  }

  function measure(): void {
    if (!burst.open || kernel.now() > burst.until) return;
    measured.busy += vendor.underWay(BUSIEST).length;
    measured.times += 1;
    kernel.after(random.between(5, 15), measure);
  }

  /** One that holds a slot of the busiest endpoint. Known to be dead, its slots come back sooner than by their leases. */
  function killOne(known: boolean): void {
    const [held] = vendor.underWay(BUSIEST);
    const victim = living.get(held?.instance ?? '');
    if (!victim) return;
    living.delete(victim.id);
    victim.kill();
    if (known) {
      vendor.hungUp(victim.id);
      const [survivor] = living.values();
      kernel.after(random.between(0, 30_000), () => survivor?.bury(victim.id));
    }
    kernel.after(10_000, start);
  }

  function stopVendor(): void {
    const milliseconds = random.between(20_000, 300_000);
    vendor.stop(milliseconds);
    oracle.paused(kernel.now() + milliseconds);
  }

  /** Now and then people ask more than the reserve holds. */
  function changeRush(): void {
    rush = random.chance(0.2) ? 6 : 1;
    kernel.after(HOUR_MS / 2, changeRush);
  }

  for (let at = 0; at < instances; at += 1) start();
  changeRush();
  const stop = () => stopAtFault && oracle.faults.length > 0;
  for (let done = 0; done < hours && !stop(); onProgress(done)) {
    done = Math.min(hours, Math.round(10 * done + 1) / 10);
    await kernel.run(done * HOUR_MS, stop);
    // In virtual time too many rows die between two rounds of autovacuum, if it is on at all.
    await database.sql('VACUUM ANALYZE "VendorCall"');
  }
  await database.close();
  const { most, counts } = oracle;
  return {
    ...{ share: rules.share, background: rules.background, hours, faults: oracle.faults },
    ...{ calls: counts.calls, callsOfPeople: counts.people, peopleRefused: counts.personRefused },
    ...{ mostInAnHour: most.hour, mostBackgroundInAnHour: most.backgroundHour, mostAtOnce: most.atOnce },
    utilisation: measured.times === 0 ? 0 : measured.busy / (AT_ONCE * measured.times),
    ...{ refusedAtOnce: counts.refusedAtOnce, deaths: counts.deaths, pauses: counts.pauses },
    slotsBackSeconds: most.slotsBackMs / 1000,
    statements: database.statements,
  };
}
