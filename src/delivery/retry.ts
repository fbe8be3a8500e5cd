import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Queries } from '../storage/database.js';
import { refreshBadge } from './badge.js';
import type { Enqueuer } from './enqueue.js';
import { wakeLanes } from './lane-wake.js';
import { isHeldDecrease } from './operator-rules.js';
import { type Standing, standingsOf } from './standing.js';

export interface Retry {
  /** The plan it is accepted with; null: whatever a fresh read makes of it. */
  readonly fingerprint: string | null;
  /** Why, in the words of a person. */
  readonly reason: string | null;
}

export type Retrier = Omit<Enqueuer, 'organizationId'>;

/** The oldest unfinished operation of a locked lane. */
export async function headOf(tx: Queries, scope: Scope, laneId: string): Promise<Standing | null> {
  const head = await tx.laneOperation.findFirst({
    where: { tenantId: scope.tenantId, laneId, state: { notIn: ['SUCCEEDED', 'CANCELED'] } },
    orderBy: { position: 'asc' },
  });
  if (!head) return null;
  return (await standingsOf(tx, scope, [head.auditLogId])).get(head.auditLogId) ?? null;
}

/**
 * Lets the operation at the head of a locked lane go on: a failed one under a new entry linked to the failed one (entries
 * are never rewritten), a decrease that waited for a person as approved, a held one as it is. Answers the entry under which
 * it goes on.
 */
export async function tryAgain(
  tx: Queries,
  scope: Scope,
  by: Retrier,
  standing: Standing,
  { fingerprint, reason }: Retry,
): Promise<string> {
  const { tenantId } = scope;
  const { operationId, laneId, state } = standing;
  const where = { tenantId_id: { tenantId, id: operationId } };
  const fresh = { state: 'PENDING', notBefore: null, finishedAt: null, fingerprint } as const;
  if (state !== 'FAILED') {
    const approves = isHeldDecrease(standing);
    await tx.laneOperation.update({ where, data: { ...fresh, ...(approves && { approved: true }) } });
    await refreshBadge(tx, tenantId, laneId);
    await auditLog.lockChains(tx, tenantId, [scope.organizationId]);
    if (approves) {
      const message = `Approved by ${by.actor.name}${reason === null ? '.' : `: ${reason}`}`;
      const details = { approved: { by: by.actor.name, reason } };
      await auditLog.move(tx, scope, standing.auditLogId, 'RUNNING', message, { details });
    }
    await wakeLanes(tx, by.jobs, tenantId, [laneId]);
    return standing.auditLogId;
  }
  const id = by.newId();
  const before = await tx.auditLog.findUniqueOrThrow({ where: { tenantId_id: { tenantId, id: standing.auditLogId } } });
  // Its badge first: the entry takes the audit chain, which is the last of the locks.
  await tx.laneOperation.update({ where, data: { ...fresh, attempts: 0 } });
  await refreshBadge(tx, tenantId, laneId);
  await auditLog.open(tx, scope, {
    id,
    operation: 'UpdateSubscriptionOnConnection',
    status: 'PENDING',
    actor: by.actor,
    correlationId: by.correlationId,
    ...(by.requestId !== undefined && { requestId: by.requestId }),
    parentId: before.id,
    ...(before.targetId && {
      target: { kind: before.targetKind ?? '', id: before.targetId, name: before.targetName ?? '' },
    }),
    ...(before.connectionId && { connectionId: before.connectionId }),
    ...(before.customerId && { customer: { id: before.customerId, name: before.customerName ?? '' } }),
    summary: `Again: ${before.summary.replace(/^Again: /, '')}`,
  });
  await tx.laneOperation.update({ where, data: { auditLogId: id } });
  await wakeLanes(tx, by.jobs, tenantId, [laneId]);
  return id;
}
