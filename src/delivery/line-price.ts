import type { BillingFrequency } from '../../prisma/generated/client/enums.js';
import { type BilledPrice, billedPrice, type StoredPrice, type UnbillablePrice } from '../marketplace/billed-price.js';

/** What belongs on a line for one unit in one of its billing periods, or why nothing does. */
export type LinePrice = BilledPrice | UnbillablePrice;

/** A line is billed as often as when it was mapped: the amount of another period does not belong on it (R52). */
export function priceOfLine(price: StoredPrice, lineFrequency: BillingFrequency | null): LinePrice {
  if (lineFrequency === null || lineFrequency === price.billingFrequency) return billedPrice(price);
  const message =
    'The price is for another billing frequency than the line in the PSA: map the cloud subscription again. (R52)';
  return { code: 'BILLING_FREQUENCY_CHANGED', message };
}
