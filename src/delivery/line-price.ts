import type { BillingFrequency } from '../../prisma/generated/client/enums.js';
import { type BilledPrice, billedPrice, type StoredPrice, type UnbillablePrice } from '../marketplace/billed-price.js';

/** What belongs on a line for one unit in one of its billing periods, or why nothing does. */
export type LinePrice = BilledPrice | UnbillablePrice;

/**
 * A line is billed as often as when it was mapped: the amount of another period does not belong on it (R52), and none on a
 * line of which nobody knows how often that is.
 */
export function priceOfLine(price: StoredPrice, lineFrequency: BillingFrequency | null): LinePrice {
  if (lineFrequency === price.billingFrequency) return billedPrice(price);
  return lineFrequency === null ? UNKNOWN : CHANGED;
}

const CHANGED: UnbillablePrice = {
  code: 'BILLING_FREQUENCY_CHANGED',
  message: 'The price is for another billing frequency than the line in the PSA: map the cloud subscription again.',
};
const UNKNOWN: UnbillablePrice = {
  code: 'BILLING_FREQUENCY_UNKNOWN',
  message: 'Nobody knows how often the line in the PSA is billed. Map the cloud subscription again.',
};
