import type { Scope } from '../audit/entry.js';
import { joinPrice } from '../marketplace/subscription-prices.js';
import { Prisma, type Queries } from '../storage/database.js';

/** What was sent last for a month of a plan. */
export interface SentMonth {
  /** Its first day. */
  readonly month: string;
  readonly cost: string;
  readonly price: string | null;
  /** Null where it was sent before operations named one. */
  readonly currency: string | null;
  /** The recorded figures it is the sum of. */
  readonly figures: readonly string[];
}

/** An Azure plan that is or was mapped, by its lane. */
export interface AzurePlan {
  readonly laneId: string;
  readonly mapped: boolean;
  readonly connectionId: string;
  readonly connectionCurrency: string;
  readonly id: string;
  readonly name: string;
  /** Of its owner's price, as figures are recorded in (R43). */
  readonly currency: string;
  readonly customerId: string;
  readonly companyName: string;
  readonly billingFrequency: string;
  /** When its contract line began. */
  readonly firstDay: string | null;
  /** By month, from the asked one on. */
  readonly sent: readonly SentMonth[];
}

/** What a plan, a reservation or a savings plan cost in a month, as it was recorded. */
export interface AzureFigure {
  readonly figure: string;
  readonly month: string;
  readonly cost: string;
  readonly price: string | null;
  readonly currency: string;
  /** The cloud subscription. */
  readonly id: string;
  readonly name: string;
  readonly customerId: string;
  readonly companyName: string;
  /** On the asked connection. */
  readonly customerMapped: boolean;
  readonly reservation: boolean;
  /** Of its month; others are here because they were sent. */
  readonly newest: boolean;
}

export interface AzureMonths {
  /** In the order of their cloud subscriptions' ids. */
  readonly plans: readonly AzurePlan[];
  readonly figures: readonly AzureFigure[];
}

/**
 * The Azure plans of an organization, and the figures of a month and of later ones that were sent of a connection's plans. Of
 * a plan that is not mapped any more it counts as sent what reached the PSA or may have, and what a person skipped and so
 * bills by hand; what unmapping called off before it left does not.
 */
export async function readAzureMonths(
  db: Queries,
  scope: Scope,
  connectionId: string,
  month: string,
): Promise<AzureMonths> {
  const { tenantId, organizationId } = scope;
  const plans = await db.$queryRaw<AzurePlan[]>`
    SELECT m."id"::text AS "laneId", m."deletedAt" IS NULL AS "mapped", k."id"::text AS "connectionId",
      k."currency" AS "connectionCurrency", s."id"::text AS "id", s."name",
      coalesce(own."price" ->> 'currency', s."currency") AS "currency", c."id"::text AS "customerId", c."companyName",
      v."billingFrequency"::text AS "billingFrequency",
      (SELECT min(o."effectiveDate")::text FROM "LaneOperation" o WHERE o."tenantId" = m."tenantId"
        AND o."laneId" = m."id" AND o."kind" = 'create') AS "firstDay", b."sent"
    FROM "Mapping" m
    JOIN "Connection" k ON k."tenantId" = m."tenantId" AND k."id" = m."connectionId"
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
    ${joinPrice('s', Prisma.sql`m."organizationId"`)}
    CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(to_jsonb(l) ORDER BY l."month"), '[]') AS "sent" FROM (
      SELECT DISTINCT ON (o."effectiveDate") o."effectiveDate" AS "month", o."target" ->> 'unitCost' AS "cost",
        o."target" ->> 'unitPrice' AS "price", o."target" ->> 'currency' AS "currency", o."figures"
      FROM "LaneOperation" o
      WHERE o."tenantId" = m."tenantId" AND o."laneId" = m."id" AND o."kind" = 'costPush'
        AND o."effectiveDate" >= ${month}::date AND (m."deletedAt" IS NULL OR o."state" = 'SUCCEEDED'
          OR EXISTS (SELECT 1 FROM "Step" t WHERE t."tenantId" = o."tenantId" AND t."operationId" = o."id"
            AND t."state" NOT IN ('REFUSED', 'NOT_APPLIED'))
          OR (o."state" = 'CANCELED' AND (SELECT a."errorCode" FROM "AuditLog" a WHERE a."tenantId" = o."tenantId"
            AND a."id" = o."auditLogId") IS DISTINCT FROM 'UNMAPPED'))
      ORDER BY o."effectiveDate", o."position" DESC) l) b
    WHERE m."tenantId" = ${tenantId}::uuid AND m."organizationId" = ${organizationId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND v."offerType" = 'AZURE_PLAN'
    ORDER BY s."id", m."id"`;
  const sent = plans.filter((plan) => plan.mapped && plan.connectionId === connectionId).flatMap((plan) => plan.sent);
  const months = [...new Set([month, ...sent.map((one) => one.month)])];
  const held = plans.flatMap((plan) => plan.sent.flatMap(({ figures }) => figures));
  const figures = await db.$queryRaw<AzureFigure[]>`
    SELECT u."id"::text AS "figure", u."month"::text AS "month", trim_scale(u."cost")::text AS "cost",
      trim_scale(u."price")::text AS "price", u."currency", s."id"::text AS "id", s."name",
      c."id"::text AS "customerId", c."companyName", v."offerType" <> 'AZURE_PLAN' AS "reservation", u."newest",
      EXISTS (SELECT 1 FROM "Mapping" k WHERE k."tenantId" = c."tenantId" AND k."customerId" = c."id" AND k."kind" = 'CUSTOMER'
        AND k."deletedAt" IS NULL AND k."connectionId" = ${connectionId}::uuid) AS "customerMapped"
    FROM (
      SELECT a.*, row_number() OVER (PARTITION BY a."month", a."cloudSubscriptionId" ORDER BY a."revision" DESC) = 1 AS "newest"
      FROM "AzureUsage" a
      WHERE a."tenantId" = ${tenantId}::uuid AND a."organizationId" = ${organizationId}::uuid
        AND a."month" = ANY(${months}::date[])
    ) u
    JOIN "CloudSubscription" s ON s."tenantId" = u."tenantId" AND s."id" = u."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
    WHERE u."newest" OR u."id" = ANY(${held}::uuid[])
    ORDER BY s."id"`;
  return { plans, figures };
}
