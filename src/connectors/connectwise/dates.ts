import { isCalendarDate } from '../calendar.js';
import type { CalendarDate } from '../contract.js';

/** ConnectWise: dates are instants at midnight UTC; only the first ten characters count. */
export function dayOf(value: string): CalendarDate | null {
  const day = value.slice(0, 10);
  return isCalendarDate(day) ? day : null;
}

/** As it is written: `yyyy-MM-ddTHH:mm:ssZ`. */
export const instantOf = (day: CalendarDate): string => `${day}T00:00:00Z`;
