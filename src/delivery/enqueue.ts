import type {
  BillingFrequency,
  ChangeKind,
  CloudSubscriptionStatus,
  OfferType,
} from '../../prisma/generated/client/enums.js';
import type { Actor, Scope } from '../audit/entry.js';
import { auditLog, type OwnedEntry } from '../audit/log.js';
import type { ChangeKind as PsaChangeKind } from '../connectors/contract.js';
import type { Job, Jobs } from '../jobs/engine.js';
import { isBilled, type StoredPrice } from '../marketplace/billed-price.js';
import { recordset } from '../marketplace/bulk.js';
import type { NewChange } from '../marketplace/changes.js';
import { joinPrice } from '../marketplace/subscription-prices.js';
import { psaUnitsOf, type Verdict, verdictOf } from '../marketplace/supported.js';
import { Prisma, type Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { traceParent } from '../telemetry/trace.js';
import type { OperationTarget } from './lane.js';
import { wakeUp } from './lane-wake.js';
import { type LinePrice, priceOfLine } from './line-price.js';
import { addMonths } from './period.js';

export interface Enqueuer {
  readonly jobs: Jobs;
  readonly newId: NewId;
  /** So long a change of quantity waits for a later one of its day, which then goes out alone (R50). Absent: not at all. */
  readonly nettingSeconds?: number;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly requestId?: string;
}

export interface NewOperation {
  readonly organizationId: string;
  readonly laneId: string;
  readonly auditLogId: string;
  readonly changeId: string | null;
  readonly kind: PsaChangeKind;
  readonly effectiveDate: string;
  readonly target: OperationTarget;
}

const OPERATIONS = {
  columns: {
    at: 'integer',
    id: 'uuid',
    organizationId: 'uuid',
    laneId: 'uuid',
    auditLogId: 'uuid',
    changeId: 'uuid',
    kind: 'text',
    effectiveDate: 'date',
    target: 'jsonb',
  },
};

/** Puts operations at the end of their lanes and wakes the lanes. Their audit entries must be open already. */
export async function enqueueOperations(
  tx: Queries,
  tenantId: string,
  by: Pick<Enqueuer, 'jobs' | 'newId' | 'nettingSeconds'>,
  operations: readonly NewOperation[],
): Promise<void> {
  if (operations.length === 0) return;
  const rows = operations.map((operation, at) => ({ ...operation, at, id: by.newId() }));
  const netting = by.nettingSeconds ?? 0;
  // Waiting counts by the database's clock, as everything in a lane does.
  const added = await tx.$queryRaw<{ laneId: string; queueName: string; notBefore: Date | null }[]>`
    INSERT INTO "LaneOperation" ("tenantId", "id", "organizationId", "laneId", "auditLogId", "changeId", "kind",
      "effectiveDate", "target", "traceParent", "notBefore")
    SELECT ${tenantId}::uuid, x."id", x."organizationId", x."laneId", x."auditLogId", x."changeId", x."kind",
      x."effectiveDate", x."target", ${traceParent()},
      CASE WHEN x."kind" = 'quantity' AND ${netting} > 0
        THEN statement_timestamp() + make_interval(secs => ${netting}) END
    FROM ${recordset(OPERATIONS, rows)} ORDER BY x."at"
    RETURNING "laneId"::text AS "laneId", "notBefore", (SELECT l."queueName" FROM "Lane" l
      WHERE l."tenantId" = ${tenantId}::uuid AND l."id" = "LaneOperation"."laneId") AS "queueName"`;
  // Whoever is woken now finds by itself what waits behind.
  const wakeUps = new Map<string, Job>();
  for (const { laneId, queueName, notBefore } of added.sort((a, b) => Number(a.notBefore) - Number(b.notBefore))) {
    if (wakeUps.has(laneId)) continue;
    wakeUps.set(laneId, wakeUp({ tenantId, laneId, queueName }, notBefore ?? undefined));
  }
  await by.jobs.enqueue(tx, ...wakeUps.values());
}

/** How the synchronised kinds are called towards a connector. */
const PSA_KIND: { readonly [K in ChangeKind]?: PsaChangeKind } = {
  QUANTITY: 'quantity',
  PRICE: 'price',
  PROMOTION: 'price',
  CANCEL: 'cancel',
  SUSPEND: 'suspend',
};

interface MappedRow {
  laneId: string;
  organizationId: string;
  connectionId: string;
  cloudSubscriptionId: string;
  quantity: number;
  name: string;
  status: CloudSubscriptionStatus;
  offerType: OfferType;
  customerId: string;
  customerName: string;
  /** Of the mapping's owner (R43). */
  price: StoredPrice | null;
  /** How often its line is billed; null: nobody knows. */
  lineFrequency: BillingFrequency | null;
}

/**
 * For each change of a mapped cloud subscription: one entry "Update Subscription on Connection" (R70) and one operation
 * in its lane, in the transaction that stored the change. The mapping may belong to another organization of the tenant
 * than the one that recorded the change; the entry is the mapping's owner's. A kind that is not synchronised, and a price
 * without an amount of one billing period, become a FAILED entry that neither blocks nor turns the badge red (R52, R67).
 */
export async function enqueueChanges(
  tx: Queries,
  tenantId: string,
  by: Enqueuer,
  changes: readonly NewChange[],
): Promise<void> {
  const mapped = await mappingsOf(tx, tenantId, changes);
  if (mapped.size === 0) return;
  const entries: OwnedEntry[] = [];
  const operations: NewOperation[] = [];

  for (const change of changes) {
    const mapping = mapped.get(change.cloudSubscriptionId);
    const priced = change.kind === 'PRICE' || change.kind === 'PROMOTION';
    if (!mapping || (priced && change.organizationId !== mapping.organizationId)) continue;
    const verdict = verdictOf({ kind: change.kind, offerType: mapping.offerType, status: mapping.status });
    if (verdict.verdict === 'ignored') continue;
    const auditLogId = by.newId();
    const scope: Scope = { tenantId, organizationId: mapping.organizationId };
    const effectiveDate = dayOf(change, mapping);
    const entry = entryOf({ ...change, effectiveDate }, mapping, by, auditLogId);
    const price = mapping.price && priceOfLine(mapping.price, mapping.lineFrequency);
    const unwritten = unwrittenFor(verdict, priced ? price : null);
    if (unwritten) {
      entries.push({ scope, entry: { ...entry, status: 'FAILED', error: { class: 'Unsupported', ...unwritten } } });
      continue;
    }
    entries.push({ scope, entry });
    operations.push({
      organizationId: mapping.organizationId,
      laneId: mapping.laneId,
      auditLogId,
      changeId: change.changeId,
      kind: PSA_KIND[change.kind] ?? 'quantity',
      effectiveDate,
      target: targetOf(change, mapping, price),
    });
  }

  await tx.mapping.updateMany({
    where: { tenantId, id: { in: operations.map(({ laneId }) => laneId) }, syncState: 'SYNCED' },
    data: { syncState: 'PENDING', updatedAt: new Date() },
  });
  await auditLog.enter(tx, entries);
  await enqueueOperations(tx, tenantId, by, operations);
}

/**
 * Shares the lanes, which are locked first and in one order: whoever settles or needs them as they are is waited for now, not
 * with the audit chain in hand, and waits in turn. So a badge is never computed without an operation that is just being
 * added, and a mapping that was deleted meanwhile is none any more.
 */
async function mappingsOf(
  tx: Queries,
  tenantId: string,
  changes: readonly NewChange[],
): Promise<ReadonlyMap<string, MappedRow>> {
  const ids = [...new Set(changes.map((change) => change.cloudSubscriptionId))];
  if (ids.length === 0) return new Map();
  const rows = await tx.$queryRaw<MappedRow[]>`
    SELECT m."id"::text AS "laneId", m."organizationId"::text AS "organizationId",
      m."connectionId"::text AS "connectionId", m."cloudSubscriptionId"::text AS "cloudSubscriptionId",
      s."quantity", s."name", s."status"::text AS "status", v."offerType"::text AS "offerType",
      c."id"::text AS "customerId", c."companyName" AS "customerName", own."price",
      m."billingFrequency"::text AS "lineFrequency"
    FROM "Lane" l
    JOIN "Mapping" m ON m."tenantId" = l."tenantId" AND m."id" = l."id"
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
    ${joinPrice('s', Prisma.sql`m."organizationId"`)}
    WHERE m."tenantId" = ${tenantId}::uuid AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL
      AND m."cloudSubscriptionId" = ANY(${ids}::uuid[]) AND s."id" = ANY(${ids}::uuid[])
    ORDER BY l."id" FOR SHARE OF l, m`;
  return new Map(rows.map((row) => [row.cloudSubscriptionId, row]));
}

function entryOf(change: NewChange, mapping: MappedRow, by: Enqueuer, id: string): OwnedEntry['entry'] {
  const { changeId, kind, effectiveDate, after } = change;
  return {
    id,
    operation: 'UpdateSubscriptionOnConnection',
    status: 'PENDING',
    actor: by.actor,
    correlationId: by.correlationId,
    ...(by.requestId !== undefined && { requestId: by.requestId }),
    target: { kind: 'CloudSubscription', id: change.cloudSubscriptionId, name: mapping.name },
    connectionId: mapping.connectionId,
    customer: { id: mapping.customerId, name: mapping.customerName },
    summary: `${kind} of "${mapping.name}" from ${effectiveDate}`,
    details: { changeId, kind, effectiveDate, marketplace: after },
  };
}

/** An Azure Plan ends with its month: what it used until then is still to be billed, on units that are not pro-rated (R62). */
function dayOf({ kind, effectiveDate }: NewChange, { offerType }: MappedRow): string {
  if (kind !== 'CANCEL' || offerType !== 'AZURE_PLAN') return effectiveDate;
  return addMonths(`${effectiveDate.slice(0, 7)}-01`, 1);
}

/** Why nothing is written for a change that has an entry; null where something is. */
function unwrittenFor(verdict: Verdict, price: LinePrice | null) {
  if (verdict.verdict === 'unsupported') {
    return { code: 'UNSUPPORTED_CHANGE', message: `${verdict.reason} (${verdict.rule})` };
  }
  return price === null || isBilled(price) ? null : price;
}

/**
 * Absolute targets. A quantity has amounts for the case that the line bills nothing on its day (R43): whether it does is
 * seen when it is written, and a line that bills something keeps its own.
 */
function targetOf({ kind, after }: NewChange, mapping: MappedRow, price: LinePrice | null): OperationTarget {
  const { offerType } = mapping;
  const quantity = kind === 'CANCEL' ? 0 : psaUnitsOf({ offerType, quantity: after.quantity ?? mapping.quantity });
  if (price === null || kind === 'SUSPEND' || (kind !== 'PRICE' && kind !== 'PROMOTION' && quantity === 0)) {
    return { quantity };
  }
  return isBilled(price) ? { quantity, ...price } : { quantity, unpriced: price };
}
