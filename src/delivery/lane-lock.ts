import type { Queries } from '../storage/database.js';

/** Locks lanes for the transaction, in one order; whoever drains one, or adds an operation to it, waits at its next write. */
export async function lockLanes(tx: Queries, tenantId: string, laneIds: readonly string[]): Promise<void> {
  if (laneIds.length === 0) return;
  await tx.$queryRaw`
    SELECT 1 FROM "Lane" WHERE "tenantId" = ${tenantId}::uuid AND "id" = ANY(${[...laneIds]}::uuid[])
    ORDER BY "id" FOR NO KEY UPDATE`;
}

/**
 * Takes locked lanes away from whoever drains them, so that nothing decided from what was true before is written or sent any
 * more. A lane whose write is under way is left: that write is settled first, and what comes next is read anew. Answers the
 * lanes taken; they must be woken.
 */
export async function takeLanesAway(tx: Queries, tenantId: string, laneIds: readonly string[]): Promise<string[]> {
  const taken = await tx.$queryRaw<{ laneId: string }[]>`
    UPDATE "Lane" l SET "fence" = "fence" + 1, "leaseOwner" = NULL, "leaseUntil" = NULL
    WHERE l."tenantId" = ${tenantId}::uuid AND l."id" = ANY(${[...laneIds]}::uuid[]) AND l."leaseOwner" IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM "LaneOperation" o
        JOIN "Step" s ON s."tenantId" = o."tenantId" AND s."operationId" = o."id" AND s."state" = 'SENDING'
        WHERE o."tenantId" = l."tenantId" AND o."laneId" = l."id" AND o."state" NOT IN ('SUCCEEDED', 'CANCELED'))
    RETURNING l."id"::text AS "laneId"`;
  return taken.map(({ laneId }) => laneId);
}
