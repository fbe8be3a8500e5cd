import { dayOf } from './days.js';
import type { Timing } from './profile.js';
import type { Effect, Psa } from './psa.js';
import type { LaneRow, Operation } from './rows.js';
import type { Tables } from './tables.js';

export const FAULTS = ['lost', 'doubled', 'outOfOrder', 'stuck', 'wronglyClaimed'] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly what: string;
}

export interface Verdicts {
  readonly faults: readonly Fault[];
  readonly changes: number;
  readonly sends: number;
  /** Operations that a person must look at although nobody edited anything and nothing was refused. */
  readonly needlessReviews: number;
  /** Why, by the code that the person sees. */
  readonly reasons: readonly string[];
  /** Operations that ended NEEDS_REVIEW or FAILED for a reason. */
  readonly handedOver: number;
}

interface Evidence {
  readonly tables: Tables;
  readonly psa: Psa;
  readonly stats: { readonly sends: number; readonly refused: ReadonlySet<string> };
  readonly timing: Timing;
  readonly end: 'quiet' | 'limit';
  readonly edited: ReadonlyMap<string, readonly number[]>;
  readonly oneAdjustmentPerDate: boolean;
}

/** Judges the end of a schedule by the PSA's own ledger. */
export function judge(evidence: Evidence): Verdicts {
  const faults: Fault[] = [];
  const reasons: string[] = [];
  let [changes, handedOver] = [0, 0];
  for (const lane of evidence.tables.lanes.values()) {
    changes += lane.operations.length;
    const edits = evidence.edited.get(lane.id) ?? [];
    const report = (kind: FaultKind, what: string) => faults.push({ kind, what });
    judgeEnd(lane, evidence, report);
    judgeClaims(lane, edits, evidence, report);
    if (edits.length === 0) judgeEffects(lane, evidence, report);
    for (const { id, state, error } of lane.operations) {
      if (state !== 'NEEDS_REVIEW' && state !== 'FAILED') continue;
      if (edits.length > 0 || evidence.stats.refused.has(id)) handedOver += 1;
      else reasons.push(`${state} ${error?.code}`);
    }
  }
  return { faults, changes, sends: evidence.stats.sends, needlessReviews: reasons.length, reasons, handedOver };
}

type Report = (kind: FaultKind, what: string) => void;

/** What is unfinished must stop at something that waits for a person. */
function judgeEnd(lane: LaneRow, { tables, end, stats }: Evidence, report: Report): void {
  const [head, ...behind] = tables.unfinished(lane);
  const badge = !head ? 'SYNCED' : head.state === 'FAILED' ? 'OUT_OF_SYNC' : head.state;
  if (lane.badge !== badge && end === 'quiet' && !(head && /PENDING|RUNNING|VERIFYING/.test(head.state))) {
    report('wronglyClaimed', `the badge of ${lane.id} is ${lane.badge}, the truth is ${badge}`);
  }
  if (!head) return;
  if (head.state !== 'FAILED' && head.state !== 'NEEDS_REVIEW') {
    const why = end === 'limit' ? 'it never ends' : 'nobody will touch it again';
    report('stuck', `${head.id} is ${head.state}, ${why} (${head.error?.code ?? 'no error'})`);
  }
  // An earlier step of several may have been applied; it is the last one that failed.
  if (head.state === 'FAILED' && stats.refused.has(head.id) && head.steps.at(-1)?.state === 'APPLIED') {
    report('wronglyClaimed', `${head.id} is FAILED, its write was applied`);
  }
  for (const each of behind) {
    if (each.steps.length > 0) report('outOfOrder', `${each.id} was sent although ${head.id} is ${head.state}`);
  }
}

