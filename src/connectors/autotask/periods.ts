import { periodIndex, periodOf } from '../calendar.js';
import type { BillingPeriod, CalendarDate, SnapshotQuery } from '../contract.js';
import type { Window } from './evidence.js';
import type { Grid, UnitRow } from './units.js';

/** Periods after the asked days that are read as well: the standing total needs the next whole one, and one may be split. */
const AHEAD = 2;
/** No contract is longer; keeps a damaged end date from filling the memory. */
const MOST = 1_200;

/**
 * The days whose rows are read: whole billing periods over the asked days and the next two. Null bounds where nothing is
 * left out, so that rows beyond a bound are known to be missing.
 */
export function windowToRead(grid: Grid, { from, until }: Pick<SnapshotQuery, 'from' | 'until'>): Window {
  const { startDate, endDate, months } = grid;
  if (months === null) return { from: null, until: null };
  const first =
    from === undefined ? null : periodOf(startDate, months, Math.max(0, periodIndex(startDate, months, from))).start;
  const last = until === undefined ? null : periodOf(startDate, months, lastIndex(grid, months, until)).end;
  return {
    from: first !== null && first > startDate ? first : null,
    until: last !== null && (endDate === null || last < endDate) ? last : null,
  };
}

/** The first day of the last period of a window that is cut, or null. */
export function lastStart(grid: Grid, window: Window): CalendarDate | null {
  if (window.until === null || grid.months === null) return null;
  return periodOf(grid.startDate, grid.months, periodIndex(grid.startDate, grid.months, window.until)).start;
}

/**
 * The billing periods over the asked days and the next two, cut at the contract's end. Closed: a row of the line in the
 * period is posted; a line without rows goes by the other rows of the contract that were read.
 */
export function billingPeriods(
  grid: Grid,
  { from, until }: Pick<SnapshotQuery, 'from' | 'until'>,
  rows: { readonly ofLine: readonly UnitRow[]; readonly ofContract: readonly UnitRow[] },
): BillingPeriod[] {
  const { startDate, endDate, months } = grid;
  if (months === null) return [];
  const told = rows.ofLine.length > 0 ? rows.ofLine : rows.ofContract;
  const first = from === undefined ? 0 : Math.max(0, periodIndex(startDate, months, from));
  const lastDay = until ?? endDate ?? told.at(-1)?.endDate ?? from ?? startDate;
  const last = Math.min(lastIndex(grid, months, lastDay), first + MOST);
  const posted = told.filter((row) => row.posted);
  const periods: BillingPeriod[] = [];
  for (let index = first; index <= last; index += 1) {
    const { start, end: full } = periodOf(startDate, months, index);
    // After the last day of the calendar no period begins.
    if (start <= (periods.at(-1)?.end ?? '') || (endDate !== null && start > endDate)) break;
    const cut = endDate !== null && endDate < full ? endDate : full;
    const closed = posted.some((row) => row.startDate <= cut && row.endDate >= start);
    periods.push({ start, end: cut, closed });
  }
  return periods;
}

function lastIndex(grid: Grid, months: number, until: CalendarDate): number {
  return Math.max(-1, periodIndex(grid.startDate, months, until)) + AHEAD;
}
