import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Queries } from '../storage/database.js';
import type { Enqueuer } from './enqueue.js';
import { wakeLanes } from './lane-wake.js';

/**
 * Puts the failed operation at the head of a lane back to PENDING under a new entry linked to the failed one (entries are
 * never rewritten), and wakes the lane. Answers whether there was one. The lane's row is locked, so that two retries at
 * once make one.
 */
export async function retryFailed(
  tx: Queries,
  scope: Scope,
  by: Omit<Enqueuer, 'organizationId'>,
  laneId: string,
): Promise<boolean> {
  const { tenantId } = scope;
  await tx.$queryRaw`SELECT 1 FROM "Lane" WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${laneId}::uuid FOR UPDATE`;
  const failed = await tx.laneOperation.findFirst({
    where: { tenantId, laneId, state: { notIn: ['SUCCEEDED', 'CANCELED'] } },
    orderBy: { position: 'asc' },
  });
  if (failed?.state !== 'FAILED') {
    await wakeLanes(tx, by.jobs, tenantId, [laneId]);
    return false;
  }
  const before = await tx.auditLog.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: failed.auditLogId } } });
  const id = by.newId();
  await tx.mapping.update({
    where: { tenantId_id: { tenantId, id: laneId } },
    data: { syncState: 'PENDING', updatedAt: new Date() },
  });
  await auditLog.open(tx, scope, {
    id,
    operation: 'UpdateSubscriptionOnConnection',
    status: 'PENDING',
    actor: by.actor,
    correlationId: by.correlationId,
    ...(by.requestId !== undefined && { requestId: by.requestId }),
    parentId: before.id,
    ...(before.targetId && {
      target: { kind: before.targetKind ?? '', id: before.targetId, name: before.targetName ?? '' },
    }),
    ...(before.connectionId && { connectionId: before.connectionId }),
    ...(before.customerId && { customer: { id: before.customerId, name: before.customerName ?? '' } }),
    summary: `Again: ${before.summary}`,
  });
  await tx.laneOperation.update({
    where: { tenantId_id: { tenantId, id: failed.id } },
    data: { state: 'PENDING', auditLogId: id, attempts: 0, notBefore: null, finishedAt: null },
  });
  await wakeLanes(tx, by.jobs, tenantId, [laneId]);
  return true;
}
