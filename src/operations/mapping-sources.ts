import { visibleSales, visibleVariants } from '../marketplace/visibility.js';
import { fromDateColumn } from '../storage/calendar-date.js';
import type { Prisma } from '../storage/database.js';
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
  readonly currency: string;
  readonly creationDate: string;
  readonly startDate: string;
  readonly customer: CustomerSource;
  readonly variant: VariantSource;
  readonly price: { readonly unitCost: string; readonly unitPrice: string } | null;
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
  currency: string;
  creationDate: Date;
  startDate: Date;
  customerId: string;
  companyName: string;
  unitCost: Prisma.Decimal | null;
  unitPrice: Prisma.Decimal | null;
}

/** With the price of the caller's own context (R43). */
export async function subscriptionSource(work: Work, id: string): Promise<SubscriptionSource> {
  const [row] = await work.db.client.$queryRaw<SubscriptionRow[]>`
    SELECT t."id"::text AS "subscriptionId", t."name", t."status"::text AS "status", t."quantity", t."currency",
      t."creationDate", t."startDate", c."id"::text AS "customerId", c."companyName",
      v."id"::text AS "id", v."offerName", v."offerType"::text AS "offerType", v."term"::text AS "term",
      v."billingFrequency"::text AS "billingFrequency", p."unitCost", p."unitPrice"
    FROM "CloudSubscription" t
    JOIN "Customer" c ON c."tenantId" = t."tenantId" AND c."id" = t."customerId"
    JOIN "OfferVariant" v ON v."tenantId" = t."tenantId" AND v."id" = t."offerVariantId"
    LEFT JOIN "SubscriptionPrice" p ON p."tenantId" = t."tenantId" AND p."cloudSubscriptionId" = t."id"
      AND p."organizationId" = ${work.scope.organizationId}::uuid AND p."currency" = t."currency"
    WHERE t."id" = ${id}::uuid AND ${visibleSales(work.scope)}`;
  if (!row) throw notFound('cloud subscription', ['input', 'cloudSubscriptionId']);
  const { offerName, offerType, term, billingFrequency } = row;
  return {
    id: row.subscriptionId,
    name: row.name,
    status: row.status,
    quantity: row.quantity,
    currency: row.currency,
    creationDate: fromDateColumn(row.creationDate),
    startDate: fromDateColumn(row.startDate),
    customer: { id: row.customerId, companyName: row.companyName },
    variant: { id: row.id, offerName, offerType, term, billingFrequency },
    price:
      row.unitCost && row.unitPrice ? { unitCost: row.unitCost.toFixed(), unitPrice: row.unitPrice.toFixed() } : null,
  };
}
