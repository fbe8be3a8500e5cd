import type { Details, EntryError, EntryPatch } from '../audit/entry.js';
import type { Step } from '../connectors/contract.js';
import { Prisma, type Queries } from '../storage/database.js';
import type { Lease, Sent, Verdict, WorkItem } from './lane.js';
import { cancelOperations } from './unmap.js';
import { writeOf } from './verdicts.js';

const OPERATION_STATE = {
  RUNNING: 'RUNNING',
  HELD: 'HELD',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  RETRYING: 'PENDING',
  VERIFYING: 'VERIFYING',
  NEEDS_REVIEW: 'NEEDS_REVIEW',
} as const;

/** What became of a step. */
export interface StepResult {
  readonly message: string;
  readonly error?: EntryError;
  readonly failedReads?: number;
}

/**
 * How an operation is left, behind the guard of the lease: what becomes of its step, of itself and of its mapping, whose
 * badge says whether every supported operation reached the PSA (R66). For `auditLog.behind`: no row when the lease is lost.
 */
export function settling(
  guard: Prisma.Sql,
  { tenantId, laneId }: Lease,
  item: WorkItem,
  sent: Sent | null,
  verdict: Verdict,
): Prisma.Sql {
  const step = verdict.to === 'VERIFYING' ? 'UNKNOWN' : verdict.to === 'HELD' ? null : (verdict.step ?? null);
  const settled = sent && step ? sent.stepId : null;
  // The first doubt stays: what follows only says why it is not settled yet.
  const doubted = step === 'UNKNOWN' && sent?.state === 'UNKNOWN' && sent.doubt !== null;
  const result: Partial<StepResult> = {
    ...(!doubted && { message: verdict.message, ...('error' in verdict && { error: verdict.error }) }),
    ...('failedReads' in verdict && { failedReads: verdict.failedReads }),
  };
  const notBefore = 'notBefore' in verdict ? verdict.notBefore : null;
  const movedTo = 'moveTo' in verdict ? (verdict.moveTo ?? null) : null;
  const finished = verdict.to === 'SUCCEEDED' || verdict.to === 'FAILED';
  // A refused send counted when its step was stored; what was refused before that counts here.
  const attempts = verdict.to === 'RETRYING' && !sent ? 1 : 0;
  const lineRef = verdict.to === 'SUCCEEDED' || verdict.to === 'RUNNING' ? (verdict.lineRef ?? null) : null;
  return Prisma.sql`guard AS (${guard}), step AS (
      UPDATE "Step" SET "state" = ${step}::text::"StepState",
        "result" = CASE WHEN ${doubted} THEN "result" ELSE '{}' END || ${JSON.stringify(result)}::jsonb,
        "settledAt" = CASE WHEN ${step}::text = 'UNKNOWN' THEN NULL ELSE clock_timestamp() END
      FROM guard WHERE "tenantId" = ${tenantId}::uuid AND "Step"."id" = ${settled}::uuid RETURNING 1
    ), operation AS (
      UPDATE "LaneOperation" SET "state" = ${OPERATION_STATE[verdict.to]}::text::"OperationState",
        "notBefore" = ${notBefore}, "attempts" = "attempts" + ${attempts}, "movedTo" = coalesce(${movedTo}::date, "movedTo"),
        "finishedAt" = CASE WHEN ${finished} THEN clock_timestamp() END
      FROM guard WHERE "tenantId" = ${tenantId}::uuid AND "LaneOperation"."id" = ${item.operationId}::uuid
      RETURNING "tenantId", (SELECT count(*) FROM step)
    ), "first" AS MATERIALIZED (
      SELECT "tenantId", refresh_badge("tenantId", ${laneId}::uuid, ${lineRef}, ${verdict.to === 'SUCCEEDED'})::text AS "badge"
      FROM operation
    )`;
}

/** What the entry says of it. */
export function patchOf(item: WorkItem, verdict: Verdict, details: Details | undefined): EntryPatch {
  return {
    // Of a month's cost the last of several writes says least: that it ends.
    ...(verdict.to === 'SUCCEEDED' && item.target.until === undefined && { summary: verdict.message }),
    ...('error' in verdict && { error: verdict.error }),
    ...(details && { details }),
  };
}

/**
 * Of an operation with several writes: each of them, in the order they were read back. What stands before and after is then
 * said of the last one; of a month's cost of the first, because the last only ends it.
 */
export async function detailsOf(
  client: Pick<Queries, 'step'>,
  { tenantId }: Lease,
  { operationId, applied, target }: WorkItem,
  sent: Sent | null,
  verdict: Verdict,
): Promise<Details> {
  const told = verdict.details ?? {};
  if (!('writes' in told) || (applied.length === 0 && (sent?.remaining ?? 0) === 0)) return told;
  const rows = await client.step.findMany({
    where: { tenantId, operationId, state: 'APPLIED' },
    orderBy: { attempt: 'asc' },
    select: { step: true },
  });
  const written = rows.map((row) => row.step as unknown as Step);
  if (sent && 'step' in verdict && verdict.step === 'APPLIED') written.push(sent.step);
  const { before, change, after, ...rest } = told;
  const first = target.until !== undefined && applied.length > 0;
  return { ...rest, ...(!first && { before, change, after }), writes: written.length, steps: written.map(writeOf) };
}

/** A first write that failed undoes the mapping. */
export async function undoMapping(tx: Queries, { tenantId, laneId }: Lease): Promise<void> {
  const canceled = await cancelOperations(tx, tenantId, [laneId], new Date());
  await tx.mapping.update({
    where: { tenantId_id: { tenantId, id: laneId } },
    data: { state: 'DELETED', deletedAt: new Date(), syncState: 'OUT_OF_SYNC', updatedAt: new Date() },
  });
  await canceled();
}
