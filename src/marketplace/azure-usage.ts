import { z } from 'zod';
import type { AzureUsage, OfferType } from '../../prisma/generated/client/client.js';
import { Prisma, type Queries } from '../storage/database.js';
import type { IngestContext } from './batch.js';
import { contentHash } from './changes.js';
import { calendarDate, decimal, externalId, idempotencyKey, text } from './fields.js';
import { loadPrices, priceKey } from './subscription-prices.js';
import { BILLED_BY_USAGE } from './supported.js';
import { type Scope, visibleSales } from './visibility.js';

/** What an Azure Plan, reservation or savings plan cost in a month, as the marketplace tells it now. */
export const azureUsageInput = z
  .strictObject({
    /** The marketplace's id of the figure; the same one again changes nothing. */
    eventId: text(200),
    cloudSubscriptionId: z.uuid().nullish(),
    externalId: externalId.nullish(),
    month: calendarDate.refine((day) => day.endsWith('-01'), 'The first day of a month, such as "2026-12-01".'),
    cost: decimal,
    /** Absent: the marketplace does not tell; then the month has a cost and no price. */
    price: decimal.nullish(),
    idempotencyKey: idempotencyKey.nullish(),
  })
  .refine((input) => (input.cloudSubscriptionId == null) !== (input.externalId == null), {
    path: ['cloudSubscriptionId'],
    message: 'Give cloudSubscriptionId or externalId, one of them.',
  });
export type AzureUsageInput = z.infer<typeof azureUsageInput>;

/** What became of a figure. Nothing was written unless it is `recorded`. */
export type RecordedUsage =
  | {
      readonly outcome: 'recorded' | 'replayed';
      readonly subscriptionId: string;
      readonly usageId: string;
      readonly currency: string;
    }
  | { readonly outcome: 'notFound' }
  /** The event id was used for something else. */
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string; readonly field: string };

/**
 * Appends a month's figure of the calling organization, once however often it comes; of several of one month the newest
 * counts. It is in the currency of that organization's price (R43); without a price, in the seller's. The row lock makes
 * simultaneous figures of one cloud subscription follow each other.
 */
export async function recordUsage(
  tx: Queries,
  { scope, now, newId }: IngestContext,
  input: AzureUsageInput,
): Promise<RecordedUsage> {
  const { eventId, month, cost, price } = input;
  const row = await lockVisible(tx, scope, input);
  if (!row) return { outcome: 'notFound' };
  const inputHash = contentHash({ eventId, subscriptionId: row.id, month, cost, price: price ?? null });
  const owned = Prisma.sql`"tenantId" = ${scope.tenantId}::uuid AND "organizationId" = ${scope.organizationId}::uuid`;
  const [first] = await tx.$queryRaw<{ id: string; inputHash: string; currency: string }[]>`
    SELECT "id", "inputHash", "currency" FROM "AzureUsage" WHERE ${owned} AND "eventId" = ${eventId}`;
  if (first) {
    if (first.inputHash !== inputHash) return { outcome: 'conflict' };
    return { outcome: 'replayed', subscriptionId: row.id, usageId: first.id, currency: first.currency };
  }
  if (!BILLED_BY_USAGE.includes(row.offerType)) {
    const message = 'Only Azure plans, reservations and savings plans are billed by what a month cost.';
    const field = input.externalId == null ? 'cloudSubscriptionId' : 'externalId';
    return { outcome: 'refused', code: 'NOT_BILLED_BY_USAGE', message, field };
  }
  if (month > now.toISOString().slice(0, 10)) {
    return { outcome: 'refused', code: 'MONTH_IN_FUTURE', message: 'This month has not begun yet.', field: 'month' };
  }
  const prices = await loadPrices(tx, scope.tenantId, [row.id]);
  const { currency } = prices.get(priceKey(row.id, scope.organizationId)) ?? row;
  const [added] = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO "AzureUsage" ("tenantId", "organizationId", "id", "cloudSubscriptionId", "month", "revision", "currency",
      "cost", "price", "eventId", "inputHash", "observedAt")
    SELECT ${scope.tenantId}::uuid, ${scope.organizationId}::uuid, ${newId()}::uuid, ${row.id}::uuid, ${month}::date,
      coalesce(max(u."revision"), 0) + 1, ${currency}, ${cost}::numeric, ${price ?? null}::numeric, ${eventId},
      ${inputHash}, ${now}
    FROM "AzureUsage" u WHERE ${owned} AND u."month" = ${month}::date AND u."cloudSubscriptionId" = ${row.id}::uuid
    ON CONFLICT ("tenantId", "organizationId", "eventId") DO NOTHING RETURNING "id"`;
  // Another cloud subscription got this event id a moment ago.
  if (!added) return { outcome: 'conflict' };
  return { outcome: 'recorded', subscriptionId: row.id, usageId: added.id, currency };
}

interface LockedRow {
  id: string;
  currency: string;
  offerType: OfferType;
}

async function lockVisible(
  tx: Queries,
  scope: Scope,
  { cloudSubscriptionId, externalId: external }: AzureUsageInput,
): Promise<LockedRow | undefined> {
  const which = cloudSubscriptionId
    ? Prisma.sql`t."id" = ${cloudSubscriptionId}::uuid`
    : Prisma.sql`t."externalId" = ${external}`;
  const [row] = await tx.$queryRaw<LockedRow[]>`
    SELECT t."id", t."currency", v."offerType"::text AS "offerType" FROM "CloudSubscription" t
    JOIN "OfferVariant" v ON v."tenantId" = t."tenantId" AND v."id" = t."offerVariantId"
    WHERE ${visibleSales(scope)} AND ${which} FOR NO KEY UPDATE OF t`;
  return row;
}

/** The newest figures of the organization, each for a cloud subscription and a month (its first day). In the order asked. */
export async function newestUsage(
  db: Queries,
  scope: Scope,
  wanted: readonly { readonly cloudSubscriptionId: string; readonly month: string }[],
): Promise<(AzureUsage | null)[]> {
  const ids = wanted.map(({ cloudSubscriptionId }) => cloudSubscriptionId);
  const months = wanted.map(({ month }) => month);
  const rows = await db.$queryRaw<(AzureUsage & { at: number })[]>`
    SELECT DISTINCT ON (w."at") w."at"::int AS "at", u.*
    FROM unnest(${ids}::uuid[], ${months}::date[]) WITH ORDINALITY w("id", "month", "at")
    JOIN "AzureUsage" u ON u."tenantId" = ${scope.tenantId}::uuid AND u."organizationId" = ${scope.organizationId}::uuid
      AND u."month" = w."month" AND u."cloudSubscriptionId" = w."id"
    ORDER BY w."at", u."revision" DESC`;
  const found = new Map(rows.map(({ at, ...row }) => [at, row]));
  return wanted.map((_, at) => found.get(at + 1) ?? null);
}
