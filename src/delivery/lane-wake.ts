import type { Job, Jobs } from '../jobs/engine.js';
import type { Database, Queries } from '../storage/database.js';
import type { LaneKey } from './lane.js';

/**
 * Asks the engine to drain lanes, in the caller's transaction. Waking twice for now, or twice for one moment, is waking once.
 * Each later moment is a job of its own: under one key the engine would let a later wake-up replace an earlier one.
 */
export async function wakeLanes(
  tx: Queries,
  jobs: Jobs,
  tenantId: string,
  laneIds: readonly string[],
  runAt?: Date,
): Promise<void> {
  if (laneIds.length === 0) return;
  const lanes = await tx.lane.findMany({
    where: { tenantId, id: { in: [...laneIds] } },
    select: { id: true, queueName: true },
  });
  await jobs.enqueue(tx, ...lanes.map(({ id, queueName }) => wakeUp({ tenantId, laneId: id, queueName }, runAt)));
}

/** The job that drains a lane. */
export function wakeUp({ tenantId, laneId, queueName }: LaneKey & { readonly queueName: string }, runAt?: Date): Job {
  return {
    task: 'drain-lane',
    payload: { tenantId, laneId },
    queueName,
    key: runAt ? `lane:${laneId}:${runAt.getTime()}` : `lane:${laneId}`,
    ...(runAt && { runAt }),
  };
}

/** A dead instance's lanes are free at once. */
export async function releaseLanesOf(db: Database, jobs: Jobs, instanceId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const freed = await tx.$queryRaw<{ tenantId: string; laneId: string }[]>`
      UPDATE "Lane" SET "leaseUntil" = NULL, "leaseOwner" = NULL, "fence" = "fence" + 1
      WHERE "leaseOwner" = ${instanceId}::uuid
      RETURNING "tenantId"::text AS "tenantId", "id"::text AS "laneId"`;
    for (const { tenantId, laneId } of freed) await wakeLanes(tx, jobs, tenantId, [laneId]);
  });
}

/** After a connection came back, its waiting lanes go on by themselves. */
export async function wakeLanesOf(tx: Queries, jobs: Jobs, tenantId: string, connectionId: string): Promise<void> {
  const waiting = await tx.$queryRaw<{ laneId: string }[]>`
    SELECT DISTINCT l."id"::text AS "laneId" FROM "Lane" l
    JOIN "LaneOperation" o ON o."tenantId" = l."tenantId" AND o."laneId" = l."id"
    WHERE l."tenantId" = ${tenantId}::uuid AND l."connectionId" = ${connectionId}::uuid
      AND o."state" IN ('PENDING', 'RUNNING', 'VERIFYING')`;
  const laneIds = waiting.map(({ laneId }) => laneId);
  await wakeLanes(tx, jobs, tenantId, laneIds);
}

/** The safety net: wakes every lane that has work it could do now and that nobody holds, should a wake-up be lost. */
export async function sweepLanes(db: Database, jobs: Jobs): Promise<void> {
  const idle = await db.client.$queryRaw<{ tenantId: string; laneId: string }[]>`
    SELECT l."tenantId"::text AS "tenantId", l."id"::text AS "laneId" FROM "Lane" l
    JOIN "Connection" c ON c."tenantId" = l."tenantId" AND c."id" = l."connectionId" AND c."status" = 'ACTIVE'
    CROSS JOIN LATERAL (SELECT o."state", o."notBefore" FROM "LaneOperation" o WHERE o."tenantId" = l."tenantId"
      AND o."laneId" = l."id" AND o."state" NOT IN ('SUCCEEDED', 'CANCELED') ORDER BY o."position" LIMIT 1) head
    WHERE (l."leaseUntil" IS NULL OR l."leaseUntil" < now()) AND head."state" IN ('PENDING', 'RUNNING', 'VERIFYING')
      AND (head."notBefore" IS NULL OR head."notBefore" < now() - interval '30 seconds')
    LIMIT 1000`;
  const byTenant = new Map<string, string[]>();
  for (const { tenantId, laneId } of idle) byTenant.set(tenantId, [...(byTenant.get(tenantId) ?? []), laneId]);
  for (const [tenantId, laneIds] of byTenant) {
    await db.transaction((tx) => wakeLanes(tx, jobs, tenantId, laneIds));
  }
}
