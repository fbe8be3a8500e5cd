import { auditLog } from '../audit/log.js';
import type { Jobs } from '../jobs/engine.js';
import type { Database, Queries } from '../storage/database.js';
import type { LaneKey } from './lane.js';

/** Asks the engine to drain a lane, in the caller's transaction. Waking twice is waking once. */
export async function wakeLane(tx: Queries, jobs: Jobs, lane: LaneKey, at?: Date): Promise<void> {
  const row = await tx.lane.findUnique({ where: { tenantId_id: { tenantId: lane.tenantId, id: lane.laneId } } });
  if (!row) return;
  await jobs.enqueue(tx, {
    task: 'drain-lane',
    payload: { tenantId: lane.tenantId, laneId: lane.laneId },
    queueName: row.queueName,
    key: `lane:${lane.laneId}`,
    ...(at && { runAt: at }),
  });
}

/** A dead instance's lanes are free at once. */
export async function releaseLanesOf(db: Database, jobs: Jobs, instanceId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const freed = await tx.$queryRaw<{ tenantId: string; laneId: string }[]>`
      UPDATE "Lane" SET "leaseUntil" = NULL, "leaseOwner" = NULL, "fence" = "fence" + 1
      WHERE "leaseOwner" = ${instanceId}::uuid
      RETURNING "tenantId"::text AS "tenantId", "id"::text AS "laneId"`;
    for (const lane of freed) await wakeLane(tx, jobs, lane);
  });
}

/** After a connection came back, its waiting lanes go on by themselves. */
export async function wakeLanesOf(tx: Queries, jobs: Jobs, tenantId: string, connectionId: string): Promise<void> {
  const waiting = await tx.$queryRaw<{ laneId: string }[]>`
    SELECT DISTINCT l."id"::text AS "laneId" FROM "Lane" l
    JOIN "LaneOperation" o ON o."tenantId" = l."tenantId" AND o."laneId" = l."id"
    WHERE l."tenantId" = ${tenantId}::uuid AND l."connectionId" = ${connectionId}::uuid
      AND o."state" IN ('PENDING', 'RUNNING', 'VERIFYING')`;
  for (const { laneId } of waiting) await wakeLane(tx, jobs, { tenantId, laneId });
}

/** Unmapping ends future sync: what waits is canceled, with its entries. What was sent stays in the ledger (R48). */
export async function cancelLanes(
  tx: Queries,
  tenantId: string,
  of: { readonly connectionId: string } | { readonly laneId: string },
): Promise<void> {
  const lanes = await tx.lane.findMany({
    where: { tenantId, ...('laneId' in of ? { id: of.laneId } : { connectionId: of.connectionId }) },
    select: { id: true },
  });
  const laneIds = lanes.map((lane) => lane.id);
  await tx.lane.updateMany({
    where: { tenantId, id: { in: laneIds } },
    data: { fence: { increment: 1 }, leaseOwner: null, leaseUntil: null },
  });
  const open = await tx.laneOperation.findMany({
    where: { tenantId, laneId: { in: laneIds }, state: { notIn: ['SUCCEEDED', 'CANCELED'] } },
    orderBy: { position: 'asc' },
  });
  await tx.laneOperation.updateMany({
    where: { tenantId, id: { in: open.map((operation) => operation.id) } },
    data: { state: 'CANCELED', finishedAt: new Date() },
  });
  for (const operation of open) {
    const scope = { tenantId, organizationId: operation.organizationId };
    const message = 'Canceled: the mapping was deleted before this operation ended.';
    const error = { class: 'Canceled', code: 'UNMAPPED', message };
    const canceled = await auditLog.move(tx, scope, operation.auditLogId, 'CANCELED', message, { error });
    // A write whose outcome is still unknown cannot be called off; a person must look.
    if (!canceled) await auditLog.move(tx, scope, operation.auditLogId, 'NEEDS_REVIEW', message, { error });
  }
}
