import { performance } from 'node:perf_hooks';
import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Jobs } from '../jobs/engine.js';
import type { Database, Prisma, Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { type LaneStore, type Lease, LeaseLost } from './lane.js';
import { readNext } from './lane-reader.js';
import { settleRows, stopConnection } from './lane-verdict.js';
import { wakeLanes } from './lane-wake.js';

export interface LaneStoreOptions {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly instanceId: string;
  readonly newId: NewId;
  readonly leaseMs: number;
}

/** Lanes in PostgreSQL. Leases are counted by the database's clock; a fence that is not the newest changes no row. */
export function createLaneStore(options: LaneStoreOptions): LaneStore {
  const { db, newId } = options;
  const leaseSeconds = options.leaseMs / 1000;

  /** Locks the lane's row for the transaction, renews the lease, and refuses whoever lost it. */
  async function guard(tx: Queries, lease: Lease): Promise<Lease> {
    const asked = performance.now();
    const renewed = await tx.$executeRaw`
      UPDATE "Lane" SET "leaseUntil" = now() + make_interval(secs => ${leaseSeconds})
      WHERE "tenantId" = ${lease.tenantId}::uuid AND "id" = ${lease.laneId}::uuid AND "fence" = ${lease.fence}`;
    if (renewed === 0) throw new LeaseLost('Another instance owns this lane now.');
    return { ...lease, heldUntil: asked + options.leaseMs };
  }

  return {
    async take({ tenantId, laneId }) {
      const asked = performance.now();
      const [taken] = await db.client.$queryRaw<{ fence: number; organizationId: string; queueName: string }[]>`
        UPDATE "Lane" SET "fence" = "fence" + 1, "leaseOwner" = ${options.instanceId}::uuid,
          "leaseUntil" = now() + make_interval(secs => ${leaseSeconds})
        WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${laneId}::uuid AND ("leaseUntil" IS NULL OR "leaseUntil" < now())
        RETURNING "fence", "organizationId"::text AS "organizationId", "queueName"`;
      if (taken) {
        const scope: Scope = { tenantId, organizationId: taken.organizationId };
        return {
          tenantId,
          laneId,
          scope,
          queueName: taken.queueName,
          fence: taken.fence,
          heldUntil: asked + options.leaseMs,
        };
      }
      const lane = await db.client.lane.findUnique({ where: { tenantId_id: { tenantId, id: laneId } } });
      return lane ? { busyUntil: lane.leaseUntil ?? new Date() } : null;
    },

    next: (lease) => readNext(db, lease),

    begin: (lease, item) =>
      db.transaction(async (tx) => {
        await guard(tx, lease);
        await tx.laneOperation.update({
          where: { tenantId_id: { tenantId: lease.tenantId, id: item.operationId } },
          data: { state: 'RUNNING', attempts: { increment: 1 } },
        });
        await auditLog.move(tx, lease.scope, item.auditLogId, 'RUNNING', 'Reading the PSA and planning the change.', {
          attempts: item.attempts + 1,
        });
      }),

    storeStep: (lease, item, step) =>
      db.transaction(async (tx) => {
        const renewed = await guard(tx, lease);
        const [row] = await tx.$queryRaw<{ at: Date; attempt: number }[]>`
          SELECT clock_timestamp() AS "at", count(*)::int + 1 AS "attempt" FROM "Step"
          WHERE "tenantId" = ${lease.tenantId}::uuid AND "operationId" = ${item.operationId}::uuid`;
        const stored = { stepId: newId(), attempt: row!.attempt, sentAt: row!.at };
        await tx.step.create({
          data: {
            ...lease.scope,
            id: stored.stepId,
            operationId: item.operationId,
            attempt: stored.attempt,
            fence: lease.fence,
            step: step as unknown as Prisma.InputJsonObject,
            sentAt: stored.sentAt,
          },
        });
        await auditLog.report(tx, lease.scope, { id: item.auditLogId, status: 'RUNNING' }, `Sending: ${step.label}`, {
          write: step.payload,
          before: step.before,
        });
        return { lease: renewed, sent: { ...stored, state: 'SENDING' as const, step } };
      }),

    settle: (lease, item, sent, verdict) =>
      db.transaction(async (tx) => {
        await guard(tx, lease);
        await settleRows(tx, lease, item, sent, verdict);
      }),

    stopConnection: (lease, item, error) =>
      db.transaction(async (tx) => {
        await guard(tx, lease);
        await stopConnection(tx, item, error);
      }),

    wakeLater: (lane, at) => db.transaction((tx) => wakeLanes(tx, options.jobs, lane.tenantId, [lane.laneId], at)),

    async release(lease) {
      await db.client.$executeRaw`
        UPDATE "Lane" SET "leaseUntil" = NULL, "leaseOwner" = NULL
        WHERE "tenantId" = ${lease.tenantId}::uuid AND "id" = ${lease.laneId}::uuid AND "fence" = ${lease.fence}`;
    },
  };
}
