import type {
  BillingFrequency,
  CloudSubscriptionStatus,
  Drift,
  MappingState,
  OfferType,
  OperationState,
} from '../../../prisma/generated/client/client.js';
import type { Scope } from '../../audit/entry.js';
import type { MappedTarget } from '../../connectors/contract.js';
import type { StoredPrice } from '../../marketplace/billed-price.js';
import { joinPrice } from '../../marketplace/subscription-prices.js';
import { Prisma, type Queries } from '../../storage/database.js';
import { type LinePrice, priceOfLine } from '../line-price.js';
import { type Policy, policyOf } from '../policy.js';
import type { Write } from './written.js';

/** A drift that stands, as far as a new look at its line needs it. */
export type StandingDrift = Pick<
  Drift,
  'id' | 'field' | 'state' | 'marketplaceValue' | 'psaValue' | 'lastWrittenValue' | 'auditLogId'
> & { readonly day: string };

/** A mapped cloud subscription as the gateway knows it: what the marketplace says, what was written, what differed before. */
export interface MappedLine {
  readonly mappingId: string;
  readonly state: MappingState;
  readonly target: MappedTarget;
  readonly contractName: string;
  readonly subscription: {
    readonly id: string;
    readonly name: string;
    readonly quantity: number;
    readonly status: CloudSubscriptionStatus;
    readonly startDate: string;
    readonly endDate: string | null;
    readonly offerType: OfferType;
    readonly billingFrequency: BillingFrequency;
  };
  readonly customer: { readonly id: string; readonly name: string };
  /** The money of the mapping's owner (R43) for one unit in one billing period of the line. */
  readonly price: LinePrice | null;
  /** Of that money; another party of the sale may have another one. Null without a price. */
  readonly currency: string | null;
  /** What its customer and its offer variant are mapped to now. */
  readonly mapped: { readonly companyId: string | null; readonly serviceId: string | null };
  readonly policy: Policy;
  /** The oldest unfinished operation of its lane; null when nothing waits. */
  readonly head: OperationState | null;
  /** What was written, newest first. */
  readonly writes: readonly Write[];
  readonly standing: readonly StandingDrift[];
  /** Changes whenever marketplace, price or lane do. */
  readonly signature: string;
}

/** A batch in the order of the mappings, or those of some mappings. */
export type LinesOf = { readonly after: string | null; readonly limit: number } | { readonly ids: readonly string[] };

/** So many operations of a lane are looked back through for what was written last. */
const HISTORY = 200;

type Row = Omit<MappedLine, 'target' | 'subscription' | 'customer' | 'price' | 'currency' | 'mapped' | 'policy'> &
  MappedLine['subscription'] & {
    readonly contractId: string;
    readonly companyId: string;
    readonly serviceId: string;
    readonly lineRef: string | null;
    readonly subscriptionId: string;
    readonly customerId: string;
    readonly customerName: string;
    readonly price: StoredPrice | null;
    readonly lineFrequency: BillingFrequency | null;
    readonly mappedCompanyId: string | null;
    readonly mappedServiceId: string | null;
    readonly connectionPolicy: unknown;
    readonly customerPolicy: unknown;
  };

/**
 * Mapped cloud subscriptions of a connection with everything a comparison needs, in one statement.
 *
 * Written is what a step that took effect left, and what an operation found to be so already: the gateway vouches for both.
 * Amounts only of a line that bills something then; a quantity has written them where nothing was billed before, and
 * what only took back the units of a later day has not.
 */
