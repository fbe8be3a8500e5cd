/** Time as the simulator sees it: real by default, frozen or shifted through the admin side. */
export interface ClockState {
  frozenAt: string | null;
  shiftMs: number;
}

export interface SimulatorClock {
  now(): Date;
  /** Freezes time at this instant; null lets real time run again. */
  set(instant: string | null): void;
  advance(ms: number): void;
  state(): ClockState;
  restore(state: ClockState): void;
}

export function createClock(base: () => Date = () => new Date()): SimulatorClock {
  let state: ClockState = { frozenAt: null, shiftMs: 0 };
  const now = (): Date => (state.frozenAt ? new Date(state.frozenAt) : new Date(base().getTime() + state.shiftMs));
  return {
    now,
    set(instant) {
      if (instant !== null && Number.isNaN(Date.parse(instant))) throw new Error(`not an instant: '${instant}'`);
      state = { frozenAt: instant === null ? null : new Date(instant).toISOString(), shiftMs: 0 };
    },
    advance(ms) {
      if (!Number.isFinite(ms)) throw new Error('advance needs a number of milliseconds');
      if (state.frozenAt) state = { ...state, frozenAt: new Date(Date.parse(state.frozenAt) + ms).toISOString() };
      else state = { ...state, shiftMs: state.shiftMs + ms };
    },
    state: () => ({ ...state }),
    restore(saved) {
      state = { ...saved };
    },
  };
}
