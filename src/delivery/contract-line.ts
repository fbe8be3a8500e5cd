import type { Queries } from '../storage/database.js';
import { budgetKey } from './budget.js';
import { lockLanes } from './lane-lock.js';

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
  /** The engine's serial queue for a lane on its contract. */
  readonly queueName: string;
}

/**
 * Serial queues of one connection, over all instances of the gateway. More than the vendor takes calls at once: a drain also
 * waits for the database and for its read-back, and the budget holds the calls themselves back.
 */
const SLOTS = 8;

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
async function lockInstance(tx: Queries, { tenantId, instance }: Reach): Promise<void> {
  // Its own statement: the next one must see what the holder of the lock made.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`lines ${tenantId} ${instance}`}, 0))`;
}

/**
 * Who has a line. One line of one contract bills one cloud subscription (docs/decisions/0006), over all connections of the
 * tenant to the instance. Lanes of one contract share a queue over these too, so that its writes never run at once; a contract
 * without lanes takes the queue of the connection that has the fewest. Two that ask at once wait for each other.
 */
export async function lineFor(
  tx: Queries,
  reach: Reach,
  { contractId, serviceId }: Line,
  quarantineMs: number,
): Promise<LineUse> {
  await lockInstance(tx, reach);
  const { tenantId, connectionId, instance } = reach;
  const [use] = await tx.$queryRaw<LineUse[]>`
    WITH there AS (
      SELECT "mappingId", "serviceId", "live", "queueName", "unansweredAt" + make_interval(secs => ${quarantineMs / 1000}) AS "until"
      FROM "ContractLine" WHERE "tenantId" = ${tenantId}::uuid AND "instance" = ${instance} AND "contractId" = ${contractId}
    ), live AS (
      SELECT l."queueName" FROM "Mapping" m
      JOIN "Lane" l ON l."tenantId" = m."tenantId" AND l."id" = m."id"
      WHERE m."tenantId" = ${tenantId}::uuid AND m."connectionId" = ${connectionId}::uuid
        AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL
    )
    SELECT (SELECT "mappingId"::text FROM there WHERE "live" AND "serviceId" = ${serviceId} LIMIT 1) AS "takenBy",
      (SELECT max("until") FROM there WHERE "serviceId" = ${serviceId} AND "until" > clock_timestamp()) AS "busyUntil",
      coalesce((SELECT "queueName" FROM there WHERE "live" ORDER BY "mappingId" LIMIT 1),
        (SELECT s."queueName" FROM (SELECT ${connectionId} || '/' || n AS "queueName", n FROM generate_series(0, ${SLOTS - 1}::int) n) s
          LEFT JOIN live ON live."queueName" = s."queueName"
          GROUP BY s."queueName", s.n ORDER BY count(live."queueName"), s.n LIMIT 1)) AS "queueName"`;
  return use!;
}

/**
 * For a connection that is found to lead to another instance, before its row says so: how many of its lines are billed over
 * another connection there. When none is, its lanes join the queues of their contracts, so that each has one writer.
 */
export async function moveLines(tx: Queries, reach: Reach): Promise<number> {
  await lockInstance(tx, reach);
  const { tenantId, connectionId, instance } = reach;
  const [found] = await tx.$queryRaw<{ taken: number }[]>`
    SELECT count(*)::int AS "taken" FROM "Mapping" m
    JOIN "ContractLine" x ON x."tenantId" = m."tenantId" AND x."contractId" = m."remoteId" AND x."serviceId" = m."serviceId"
      AND x."instance" = ${instance} AND x."live" AND x."mappingId" <> m."id"
    WHERE m."tenantId" = ${tenantId}::uuid AND m."connectionId" = ${connectionId}::uuid
      AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL`;
  const { taken } = found!;
  if (taken > 0) return taken;
  const lanes = await tx.lane.findMany({ where: { tenantId, connectionId }, select: { id: true } });
  const laneIds = lanes.map(({ id }) => id);
  await lockLanes(tx, tenantId, laneIds);
  await tx.$executeRaw`
    UPDATE "Lane" l SET "queueName" = x."queueName" FROM "Mapping" m
    JOIN LATERAL (SELECT c."queueName" FROM "ContractLine" c WHERE c."tenantId" = m."tenantId" AND c."contractId" = m."remoteId"
      AND c."instance" = ${instance} AND c."live" ORDER BY c."mappingId" LIMIT 1) x ON true
    WHERE m."tenantId" = ${tenantId}::uuid AND m."id" = ANY(${laneIds}::uuid[]) AND m."deletedAt" IS NULL
      AND l."tenantId" = m."tenantId" AND l."id" = m."id"`;
  return 0;
}
