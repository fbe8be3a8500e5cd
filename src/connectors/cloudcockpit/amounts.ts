import { canonical, divide } from '../decimal.js';
import { isRow } from './json.js';
import { nameOf } from './words.js';

/** The push takes no finer amounts. */
const PLACES = 6;

/**
 * CloudCockpit: `{value, currency: {name}}`, a price for the whole term, as a JSON number. Rounded half away from zero to six places.
 * What is no number is passed on as it is: the push says what is wrong with it.
 */
export function amountOf(price: unknown): unknown {
  if (!isRow(price)) return price ?? undefined;
  const exact = typeof price.value === 'number' ? canonical(String(price.value)) : undefined;
  return exact === undefined ? (price.value ?? undefined) : divide(exact, 1, PLACES);
}

/** What prices of a term are for. Inferred: without a term they are for what is billed each time. */
export function basisOf(term: unknown): string {
  return term === 'NO_TERM' ? 'PER_BILLING_PERIOD' : 'PER_TERM';
}

export function currencyOf(price: unknown): unknown {
  return isRow(price) ? (nameOf(price.currency) ?? undefined) : undefined;
}
