import type { Actor, Details, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Jobs } from '../jobs/engine.js';
import { Prisma, type Queries } from '../storage/database.js';
import { refreshBadge } from './badge.js';
import { takeLanesAway } from './lane-lock.js';
import { wakeLanes } from './lane-wake.js';
import type { Standing } from './standing.js';

/** What a person, who looked at the PSA, states about a write in doubt. */
export interface Statement {
  readonly outcome: 'APPLIED' | 'NOT_APPLIED';
  readonly reason: string;
  /** The units that stand there, as they were seen. */
  readonly observedUnits: number | null;
  readonly actor: Actor;
  readonly jobs: Jobs;
  readonly now: Date;
}

/**
 * Settles the doubtful write of an operation in review, or of one that cannot be read, by what a person states; its lane is
 * locked. APPLIED ends the operation, NOT_APPLIED has it planned anew from fresh reads under the same entry. An operation whose
 * mapping was deleted meanwhile only gets its entry ended.
 */
export async function settleByStatement(
  tx: Queries,
  scope: Scope,
  standing: Standing,
  statement: Statement,
): Promise<void> {
  const { tenantId } = scope;
  const { laneId, operationId, auditLogId, step, state } = standing;
  const { outcome, reason, observedUnits, actor, now } = statement;
  const applied = outcome === 'APPLIED';
  const said = applied ? 'is in the PSA' : 'is not in the PSA';
  const message = `${actor.name} states that the write ${said}: ${reason}`;
  // Whoever reads what became of it, while a person says so.
  await takeLanesAway(tx, tenantId, [laneId]);
  const details: Details = { stated: { outcome, by: actor.name, reason, observedUnits } };
  await settleSteps(tx, tenantId, standing, outcome, { message, ...details });
  if (state === 'CANCELED') {
    const error = {
      class: 'Canceled',
      code: 'UNMAPPED',
      message: 'The mapping was deleted before this operation ended.',
    };
    const patch = { details, ...(!applied && { error }) };
    await auditLog.move(tx, scope, auditLogId, applied ? 'SUCCEEDED' : 'CANCELED', message, patch);
    return;
  }
  // After one of several writes the next one is planned; where one was undone and that is right, nothing more is.
  const ended = applied && (step!.state === 'APPLIED' || step!.remaining === 0);
  await tx.laneOperation.update({
    where: { tenantId_id: { tenantId, id: operationId } },
    data: ended ? { state: 'SUCCEEDED', finishedAt: now } : { state: 'PENDING', attempts: 0, notBefore: null },
  });
  if (applied) {
    await tx.mapping.updateMany({ where: { tenantId, id: laneId, state: 'PROCESSING' }, data: { state: 'MAPPED' } });
  }
  await refreshBadge(tx, tenantId, laneId);
  await auditLog.move(tx, scope, auditLogId, ended ? 'SUCCEEDED' : 'RUNNING', message, {
    details,
    ...(ended && { summary: `${step!.label}; stated by a person to be in the PSA.` }),
  });
  await wakeLanes(tx, statement.jobs, tenantId, [laneId]);
}

/** The doubtful write, now known; where writes were seen and then undone, those of units (amounts may not be shown at all). */
async function settleSteps(
  tx: Queries,
  tenantId: string,
  { operationId, step }: Standing,
  outcome: Statement['outcome'],
  result: Details,
): Promise<void> {
  const undone = step!.state === 'APPLIED';
  if (undone && outcome === 'APPLIED') return;
  const which = undone
    ? Prisma.sql`"state" = 'APPLIED' AND "step" -> 'before' -> 'units' <> "step" -> 'after' -> 'units'`
    : Prisma.sql`"id" = ${step!.id}::uuid`;
  await tx.$executeRaw`
    UPDATE "Step" SET "state" = ${outcome}::"StepState", "settledAt" = now(), "result" = ${JSON.stringify(result)}::jsonb
    WHERE "tenantId" = ${tenantId}::uuid AND "operationId" = ${operationId}::uuid AND ${which}`;
}
