import type { Queries } from '../storage/database.js';
import { budgetKey } from './budget.js';

/** A connection, and which vendor instance it leads to: several may lead to one (R8). */
export interface Reach {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly instance: string;
}

/** The line of a service on a contract. */
export interface Line {
  readonly contractId: string;
  readonly serviceId: string;
}

export interface LineUse {
  /** The mapping that bills it. */
  readonly takenBy: string | null;
  /** Until then a write of a mapping that was deleted may still land: what is read before is no ground to write on. */
  readonly busyUntil: Date | null;
}

interface Connected {
  readonly tenantId: string;
  readonly id: string;
  readonly connectorId: string;
  readonly instanceKey: string | null;
}

export function reachOf(connection: Connected): Reach {
  return { tenantId: connection.tenantId, connectionId: connection.id, instance: budgetKey(connection) };
}

/**
 * For the rest of the transaction nobody else gives out lines or queues of the instance: who comes now waits, and sees them.
 * A lock and no unique index, for connections change their instance. The connection's row must be held before.
 */
export async function lockInstance(tx: Queries, { tenantId, instance }: Reach): Promise<void> {
  // Its own statement: the next one must see what the holder of the lock made.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`lines ${tenantId} ${instance}`}, 0))`;
}

/**
 * One line of one contract bills one cloud subscription (docs/decisions/0006), over all connections of the tenant to the
 * instance, which must be locked. Times are the database's.
 */
export async function useOfLine(
  tx: Queries,
  { tenantId, instance }: Reach,
  { contractId, serviceId }: Line,
  quarantineMs: number,
): Promise<LineUse> {
  const [use] = await tx.$queryRaw<LineUse[]>`
    SELECT (array_agg("mappingId"::text) FILTER (WHERE "live"))[1] AS "takenBy",
      max("until") FILTER (WHERE "until" > clock_timestamp()) AS "busyUntil"
    FROM (SELECT "mappingId", "live", "unansweredAt" + make_interval(secs => ${quarantineMs / 1000}) AS "until"
      FROM "ContractLine" WHERE "tenantId" = ${tenantId}::uuid AND "instance" = ${instance}
        AND "contractId" = ${contractId} AND "serviceId" = ${serviceId}) x`;
  return use!;
}

/**
 * For a connection that is found to lead to another instance, before its row says so: how many of its lines are billed over
 * another connection there. When none is, its lanes join the queues of their contracts, so that each has one writer. The
 * instance must be locked.
 */
export async function moveLines(tx: Queries, { tenantId, connectionId, instance }: Reach): Promise<number> {
  const [found] = await tx.$queryRaw<{ taken: number }[]>`
    SELECT count(*)::int AS "taken" FROM "Mapping" m
    JOIN "ContractLine" x ON x."tenantId" = m."tenantId" AND x."contractId" = m."remoteId" AND x."serviceId" = m."serviceId"
      AND x."instance" = ${instance} AND x."live" AND x."mappingId" <> m."id"
    WHERE m."tenantId" = ${tenantId}::uuid AND m."connectionId" = ${connectionId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL`;
  const { taken } = found!;
  if (taken > 0) return taken;
  await tx.$executeRaw`
    UPDATE "Lane" l SET "queueName" = x."queueName" FROM "Mapping" m
    JOIN LATERAL (SELECT c."queueName" FROM "ContractLine" c WHERE c."tenantId" = m."tenantId" AND c."contractId" = m."remoteId"
      AND c."instance" = ${instance} AND c."live" ORDER BY c."mappingId" LIMIT 1) x ON true
    WHERE m."tenantId" = ${tenantId}::uuid AND m."connectionId" = ${connectionId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL AND l."tenantId" = m."tenantId" AND l."id" = m."id"`;
  return 0;
}
