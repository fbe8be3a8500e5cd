import { addMonths, isCalendarDate, periodIndex } from '../calendar.js';
import type { CalendarDate } from '../contract.js';

/** The calendar date in a vendor value, or undefined. Autotask: midnight instants stand for plain dates (R12). */
export function calendarDate(value: string): CalendarDate | undefined {
  const day = value.slice(0, 10);
  return isCalendarDate(day) ? day : undefined;
}

/** Autotask: periods step from the contract's start. */
export function periodStart(anchor: CalendarDate, months: number, date: CalendarDate): CalendarDate {
  return addMonths(anchor, periodIndex(anchor, months, date) * months);
}

/** The start of the period after the one that starts at `start`; counts from the anchor, so the 31st comes back. */
export function nextPeriod(anchor: CalendarDate, months: number, start: CalendarDate): CalendarDate {
  return addMonths(anchor, (periodIndex(anchor, months, start) + 1) * months);
}
