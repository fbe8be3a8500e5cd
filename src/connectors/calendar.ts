import type { CalendarDate } from './values.js';

/**
 * Calendar dates as text, which sort as they follow each other, for every connector and for delivery. No year has more than
 * four digits: what would lie beyond the calendar is its first or last day, since PSAs write "no end" as one of them.
 */
const FORM = /^(\d{4})-(\d{2})-(\d{2})$/;
const FIRST_DAY: CalendarDate = '0001-01-01';
export const LAST_DAY: CalendarDate = '9999-12-31';

const DAY_MS = 86_400_000;

/** Does the text name a day of the calendar? `2026-02-30` does not. */
export function isCalendarDate(text: string): boolean {
  const [, year = 0, month = 0, day = 0] = (FORM.exec(text) ?? []).map(Number);
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year * 12 + month - 1);
}

export function addDays(date: CalendarDate, days: number): CalendarDate {
  const at = millisecondsOf(date) + days * DAY_MS;
  const within = Math.min(Math.max(at, millisecondsOf(FIRST_DAY)), millisecondsOf(LAST_DAY));
  return new Date(within).toISOString().slice(0, 10);
}

/** The same day so many months later; in a month that is too short, its last one (31 Jan + 1 = 28 Feb). */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const month = monthOf(date) + months;
  if (month < monthOf(FIRST_DAY)) return FIRST_DAY;
  if (month > monthOf(LAST_DAY)) return LAST_DAY;
  return format(Math.floor(month / 12), (month % 12) + 1, Math.min(Number(date.slice(8)), daysIn(month)));
}

/** The number of the period of so many months that holds a day; 0 begins at the anchor. */
export function periodIndex(anchor: CalendarDate, months: number, date: CalendarDate): number {
  const index = Math.floor((monthOf(date) - monthOf(anchor)) / months);
  return addMonths(anchor, index * months) > date ? index - 1 : index;
}

/** Its first and last day; the last period of the calendar ends with it. */
export function periodOf(
  anchor: CalendarDate,
  months: number,
  index: number,
): { start: CalendarDate; end: CalendarDate } {
  const next = (index + 1) * months;
  const end = monthOf(anchor) + next > monthOf(LAST_DAY) ? LAST_DAY : addDays(addMonths(anchor, next), -1);
  return { start: addMonths(anchor, index * months), end };
}

/** Months since the year 0. */
function monthOf(date: CalendarDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/** By a year of the same kind: `Date.UTC` takes 1 to 99 for 1901 to 1999. */
function daysIn(month: number): number {
  return new Date(Date.UTC(2000 + (Math.floor(month / 12) % 400), (month % 12) + 1, 0)).getUTCDate();
}

function millisecondsOf(date: CalendarDate): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function format(year: number, month: number, day: number): CalendarDate {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
