import type { Queries } from '../storage/database.js';
import { lockInstance, type Reach } from './contract-line.js';

/**
 * Serial queues of one connection, over all instances. More than the vendor takes calls at once: a drain also waits for the
 * database and for its read-back, and the budget holds the calls themselves back.
 */
const SLOTS = 8;

/**
 * The engine's serial queue for a new lane. Lanes of one contract share one, over all connections to the vendor's instance, so
 * that its writes never run at once; a contract without lanes takes the queue of the connection that has the fewest. Two that
 * choose at once wait for each other.
 */
export async function queueFor(tx: Queries, reach: Reach, contractId: string): Promise<string> {
  await lockInstance(tx, reach);
  const { tenantId, connectionId, instance } = reach;
  const [chosen] = await tx.$queryRaw<{ queueName: string }[]>`
    WITH live AS (
      SELECT l."queueName" FROM "Mapping" m
      JOIN "Lane" l ON l."tenantId" = m."tenantId" AND l."id" = m."id"
      WHERE m."tenantId" = ${tenantId}::uuid AND m."connectionId" = ${connectionId}::uuid
        AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL
    )
    SELECT coalesce(
      (SELECT "queueName" FROM "ContractLine" WHERE "tenantId" = ${tenantId}::uuid AND "instance" = ${instance}
        AND "contractId" = ${contractId} AND "live" ORDER BY "mappingId" LIMIT 1),
      (SELECT s."queueName" FROM (SELECT ${connectionId} || '/' || n AS "queueName", n FROM generate_series(0, ${SLOTS - 1}::int) n) s
        LEFT JOIN live ON live."queueName" = s."queueName"
        GROUP BY s."queueName", s.n ORDER BY count(live."queueName"), s.n LIMIT 1)) AS "queueName"`;
  return chosen!.queueName;
}
