import type { Decimal, Json, LineState, Resolution, Step } from '../contract.js';
import type { Client } from './client.js';
import { canonical, distance, sameMoney } from './decimal.js';
import { readUnitRows } from './unit-rows.js';
import {
  evidenceOf,
  gridOfEvidence,
  rowsOfEvidence,
  type Standing,
  sameRows,
  standingAt,
  type UnitRow,
  unitCostOfEvidence,
} from './units.js';

/** Reads the units once and compares them with the state before and after. Only what differs between the two can tell. */
export async function resolveStep(client: Client, step: Step, signal?: AbortSignal): Promise<Resolution> {
  const grid = gridOfEvidence(step.before.evidence);
  if (!grid)
    return { state: 'undetermined', observed: null, evidence: 'The stored step holds no evidence to compare with.' };
  const ofService = await readUnitRows(client, step.target, signal);
  const lines = [...new Set(ofService.map((row) => row.line))];
  const line = step.target.lineRef ?? (lines.length === 1 ? (lines[0] ?? null) : null);
  const rows = line === null ? ofService : ofService.filter((row) => row.line === line);
  const { date } = step.after;
  const standing = standingAt(rows, grid, date);
  const relevant = rows.filter((row) => row.endDate >= date);
  const observed: LineState = {
    date,
    units: standing.units,
    unitPrice: standing.unitPrice,
    evidence: evidenceOf(relevant, grid, standing.unitCost),
  };
  const found = { observed, ...(line !== null && { lineRef: line }) };
  if (line === null && lines.length > 1) {
    return { ...found, state: 'undetermined', evidence: 'The service stands on the contract more than once.' };
  }
  if (standing.ambiguous) return { ...found, ...compareRows(step, relevant, standing) };
  return { ...found, ...compare(step, standing) };
}

/**
 * Several rows cover the date in the last period (a posted row stays beside the new one). Unchanged rows mean that
 * nothing happened; a row from this very date with the wanted total means that it did. Anything else is for a person,
 * because such a row may also hold a difference.
 */
function compareRows(step: Step, rows: readonly UnitRow[], seen: Standing): Pick<Resolution, 'state' | 'evidence'> {
  const before = rowsOfEvidence(step.before.evidence);
  const evidence = `${rows.length} rows cover ${step.after.date} in the last period, the latest with ${seen.units} units`;
  if (sameRows(before, rows)) return { state: 'notApplied', evidence: `${evidence}; the rows are unchanged.` };
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
    (sent === null || near(cost, unitCostOfEvidence(before.evidence)));
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
