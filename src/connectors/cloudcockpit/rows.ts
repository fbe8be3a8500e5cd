import type { SourceRow, UnreadRow } from '../source.js';
import { amountOf, basisOf, currencyOf } from './amounts.js';
import { isRow, type Row } from './json.js';
import { BILLING_TYPES, FREQUENCIES, OFFER_TYPES, SEGMENTS, statusOf, TERMS, wordOf } from './words.js';

/** What became of the items of some pages. */
export interface Batch {
  readonly rows: SourceRow[];
  readonly refused: UnreadRow[];
}

/** A record as a row of its push; a sentence where it cannot be read. */
type Reader = (row: Row) => SourceRow['row'] | string;

/**
 * Adds the items to the batch. Only what cannot be read is refused here; a field of a wrong type is passed on as it is, and the
 * push says what is wrong with it.
 */
export function readInto(batch: Batch, noun: string, items: readonly unknown[], read: Reader): void {
  for (const [at, item] of items.entries()) {
    const id = isRow(item) ? item.id : undefined;
    const named = typeof id === 'string' && /^[\w-]{1,64}$/.test(id);
    const where = `${noun}/${named ? id : `no id (item ${at + 1} of its page)`}`;
    const row = isRow(item) && named ? read(item) : 'The item is not a record with an id.';
    if (typeof row === 'string') batch.refused.push({ where, reason: row });
    else batch.rows.push({ where, row });
  }
}

/** CloudCockpit: deleted customers are listed too. Inferred: `isDeleted` tells them. */
export const readCustomer: Reader = (row) => ({
  externalId: row.id,
  companyName: row.companyName,
  internalIdentifier: optional(row.internalIdentifier),
  email: optional(row.email),
  taxId: optional(row.taxId),
  country: optional(row.country),
  deleted: row.isDeleted ?? undefined,
  ...seller(row),
});

export const readOffer: Reader = (row) => ({
  externalId: row.id,
  name: row.name,
  offerType: wordOf(OFFER_TYPES, row.offerType),
  billingType: wordOf(BILLING_TYPES, row.billingType),
  isAddon: row.isAddon ?? undefined,
  variants: variantsOf(row.prices ?? []),
});

/** Each price is for one segment, term and market, and for several billing frequencies. */
function variantsOf(prices: unknown): unknown {
  if (!Array.isArray(prices)) return prices;
  const variants = prices.flatMap((price: unknown) => {
    if (!isRow(price)) return [price];
    const frequencies = price.billingFrequencies ?? [];
    return (Array.isArray(frequencies) ? frequencies : [frequencies]).map((frequency) => ({
      segment: wordOf(SEGMENTS, price.segment),
      term: wordOf(TERMS, price.termDuration),
      billingFrequency: wordOf(FREQUENCIES, frequency),
    }));
  });
  return [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
}

/** CloudCockpit: cost is the list price, revenue the price after margins. Lists say subscriptionName, records say name. */
export const readSubscription: Reader = (row) => {
  const [cost, revenue] = [currencyOf(row.listPrice), currencyOf(row.revenuePrice)];
  if (cost !== undefined && revenue !== undefined && cost !== revenue) {
    return 'listPrice and revenuePrice are in different currencies.';
  }
  const term = wordOf(TERMS, row.termDuration);
  return {
    externalId: row.id,
    customerExternalId: row.customerId,
    offerExternalId: row.offerId,
    segment: wordOf(SEGMENTS, row.segment),
    term,
    billingFrequency: wordOf(FREQUENCIES, row.billingFrequency),
    name: row.subscriptionName ?? row.name ?? row.offerName,
    status: statusOf(row.subscriptionStatus ?? row.status),
    quantity: row.quantity,
    assignedLicenses: row.assignedLicenses,
    startDate: dayOf(row.startDate),
    endDate: lastDayOf(row.endDate),
    cancellationAllowedUntil: row.cancellationAllowedUntil,
    autoRenewEnabled: row.autoRenewEnabled ?? undefined,
    poNumber: optional(row.poNumber),
    providerSubscriptionId: optional(row.providerSubscriptionId),
    orderId: optional(row.orderId),
    currency: cost ?? revenue,
    unitCost: amountOf(row.listPrice),
    unitPrice: amountOf(row.revenuePrice),
    priceBasis: basisOf(term),
    ...seller(row),
  };
};

/** Null clears what is stored, and so does a text without characters. */
const optional = (value: unknown): unknown => (typeof value === 'string' && value.trim() === '' ? null : value);

/** Whoever is sold to by a Reseller is that Reseller's; null: the portal's own. */
const seller = ({ resellerId }: Row) => (resellerId === null || resellerId === undefined ? {} : { resellerId });

/** The day as it is written: a date of a contract has no time zone. */
const dayOf = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? value.slice(0, 10) : value;

/** Inferred: what has no term ends in the last year a date can have, as .NET writes "never". */
const lastDayOf = (value: unknown): unknown => {
  const day = dayOf(value);
  return typeof day === 'string' && day.startsWith('9999-') ? null : day;
};
