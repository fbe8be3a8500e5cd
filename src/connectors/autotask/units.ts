/**
 * What Autotask bills for a line from a date on, read from its unit rows. Pure: no calls, no clock.
 *
 * Autotask keeps one row per billing period up to the contract's end and adds a row where an adjustment begins inside
 * a period. Whether such a row holds the new total or only the difference is not documented, so totals come from rows
 * that mean the same either way: whole periods with nothing else inside.
 */
import type { CalendarDate, Decimal, Json } from '../contract.js';
import { addDays, nextPeriod, periodStart } from './calendar.js';
import { divide } from './decimal.js';
import type { Row } from './wire.js';

export interface UnitRow {
  readonly id: string;
  /** Autotask: `contractServiceID`, the line. */
  readonly line: string;
  readonly startDate: CalendarDate;
  readonly endDate: CalendarDate;
  readonly units: number;
  /** For the whole row: units x unit price, pro-rated for a part of a period. */
  readonly price: Decimal | null;
  readonly cost: Decimal | null;
  /** Approved and posted: Autotask does not change it any more. */
  readonly posted: boolean;
}

/** The billing periods step from the contract's start, not from the line's. */
export interface Grid {
  readonly startDate: CalendarDate;
  readonly endDate: CalendarDate | null;
  readonly months: number | null;
}

export interface Standing {
  readonly units: number;
  readonly unitPrice: Decimal | null;
  readonly unitCost: Decimal | null;
  /** True when the rows can be read in two ways; then nothing may be concluded from them. */
  readonly ambiguous: boolean;
}

export function unitRowOf(row: Row): UnitRow | null {
  const [id, line, units] = [row.id('id'), row.id('contractServiceID'), row.integer('units')];
  const [startDate, endDate] = [row.date('startDate'), row.date('endDate')];
  if (id === null || line === null || units === null || startDate === null || endDate === null) return null;
  return {
    id,
    line,
    startDate,
    endDate,
    units,
    price: row.decimal('price'),
    cost: row.decimal('cost'),
    posted: row.has('approveAndPostDate'),
  };
}

/**
 * The standing total at a date: the units of the first whole period from that date on. In the last period there is
 * none, so the row that covers the date and starts last counts; more than one such row is ambiguous.
 */
export function standingAt(rows: readonly UnitRow[], grid: Grid, date: CalendarDate): Standing {
  const ordered = inclusive(rows, grid).sort(
    (a, b) => compare(a.startDate, b.startDate) || Number(a.id) - Number(b.id),
  );
  const whole = ordered.find((row) => row.startDate >= date && isWhole(row, grid) && isAlone(row, ordered));
  if (whole) return standing(whole, true, false);
  const covering = ordered.filter((row) => row.startDate <= date && row.endDate >= date);
  const last = covering.at(-1) ?? ordered.findLast((row) => row.startDate > date);
  if (!last) return { units: 0, unitPrice: null, unitCost: null, ambiguous: false };
  return standing(last, isWhole(last, grid) && isAlone(last, ordered), covering.length > 1);
}

function standing(row: UnitRow, whole: boolean, ambiguous: boolean): Standing {
  const unit = (amount: Decimal | null) =>
    whole && amount !== null && row.units !== 0 ? divide(amount, row.units) : null;
  return { units: row.units, unitPrice: unit(row.price), unitCost: unit(row.cost), ambiguous };
}

/** Does the row span a full period of the grid? A row to the contract's end counts only when its period ends there. */
function isWhole(row: UnitRow, grid: Grid): boolean {
  if (grid.months === null) return true;
  if (periodStart(grid.startDate, grid.months, row.startDate) !== row.startDate) return false;
  return row.endDate === addDays(nextPeriod(grid.startDate, grid.months, row.startDate), -1);
}

/** Clients see ends that are the last day of the row. Should they be the first day after it, all rows show it. */
function inclusive(rows: readonly UnitRow[], grid: Grid): UnitRow[] {
  const { months } = grid;
  const exclusive =
    months !== null &&
    rows.some((row) => row.startDate < row.endDate && periodStart(grid.startDate, months, row.endDate) === row.endDate);
  return rows.map((row) => (exclusive ? { ...row, endDate: addDays(row.endDate, -1) } : row));
}

function isAlone(row: UnitRow, rows: readonly UnitRow[]): boolean {
  return rows.every((other) => other === row || other.startDate > row.endDate || other.endDate < row.startDate);
}

/** True when an earlier adjustment already begins on this date: a row starts here though no period does. */
export function startsInsidePeriod(rows: readonly UnitRow[], grid: Grid, date: CalendarDate): boolean {
  if (grid.months === null || periodStart(grid.startDate, grid.months, date) === date) return false;
  return rows.some((row) => row.startDate === date);
}

export function postedAt(rows: readonly UnitRow[], date: CalendarDate): boolean {
  return rows.some((row) => row.posted && row.startDate <= date && row.endDate >= date);
}

/** Do both reads show the same rows? Ids are left out: Autotask may make rows anew. */
export function sameRows(a: readonly UnitRow[], b: readonly UnitRow[]): boolean {
  const text = (rows: readonly UnitRow[]) =>
    rows
      .map((row) => [row.startDate, row.endDate, row.units, row.price, row.cost, row.posted].join(' '))
      .sort()
      .join('|');
  return text(a) === text(b);
}

/** The rows as evidence for the audit, and back. */
export function evidenceOf(rows: readonly UnitRow[], grid: Grid, unitCost: Decimal | null): Json {
  return {
    contract: { startDate: grid.startDate, endDate: grid.endDate, periodMonths: grid.months },
    unitCost,
    rows: rows.map((row) => ({ ...row })),
  };
}

export function gridOfEvidence(evidence: Json): Grid | null {
  const contract = at(evidence, 'contract');
  const [startDate, endDate, months] = ['startDate', 'endDate', 'periodMonths'].map((name) => at(contract, name));
  if (typeof startDate !== 'string') return null;
  return {
    startDate,
    endDate: typeof endDate === 'string' ? endDate : null,
    months: typeof months === 'number' ? months : null,
  };
}

export function rowsOfEvidence(evidence: Json): UnitRow[] {
  const rows = at(evidence, 'rows');
  return Array.isArray(rows) ? (rows as unknown as UnitRow[]) : [];
}

export function unitCostOfEvidence(evidence: Json): Decimal | null {
  const cost = at(evidence, 'unitCost');
  return typeof cost === 'string' ? cost : null;
}

function at(value: Json | undefined, name: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