export async function readLines(db: Queries, scope: Scope, connectionId: string, of: LinesOf): Promise<MappedLine[]> {
  const which =
    'ids' in of
      ? Prisma.sql`AND m."id" = ANY(${[...of.ids]}::uuid[])`
      : Prisma.sql`${of.after ? Prisma.sql`AND m."id" > ${of.after}::uuid` : Prisma.empty} ORDER BY m."id" LIMIT ${of.limit}`;
  const rows = await db.$queryRaw<Row[]>`
    SELECT b.*, to_char(s."startDate", 'YYYY-MM-DD') AS "startDate", to_char(s."endDate", 'YYYY-MM-DD') AS "endDate",
      s."id"::text AS "subscriptionId", s."name", s."quantity", s."status"::text AS "status",
      v."offerType"::text AS "offerType", v."billingFrequency"::text AS "billingFrequency",
      c."id"::text AS "customerId", c."companyName" AS "customerName", own."price",
      cm."remoteId" AS "mappedCompanyId", cm."policy" AS "customerPolicy", om."remoteId" AS "mappedServiceId",
      n."policy" AS "connectionPolicy", head."state"::text AS "head", coalesce(w."writes", '[]') AS "writes",
      coalesce(d."standing", '[]') AS "standing",
      concat_ws('/', s."revision", own."price", newest."position", newest."state", head."state") AS "signature"
    FROM (
      SELECT m."tenantId", m."organizationId", m."connectionId", m."cloudSubscriptionId", m."id"::text AS "mappingId", m."id",
        m."state"::text AS "state", m."remoteId" AS "contractId", m."remoteName" AS "contractName", m."companyId",
        m."serviceId", m."lineRef", m."billingFrequency"::text AS "lineFrequency"
      FROM "Mapping" m WHERE m."tenantId" = ${scope.tenantId}::uuid AND m."organizationId" = ${scope.organizationId}::uuid
        AND m."connectionId" = ${connectionId}::uuid AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL ${which}
    ) b
    JOIN "Connection" n ON n."tenantId" = b."tenantId" AND n."id" = b."connectionId"
    JOIN "CloudSubscription" s ON s."tenantId" = b."tenantId" AND s."id" = b."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
    ${joinPrice('s', Prisma.sql`b."organizationId"`)}
    LEFT JOIN "Mapping" cm ON cm."tenantId" = b."tenantId" AND cm."connectionId" = b."connectionId"
      AND cm."customerId" = s."customerId" AND cm."kind" = 'CUSTOMER' AND cm."deletedAt" IS NULL
    LEFT JOIN "Mapping" om ON om."tenantId" = b."tenantId" AND om."connectionId" = b."connectionId"
      AND om."offerVariantId" = s."offerVariantId" AND om."kind" = 'OFFER' AND om."deletedAt" IS NULL
    LEFT JOIN LATERAL (SELECT o."state" FROM "LaneOperation" o WHERE o."tenantId" = b."tenantId" AND o."laneId" = b."id"
      AND o."state" NOT IN ('SUCCEEDED', 'CANCELED') ORDER BY o."position" LIMIT 1) head ON true
    LEFT JOIN LATERAL (SELECT o."position", o."state" FROM "LaneOperation" o WHERE o."tenantId" = b."tenantId"
      AND o."laneId" = b."id" ORDER BY o."position" DESC LIMIT 1) newest ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'date', coalesce(t."step" #>> '{after,date}', a."details" #>> '{change,effectiveDate}'),
          'units', CASE WHEN o."kind" NOT IN ('price', 'suspend', 'costPush')
            THEN coalesce(t."step" #> '{after,units}', o."target" -> 'quantity') END,
          'unitPrice', CASE WHEN told."amounts" THEN o."target" -> 'unitPrice' END,
          'unitCost', CASE WHEN told."amounts" THEN o."target" -> 'unitCost' END,
          'unitsBefore', t."step" #> '{before,units}', 'sentAt', t."sentAt"
        )) ORDER BY o."position" DESC, t."attempt" DESC) AS "writes"
      FROM (SELECT * FROM "LaneOperation" l WHERE l."tenantId" = b."tenantId" AND l."laneId" = b."id"
        ORDER BY l."position" DESC LIMIT ${HISTORY}) o
      LEFT JOIN "Step" t ON t."tenantId" = o."tenantId" AND t."operationId" = o."id" AND t."state" = 'APPLIED'
      LEFT JOIN "AuditLog" a ON a."tenantId" = o."tenantId" AND a."id" = o."auditLogId" AND t."id" IS NULL
        AND o."state" = 'SUCCEEDED'
      CROSS JOIN LATERAL (SELECT coalesce(t."step", a."details") AS "of") seen
      CROSS JOIN LATERAL (SELECT (seen."of" #>> '{after,units}')::numeric > 0 AND t."step" -> 'restores' IS NULL
        AND (o."kind" <> 'quantity' OR (seen."of" #>> '{before,units}')::numeric = 0) AS "amounts") told
      WHERE t."id" IS NOT NULL OR a."details" #>> '{change,effectiveDate}' IS NOT NULL
    ) w ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('id', r."id", 'field', r."field", 'state', r."state",
        'marketplaceValue', r."marketplaceValue", 'psaValue', r."psaValue", 'lastWrittenValue', r."lastWrittenValue",
        'day', r."day", 'auditLogId', r."auditLogId")) AS "standing"
      FROM "Drift" r WHERE r."tenantId" = b."tenantId" AND r."mappingId" = b."id" AND r."closedAt" IS NULL
    ) d ON true
    ORDER BY b."id"`;
  return rows.map(lineOf);
}

function lineOf(row: Row): MappedLine {
  return {
    mappingId: row.mappingId,
    state: row.state,
    target: {
      companyId: row.companyId,
      serviceId: row.serviceId,
      contractId: row.contractId,
      lineRef: row.lineRef,
    },
    contractName: row.contractName,
    subscription: {
      id: row.subscriptionId,
      name: row.name,
      quantity: row.quantity,
      status: row.status,
      startDate: row.startDate,
      endDate: row.endDate,
      offerType: row.offerType,
      billingFrequency: row.billingFrequency,
    },
    customer: { id: row.customerId, name: row.customerName },
    price: row.price && priceOfLine(row.price, row.lineFrequency),
    currency: row.price?.currency ?? null,
    mapped: { companyId: row.mappedCompanyId, serviceId: row.mappedServiceId },
    policy: policyOf(row.connectionPolicy, row.customerPolicy),
    head: row.head,
    writes: row.writes,
    standing: row.standing,
    signature: row.signature,
  };
}
