import { createHash } from 'node:crypto';
import { reconcileConnection } from './reconcile-connection.js';
import { run } from './run.js';
import type { Services } from './services.js';
import { systemCaller } from './system-caller.js';

export const SCHEDULE_TASK = 'schedule-reconciliations';
export const START_TASK = 'start-reconciliation';

/** The connections of all organizations begin within this time, each at a minute of its own. */
const SPREAD_SECONDS = 3_600;

/** What the schedule does: puts one start per ACTIVE connection with mapped cloud subscriptions into the coming hour. */
export async function scheduleReconciliations(
  { db, jobs, now }: Pick<Services, 'db' | 'jobs' | 'now'>,
  spreadSeconds = SPREAD_SECONDS,
): Promise<void> {
  const connections = await db.client.$queryRaw<{ tenantId: string; organizationId: string; id: string }[]>`
    SELECT c."tenantId"::text AS "tenantId", c."organizationId"::text AS "organizationId", c."id"::text AS "id"
    FROM "Connection" c WHERE c."status" = 'ACTIVE' AND c."deletedAt" IS NULL AND EXISTS (SELECT 1 FROM "Mapping" m
      WHERE m."tenantId" = c."tenantId" AND m."connectionId" = c."id" AND m."kind" = 'SUBSCRIPTION' AND m."deletedAt" IS NULL)`;
  const at = now();
  const due = at.toISOString().slice(0, 16);
  await db.transaction((tx) =>
    jobs.enqueue(
      tx,
      ...connections.map(({ id: connectionId, ...scope }) => ({
        task: START_TASK,
        payload: { ...scope, connectionId, due },
        key: `start-reconciliation:${connectionId}`,
        runAt: new Date(at.getTime() + 1000 * jitter(connectionId, spreadSeconds)),
      })),
    ),
  );
}

/** One connection's turn: the same verb as a person's, in the name of the gateway. One that runs already is left to run. */
export async function startReconciliation(services: Services, payload: Record<string, string>): Promise<void> {
  const { tenantId = '', organizationId = '', connectionId = '', due = '' } = payload;
  const scope = { tenantId, organizationId };
  const ready = { ...scope, id: connectionId, status: 'ACTIVE' as const, deletedAt: null };
  if (!(await services.db.client.connection.findFirst({ where: ready, select: { id: true } }))) return;
  const running = { ...scope, connectionId, status: 'RUNNING' as const };
  if (await services.db.client.reconciliation.findFirst({ where: running, select: { id: true } })) return;
  const idempotencyKey = `schedule/${connectionId}/${due}`;
  await run(services, reconcileConnection, systemCaller(scope, services.newId), { connectionId, idempotencyKey });
}

/** The same for one connection every night. */
function jitter(connectionId: string, spreadSeconds: number): number {
  const hash = createHash('sha256').update(connectionId).digest().readUInt32BE(0);
  return spreadSeconds > 0 ? hash % spreadSeconds : 0;
}
