import type { BillingFrequency, PriceBasis, Term } from '../../prisma/generated/client/enums.js';
import { Prisma } from '../storage/database.js';
import { PERIOD_MONTHS, TERM_MONTHS } from './months.js';

/** A price as the marketplace gave it, with what its basis counts in. Amounts are decimal texts. */
export interface StoredPrice {
  readonly unitCost: string;
  readonly unitPrice: string;
  readonly currency: string;
  readonly basis: PriceBasis;
  readonly term: Term;
  readonly billingFrequency: BillingFrequency;
}

/** What one unit costs in one billing period: what a PSA is told, and compared with. Shortest decimal texts. */
export interface BilledPrice {
  readonly unitCost: string;
  readonly unitPrice: string;
  readonly currency: string;
}

/** There is a price, and no amount of one billing period follows from it. The message says what mends it. */
export interface UnbillablePrice {
  readonly code: string;
  readonly message: string;
}

/**
 * As many places as a price is stored with. Cents would be too coarse: a marketplace's own margins lead to four places, and
 * half a cent a period is money on many units. Finer is lost on a PSA, which keeps a double and counts half a cent as equal.
 */
const PLACES = 6;

/** The one place where the basis of a price is applied. Rounded once, half away from zero, to six places. */
export function billedPrice(stored: StoredPrice): BilledPrice | UnbillablePrice {
  const { currency } = stored;
  const unitCost = new Prisma.Decimal(stored.unitCost);
  const unitPrice = new Prisma.Decimal(stored.unitPrice);
  // Nothing is nothing on every basis: what is free, and plans whose months have costs of their own.
  const free = unitCost.isZero() && unitPrice.isZero();
  const share = free ? WHOLE : shareOf(stored);
  if (!share) return unbillable(stored);
  // An amount has 18 digits and a term 60 periods at most: the 20 digits that Decimal keeps tell on which side of half it is.
  const billed = (amount: Prisma.Decimal) =>
    amount.times(share.times).div(share.by).toDecimalPlaces(PLACES, Prisma.Decimal.ROUND_HALF_UP).toFixed();
  return { unitCost: billed(unitCost), unitPrice: billed(unitPrice), currency };
}

export function isBilled(price: BilledPrice | UnbillablePrice | null): price is BilledPrice {
  return price !== null && !('code' in price);
}

interface Share {
  readonly times: number;
  readonly by: number;
}

const WHOLE: Share = { times: 1, by: 1 };

/** What of an amount falls on one billing period; null where that is no number, and a guess would be somebody's money. */
function shareOf({ basis, term, billingFrequency }: StoredPrice): Share | null {
  if (basis === 'PER_BILLING_PERIOD') return WHOLE;
  const period = PERIOD_MONTHS[billingFrequency];
  if (period === undefined) return null;
  if (basis === 'PER_MONTH') return { times: period, by: 1 };
  const months = TERM_MONTHS[term];
  return months === undefined || months % period !== 0 ? null : { times: 1, by: months / period };
}

function unbillable({ basis, term, billingFrequency }: StoredPrice): UnbillablePrice {
  const why =
    PERIOD_MONTHS[billingFrequency] === undefined ? 'has no billing period' : 'is no number of billing periods';
  return {
    code: 'PRICE_BASIS_UNUSABLE',
    message: `The price is ${basis}, but a term of ${term} billed ${billingFrequency} ${why}. Push the price again with the basis PER_BILLING_PERIOD.`,
  };
}
