import { createClock, type SimulatorClock } from '../common/clock.js';
import { createFaultPlan, type FaultPlan } from '../common/faults.js';
import { createJournal, type Journal } from '../common/journal.js';
import type { Database } from './database.js';
import { FAULT_KINDS, type FaultAction } from './faults.js';
import { createThreadLimiter, type ThreadLimiter } from './limits/threads.js';
import { createThresholdCounter, type ThresholdCounter } from './limits/threshold.js';
import { emptyDatabase, seedWorld } from './seed.js';
import { loadState, saveState, toDatabase, toSaved } from './state-file.js';
import { defaultSwitches, patchSwitches, type Switches } from './switches.js';
import type { World } from './world.js';

/** Everything one running simulator consists of, besides its socket. */
export interface Core {
  db: Database;
  readonly switches: Switches;
  readonly clock: SimulatorClock;
  readonly threshold: ThresholdCounter;
  readonly threads: ThreadLimiter;
  readonly faults: FaultPlan<FaultAction>;
  readonly journal: Journal;
  /** Writes the state file, if there is one. Called before a write is answered. */
  persist(): void;
  /** Back to the seed: data, clock, switches, faults, journal, counters. */
  reset(): void;
  /** A new seed, or more rows for the present data. */
  seed(world: World, merge: boolean): void;
}

export interface CoreOptions {
  world: World;
  clock?: () => Date;
  stateFile?: string;
  switches?: Partial<Switches>;
}

export function createCore(options: CoreOptions): Core {
  const switches: Switches = { ...defaultSwitches };
  const clock = createClock(options.clock);
  const threshold = createThresholdCounter(() => switches);
  const journal = createJournal();
  let world = options.world;

  const build = (): Database => {
    const db = emptyDatabase();
    seedWorld(db, structuredClone(world), switches, clock.now());
    return db;
  };
  const useOptions = (): void => {
    Object.assign(switches, defaultSwitches);
    patchSwitches(switches, { ...options.switches });
  };

  const core: Core = {
    db: emptyDatabase(),
    switches,
    clock,
    threshold,
    threads: createThreadLimiter(() => switches),
    faults: createFaultPlan<FaultAction>(FAULT_KINDS),
    journal,
    persist() {
      if (!options.stateFile) return;
      const extras = { requests: threshold.save(), counters: journal.counters(), clock: clock.state(), switches };
      saveState(options.stateFile, toSaved(core.db, extras));
    },
    reset() {
      useOptions();
      clock.set(null);
      threshold.restore([]);
      core.faults.clear();
      journal.clear();
      core.db = build();
      core.persist();
    },
    seed(next, merge) {
      if (merge) seedWorld(core.db, structuredClone(next), switches, clock.now());
      else {
        const before = world;
        world = next;
        try {
          core.db = build();
        } catch (error) {
          world = before;
          throw error;
        }
      }
      core.persist();
    },
  };

  const saved = loadState(options.stateFile);
  if (!saved) core.reset();
  else {
    core.db = toDatabase(saved);
    Object.assign(switches, defaultSwitches, saved.switches);
    clock.restore(saved.clock);
    threshold.restore(saved.requests);
    journal.restore(saved.counters);
  }
  return core;
}
