import { performance } from 'node:perf_hooks';
import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Jobs } from '../jobs/engine.js';
import { type Database, Prisma, type Statements } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { type LaneStore, type Lease, LeaseLost } from './lane.js';
import { readItem } from './lane-reader.js';
import { detailsOf, patchOf, settling, undoMapping } from './lane-verdict.js';
import { wakeLanes } from './lane-wake.js';

export interface LaneStoreOptions {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly instanceId: string;
  readonly newId: NewId;
  readonly leaseMs: number;
}

/**
 * So many lanes at most share the reads of one drain, and so many at least where there are as many. Drains of one size would
 * write in step and then all read at once, while no write is under way.
 */
const TOGETHER = { least: 8, most: 20 };

/** A lane that another instance seems to work on: it may have ended, or left the lease behind. */
const LOOK_AGAIN_SECONDS = 5;

/** Lanes in PostgreSQL. Leases are counted by the database's clock; a fence that is not the newest changes no row. */
export function createLaneStore(options: LaneStoreOptions): LaneStore {
  const { db, newId } = options;
  const leaseSeconds = options.leaseMs / 1000;
  /** Lanes this process works on: a lease of its own on another one was left behind by an error of the database. */
  const working = new Set<string>();

  /** Locks the lane's row for the transaction and renews the lease. No row: another instance owns the lane now. */
  const guard = (lease: Lease): Prisma.Sql => Prisma.sql`
    UPDATE "Lane" SET "leaseUntil" = now() + make_interval(secs => ${leaseSeconds})
    WHERE "tenantId" = ${lease.tenantId}::uuid AND "id" = ${lease.laneId}::uuid AND "fence" = ${lease.fence} RETURNING "id"`;

  return {
    async take({ tenantId, laneId }) {
      const asked = performance.now();
      const taken = await db.client.$queryRaw<{ laneId: string; fence: number; organizationId: string }[]>`
        WITH wanted AS (
          SELECT "id", "connectionId", "queueName" FROM "Lane"
          WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${laneId}::uuid AND ("leaseUntil" IS NULL OR "leaseUntil" < now()
            OR ("leaseOwner" = ${options.instanceId}::uuid AND ${!working.has(laneId)}))
          FOR UPDATE
        ), others AS (
          SELECT l."id" FROM wanted w
          JOIN "Lane" l ON l."tenantId" = ${tenantId}::uuid AND l."connectionId" = w."connectionId"
            AND l."queueName" = w."queueName" AND l."id" <> w."id" AND (l."leaseUntil" IS NULL OR l."leaseUntil" < now())
          CROSS JOIN LATERAL (SELECT o."state", o."notBefore" FROM "LaneOperation" o WHERE o."tenantId" = l."tenantId"
            AND o."laneId" = l."id" AND o."state" NOT IN ('SUCCEEDED', 'CANCELED') ORDER BY o."position" LIMIT 1) head
          WHERE head."state" IN ('PENDING', 'RUNNING', 'VERIFYING')
            AND (head."notBefore" IS NULL OR head."notBefore" <= now())
          LIMIT ${TOGETHER.least - 1} + floor(random() * ${TOGETHER.most - TOGETHER.least + 1})::int FOR UPDATE OF l SKIP LOCKED
        )
        UPDATE "Lane" l SET "fence" = l."fence" + 1, "leaseOwner" = ${options.instanceId}::uuid,
          "leaseUntil" = now() + make_interval(secs => ${leaseSeconds})
        FROM (SELECT "id" FROM wanted UNION ALL SELECT "id" FROM others) t WHERE l."tenantId" = ${tenantId}::uuid AND l."id" = t."id"
        RETURNING l."id"::text AS "laneId", l."fence", l."organizationId"::text AS "organizationId"`;
      if (taken.length > 0) {
        const heldUntil = asked + options.leaseMs;
        const leases = taken.map(({ organizationId, ...lane }): Lease => {
          const scope: Scope = { tenantId, organizationId };
          working.add(lane.laneId);
          return { tenantId, ...lane, scope, heldUntil };
        });
        return leases.sort((a, b) => Number(b.laneId === laneId) - Number(a.laneId === laneId));
      }
      const [lane] = await db.client.$queryRaw<{ busyUntil: Date }[]>`
        SELECT least("leaseUntil", now() + make_interval(secs => ${LOOK_AGAIN_SECONDS})) AS "busyUntil" FROM "Lane"
        WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${laneId}::uuid`;
      return lane ?? null;
    },

    next: (lease) => readItem(db.client, lease),

    async storeStep(lease, item, step, remaining) {
      const asked = performance.now();
      const [{ tenantId, scope, fence }, { operationId }, stepId] = [lease, item, newId()];
      const stored = Prisma.sql`guard AS (${guard(lease)}), stored AS (
          INSERT INTO "Step" ("tenantId", "organizationId", "id", "operationId", "attempt", "fence", "step", "remaining", "sentAt")
          SELECT ${tenantId}::uuid, ${scope.organizationId}::uuid, ${stepId}::uuid, ${operationId}::uuid,
            (SELECT count(*)::int + 1 FROM "Step" WHERE "tenantId" = ${tenantId}::uuid AND "operationId" = ${operationId}::uuid),
            ${fence}, ${JSON.stringify(step)}::jsonb, ${remaining}, clock_timestamp()
          FROM guard RETURNING "tenantId", "attempt", "sentAt"
        ), "first" AS (
          UPDATE "LaneOperation" o SET "state" = 'RUNNING', "attempts" = o."attempts" + 1, "notBefore" = NULL
          FROM stored s WHERE o."tenantId" = s."tenantId" AND o."id" = ${operationId}::uuid
          RETURNING s."tenantId", s."attempt", s."sentAt"
        )`;
      const sending = { message: `Sending: ${step.label}`, data: { write: step.payload, before: step.before } };
      const told = ['Planned from what the PSA shows.', { attempts: item.attempts + 1 }, sending] as const;
      const row = await db.single((statement) =>
        auditLog.behind(stored).move(statement, scope, item.auditLogId, 'RUNNING', ...told),
      );
      if (!row) throw lost();
      const { attempt, sentAt } = row as { attempt: number; sentAt: string };
      const sent = {
        stepId,
        attempt,
        sentAt: new Date(sentAt),
        state: 'SENDING' as const,
        step,
        remaining,
        doubt: null,
        failedReads: 0,
      };
      return { lease: { ...lease, heldUntil: asked + options.leaseMs }, sent };
    },

    async settle(lease, item, sent, verdict) {
      const details = verdict.details && (await detailsOf(db.client, lease, item, sent, verdict));
      const patch = patchOf(item, verdict, details);
      const { scope } = lease;
      const write = async (tx: Statements): Promise<void> => {
        const log = auditLog.behind(settling(guard(lease), lease, item, sent, verdict));
        const row =
          verdict.to === 'RUNNING' || verdict.to === 'HELD'
            ? await log.note(tx, scope, item.auditLogId, verdict.message, patch)
            : await log.move(tx, scope, item.auditLogId, verdict.to, verdict.message, patch);
        if (!row) throw lost();
      };
      if (item.kind !== 'create' || verdict.to !== 'FAILED') return db.single(write);
      await db.transaction(async (tx) => {
        await write(tx);
        await undoMapping(tx, lease);
      });
    },

    wakeLater: (lane, at) => db.transaction((tx) => wakeLanes(tx, options.jobs, lane.tenantId, [lane.laneId], at)),

    async release(leases) {
      for (const { laneId } of leases) working.delete(laneId);
      const held = JSON.stringify(leases.map(({ tenantId, laneId, fence }) => ({ tenantId, laneId, fence })));
      await db.client.$executeRaw`
        UPDATE "Lane" l SET "leaseUntil" = NULL, "leaseOwner" = NULL
        FROM jsonb_to_recordset(${held}::jsonb) AS h("tenantId" uuid, "laneId" uuid, "fence" int)
        WHERE l."tenantId" = h."tenantId" AND l."id" = h."laneId" AND l."fence" = h."fence"`;
    },
  };
}

const lost = () => new LeaseLost('Another instance owns this lane now.');
