import { FAULTS, type FaultKind } from './oracle.js';
import { scheduleSeed } from './random.js';
import { runSchedule, type ScheduleOptions } from './schedule.js';

/** Sums over schedules; plain data, so that it can cross a process border. */
export interface Tally {
  schedules: number;
  changes: number;
  sends: number;
  readonly faults: { [Kind in FaultKind]: number };
  faultySchedules: number;
  needlessReviews: number;
  handedOver: number;
  /** The schedule with the smallest index that had a fault. */
  first: { readonly index: number; readonly seed: number; readonly kind: FaultKind; readonly what: string } | null;
}

export interface Batch extends Omit<ScheduleOptions, 'seed' | 'trace'> {
  readonly seed: number;
  /** Indexes `from`, `from + step`, ... below `schedules`. */
  readonly schedules: number;
  readonly from?: number;
  readonly step?: number;
  readonly stopAtFault?: boolean;
  readonly onProgress?: (done: number) => void;
}

export function emptyTally(): Tally {
  return {
    ...{ schedules: 0, changes: 0, sends: 0, faultySchedules: 0, needlessReviews: 0, handedOver: 0, first: null },
    faults: { lost: 0, doubled: 0, outOfOrder: 0, stuck: 0, wronglyClaimed: 0 },
  };
}

export async function runBatch(batch: Batch): Promise<Tally> {
  const tally = emptyTally();
  for (let index = batch.from ?? 0; index < batch.schedules; index += batch.step ?? 1) {
    const seed = scheduleSeed(batch.seed, index);
    const verdicts = await runSchedule({ ...batch, seed });
    tally.schedules += 1;
    tally.changes += verdicts.changes;
    tally.sends += verdicts.sends;
    tally.needlessReviews += verdicts.needlessReviews;
    tally.handedOver += verdicts.handedOver;
    for (const { kind } of verdicts.faults) tally.faults[kind] += 1;
    const [fault] = verdicts.faults;
    if (fault) {
      tally.faultySchedules += 1;
      tally.first ??= { index, seed, ...fault };
      if (batch.stopAtFault) break;
    }
    if (tally.schedules % 100 === 0) batch.onProgress?.(tally.schedules);
  }
  return tally;
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = emptyTally();
  for (const each of tallies) {
    for (const name of ['schedules', 'changes', 'sends', 'faultySchedules', 'needlessReviews', 'handedOver'] as const) {
      sum[name] += each[name];
    }
    for (const kind of FAULTS) sum.faults[kind] += each.faults[kind];
    if (each.first && (!sum.first || each.first.index < sum.first.index)) sum.first = each.first;
  }
  return sum;
}
