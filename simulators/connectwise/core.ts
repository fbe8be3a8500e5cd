import { createClock, type SimulatorClock } from '../common/clock.js';
import { createFaultPlan, type FaultPlan } from '../common/faults.js';
import { createJournal, type Journal } from '../common/journal.js';
import { createDatabase, type Database } from './database.js';
import { FAULT_KINDS, type FaultAction } from './faults.js';
import { createRequestLimit, type RequestLimit } from './limit.js';
import { defaultSwitches, patchSwitches, type Switches } from './switches.js';
import type { World } from './world.js';

/** Everything one running simulator consists of, besides its socket. */
export interface Core {
  db: Database;
  readonly switches: Switches;
  readonly clock: SimulatorClock;
  readonly limit: RequestLimit;
  readonly faults: FaultPlan<FaultAction>;
  readonly journal: Journal;
  requestId(): string;
  /** Back to the seed: data, clock, switches, faults, journal, counters. */
  reset(): void;
  /** A new seed, also for later resets. */
  seed(world: World): void;
}

export interface CoreOptions {
  world: World;
  clock?: () => Date;
  switches?: Partial<Switches>;
}

export function createCore(options: CoreOptions): Core {
  const clock = createClock(options.clock);
  let { world } = options;
  let requests = 0;
  const core: Core = {
    db: createDatabase(world, clock.now()),
    switches: { ...defaultSwitches },
    clock,
    limit: createRequestLimit(),
    faults: createFaultPlan<FaultAction>(FAULT_KINDS),
    journal: createJournal(),
    requestId: () => `request-${++requests}`,
    reset() {
      Object.assign(core.switches, defaultSwitches);
      patchSwitches(core.switches, { ...options.switches });
      clock.set(null);
      core.limit.clear();
      core.faults.clear();
      core.journal.clear();
      core.db = createDatabase(world, clock.now());
    },
    seed(next) {
      core.db = createDatabase(next, clock.now());
      world = next;
    },
  };
  core.reset();
  return core;
}
