import { z } from 'zod';
import { toDateColumn } from '../storage/calendar-date.js';
import { ownConnection, requireActive } from './connection-access.js';
import { reconciliationJob } from './continue-reconciliation.js';
import { idempotencyKeyInput } from './credentials.js';
import { holdConnection } from './mapping-access.js';
import { Refusal } from './refusal.js';
import type { Verb, Work } from './run.js';

const input = z.object({ connectionId: z.string(), idempotencyKey: idempotencyKeyInput });
type Input = z.infer<typeof input>;

/**
 * Compares everything mapped on a connection with what its PSA bills today, in the background; the answer comes at once and
 * progress is reported live. One at a time on a connection. By the policy it only tells what differs, corrects it, or accepts
 * it (R63 beyond the model).
 */
export const reconcileConnection: Verb<Input, { reconciliationId: string }> = {
  code: 'ReconcileConnection',
  input,
  summary: () => 'Reconcile a connection',
  async run(work, { connectionId }) {
    const path = ['input', 'connectionId'];
    const connection = await ownConnection(work, connectionId, path);
    requireActive(connection, path);
    const running = await runningEntry(work, connectionId);
    if (running !== null) throw alreadyRunning(running);
    const mapped = { ...work.scope, connectionId, kind: 'SUBSCRIPTION' as const, deletedAt: null };
    const lines = await work.db.client.mapping.count({ where: mapped });
    const id = work.newId();
    const startedAt = work.now();
    return {
      status: 'PENDING',
      subject: { connectionId, target: { kind: 'Reconciliation', id, name: connection.alias } },
      summary: `Reconcile the connection "${connection.alias}": ${lines} mapped cloud subscriptions`,
      details: { lines },
      async commit(tx) {
        await holdConnection(tx, work, connection);
        await tx.reconciliation.create({
          data: {
            ...work.scope,
            id,
            connectionId,
            day: toDateColumn(startedAt.toISOString().slice(0, 10)),
            startedAt,
            lines,
            auditLogId: work.entryId,
          },
        });
        await work.jobs.enqueue(tx, reconciliationJob({ tenantId: work.scope.tenantId, id, connectionId }));
        return { reconciliationId: id };
      },
    };
  },
  conflicts: {
    Reconciliation_running_key: async (work: Work, { connectionId }: Input) =>
      alreadyRunning(await runningEntry(work, connectionId)),
  },
};

async function runningEntry(work: Work, connectionId: string): Promise<string | null> {
  const where = { ...work.scope, connectionId, status: 'RUNNING' as const };
  const row = await work.db.client.reconciliation.findFirst({ where, select: { auditLogId: true } });
  return row?.auditLogId ?? null;
}

function alreadyRunning(existingAuditLogId: string | null): Refusal {
  return new Refusal({
    type: 'AlreadyRunning',
    code: 'RECONCILIATION_RUNNING',
    message: 'This connection is being reconciled already. Follow that one, or ask again when it has ended.',
    path: ['input', 'connectionId'],
    existingAuditLogId,
  });
}
