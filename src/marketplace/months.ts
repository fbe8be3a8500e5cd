import type { BillingFrequency, Term } from '../../prisma/generated/client/enums.js';

/** Months in one billing period. What is billed once, or not at all, has none. */
export const PERIOD_MONTHS: { readonly [F in BillingFrequency]?: number } = { MONTHLY: 1, ANNUAL: 12, TRIENNIAL: 36 };

/** Months in a term. */
export const TERM_MONTHS: { readonly [T in Term]?: number } = {
  ONE_MONTH: 1,
  ONE_YEAR: 12,
  THREE_YEARS: 36,
  FIVE_YEARS: 60,
};
