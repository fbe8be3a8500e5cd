import type { SubscriptionPrice } from '../../prisma/generated/client/client.js';
import { Prisma, type Queries } from '../storage/database.js';
import { recordset } from './bulk.js';
import { shortest } from './fields.js';
import type { PriceState } from './subscription-diff.js';

/** What one organization pays and takes for one unit of one cloud subscription (R43). */
export interface OwnedPrice {
  readonly cloudSubscriptionId: string;
  readonly organizationId: string;
  readonly price: PriceState;
}

const COLUMNS = {
  tenantId: 'uuid',
  cloudSubscriptionId: 'uuid',
  organizationId: 'uuid',
  currency: 'text',
  unitCost: 'numeric(18,6)',
  unitPrice: 'numeric(18,6)',
  basis: '"PriceBasis"',
  updatedAt: 'timestamptz(3)',
};

export const priceKey = (cloudSubscriptionId: string, organizationId: string) =>
  `${cloudSubscriptionId}/${organizationId}`;

/** The stored prices of some cloud subscriptions, of all organizations, by `priceKey`. */
export async function loadPrices(
  tx: Queries,
  tenantId: string,
  ids: readonly string[],
): Promise<Map<string, PriceState>> {
  if (ids.length === 0) return new Map();
  const found = await tx.$queryRaw<SubscriptionPrice[]>`
    SELECT t.* FROM "SubscriptionPrice" t
    WHERE t."tenantId" = ${tenantId}::uuid AND t."cloudSubscriptionId" = ANY(${ids}::uuid[])`;
  return new Map(found.map((row) => [priceKey(row.cloudSubscriptionId, row.organizationId), priceStateOf(row)]));
}

export function priceStateOf({ unitCost, unitPrice, currency, basis }: SubscriptionPrice): PriceState {
  return { unitCost: shortest(unitCost), unitPrice: shortest(unitPrice), currency, basis };
}

/**
 * How every other room reads a price: a join that has, as `own."price"`, the `StoredPrice` that one organization has of a
 * cloud subscription, or null. `billedPrice` makes the amounts of it; there is no way around the basis.
 */
export function joinPrice(subscription: 's' | 't', organizationId: Prisma.Sql): Prisma.Sql {
  const s = Prisma.raw(subscription);
  return Prisma.sql`LEFT JOIN LATERAL (
    SELECT jsonb_build_object('unitCost', p."unitCost"::text, 'unitPrice', p."unitPrice"::text, 'currency', p."currency",
      'basis', p."basis", 'term', o."term", 'billingFrequency', o."billingFrequency") AS "price"
    FROM "SubscriptionPrice" p
    JOIN "OfferVariant" o ON o."tenantId" = p."tenantId" AND o."id" = ${s}."offerVariantId"
    WHERE p."tenantId" = ${s}."tenantId" AND p."cloudSubscriptionId" = ${s}."id" AND p."organizationId" = ${organizationId}
  ) own ON true`;
}

/** Sets prices, in one statement. The locks of their cloud subscriptions must be held. */
export async function savePrices(
  tx: Queries,
  tenantId: string,
  now: Date,
  prices: readonly OwnedPrice[],
): Promise<void> {
  if (prices.length === 0) return;
  const rows = prices.map(({ price, ...owner }) => ({ tenantId, ...owner, ...price, updatedAt: now }));
  await tx.$executeRaw`
    INSERT INTO "SubscriptionPrice" AS t ("tenantId", "cloudSubscriptionId", "organizationId", "currency", "unitCost",
      "unitPrice", "basis", "updatedAt")
    SELECT x."tenantId", x."cloudSubscriptionId", x."organizationId", x."currency", x."unitCost", x."unitPrice", x."basis",
      x."updatedAt" FROM ${recordset({ columns: COLUMNS }, rows)}
    ON CONFLICT ("tenantId", "cloudSubscriptionId", "organizationId") DO UPDATE SET "currency" = excluded."currency",
      "unitCost" = excluded."unitCost", "unitPrice" = excluded."unitPrice", "basis" = excluded."basis",
      "updatedAt" = excluded."updatedAt"`;
}
