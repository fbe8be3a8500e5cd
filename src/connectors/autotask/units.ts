/**
 * The unit rows of a line: what Autotask bills for it in each period. Pure: no calls, no clock.
 *
 * Autotask keeps one row per billing period up to the contract's end and adds a row where an adjustment begins inside
 * a period.
 */
import { addDays } from '../calendar.js';
import type { CalendarDate, Decimal } from '../contract.js';
import { nextPeriod, periodStart } from './calendar.js';
import type { Row } from './wire.js';

export interface UnitRow {
  readonly id: string;
  /** Autotask: `contractServiceID`, the line. */
  readonly line: string;
  readonly startDate: CalendarDate;
  /** The last day of the row. */
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
 * The rows of one line in order, each with its last day as its end. Clients see ends that are the last day of the row.
 * Should they be the first day after it, all whole rows of the line show it.
 */
export function orderedRows(rows: readonly UnitRow[], grid: Grid): UnitRow[] {
  const { startDate: anchor, months } = grid;
  const exclusive =
    months !== null &&
    rows.some((row) => row.startDate < row.endDate && periodStart(anchor, months, row.endDate) === row.endDate);
  return rows
    .map((row) => (exclusive ? { ...row, endDate: addDays(row.endDate, -1) } : row))
    .sort((a, b) => compare(a.startDate, b.startDate) || Number(a.id) - Number(b.id));
}

/** Does the row span a full period of the grid? A row to the contract's end counts only when its period ends there. */
export function isWhole(row: UnitRow, grid: Grid): boolean {
  if (grid.months === null) return true;
  if (periodStart(grid.startDate, grid.months, row.startDate) !== row.startDate) return false;
  return row.endDate === addDays(nextPeriod(grid.startDate, grid.months, row.startDate), -1);
}

export function isAlone(row: UnitRow, rows: readonly UnitRow[]): boolean {
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
  const text = (rows: readonly UnitRow[]) => rows.map(rowText).sort().join('|');
  return text(a) === text(b);
}

export function rowText(row: UnitRow): string {
  return [row.startDate, row.endDate, row.units, row.price, row.cost, row.posted].join(' ');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
