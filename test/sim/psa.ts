import type { LineSnapshot, MappedTarget } from '../../src/connectors/contract.js';
import type { ConnectorErrorDetail } from '../../src/connectors/errors.js';
import { ConnectorError } from '../../src/connectors/errors.js';
import { dateOf, dayOf, LAST_DAY, PERIOD } from './days.js';

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
 * Contract lines of a PSA like Autotask: it takes differences dated by day, and shows the total from each of them on.
 * The ledger is the truth that the oracle judges by.
 */
export function createPsa(options: {
  readonly now: () => number;
  readonly oneAdjustmentPerDate: boolean;
  readonly trace: (text: string) => void;
}) {
  const { now, trace } = options;
  const lines = new Map<string, Effect[]>();
  const reads = new Map<string, number>();

  /**
   * Units billed on one day: what Autotask's rows tell of it (src/connectors/autotask/standing.ts), a row of a split period
   * holding the total from its first day on.
   */
  function unitsOn(lane: string, day: number, asOf: number): number {
    let units = 0;
    for (const each of lines.get(lane)!) if (each.at <= asOf && each.day <= day) units += each.units;
    return units;
  }

  /** The lowest total on a day and after it, planned changes included. */
  function lowestFrom(lane: string, day: number): number {
    const days = lines.get(lane)!.map((each) => each.day);
    return Math.min(...[day, ...days.filter((each) => each > day)].map((each) => unitsOn(lane, each, now())));
  }

  function add(lane: string, day: number, units: number, by: string): void {
    lines.get(lane)!.push({ day, units, at: now(), by });
    trace(`PSA ${lane}: ${by} adds ${units} from day ${day}, now ${unitsOn(lane, day, now())}`);
  }

  /** What a read shows of a line, true at `asOf`. */
  function snapshot(target: MappedTarget, asOf: number): LineSnapshot {
    const lane = target.contractId;
    reads.set(lane, now());
    const days = [...new Set(lines.get(lane)!.flatMap(({ at, day }) => (at <= asOf ? [day] : [])))].sort(
      (a, b) => a - b,
    );
    const amounts = { unitPrice: null, unitCost: null };
    return {
      target,
      problem: null,
      contract: CONTRACT,
      service: { name: 'service', active: true },
      lineRef: null,
      periods: PERIODS,
      facts: days.map((day) => ({ date: dateOf(day), units: unitsOn(lane, day, asOf), ...amounts })),
      evidence: { asOf },
    };
  }

  return {
    lines,
    snapshot,
    lastRead: (lane: string) => reads.get(lane) ?? now(),
    unitsOn,
    lowestFrom,
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
      if (lowestFrom(lane, day) + units < 0) throw refusal('precondition', 'UNITS_BELOW_ZERO');
      add(lane, day, units, operation);
    },
  };
}

const CONTRACT: LineSnapshot['contract'] = {
  name: 'contract',
  companyId: '1',
  active: true,
  startDate: dateOf(0),
  endDate: dateOf(LAST_DAY),
  billingFrequency: 'MONTHLY',
  currency: 'EUR',
};

const PERIODS = Array.from({ length: (LAST_DAY + 1) / PERIOD }, (_, at) => ({
  start: dateOf(at * PERIOD),
  end: dateOf((at + 1) * PERIOD - 1),
  closed: false,
}));

export type Psa = ReturnType<typeof createPsa>;

export function refusal(kind: ConnectorError['kind'], code: string, more: Partial<ConnectorErrorDetail> = {}) {
  return new ConnectorError(kind, `The PSA says ${code}.`, { code, outcome: 'notApplied', ...more });
}
