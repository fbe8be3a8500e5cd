import { createHash } from 'node:crypto';
import type { ChangeKind, CloudSubscriptionStatus, OfferType } from '../../prisma/generated/client/enums.js';
import type { Actor, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { ChangeKind as PsaChangeKind } from '../connectors/contract.js';
import type { Jobs } from '../jobs/engine.js';
import type { NewChange } from '../marketplace/changes.js';
import { verdictOf } from '../marketplace/supported.js';
import { toDateColumn } from '../storage/calendar-date.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { wakeLane } from './lane-wake.js';

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
}

export interface NewOperation {
  readonly laneId: string;
  readonly auditLogId: string;
  readonly changeId: string | null;
  readonly kind: PsaChangeKind;
  readonly effectiveDate: string;
  readonly target: { readonly quantity: number; readonly unitPrice?: string; readonly unitCost?: string };
}

/** Puts one operation at the end of a lane and wakes the lane. Its audit entry must be open already. */
export async function enqueueOperation(
  tx: Queries,
  scope: Scope,
  by: Pick<Enqueuer, 'jobs' | 'newId'>,
  operation: NewOperation,
): Promise<void> {
  await tx.laneOperation.create({
    data: {
      ...scope,
      id: by.newId(),
      laneId: operation.laneId,
      auditLogId: operation.auditLogId,
      changeId: operation.changeId,
      kind: operation.kind,
      effectiveDate: toDateColumn(operation.effectiveDate),
      target: operation.target as Prisma.InputJsonObject,
    },
  });
  await wakeLane(tx, by.jobs, { tenantId: scope.tenantId, laneId: operation.laneId });
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
  syncState: string;
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
  if (changes.length === 0) return;
  const ids = [...new Set(changes.map((change) => change.cloudSubscriptionId))];
  const mapped = await tx.$queryRaw<MappedRow[]>`
    SELECT m."id"::text AS "laneId", m."organizationId"::text AS "organizationId", m."connectionId"::text AS "connectionId",
      m."cloudSubscriptionId"::text AS "cloudSubscriptionId", m."syncState"::text AS "syncState",
      s."quantity", s."name", s."status"::text AS "status", v."offerType"::text AS "offerType", c."id"::text AS "customerId", c."companyName" AS "customerName",
      p."unitCost", p."unitPrice"
    FROM "Mapping" m
    JOIN "CloudSubscription" s ON s."tenantId" = m."tenantId" AND s."id" = m."cloudSubscriptionId"
    JOIN "OfferVariant" v ON v."tenantId" = s."tenantId" AND v."id" = s."offerVariantId"
    JOIN "Customer" c ON c."tenantId" = s."tenantId" AND c."id" = s."customerId"
    LEFT JOIN "SubscriptionPrice" p ON p."tenantId" = s."tenantId" AND p."cloudSubscriptionId" = s."id"
      AND p."organizationId" = m."organizationId"
    WHERE m."tenantId" = ${tenantId}::uuid AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL
      AND m."cloudSubscriptionId" = ANY(${ids}::uuid[])`;
  const bySubscription = new Map(mapped.map((row) => [row.cloudSubscriptionId, row]));

  for (const change of changes) {
    const mapping = bySubscription.get(change.cloudSubscriptionId);
    if (!mapping) continue;
    const priced = change.kind === 'PRICE' || change.kind === 'PROMOTION';
    if (priced && change.organizationId !== mapping.organizationId) continue;
    const verdict = verdictOf({ kind: change.kind, offerType: mapping.offerType, status: mapping.status });
    if (verdict.verdict === 'ignored') continue;
    const scope: Scope = { tenantId, organizationId: mapping.organizationId };
    const auditLogId = by.newId();
    await auditLog.open(tx, scope, {
      id: auditLogId,
      operation: 'UpdateSubscriptionOnConnection',
      status: 'PENDING',
      actor: by.actor,
      correlationId: by.correlationId,
      ...(by.requestId !== undefined && { requestId: by.requestId }),
      target: { kind: 'CloudSubscription', id: change.cloudSubscriptionId, name: mapping.name },
      connectionId: mapping.connectionId,
      customer: { id: mapping.customerId, name: mapping.customerName },
      summary: `${change.kind} of ${mapping.name} from ${change.effectiveDate}`,
      details: {
        changeId: change.changeId,
        kind: change.kind,
        effectiveDate: change.effectiveDate,
        marketplace: change.after,
      },
    });
    if (verdict.verdict === 'unsupported') {
      await auditLog.move(tx, scope, auditLogId, 'FAILED', verdict.reason, {
        error: { class: 'Unsupported', code: 'UNSUPPORTED_CHANGE', message: verdict.reason },
      });
      continue;
    }
    await enqueueOperation(tx, scope, by, {
      laneId: mapping.laneId,
      auditLogId,
      changeId: change.changeId,
      kind: PSA_KIND[change.kind] ?? 'quantity',
      effectiveDate: change.effectiveDate,
      target: targetOf(change, mapping),
    });
    if (mapping.syncState === 'SYNCED') {
      await tx.mapping.update({
        where: { tenantId_id: { tenantId, id: mapping.laneId } },
        data: { syncState: 'PENDING', updatedAt: new Date() },
      });
    }
  }
}

/** Absolute targets. Prices go along only with a change of price, so that a seat change leaves special prices alone. */
function targetOf(change: NewChange, mapping: MappedRow): NewOperation['target'] {
  const quantity = change.kind === 'CANCEL' ? 0 : ((change.after.quantity as number | undefined) ?? mapping.quantity);
  const priced = change.kind === 'PRICE' || change.kind === 'PROMOTION';
  return {
    quantity,
    ...(priced && mapping.unitPrice && { unitPrice: mapping.unitPrice.toFixed() }),
    ...(priced && mapping.unitCost && { unitCost: mapping.unitCost.toFixed() }),
  };
}
