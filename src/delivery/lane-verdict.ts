import type { EntryError } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { toDateColumn } from '../storage/calendar-date.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { Lease, Sent, Verdict, WorkItem } from './lane.js';
import { cancelOperations } from './unmap.js';

const OPERATION_STATE = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  RETRYING: 'PENDING',
  VERIFYING: 'VERIFYING',
  NEEDS_REVIEW: 'NEEDS_REVIEW',
} as const;

/** How an operation is left: step, operation, badge and entry together. */
export async function settleRows(
  tx: Queries,
  lease: Lease,
  item: WorkItem,
  sent: Sent | null,
  verdict: Verdict,
): Promise<void> {
  const { tenantId } = lease;
  const step = verdict.to === 'VERIFYING' ? 'UNKNOWN' : verdict.step;
  if (sent && step) {
    await tx.step.update({
      where: { tenantId_id: { tenantId, id: sent.stepId } },
      data: {
        state: step,
        settledAt: step === 'UNKNOWN' ? null : new Date(),
        result: { message: verdict.message } as Prisma.InputJsonObject,
      },
    });
  }
  const finished = verdict.to === 'SUCCEEDED' || verdict.to === 'FAILED';
  await tx.laneOperation.update({
    where: { tenantId_id: { tenantId, id: item.operationId } },
    data: {
      state: OPERATION_STATE[verdict.to],
      notBefore: 'notBefore' in verdict ? verdict.notBefore : null,
      finishedAt: finished ? new Date() : null,
      ...('moveTo' in verdict && verdict.moveTo && { effectiveDate: toDateColumn(verdict.moveTo) }),
    },
  });
  const canceled = await settleMapping(tx, lease, item, verdict);
  await auditLog.move(tx, lease.scope, item.auditLogId, verdict.to, verdict.message, {
    ...(verdict.to === 'SUCCEEDED' && { summary: verdict.message }),
    ...('error' in verdict && { error: verdict.error }),
    ...(verdict.details && { details: verdict.details }),
  });
  await canceled?.();
}

/** The badge says whether every supported operation reached the PSA (R66); a failed first write undoes the mapping. */
async function settleMapping(
  tx: Queries,
  lease: Lease,
  item: WorkItem,
  verdict: Verdict,
): Promise<(() => Promise<void>) | undefined> {
  const { tenantId, laneId } = lease;
  if (item.kind === 'create' && verdict.to === 'FAILED') {
    const canceled = await cancelOperations(tx, tenantId, [laneId], new Date());
    await tx.mapping.update({
      where: { tenantId_id: { tenantId, id: laneId } },
      data: { state: 'DELETED', deletedAt: new Date(), syncState: 'OUT_OF_SYNC', updatedAt: new Date() },
    });
    return canceled;
  }
  const lineRef = verdict.to === 'SUCCEEDED' ? (verdict.lineRef ?? null) : null;
  await tx.$executeRaw`
    UPDATE "Mapping" SET "updatedAt" = now(), "lineRef" = coalesce(${lineRef}, "lineRef"),
      "state" = CASE WHEN "state" = 'PROCESSING' AND ${verdict.to} = 'SUCCEEDED' THEN 'MAPPED' ELSE "state" END,
      "syncState" = (
        SELECT CASE coalesce((array_agg(o."state" ORDER BY o."position"))[1]::text, 'NONE')
          WHEN 'NONE' THEN 'SYNCED' WHEN 'FAILED' THEN 'OUT_OF_SYNC' WHEN 'NEEDS_REVIEW' THEN 'NEEDS_REVIEW'
          ELSE 'PENDING' END::"SyncState"
        FROM "LaneOperation" o WHERE o."tenantId" = ${tenantId}::uuid AND o."laneId" = ${laneId}::uuid
          AND o."state" NOT IN ('SUCCEEDED', 'CANCELED'))
    WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${laneId}::uuid`;
  return undefined;
}

/** A refused secret ends all traffic of its connection: another try could lock the API user. */
export async function stopConnection(tx: Queries, item: WorkItem, error: EntryError): Promise<void> {
  await tx.connection.updateMany({
    where: {
      tenantId: item.connection.tenantId,
      id: item.connection.id,
      credentialsVersion: item.connection.credentialsVersion,
    },
    data: { status: 'INVALID', statusCode: error.code, statusReason: error.message, updatedAt: new Date() },
  });
}
