import type { ConnectorErrorDetail } from '../../src/connectors/errors.js';
import { ConnectorError } from '../../src/connectors/errors.js';
import { dayOf, PERIOD } from './days.js';

/** One adjustment that took effect: `by` is the operation, or a person. */
export interface Effect {
  readonly day: number;
  readonly units: number;
  readonly at: number;
  readonly by: string;
}

export interface Adjustment {
  readonly lane: string;
  readonly operation: string;
  readonly date: string;
  readonly units: number;
}

/**
 * Contract lines of a PSA like Autotask: it takes differences dated by day, and shows standing totals by billing period.
 * The ledger is the truth that the oracle judges by.
 */
export function createPsa(options: {
  readonly now: () => number;
  readonly oneAdjustmentPerDate: boolean;
  readonly trace: (text: string) => void;
}) {
  const { now, trace } = options;
  const lines = new Map<string, Effect[]>();

  /**
   * The standing total as Autotask's rows tell it (src/connectors/autotask/units.ts): the units of the first whole
   * period from that date on in which nothing else begins.
   */
  function standing(lane: string, day: number, asOf: number): number {
    const effects = lines.get(lane)!;
    let start = Math.ceil(day / PERIOD) * PERIOD;
    while (effects.some((each) => each.at <= asOf && each.day > start && each.day < start + PERIOD)) start += PERIOD;
    return unitsOn(lane, start, asOf);
  }

  /** Units billed on one day. */
  function unitsOn(lane: string, day: number, asOf: number): number {
    let units = 0;
    for (const each of lines.get(lane)!) if (each.at <= asOf && each.day <= day) units += each.units;
    return units;
  }

  function add(lane: string, day: number, units: number, by: string): void {
    lines.get(lane)!.push({ day, units, at: now(), by });
    trace(`PSA ${lane}: ${by} adds ${units} from day ${day}, now ${standing(lane, day, now())}`);
  }

  return {
    lines,
    standing,
    unitsOn,
    add,
    addLine(lane: string, units: number): void {
      lines.set(lane, [{ day: 0, units, at: Number.NEGATIVE_INFINITY, by: 'beginning' }]);
    },
    /** A write that arrived: it takes effect or is refused. */
    land({ lane, operation, date, units }: Adjustment): void {
      const day = dayOf(date);
      if (options.oneAdjustmentPerDate && lines.get(lane)!.some((each) => each.day === day && each.at >= 0)) {
        trace(`PSA ${lane}: refuses ${operation}, there is an adjustment of ${date}`);
        throw refusal('precondition', 'DUPLICATE_PERIOD');
      }
      if (standing(lane, day, now()) + units < 0) throw refusal('precondition', 'UNITS_BELOW_ZERO');
      add(lane, day, units, operation);
    },
  };
}

export type Psa = ReturnType<typeof createPsa>;

export function refusal(kind: ConnectorError['kind'], code: string, more: Partial<ConnectorErrorDetail> = {}) {
  return new ConnectorError(kind, `The PSA says ${code}.`, { code, outcome: 'notApplied', ...more });
}
