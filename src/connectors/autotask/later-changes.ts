import { addDays, LAST_DAY } from '../calendar.js';
import type { CalendarDate } from '../contract.js';
import { nextPeriod, periodStart } from './calendar.js';
import { standingAt } from './standing.js';
import { type Grid, startsInsidePeriod, type UnitRow } from './units.js';

/** One change of units that Autotask already holds for later and that must be taken back. */
export interface TakenBack {
  readonly date: CalendarDate;
  readonly from: number;
  readonly to: number;
}

export interface LaterChanges {
  /** The day from which the units can be set. */
  readonly from: CalendarDate;
  /** What begins after it, the latest first: taken back in this order, no total between is below those that were planned. */
  readonly back: readonly TakenBack[];
}

/**
 * Units that somebody set for after the date of a change. Differences written before them would be counted on top of them,
 * so the total would never be the target. One that begins in the period of the date is left as it is, and the change
 * counts from behind it: most often it is a correction by hand of this very change. Those of the next two periods are
 * taken back. Autotask takes one adjustment a day inside a period, so there the day after is the first that can be set.
 */
export function laterChanges(
  rows: readonly UnitRow[],
  grid: Grid,
  date: CalendarDate,
  readUntil: CalendarDate | null,
): LaterChanges {
  const { months, startDate: anchor, endDate } = grid;
  if (months === null) return { from: date, back: [] };
  const next = nextPeriod(anchor, months, periodStart(anchor, months, date));
  const ahead = nextPeriod(anchor, months, next);
  const last = [ahead, ...[endDate, readUntil].filter((day) => day !== null)].sort()[0] ?? ahead;
  const free = (day: CalendarDate): CalendarDate => {
    let at = day;
    while (at < LAST_DAY && startsInsidePeriod(rows, grid, at)) at = addDays(at, 1);
    return at;
  };
  const changes = changesBetween(rows, grid, date, last);
  const own = changes.findLast((day) => day < next);
  const from = own === undefined ? date : free(own);
  const days = [...new Set(changes.map(free))].filter((day) => day > from && day <= last);
  const standings = [from, ...days].map((day) => standingAt(rows, grid, day));
  if (standings.some(({ ambiguous }) => ambiguous)) return { from, back: [] };
  const back = days.flatMap((day, index) => {
    const [to, here] = [standings[index]?.units ?? 0, standings[index + 1]?.units ?? 0];
    return to === here ? [] : [{ date: day, from: here, to }];
  });
  return { from, back: back.reverse() };
}

/** Days after `date`, up to and with `last`, on which other units begin. */
function changesBetween(rows: readonly UnitRow[], grid: Grid, date: CalendarDate, last: CalendarDate): CalendarDate[] {
  const edges = rows.flatMap((row) => [row.startDate, addDays(row.endDate, 1)]);
  const days = [...new Set(edges)].filter((day) => day > date && day <= last).sort();
  let units = standingAt(rows, grid, date).units;
  return days.filter((day) => {
    const before = units;
    units = standingAt(rows, grid, day).units;
    return units !== before;
  });
}
