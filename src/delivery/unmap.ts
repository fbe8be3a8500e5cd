import { auditLog } from '../audit/log.js';
import type { Queries } from '../storage/database.js';

/** Which mappings: all of a connection, or one. */
export type Unmapped = { readonly connectionId: string } | { readonly mappingId: string };

/**
 * Deletes mappings and ends their lanes: whoever works on one loses it, what waits is canceled with its entries. What was
 * sent stays in the ledger, drifts are over, and nothing is written to the PSA (R48).
 *
 * Rows are taken in the order every writer of delivery takes them (lane, operation, mapping, audit chain), so that two of
 * them never wait for each other.
 */
export async function unmap(tx: Queries, tenantId: string, of: Unmapped, now: Date): Promise<void> {
  const where = 'mappingId' in of ? { id: of.mappingId } : { connectionId: of.connectionId };
  const lanes = await tx.lane.findMany({ where: { tenantId, ...where }, select: { id: true } });
  const laneIds = lanes.map((lane) => lane.id);
  await tx.lane.updateMany({
    where: { tenantId, id: { in: laneIds } },
    data: { fence: { increment: 1 }, leaseOwner: null, leaseUntil: null },
  });
  const canceled = await cancelOperations(tx, tenantId, laneIds, now);
  await tx.mapping.updateMany({
    where: { tenantId, ...where, deletedAt: null },
    data: { state: 'DELETED', deletedAt: now, updatedAt: now },
  });
  await tx.drift.updateMany({
    where: {
      tenantId,
      closedAt: null,
      ...('mappingId' in of ? { mappingId: of.mappingId } : { connectionId: of.connectionId }),
    },
    data: { state: 'GONE', closedAt: now },
  });
  await canceled();
}

/** Cancels what is unfinished in some lanes; the answer settles the entries and is to be called last. */
export async function cancelOperations(
  tx: Queries,
  tenantId: string,
  laneIds: readonly string[],
  now: Date,
): Promise<() => Promise<void>> {
  const open = await tx.laneOperation.findMany({
    where: { tenantId, laneId: { in: [...laneIds] }, state: { notIn: ['SUCCEEDED', 'FAILED', 'CANCELED'] } },
    orderBy: { position: 'asc' },
  });
  await tx.laneOperation.updateMany({
    where: { tenantId, id: { in: open.map((operation) => operation.id) } },
    data: { state: 'CANCELED', finishedAt: now },
  });
  return async () => {
    for (const { organizationId, auditLogId } of open) {
      const message = 'The mapping was deleted before this operation ended.';
      const error = { class: 'Canceled', code: 'UNMAPPED', message };
      const moved = await auditLog.move(tx, { tenantId, organizationId }, auditLogId, 'CANCELED', message, { error });
      // A write whose outcome is still unknown cannot be called off; a person must look.
      if (!moved) await auditLog.move(tx, { tenantId, organizationId }, auditLogId, 'NEEDS_REVIEW', message, { error });
    }
  };
}
