import { PERIOD_MONTHS } from '../marketplace/months.js';
import { fromDateColumn, toDateColumn } from '../storage/calendar-date.js';

const MONTHS: { readonly [frequency: string]: number | undefined } = PERIOD_MONTHS;

/**
 * The first day of the billing period that holds a date. Periods step from the contract's start, not from the first of
 * the month; a start on the 31st falls on the last day of shorter months.
 */
export function periodStart(contractStart: string, frequency: string, date: string): string {
  return periodOn(contractStart, frequency, date).start;
}

/** The first and last day of that period. A date before the contract's start falls into its first one. */
export function periodOn(contractStart: string, frequency: string, date: string): { start: string; end: string } {
  const months = MONTHS[frequency] ?? 1;
  let start = contractStart;
  for (let step = 1; ; step += 1) {
    const next = addMonths(contractStart, step * months);
    if (next > date) return { start, end: addDays(next, -1) };
    start = next;
  }
}

export function addMonths(date: string, months: number): string {
  const from = toDateColumn(date);
  const first = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(from.getUTCDate(), last));
  return fromDateColumn(first);
}

export function addDays(date: string, days: number): string {
  const moved = toDateColumn(date);
  moved.setUTCDate(moved.getUTCDate() + days);
  return fromDateColumn(moved);
}
