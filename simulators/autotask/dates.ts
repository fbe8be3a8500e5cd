/**
 * Calendar dates as `YYYY-MM-DD` text. autotask: contract dates come back as midnight UTC and mean a day, not an
 * instant, so nothing here ever touches local time.
 */
const DAY = 86_400_000;

const toUtc = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const fromUtc = (time: number): string => new Date(time).toISOString().slice(0, 10);

export const addDays = (date: string, days: number): string => fromUtc(toUtc(date) + days * DAY);

/** Days from `first` to `last`, both counted. */
export const daysBetween = (first: string, last: string): number => Math.round((toUtc(last) - toUtc(first)) / DAY) + 1;

/** The same day of the month `months` later, or that month's last day: 31 January + 1 = 28 February. */
export function addMonths(date: string, months: number): string {
  const [year = 1970, month = 1, day = 1] = date.split('-').map(Number);
  const index = year * 12 + (month - 1) + months;
  const lastDay = new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).getUTCDate();
  return fromUtc(Date.UTC(Math.floor(index / 12), index % 12, Math.min(day, lastDay)));
}

/** autotask: times are stored and returned in UTC. Gives null for what is not a date. */
export function parseInstant(value: unknown): Date | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(value)) return null;
  const zoned = /(Z|[+-]\d{2}:?\d{2})$/i.test(value) ? value : value.length === 10 ? `${value}T00:00:00Z` : `${value}Z`;
  const time = Date.parse(zoned);
  return Number.isNaN(time) || !sameDay(value, zoned, time) ? null : new Date(time);
}

/** Date.parse accepts 30 February and moves it; a strict server does not. */
function sameDay(value: string, zoned: string, time: number): boolean {
  if (!zoned.endsWith('Z')) return true;
  return new Date(time).toISOString().slice(0, 10) === value.slice(0, 10);
}

export const midnight = (date: string): string => `${date}T00:00:00Z`;
export const dayOf = (stored: unknown): string => (typeof stored === 'string' ? stored.slice(0, 10) : '');
