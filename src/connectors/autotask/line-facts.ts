import { addDays } from '../calendar.js';
import type { CalendarDate, Decimal, LineFact, SnapshotQuery } from '../contract.js';
import { periodStart } from './calendar.js';
import { amountsOf, standingAt } from './standing.js';
import { type Grid, isAlone, isWhole, type UnitRow } from './units.js';

/**
 * What is billed over the asked days as a step function, from the start of the period that holds the first. Inside a
 * period that is split the amounts are pro-rated and tell no unit price.
 */
export function lineFacts(
  rows: readonly UnitRow[],
  grid: Grid,
  { from, until }: Pick<SnapshotQuery, 'from' | 'until'>,
  costsShown: boolean,
): LineFact[] {
  const [firstRow, lastRow] = [rows[0], rows.at(-1)];
  if (!firstRow || !lastRow) return [];
  const first = from === undefined ? grid.startDate : periodOf(grid, from);
  const last = until ?? grid.endDate ?? lastRow.endDate;
  const cuts = rows.flatMap((row) => [row.startDate, addDays(row.endDate, 1)]);
  const dates = [...new Set([first, ...cuts])].filter((date) => date >= first && date <= last).sort();
  const facts: LineFact[] = [];
  for (const date of dates) {
    const fact = { date, ...billedOn(rows, grid, date, costsShown) };
    const before = facts.at(-1);
    if (!before || !same(before, fact)) facts.push(fact);
  }
  return facts;
}

/** The start of the period that holds a day; before the contract the day itself. */
function periodOf({ startDate, months }: Grid, day: CalendarDate): CalendarDate {
  return months === null || day < startDate ? day : periodStart(startDate, months, day);
}

function billedOn(
  rows: readonly UnitRow[],
  grid: Grid,
  date: CalendarDate,
  costsShown: boolean,
): Omit<LineFact, 'date'> {
  const { units } = standingAt(rows, grid, date);
  const whole = rows.find(
    (row) => row.startDate <= date && row.endDate >= date && isWhole(row, grid) && isAlone(row, rows),
  );
  if (!whole) return { units, unitPrice: null, unitCost: null };
  const { unitPrice, unitCost } = amountsOf(whole);
  return { units, unitPrice, unitCost: told(unitCost, costsShown) };
}

/** A level that may not read costs shows 0, so a 0 is a fact only where costs were seen. */
function told(cost: Decimal | null, costsShown: boolean): Decimal | null {
  return cost === '0' && !costsShown ? null : cost;
}

function same(a: LineFact, b: LineFact): boolean {
  return a.units === b.units && a.unitPrice === b.unitPrice && a.unitCost === b.unitCost;
}
