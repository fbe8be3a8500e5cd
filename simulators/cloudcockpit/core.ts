import { createClock, type SimulatorClock } from '../common/clock.js';
import { createFaultPlan, type FaultPlan } from '../common/faults.js';
import { createJournal, type Journal } from '../common/journal.js';
import { FAULT_KINDS, type FaultAction } from './faults.js';
import { defaultSwitches, patchSwitches, type Switches } from './switches.js';
import { createTokens, type Tokens } from './tokens.js';
import type { World } from './world.js';

/** Everything one running simulator consists of, besides its socket. */
export interface Core {
  world: World;
  readonly switches: Switches;
  readonly clock: SimulatorClock;
  readonly tokens: Tokens;
  readonly faults: FaultPlan<FaultAction>;
  readonly journal: Journal;
  /** Counts a call of this minute; false when it is one too many. */
  limit(): boolean;
  /** Back to the seed: data, tokens, clock, switches, faults, journal. */
  reset(): void;
}

export interface CoreOptions {
  world: World;
  clock?: () => Date;
  switches?: Partial<Switches>;
}

export function createCore({ world, clock: base, switches = {} }: CoreOptions): Core {
  const clock = createClock(base);
  let calls: number[] = [];
  const core: Core = {
    world,
    switches: { ...defaultSwitches },
    clock,
    tokens: createTokens(),
    faults: createFaultPlan<FaultAction>(FAULT_KINDS),
    journal: createJournal(),
    limit() {
      const now = clock.now().getTime();
      calls = calls.filter((at) => at > now - 60_000);
      if (calls.length >= core.switches.requestsPerMinute) return false;
      calls.push(now);
      return true;
    },
    reset() {
      Object.assign(core.switches, defaultSwitches);
      patchSwitches(core.switches, switches);
      clock.set(null);
      calls = [];
      core.tokens.revoke();
      core.faults.clear();
      core.journal.clear();
      core.world = structuredClone(world);
    },
  };
  core.reset();
  return core;
}
