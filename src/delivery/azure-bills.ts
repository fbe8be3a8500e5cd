import type { Scope } from '../audit/entry.js';
import type { Queries } from '../storage/database.js';

/** One recorded figure that is part of a month's sum. */
export interface AzurePart {
  readonly id: string;
  readonly name: string;
  readonly kind: 'PLAN' | 'RESERVATION';
  readonly cost: string;
  readonly price: string | null;
  readonly currency: string;
}

/**
 * What becomes of a mapped Azure plan's month.
 *   PUSHED          its sum is on its way to the PSA
 *   UNCHANGED       the same sum was sent before
 *   NO_FIGURES      nothing was recorded of the plan or its reservations
 *   BEFORE_MAPPING  the month began before the plan's line did; it is billed by hand
 *   NOT_MONTHLY     the plan is not billed by the month, so its contract has no period for it
 *   OTHER_CURRENCY  its figures are not in the connection's currency (R9); nothing is written
 */
export type AzureOutcome = 'PUSHED' | 'UNCHANGED' | 'NO_FIGURES' | 'BEFORE_MAPPING' | 'NOT_MONTHLY' | 'OTHER_CURRENCY';

export interface AzureBill {
  readonly laneId: string;
  readonly cloudSubscription: { readonly id: string; readonly name: string };
  readonly customer: { readonly id: string; readonly name: string };
  /** Its first day. */
  readonly month: string;
  readonly outcome: AzureOutcome;
  /** A later month than the asked one, written again because the asked one reaches into it. */
  readonly again: boolean;
  readonly parts: readonly AzurePart[];
  readonly cost: string | null;
  /** Null unless every part has one. */
  readonly price: string | null;
  /** Of both amounts, as they were recorded; null where there is no sum: no figures, or several currencies. */
  readonly currency: string | null;
}

interface BillRow {
  laneId: string;
  id: string;
  name: string;
  customerId: string;
  companyName: string;
  billingFrequency: string;
  month: string;
  firstDay: string | null;
  parts: AzurePart[] | null;
  cost: string | null;
  price: string | null;
  currency: string | null;
  connectionCurrency: string;
  /** The sum that was sent last for this month is this one. */
  same: boolean;
}

/**
 * The sums of a month for the mapped Azure plans of a connection, and what is to be sent, in one statement. A plan's sum is
 * its own figure and those of its customer's reservations and savings plans (R34, R62). Of several plans of one customer
 * the one with the lowest id carries those, whichever connection it is mapped on, so that they count once.
 *
 * Writing a month ends with 0 from the next one on, so the later months that were sent before are sent again behind it.
 */
