import type { Decimal, Json, LineSnapshot, LineState, Resolution, Step } from '../contract.js';
import { canonical, distance, sameMoney } from '../decimal.js';
import {
  evidenceOfLine,
  gridOf,
  holds,
  overlap,
  rowsOf,
  stateEvidence,
  toldWindow,
  unitCostOf,
  type Window,
  windowOf,
  within,
} from './evidence.js';
import { decidingRow, type Standing, standingAt } from './standing.js';
import { sameRows, type UnitRow } from './units.js';

/**
 * Pure: compares what a later snapshot shows with the state before and after. Only what differs between the two can
 * tell, and only on days that both were read for.
 */
export function resolveStep(step: Step, line: LineSnapshot): Resolution {
  const untold = (evidence: string): Resolution => ({ state: 'undetermined', observed: null, evidence });
  if (!gridOf(step.before.evidence)) return untold('The stored step holds no evidence to compare with.');
  const seen = evidenceOfLine(line);
  if (!seen?.window) return untold(line.problem?.message ?? 'The units of the line were not read.');
  const { grid, window } = seen;
  if (line.lineRef === null && seen.lines.length > 1 && step.target.lineRef === null) {
    return untold('The service stands on the contract more than once.');
  }
  const { date } = step.after;
  const deciding = decidingRow(seen.rows, grid, date);
  if (!holds(window, date) || (window.until !== null && !deciding)) {
    return untold(`The units were not read for ${date} and the periods after it.`);
  }
  const told = toldWindow(grid, date, deciding);
  const standing = standingAt(seen.rows, grid, date);
  const relevant = within(seen.rows, told);
  const observed: LineState = {
    date,
    units: standing.units,
    unitPrice: standing.unitPrice,
    evidence: stateEvidence(relevant, grid, told, standing.unitCost),
  };
  const found = { observed, ...(line.lineRef !== null && { lineRef: line.lineRef }) };
  if (standing.ambiguous) return { ...found, ...compareRows(step, relevant, told, standing) };
  return { ...found, ...compare(step, standing) };
}

/**
 * Several rows cover the date in the last period (a posted row stays beside the new one). Unchanged rows mean that
 * nothing happened; a row from this very date with the wanted total means that it did. Anything else is for a person,
 * because such a row may also hold a difference.
 */
function compareRows(
  step: Step,
  rows: readonly UnitRow[],
  window: Window,
  seen: Standing,
): Pick<Resolution, 'state' | 'evidence'> {
  const both = overlap(window, windowOf(step.before.evidence) ?? { from: step.before.date, until: null });
  const evidence = `${rows.length} rows cover ${step.after.date} in the last period, the latest with ${seen.units} units`;
  if (sameRows(within(rowsOf(step.before.evidence), both), within(rows, both))) {
    return { state: 'notApplied', evidence: `${evidence}; the rows are unchanged.` };
  }
  const fresh = rows.some((row) => row.startDate === step.after.date && row.units === step.after.units);
  const told = fresh && seen.units === step.after.units && step.before.units !== step.after.units;
  return { state: told ? 'applied' : 'undetermined', evidence: `${evidence}; wanted ${step.after.units}.` };
}

/**
 * Pure: the observed standing total against the two states of the step. Where units were to change, units alone tell
 * whether the write landed, and an amount that does not read as it was sent is a warning: what a row's price is made of
 * is inferred. Where only amounts were to change, the amounts tell, as far as they are shown.
 */
export function compare(step: Step, seen: Standing): Pick<Resolution, 'state' | 'evidence' | 'warning'> {
  const { before, after } = step;
  const sent = sentCost(step.payload);
  const shown = `Units ${seen.units} from ${after.date}, unit price ${seen.unitPrice ?? 'not shown'}`;
  const evidence = `${shown}; before ${before.units}, wanted ${after.units}.`;
  // A level that may not read costs shows nothing or 0, so a 0 where something else was sent is no fact.
  const cost = seen.unitCost === '0' && sent !== '0' ? null : seen.unitCost;
  const amountsAfter = near(seen.unitPrice, after.unitPrice) && near(cost, sent);
  if (before.units !== after.units) {
    if (seen.units === before.units) return { state: 'notApplied', evidence };
    if (seen.units !== after.units) return { state: 'conflict', evidence };
    if (amountsAfter) return { state: 'applied', evidence };
    const warning = `The units are as wanted, but the PSA shows the unit price ${seen.unitPrice ?? 'not at all'} instead of ${after.unitPrice ?? 'the one before'}. Look at the contract line.`;
    return { state: 'applied', evidence, warning };
  }
  const isAfter = seen.units === after.units && amountsAfter;
  const isBefore =
    seen.units === before.units &&
    near(seen.unitPrice, before.unitPrice) &&
    (sent === null || near(cost, unitCostOf(before.evidence)));
  if (isAfter && isBefore) return { state: closer(seen.unitPrice, before.unitPrice, after.unitPrice), evidence };
  return { state: isAfter ? 'applied' : isBefore ? 'notApplied' : 'conflict', evidence };
}

/** Both states fit, within half a cent or because an amount is not shown: the nearer one, if it can be told. */
function closer(seen: Decimal | null, before: Decimal | null, after: Decimal | null): Resolution['state'] {
  if (seen === null || after === null) return 'undetermined';
  if (before === null) return 'applied';
  const [toBefore, toAfter] = [distance(seen, before), distance(seen, after)];
  return toAfter < toBefore ? 'applied' : toBefore < toAfter ? 'notApplied' : 'undetermined';
}

function near(seen: Decimal | null, wanted: Decimal | null): boolean {
  return seen === null || wanted === null || sameMoney(seen, wanted);
}

function sentCost(payload: Json): Decimal | null {
  const cost = (payload as { readonly adjustedUnitCost?: Json } | null)?.adjustedUnitCost;
  return typeof cost === 'number' ? (canonical(String(cost)) ?? null) : null;
}
