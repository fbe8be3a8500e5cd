/**
 * What Autotask bills for a line on a day, read from its unit rows. Pure: no calls, no clock.
 *
 * Whether a row that begins inside a period holds the new total or only the difference is not documented. So totals come
 * from what means the same either way: a whole period with nothing else inside; the first row of a period; and, where a
 * period is split, from the reading that leads to what the next period begins with.
 */
import { addDays } from '../calendar.js';
import type { CalendarDate, Decimal } from '../contract.js';
import { divide } from '../decimal.js';
import { nextPeriod, periodStart } from './calendar.js';
import { type Grid, isAlone, isWhole, type UnitRow } from './units.js';

export interface Standing {
  readonly units: number;
  readonly unitPrice: Decimal | null;
  readonly unitCost: Decimal | null;
  /** True when the rows can be read in two ways; then nothing may be concluded from them. */
  readonly ambiguous: boolean;
}

type Amounts = Pick<Standing, 'unitPrice' | 'unitCost'>;
const UNTOLD: Amounts = { unitPrice: null, unitCost: null };

/**
 * The first whole period that ends on the date or later and has nothing else inside. Rows after it cannot change what is
 * concluded for the date.
 */
export function decidingRow(rows: readonly UnitRow[], grid: Grid, date: CalendarDate): UnitRow | undefined {
  return rows.find((row) => row.endDate >= date && isWhole(row, grid) && isAlone(row, rows));
}

/**
 * What is billed on a date: units, and the amounts a unit. Parts of periods are pro-rated and tell no amounts; there, those
 * of the next whole period stand in.
 */
export function standingAt(rows: readonly UnitRow[], grid: Grid, date: CalendarDate): Standing {
  const deciding = decidingRow(rows, grid, date);
  const amounts = deciding ? amountsOf(deciding) : UNTOLD;
  if (deciding && deciding.startDate <= date) return { units: deciding.units, ...amounts, ambiguous: false };
  const { units, ambiguous } = unitsAt(rows, grid, date);
  return { units, ...(units === 0 ? UNTOLD : amounts), ambiguous };
}

/** The amounts a unit of a whole row. */
export function amountsOf({ units, price, cost }: UnitRow): Amounts {
  const unit = (amount: Decimal | null) => (amount !== null && units !== 0 ? divide(amount, units) : null);
  return { unitPrice: unit(price), unitCost: unit(cost) };
}

type Reading = (rows: readonly UnitRow[], date: CalendarDate) => number;

const covering = (rows: readonly UnitRow[], date: CalendarDate): UnitRow[] =>
  rows.filter((row) => row.startDate <= date && row.endDate >= date);
const sum = (rows: readonly UnitRow[]): number => rows.reduce((total, row) => total + row.units, 0);

/** A row holds the new total: the one that covers the day and starts last counts. The likelier reading. */
const asTotals: Reading = (rows, date) => covering(rows, date).at(-1)?.units ?? 0;
/** A row holds a difference to the rows it lies over. */
const asDifferences: Reading = (rows, date) => sum(covering(rows, date));
/** A row holds a difference to all that began before it. No source says so; what follows can show it all the same. */
const asSteps: Reading = (rows, date) => sum(rows.filter((row) => row.startDate <= date));

/**
 * Units on a day of a period that is split, cut short or without rows. Readings that lead to what the next period begins
 * with count; in the last period, and where a change begins with the next one, none can be told from the others.
 */
function unitsAt(rows: readonly UnitRow[], grid: Grid, date: CalendarDate): Pick<Standing, 'units' | 'ambiguous'> {
  const inside = rowsOfPeriod(rows, grid, date);
  const [first] = inside;
  if (!first || first.startDate > date) return { units: 0, ambiguous: false };
  const next = unitsAfter(rows, grid, inside);
  const last = inside.reduce((end, row) => (row.endDate > end ? row.endDate : end), first.endDate);
  const fitting = [asTotals, asDifferences, asSteps].filter((reading) => reading(inside, last) === next);
  const readings = fitting.length > 0 ? fitting : [asTotals, asDifferences];
  const answers = new Set(readings.map((reading) => reading(inside, date)));
  const [answer] = answers;
  return answer !== undefined && answers.size === 1
    ? { units: answer, ambiguous: false }
    : { units: asTotals(inside, date), ambiguous: true };
}

/** What the next period begins with, which is a total under any reading; null where none is known. */
function unitsAfter(rows: readonly UnitRow[], grid: Grid, inside: readonly UnitRow[]): number | null {
  const [first] = inside;
  if (!first || grid.months === null) return null;
  const start = nextPeriod(grid.startDate, grid.months, periodStart(grid.startDate, grid.months, first.startDate));
  const beginning = covering(rows, start);
  return (beginning.length === 1 ? beginning[0] : decidingRow(rows, grid, start))?.units ?? null;
}

function rowsOfPeriod(rows: readonly UnitRow[], grid: Grid, date: CalendarDate): UnitRow[] {
  if (grid.months === null) return covering(rows, date);
  const start = periodStart(grid.startDate, grid.months, date);
  const end = addDays(nextPeriod(grid.startDate, grid.months, start), -1);
  return rows.filter((row) => row.startDate <= end && row.endDate >= start);
}
