import type { Database } from '../storage/database.js';

/** How much waits, where, and for how long: one row of a few dozen. */
export interface Backlog {
  readonly what: 'entries' | 'lanes' | 'jobs' | 'vendor';
  /** A status, a state, `task state`, or a connector. */
  readonly name: string;
  readonly count: number;
  /** Seconds since the oldest of them came. */
  readonly oldest: number;
  /** For a vendor: the highest part of its window's allowance that is known to be used, by whomever. */
  readonly used: number | null;
}

/**
 * All of it in one statement, over partial indexes of what is open, so that it costs the same however long the history is.
 * The entries of the queue that the engine gave up on are few.
 */
export function readBacklog(db: Database): Promise<Backlog[]> {
  return db.client.$queryRaw<Backlog[]>`
    SELECT 'entries' AS "what", "status"::text AS "name", count(*)::float8 AS "count",
      extract(epoch FROM now() - min("createdAt"))::float8 AS "oldest", NULL::float8 AS "used"
    FROM "AuditLog" WHERE "finishedAt" IS NULL GROUP BY "status"
    UNION ALL
    SELECT 'lanes', "state"::text, count(*)::float8, extract(epoch FROM now() - min("createdAt"))::float8, NULL
    FROM "LaneOperation" WHERE "state" NOT IN ('SUCCEEDED', 'CANCELED') GROUP BY "state"
    UNION ALL
    SELECT 'jobs', t."identifier" || ' ' || CASE WHEN j."attempts" >= j."max_attempts" THEN 'dead'
        WHEN j."locked_at" IS NOT NULL THEN 'running' WHEN j."run_at" > now() THEN 'later' ELSE 'ready' END AS "name",
      count(*)::float8, greatest(0, extract(epoch FROM now() - min(j."run_at")))::float8, NULL
    FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t."id" = j."task_id" GROUP BY 2
    UNION ALL
    SELECT 'vendor', split_part("key", ':', 1), count(*) FILTER (WHERE "pausedUntil" > now())::float8, 0,
      max("quotaUsed"::float8 / nullif("quotaLimit", 0))
    FROM "VendorBudget" GROUP BY 2`;
}