export async function readAzureBills(
  db: Queries,
  scope: Scope,
  connectionId: string,
  month: string,
): Promise<AzureBill[]> {
  const rows = await db.$queryRaw<BillRow[]>`
    WITH plans AS MATERIALIZED (
      SELECT m."id" AS "laneId", m."connectionId", s."tenantId", s."id", s."name", s."customerId", s."currency",
        k."currency" AS "connectionCurrency", c."companyName", v."billingFrequency"::text AS "billingFrequency",
        row_number() OVER (PARTITION BY s."customerId", s."currency" ORDER BY s."id") = 1 AS "carries"
      FROM "Mapping" m
      JOIN "Connection" k ON k."tenantId" = m."tenantId" AND k."id" = m."connectionId"
      JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
      JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
      JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
      WHERE m."tenantId" = ${scope.tenantId}::uuid AND m."organizationId" = ${scope.organizationId}::uuid
        AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL AND v."offerType" = 'AZURE_PLAN'
    ), lanes AS (
      SELECT * FROM plans WHERE "connectionId" = ${connectionId}::uuid
    ), sent AS (
      SELECT DISTINCT ON (o."laneId", o."effectiveDate") o."laneId", o."effectiveDate" AS "month",
        (o."target" ->> 'unitCost')::numeric AS "cost", (o."target" ->> 'unitPrice')::numeric AS "price",
        o."target" ->> 'currency' AS "currency"
      FROM lanes l JOIN "LaneOperation" o ON o."tenantId" = l."tenantId" AND o."laneId" = l."laneId"
      WHERE o."kind" = 'costPush' AND o."effectiveDate" >= ${month}::date
      ORDER BY o."laneId", o."effectiveDate", o."position" DESC
    ), months AS (
      SELECT "laneId", ${month}::date AS "month" FROM lanes UNION SELECT "laneId", "month" FROM sent
    ), figures AS (
      SELECT DISTINCT ON (u."month", u."cloudSubscriptionId") u."month", u."cloudSubscriptionId", u."cost", u."price", u."currency"
      FROM "AzureUsage" u
      WHERE u."tenantId" = ${scope.tenantId}::uuid AND u."organizationId" = ${scope.organizationId}::uuid
        AND u."month" IN (SELECT DISTINCT "month" FROM months)
      ORDER BY u."month", u."cloudSubscriptionId", u."revision" DESC
    ), members AS (
      SELECT "laneId", "id", "name", 'PLAN' AS "kind" FROM lanes
      UNION ALL
      SELECT l."laneId", r."id", r."name", 'RESERVATION' FROM lanes l
      JOIN "CloudSubscription" r ON r."tenantId" = l."tenantId" AND r."customerId" = l."customerId" AND r."currency" = l."currency"
      JOIN "OfferVariant" v ON v."tenantId" = r."tenantId" AND v."id" = r."offerVariantId"
      WHERE l."carries" AND v."offerType" IN ('AZURE_RESERVATION', 'AZURE_SAVINGS_PLAN')
    ), sums AS (
      SELECT p."laneId", f."month", CASE WHEN min(f."currency") = max(f."currency") THEN min(f."currency") END AS "currency",
        CASE WHEN min(f."currency") = max(f."currency") THEN sum(f."cost") END AS "cost",
        CASE WHEN min(f."currency") = max(f."currency") AND count(f."price") = count(*) THEN sum(f."price") END AS "price",
        jsonb_agg(jsonb_build_object('id', p."id", 'name', p."name", 'kind', p."kind",
          'cost', trim_scale(f."cost")::text, 'price', trim_scale(f."price")::text,
          'currency', f."currency") ORDER BY p."kind", p."id") AS "parts"
      FROM members p JOIN figures f ON f."cloudSubscriptionId" = p."id"
      GROUP BY p."laneId", f."month"
    )
    SELECT l."laneId"::text AS "laneId", l."id"::text AS "id", l."name", l."customerId"::text AS "customerId",
      l."companyName", l."billingFrequency", l."connectionCurrency", x."currency", n."month"::text AS "month", x."parts", trim_scale(x."cost")::text AS "cost",
      trim_scale(x."price")::text AS "price",
      t."laneId" IS NOT NULL AND (t."cost", t."price", coalesce(t."currency", l."connectionCurrency"))
        IS NOT DISTINCT FROM (x."cost", x."price", x."currency") AS "same",
      (SELECT min(o."effectiveDate")::text FROM "LaneOperation" o WHERE o."tenantId" = l."tenantId"
        AND o."laneId" = l."laneId" AND o."kind" = 'create') AS "firstDay"
    FROM lanes l JOIN months n ON n."laneId" = l."laneId"
    LEFT JOIN sent t ON t."laneId" = n."laneId" AND t."month" = n."month"
    LEFT JOIN sums x ON x."laneId" = n."laneId" AND x."month" = n."month"
    ORDER BY l."laneId", n."month"`;
  return billsOf(rows, month);
}

