import { createHash } from 'node:crypto';
import type { Change, Decimal, Json, LineState, MappedTarget, Plan, Step } from '../contract.js';
import { canonical, jsonNumber, sameMoney } from './decimal.js';
import { numeric, type Tools } from './lookups.js';
import { checkChange, checkLine, readContract } from './preconditions.js';
import { readUnitRows } from './unit-rows.js';
import {
  evidenceOf,
  type Grid,
  postedAt,
  type Standing,
  standingAt,
  startsInsidePeriod,
  type UnitRow,
} from './units.js';

/**
 * Reads the contract and the unit rows of the line, and answers the one adjustment that makes them equal to the
 * target (R44, R49, R57). Autotask takes differences, so the difference is computed from fresh reads, never stored.
 */
export async function planChange(
  tools: Tools,
  change: Change,
  target: MappedTarget,
  signal?: AbortSignal,
): Promise<Plan> {
  checkChange(change, target, tools.context.connection.currency);
  const { grid, active } = await readContract(tools, change, target, signal);
  const ofService = await readUnitRows(tools.client, target, signal);
  const lines = new Set(ofService.map((row) => row.line));
  checkLine(lines, target);
  const rows = target.lineRef === null ? ofService : ofService.filter((row) => row.line === target.lineRef);

  const standing = standingAt(rows, grid, change.effectiveDate);
  const unitChange = change.quantity - standing.units;
  const price = changed(change.unitPrice, standing.unitPrice, change.quantity);
  const cost = changed(change.unitCost, standing.unitCost, change.quantity);

  const relevant = rows.filter((row) => row.endDate >= change.effectiveDate);
  const before: LineState = {
    date: change.effectiveDate,
    units: standing.units,
    unitPrice: standing.unitPrice,
    evidence: evidenceOf(relevant, grid, standing.unitCost),
  };
  const plan = {
    before,
    fingerprint: fingerprint(change, target, grid, rows),
    warnings: warnings(change, rows, grid, standing, active),
  };
  if (unitChange === 0 && !price && !cost) return { ...plan, steps: [], after: before };
  const after: LineState = {
    date: change.effectiveDate,
    units: change.quantity,
    unitPrice: change.unitPrice === undefined ? standing.unitPrice : (canonical(change.unitPrice) ?? null),
    evidence: { unitChange, ...(change.unitCost !== undefined && { unitCost: change.unitCost }) },
  };
  const step: Step = {
    key: `adjust:${target.contractId}:${target.lineRef ?? target.serviceId}:${change.effectiveDate}`,
    label: label(standing, change, unitChange),
    target,
    payload: adjustment(change, target, unitChange, lines.size > 1),
    before,
    after,
  };
  return { ...plan, steps: [step], after };
}

/** An amount that is to be written. Without units it has no effect; one that cannot be read must be sent. */
function changed(wanted: Decimal | undefined, found: Decimal | null, units: number): boolean {
  return wanted !== undefined && units !== 0 && (found === null || !sameMoney(wanted, found));
}

/**
 * The exact body of the POST. Contract and service name the line; a service that stands twice is named by the line's id
 * alone. Autotask: leaving the price out keeps it (inferred), 0 as `unitChange` is allowed for a change of price.
 */
function adjustment(change: Change, target: MappedTarget, unitChange: number, twice: boolean): Json {
  const line: { readonly [name: string]: number | string } =
    twice && target.lineRef !== null
      ? { contractServiceID: numeric(target.lineRef) }
      : { contractID: numeric(target.contractId), serviceID: numeric(target.serviceId) };
  const [price, cost] = [change.unitPrice, change.unitCost].map((each) =>
    each === undefined ? undefined : jsonNumber(each),
  );
  return {
    ...line,
    unitChange,
    effectiveDate: change.effectiveDate,
    ...(price !== undefined && { adjustedUnitPrice: price }),
    ...(cost !== undefined && { adjustedUnitCost: cost }),
  };
}

function warnings(change: Change, rows: readonly UnitRow[], grid: Grid, standing: Standing, active: boolean): string[] {
  const found: string[] = [];
  if (!active) found.push('The contract is not active. Autotask keeps billing inactive contracts.');
  if (postedAt(rows, change.effectiveDate)) {
    found.push(
      'The period of this date is approved and posted; Autotask will add a pro-rated line that is still to be posted.',
    );
  }
  if (startsInsidePeriod(rows, grid, change.effectiveDate)) {
    found.push('An adjustment begins on this date already; Autotask may refuse a second one.');
  }
  if (standing.ambiguous)
    found.push('More than one row covers this date in the last period; the standing total needs a look.');
  return found;
}

function label(standing: Standing, change: Change, unitChange: number): string {
  const parts = unitChange === 0 ? [] : [`units from ${standing.units} to ${change.quantity}`];
  if (change.unitPrice !== undefined) parts.push(`unit price to ${change.unitPrice}`);
  if (change.unitCost !== undefined) parts.push(`unit cost to ${change.unitCost}`);
  return `Change ${parts.join(', ')} on ${change.effectiveDate}`;
}

/** Over what was read and what is wanted; not over the operation, so that a repeated plan has the same one. */
function fingerprint(change: Change, target: MappedTarget, grid: Grid, rows: readonly UnitRow[]): string {
  const wanted = [
    change.kind,
    change.effectiveDate,
    change.quantity,
    change.unitPrice ?? null,
    change.unitCost ?? null,
    change.currency,
  ];
  const where = [target.companyId, target.serviceId, target.contractId, target.lineRef];
  const read = rows.map((row) => [
    row.id,
    row.line,
    row.startDate,
    row.endDate,
    row.units,
    row.price,
    row.cost,
    row.posted,
  ]);
  const text = JSON.stringify([wanted, where, [grid.startDate, grid.endDate, grid.months], read]);
  return createHash('sha256').update(text).digest('hex');
}