/** Who says SUCCEEDED must be right: by the ledger, at some moment between the last read it can rest on and its end. */
function judgeClaims(lane: LaneRow, edits: readonly number[], evidence: Evidence, report: Report): void {
  const { psa, timing } = evidence;
  const effects = psa.lines.get(lane.id)!;
  const positions = new Map(lane.operations.map((each) => [each.id, each.position]));
  for (const each of lane.operations) {
    if (each.entry !== entryOf(each))
      report('wronglyClaimed', `${each.id} is ${each.state}, its entry is ${each.entry}`);
    if (each.state !== 'SUCCEEDED') continue;
    if (each.supersededBy !== null) {
      const by = lane.operations.find(({ id }) => id === each.supersededBy);
      const later = by ? lane.operations.slice(each.position, by.position - 1) : [];
      const between = later.some(({ wantedDate }) => wantedDate > each.wantedDate);
      const right = by && by.position > each.position && by.wantedDate === each.wantedDate && !between;
      if (!right) report('lost', `${each.id} of ${each.wantedDate} was netted into ${by?.id} of ${by?.wantedDate}`);
      continue;
    }
    const day = dayOf(each.date);
    const ended = each.endedAt!;
    const earliest = edits.length > 0 ? (each.begunAt ?? ended) - timing.staleMs : ended;
    const moments = [ended, ...effects.map(({ at }) => at).filter((at) => at >= earliest && at <= ended), earliest];
    const right = moments.filter((at) => psa.unitsOn(lane.id, day, at) === each.quantity);
    if (right.length === 0) {
      const shown = psa.unitsOn(lane.id, day, ended);
      report('wronglyClaimed', `${each.id} SUCCEEDED with ${each.quantity} units, the PSA has ${shown}`);
      continue;
    }
    // Nothing of this or an earlier change may land after the moment that it was right.
    const since = Math.max(...right);
    const late = effects.find(
      ({ at, by }) => at > since && (positions.get(by) ?? Number.POSITIVE_INFINITY) <= each.position,
    );
    if (late) report('doubled', `${late.by} landed after ${each.id} had been found right`);
  }
  judgeTotal(lane, effects, edits, psa, report);
}

/** Everything succeeded and nobody edited: the line has what the last change wanted, on its day and ever after. */
function judgeTotal(
  lane: LaneRow,
  effects: readonly Effect[],
  edits: readonly number[],
  psa: Psa,
  report: Report,
): void {
  const last = lane.operations.at(-1);
  if (!last || edits.length > 0 || lane.operations.some(({ state }) => state !== 'SUCCEEDED')) return;
  const now = Number.POSITIVE_INFINITY;
  const total = effects.reduce((sum, { units }) => sum + units, 0);
  if (total !== last.quantity)
    report('lost', `${lane.id} ends with ${total} units, ${last.id} wanted ${last.quantity}`);
  if (lane.operations.some(({ date, wantedDate }) => date !== wantedDate)) return;
  for (const each of lane.operations) {
    const wanted = lane.operations.findLast(({ date }) => date <= each.date)!;
    const shown = psa.unitsOn(lane.id, dayOf(each.date), now);
    if (shown === wanted.quantity) continue;
    report('lost', `${lane.id} has ${shown} units on ${each.date}, ${wanted.id} wanted ${wanted.quantity}`);
    return;
  }
}

/** Each write once, and in the order of the changes. */
function judgeEffects(lane: LaneRow, { psa }: Evidence, report: Report): void {
  const positions = new Map(lane.operations.map((each) => [each.id, each.position]));
  const seen = new Set<string>();
  let highest = 0;
  for (const { by } of psa.lines.get(lane.id)!) {
    const position = positions.get(by);
    if (position === undefined) continue;
    if (seen.has(by)) report('doubled', `${by} took effect more than once`);
    else if (position < highest) report('outOfOrder', `${by} took effect after a later change`);
    seen.add(by);
    highest = Math.max(highest, position);
  }
}

function entryOf({ state, entry }: Operation): string {
  if (state === 'PENDING') return entry === 'RETRYING' ? 'RETRYING' : 'PENDING';
  return state;
}