/** Of each lane the asked month, and behind it what its end would spoil: all of it, or where one is in the way nothing. */
function billsOf(rows: readonly BillRow[], month: string): AzureBill[] {
  const lanes = new Map<string, { own: BillRow; later: BillRow[] }>();
  for (const row of rows) {
    if (row.month === month) lanes.set(row.laneId, { own: row, later: [] });
    else lanes.get(row.laneId)?.later.push(row);
  }
  return [...lanes.values()].flatMap(({ own, later }) => {
    const outcome = outcomeOf(own);
    if (outcome !== 'PUSHED') return [billOf(own, outcome, false)];
    const behind = later.filter(({ parts }) => parts !== null);
    const inTheWay = behind.filter(inOtherCurrency);
    if (inTheWay.length > 0) {
      return [billOf(own, 'OTHER_CURRENCY', false), ...inTheWay.map((row) => billOf(row, 'OTHER_CURRENCY', true))];
    }
    return [billOf(own, outcome, false), ...behind.map((row) => billOf(row, outcome, true))];
  });
}

function billOf(row: BillRow, outcome: AzureOutcome, again: boolean): AzureBill {
  const { laneId, month, parts, cost, price, currency } = row;
  return {
    laneId,
    cloudSubscription: { id: row.id, name: row.name },
    customer: { id: row.customerId, name: row.companyName },
    ...{ month, outcome, again, cost, price, currency, parts: parts ?? [] },
  };
}

function outcomeOf(row: BillRow): AzureOutcome {
  const { billingFrequency, firstDay, month, parts, same } = row;
  if (billingFrequency !== 'MONTHLY') return 'NOT_MONTHLY';
  if (firstDay !== null && month < firstDay) return 'BEFORE_MAPPING';
  if (parts === null) return 'NO_FIGURES';
  if (inOtherCurrency(row)) return 'OTHER_CURRENCY';
  return same ? 'UNCHANGED' : 'PUSHED';
}

const inOtherCurrency = ({ currency, connectionCurrency }: BillRow): boolean => currency !== connectionCurrency;

/**
 * Reservations and savings plans with a figure of the month that no plan carries: their customer is mapped on the connection,
 * but no Azure plan of it in their currency is mapped anywhere. Their cost reaches no PSA.
 */
export async function uncarriedReservations(
  db: Queries,
  scope: Scope,
  connectionId: string,
  month: string,
): Promise<{ readonly id: string; readonly name: string; readonly customerName: string }[]> {
  return db.$queryRaw`
    SELECT DISTINCT r."id"::text AS "id", r."name", c."companyName" AS "customerName"
    FROM "AzureUsage" u
    JOIN "CloudSubscription" r ON r."tenantId" = u."tenantId" AND r."id" = u."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = r."tenantId" AND v."id" = r."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = r."tenantId" AND c."id" = r."customerId"
    JOIN "Mapping" k ON k."tenantId" = c."tenantId" AND k."customerId" = c."id" AND k."kind" = 'CUSTOMER'
      AND k."deletedAt" IS NULL AND k."connectionId" = ${connectionId}::uuid
    WHERE u."tenantId" = ${scope.tenantId}::uuid AND u."organizationId" = ${scope.organizationId}::uuid
      AND u."month" = ${month}::date AND v."offerType" IN ('AZURE_RESERVATION', 'AZURE_SAVINGS_PLAN')
      AND NOT EXISTS (SELECT 1 FROM "CloudSubscription" s
        JOIN "OfferVariant" w ON w."tenantId" = s."tenantId" AND w."id" = s."offerVariantId"
        JOIN "Mapping" m ON m."tenantId" = s."tenantId" AND m."cloudSubscriptionId" = s."id" AND m."kind" = 'SUBSCRIPTION'
          AND m."deletedAt" IS NULL AND m."organizationId" = u."organizationId"
        WHERE s."tenantId" = r."tenantId" AND s."customerId" = r."customerId" AND s."currency" = r."currency"
          AND w."offerType" = 'AZURE_PLAN')
    ORDER BY 1`;
}
