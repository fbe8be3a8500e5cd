import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Jobs } from '../jobs/engine.js';
import { Prisma, type Queries } from '../storage/database.js';
import { lockLanes, takeLanesAway } from './lane-lock.js';
import { wakeLanes } from './lane-wake.js';
import { policyOf } from './policy.js';

/** Whose policy changed: a connection's, or what differs there for one customer. */
export interface PolicyPlace {
  readonly connectionId: string;
  readonly customerId: string | null;
}

/**
 * Makes a changed policy count at once, in the transaction that stored it and holds the connection's row: whoever plans by
 * the old one loses its lane, and what was held goes on where writing is allowed now. A write that is under way is not
 * called back. Answers how many operations were released.
 */
export async function followPolicy(
  tx: Queries,
  scope: Scope,
  jobs: Jobs,
  { connectionId, customerId }: PolicyPlace,
): Promise<number> {
  const { tenantId } = scope;
  const lanes = await tx.$queryRaw<{ laneId: string; policy: unknown; customerPolicy: unknown }[]>`
    SELECT l."id"::text AS "laneId", c."policy", p."policy" AS "customerPolicy"
    FROM "Lane" l
    JOIN "Connection" c ON c."tenantId" = l."tenantId" AND c."id" = l."connectionId"
    JOIN "Mapping" m ON m."tenantId" = l."tenantId" AND m."id" = l."id" AND m."deletedAt" IS NULL
    JOIN "CloudSubscription" t ON t."tenantId" = m."tenantId" AND t."id" = m."cloudSubscriptionId"
    LEFT JOIN "Mapping" p ON p."tenantId" = m."tenantId" AND p."connectionId" = m."connectionId"
      AND p."kind" = 'CUSTOMER' AND p."customerId" = t."customerId" AND p."deletedAt" IS NULL
    WHERE l."tenantId" = ${tenantId}::uuid AND l."connectionId" = ${connectionId}::uuid
      ${customerId === null ? Prisma.empty : Prisma.sql`AND t."customerId" = ${customerId}::uuid`}`;
  // Idle ones too: nobody may take one before the policy is committed, and then plan by the old one.
  const all = lanes.map(({ laneId }) => laneId);
  await lockLanes(tx, tenantId, all);
  const taken = await takeLanesAway(tx, tenantId, all);
  const writing = lanes.filter((lane) => policyOf(lane.policy, lane.customerPolicy).writeMode === 'WRITE');
  const released = await tx.$queryRaw<{ laneId: string }[]>`
    UPDATE "LaneOperation" SET "state" = 'PENDING', "notBefore" = NULL
    WHERE "tenantId" = ${tenantId}::uuid AND "laneId" = ANY(${writing.map(({ laneId }) => laneId)}::uuid[])
      AND "state" = 'HELD'
    RETURNING "laneId"::text AS "laneId"`;
  // The engine's rows come after the audit chain, as everywhere.
  await auditLog.lockChains(tx, tenantId, [scope.organizationId]);
  await wakeLanes(tx, jobs, tenantId, [...new Set([...taken, ...released.map(({ laneId }) => laneId)])]);
  return released.length;
}
