import { fromDateColumn, toDateColumn } from '../storage/calendar-date.js';

/** Months in one billing period. */
const MONTHS: { readonly [frequency: string]: number } = { MONTHLY: 1, ANNUAL: 12, TRIENNIAL: 36 };

/**
 * The first day of the billing period that holds a date. Periods step from the contract's start, not from the first of
 * the month; a start on the 31st falls on the last day of shorter months.
 */
export function periodStart(contractStart: string, frequency: string, date: string): string {
  const months = MONTHS[frequency] ?? 1;
  let start = contractStart;
  for (let step = 1; ; step += 1) {
    const next = addMonths(contractStart, step * months);
    if (next > date) return start;
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
