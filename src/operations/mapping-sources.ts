import { type BilledPrice, billedPrice, type StoredPrice, type UnbillablePrice } from '../marketplace/billed-price.js';
import { joinPrice } from '../marketplace/subscription-prices.js';
import { visibleSales, visibleVariants } from '../marketplace/visibility.js';
import { fromDateColumn } from '../storage/calendar-date.js';
import { Prisma, type Queries } from '../storage/database.js';
import { notFound } from './refusal.js';
import type { Work } from './run.js';

/** The marketplace side of a mapping, as the rules need it. Every look-up sees only what the caller may see. */
export interface CustomerSource {
  readonly id: string;
  readonly companyName: string;
}

export interface VariantSource {
  readonly id: string;
  readonly offerName: string;
  readonly offerType: string;
  readonly term: string;
  readonly billingFrequency: string;
}

export interface SubscriptionSource {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly quantity: number;
  readonly creationDate: string;
  readonly startDate: string;
  readonly customer: CustomerSource;
  readonly variant: VariantSource;
  /** The caller's own (R43), for one billing period. */
  readonly price: BilledPrice | UnbillablePrice | null;
  /** Of that price; each organization that takes part in a sale has its own. Null without a price. */
  readonly currency: string | null;
}

export async function customerSource(work: Work, id: string): Promise<CustomerSource> {
  const [row] = await work.db.client.$queryRaw<CustomerSource[]>`
    SELECT t."id"::text AS "id", t."companyName" FROM "Customer" t
    WHERE t."id" = ${id}::uuid AND t."deletedAt" IS NULL AND ${visibleSales(work.scope)}`;
  if (!row) throw notFound('customer', ['input', 'customerId']);
  return row;
}

export async function variantSource(work: Work, id: string): Promise<VariantSource> {
  const [row] = await work.db.client.$queryRaw<VariantSource[]>`
    SELECT t."id"::text AS "id", t."offerName", t."offerType"::text AS "offerType", t."term"::text AS "term",
      t."billingFrequency"::text AS "billingFrequency"
    FROM "OfferVariant" t WHERE t."id" = ${id}::uuid AND ${visibleVariants(work.scope)}`;
  if (!row) throw notFound('offer variant', ['input', 'offerVariantId']);
  return row;
}

interface SubscriptionRow extends VariantSource {
  subscriptionId: string;
  name: string;
  status: string;
  quantity: number;
  creationDate: Date;
  startDate: Date;
  customerId: string;
  companyName: string;
  price: StoredPrice | null;
}

/** `queries`: the transaction that must see it as it is there. */
export async function subscriptionSource(
  work: Work,
  id: string,
  queries: Queries = work.db.client,
): Promise<SubscriptionSource> {
  const [row] = await queries.$queryRaw<SubscriptionRow[]>`
    SELECT t."id"::text AS "subscriptionId", t."name", t."status"::text AS "status", t."quantity",
      t."creationDate", t."startDate", c."id"::text AS "customerId", c."companyName",
      v."id"::text AS "id", v."offerName", v."offerType"::text AS "offerType", v."term"::text AS "term",
      v."billingFrequency"::text AS "billingFrequency", own."price"
    FROM "CloudSubscription" t
    JOIN "Customer" c ON c."tenantId" = t."tenantId" AND c."id" = t."customerId"
    JOIN "OfferVariant" v ON v."tenantId" = t."tenantId" AND v."id" = t."offerVariantId"
    ${joinPrice('t', Prisma.sql`${work.scope.organizationId}::uuid`)}
    WHERE t."id" = ${id}::uuid AND ${visibleSales(work.scope)}`;
  if (!row) throw notFound('cloud subscription', ['input', 'cloudSubscriptionId']);
  const { offerName, offerType, term, billingFrequency } = row;
  return {
    id: row.subscriptionId,
    name: row.name,
    status: row.status,
    quantity: row.quantity,
    creationDate: fromDateColumn(row.creationDate),
    startDate: fromDateColumn(row.startDate),
    customer: { id: row.customerId, companyName: row.companyName },
    variant: { id: row.id, offerName, offerType, term, billingFrequency },
    price: row.price && billedPrice(row.price),
    currency: row.price?.currency ?? null,
  };
}
