import type { CalendarDate } from '../contract.js';

/** ConnectWise: dates are instants at midnight UTC; only the first ten characters count. */
export function dayOf(value: string): CalendarDate | null {
  const day = value.slice(0, 10);
  return isCalendarDate(day) ? day : null;
}

export function isCalendarDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const at = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 10) === value;
}

/** As it is written: `yyyy-MM-ddTHH:mm:ssZ`. */
export const instantOf = (day: CalendarDate): string => `${day}T00:00:00Z`;

export function addDays(date: CalendarDate, days: number): CalendarDate {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
