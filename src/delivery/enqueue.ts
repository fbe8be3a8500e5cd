import { createHash } from 'node:crypto';
import type { ChangeKind, CloudSubscriptionStatus, OfferType } from '../../prisma/generated/client/enums.js';
import type { Actor, Scope } from '../audit/entry.js';
import { auditLog, type OwnedEntry } from '../audit/log.js';
import type { ChangeKind as PsaChangeKind } from '../connectors/contract.js';
import type { Jobs } from '../jobs/engine.js';
import type { NewChange } from '../marketplace/changes.js';
import { verdictOf } from '../marketplace/supported.js';
import { toDateColumn } from '../storage/calendar-date.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { wakeLanes } from './lane-wake.js';

/** Writers of one connection that may run at once, over all instances: one below the vendor's three, for headroom. */
const SLOTS = 2;

/** The engine's serial queue of a contract: writes to one contract never run at once. */
export function queueNameOf(connectionId: string, contractId: string): string {
  const slot = createHash('sha256').update(contractId).digest().readUInt32BE(0) % SLOTS;
  return `${connectionId}/${slot}`;
}

export interface Enqueuer {
  readonly jobs: Jobs;
  readonly newId: NewId;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly requestId?: string;
  /** The organization whose log the caller's own entry is in. */
  readonly organizationId: string;
}

export interface NewOperation {
  readonly organizationId: string;
  readonly laneId: string;
  readonly auditLogId: string;
  readonly changeId: string | null;
  readonly kind: PsaChangeKind;
  readonly effectiveDate: string;
  readonly target: { readonly quantity: number; readonly unitPrice?: string; readonly unitCost?: string };
}

/** Puts operations at the end of their lanes and wakes the lanes. Their audit entries must be open already. */
export async function enqueueOperations(
  tx: Queries,
  tenantId: string,
  by: Pick<Enqueuer, 'jobs' | 'newId'>,
  operations: readonly NewOperation[],
): Promise<void> {
  await tx.laneOperation.createMany({
    data: operations.map(({ target, effectiveDate, ...operation }) => ({
      ...operation,
      tenantId,
      id: by.newId(),
      effectiveDate: toDateColumn(effectiveDate),
      target: target as Prisma.InputJsonObject,
    })),
  });
  const laneIds = [...new Set(operations.map(({ laneId }) => laneId))];
  await wakeLanes(tx, by.jobs, tenantId, laneIds);
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
  unitCost: Prisma.Decimal | null;
  unitPrice: Prisma.Decimal | null;
}

/**
 * For each change of a mapped cloud subscription: one entry "Update Subscription on Connection" (R70) and one operation
 * in its lane, in the transaction that stored the change. The mapping may belong to another organization of the tenant
 * than the one that recorded the change; the entry is the mapping's owner's. A kind that is not synchronised becomes a
 * FAILED entry that neither blocks nor turns the badge red (R52, R67).
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
    const entry = entryOf(change, mapping, by, auditLogId);
    if (verdict.verdict === 'unsupported') {
      const error = {
        class: 'Unsupported',
        code: 'UNSUPPORTED_CHANGE',
        message: `${verdict.reason} (${verdict.rule})`,
      };
      entries.push({ scope, entry: { ...entry, status: 'FAILED', error } });
      continue;
    }
    entries.push({ scope, entry });
    operations.push({
      organizationId: mapping.organizationId,
      laneId: mapping.laneId,
      auditLogId,
      changeId: change.changeId,
      kind: PSA_KIND[change.kind] ?? 'quantity',
      effectiveDate: change.effectiveDate,
      target: targetOf(change, mapping),
    });
  }

  const laneIds = operations.map(({ laneId }) => laneId);
  await tx.mapping.updateMany({
    where: { tenantId, id: { in: laneIds }, syncState: 'SYNCED' },
    data: { syncState: 'PENDING', updatedAt: new Date() },
  });
  await auditLog.lockChains(tx, tenantId, [by.organizationId, ...entries.map(({ scope }) => scope.organizationId)]);
  await auditLog.openMany(tx, entries);
  await enqueueOperations(tx, tenantId, by, operations);
}

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
      c."id"::text AS "customerId", c."companyName" AS "customerName", p."unitCost", p."unitPrice"
    FROM "Mapping" m
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
    LEFT JOIN "SubscriptionPrice" p ON p."tenantId" = s."tenantId" AND p."cloudSubscriptionId" = s."id"
      AND p."organizationId" = m."organizationId"
    WHERE m."tenantId" = ${tenantId}::uuid AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL
      AND m."cloudSubscriptionId" = ANY(${ids}::uuid[])`;
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

/** Absolute targets. Prices go along only with a change of price, so that a seat change leaves special prices alone. */
function targetOf(change: NewChange, mapping: MappedRow): NewOperation['target'] {
  const quantity = change.kind === 'CANCEL' ? 0 : (change.after.quantity ?? mapping.quantity);
  const priced = change.kind === 'PRICE' || change.kind === 'PROMOTION';
  return {
    quantity,
    ...(priced && mapping.unitPrice && { unitPrice: mapping.unitPrice.toFixed() }),
    ...(priced && mapping.unitCost && { unitCost: mapping.unitCost.toFixed() }),
  };
}
