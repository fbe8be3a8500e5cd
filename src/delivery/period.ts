import { periodIndex, periodOf } from '../connectors/calendar.js';
import { PERIOD_MONTHS } from '../marketplace/months.js';

export { addDays, addMonths } from '../connectors/calendar.js';

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
  return periodOf(contractStart, months, Math.max(0, periodIndex(contractStart, months, date)));
}
