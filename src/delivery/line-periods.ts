import { addDays, LAST_DAY } from '../connectors/calendar.js';
import type { BillingPeriod, CalendarDate, LineSnapshot } from '../connectors/contract.js';
import { periodOn } from './period.js';

/**
 * The billing period that holds a day; before the contract its first one. What was not read, because it was not asked for
 * or because the vendor keeps no periods, is filled in from the contract's start and frequency and counts as open. Null after
 * the contract's end, and where the contract is not known.
 */
export function periodAt({ contract, periods }: LineSnapshot, date: CalendarDate): BillingPeriod | null {
  if (!contract || (contract.endDate !== null && date > contract.endDate)) return null;
  const day = date < contract.startDate ? contract.startDate : date;
  const read = periods.find(({ start, end }) => start <= day && day <= end);
  if (read) return read;
  const grid = periodOn(contract.startDate, contract.billingFrequency ?? 'MONTHLY', day);
  const before = periods.findLast(({ end }) => end < day);
  const after = periods.find(({ start }) => start > day);
  return {
    start: before && before.end >= grid.start ? addDays(before.end, 1) : grid.start,
    end: after && after.start <= grid.end ? addDays(after.start, -1) : grid.end,
    closed: false,
  };
}

/**
 * The first day of the first open period that starts after `date`, and not before `floor`. Null when the contract ends
 * before one does.
 */
export function nextOpenStart(line: LineSnapshot, date: CalendarDate, floor: CalendarDate | null): CalendarDate | null {
  const earliest = floor !== null && floor > date ? floor : addDays(date, 1);
  // Before the contract begins, its first period is the next one.
  for (let day = earliest; ; ) {
    const period = periodAt(line, day);
    if (!period) return null;
    if (!period.closed && period.start >= earliest && period.start > date) return period.start;
    if (period.end >= LAST_DAY) return null;
    day = addDays(period.end, 1);
  }
}

/** How many units are billed on a day. Null where no fact covers it: there is no line, it begins later, or it was not asked for. */
export function unitsOn({ facts }: LineSnapshot, day: CalendarDate): number | null {
  return facts.findLast(({ date }) => date <= day)?.units ?? null;
}
