import type { CalendarDate } from '../contract.js';

/** Calendar dates as text. Autotask sends midnight instants for plain dates; only the first ten characters count. */
const FORM = /^(\d{4})-(\d{2})-(\d{2})/;

/** The calendar date in a vendor value, or undefined. Never through a `Date` in local time (R12). */
export function calendarDate(value: string): CalendarDate | undefined {
  const match = FORM.exec(value);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) ? format(year, month, day) : undefined;
}

export function isCalendarDate(value: string): boolean {
  return value.length === 10 && calendarDate(value) === value;
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  const [year, month, day] = parts(date);
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

/** Adds months to an anchor; a day the month does not have becomes its last one (31 Jan + 1 = 28 Feb). */
export function addMonths(anchor: CalendarDate, months: number): CalendarDate {
  const [year, month, day] = parts(anchor);
  const index = year * 12 + (month - 1) + months;
  const [toYear, toMonth] = [Math.floor(index / 12), (index % 12) + 1];
  return format(toYear, toMonth, Math.min(day, daysIn(toYear, toMonth)));
}

/** The number of the billing period that holds `date`; 0 begins at the anchor. Autotask: periods step from the contract's start. */
export function periodIndex(anchor: CalendarDate, months: number, date: CalendarDate): number {
  const [fromYear, fromMonth] = parts(anchor);
  const [toYear, toMonth] = parts(date);
  let index = Math.floor((toYear * 12 + toMonth - fromYear * 12 - fromMonth) / months);
  while (addMonths(anchor, index * months) > date) index -= 1;
  while (addMonths(anchor, (index + 1) * months) <= date) index += 1;
  return index;
}

export function periodStart(anchor: CalendarDate, months: number, date: CalendarDate): CalendarDate {
  return addMonths(anchor, periodIndex(anchor, months, date) * months);
}

/** The start of the period after the one that starts at `start`; counts from the anchor, so the 31st comes back. */
export function nextPeriod(anchor: CalendarDate, months: number, start: CalendarDate): CalendarDate {
  const [fromYear, fromMonth] = parts(anchor);
  const [year, month] = parts(start);
  const steps = Math.round((year * 12 + month - fromYear * 12 - fromMonth) / months) + 1;
  return addMonths(anchor, steps * months);
}

function parts(date: CalendarDate): [number, number, number] {
  return [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))];
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function format(year: number, month: number, day: number): CalendarDate {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
