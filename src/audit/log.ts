import type { Prisma, Queries } from '../storage/database.js';
import type { AuditStatus, Details, EntryPatch, EntrySubject, NewEntry, Scope } from './entry.js';
import { isFinal, MOVES } from './entry.js';
import { redactDetails } from './redact.js';

/**
 * The writer. Every function takes the transaction of what it describes: no entry, no operation; no operation, no entry.
 * Appending locks the organization's chain until commit, so call it as the last thing in a transaction.
 */
export const auditLog = { open, move, handOver, report };

/** Opens an entry with its first event. */
async function open(tx: Queries, scope: Scope, entry: NewEntry): Promise<void> {
  const details = redactDetails(entry.details ?? {});
  await tx.auditLog.create({
    data: {
      ...scope,
      id: entry.id,
      operation: entry.operation,
      status: entry.status,
      actorKind: entry.actor.kind,
      actorId: entry.actor.id,
      actorName: entry.actor.name,
      correlationId: entry.correlationId,
      requestId: entry.requestId ?? null,
      parentId: entry.parentId ?? null,
      summary: entry.summary,
      details: details as Prisma.InputJsonObject,
      dryRun: entry.dryRun ?? false,
      idempotencyKey: entry.idempotencyKey ?? null,
      inputHash: entry.inputHash ?? null,
      instanceId: entry.instanceId ?? null,
      startedAt: entry.status === 'RUNNING' ? new Date() : null,
      ...subjectColumns(entry),
    },
  });
  await append(tx, scope, entry.id, 'STATUS', null, entry.status, entry.summary, {
    operation: entry.operation,
    actor: { ...entry.actor },
    target: entry.target ?? null,
    correlationId: entry.correlationId,
    details,
  });
}

/**
 * Moves an entry to another status. Answers false and writes nothing when the entry cannot move there any more
 * (another process settled it): the caller must then leave the rest of its work undone too.
 */
async function move(
  tx: Queries,
  scope: Scope,
  id: string,
  to: AuditStatus,
  message: string,
  patch: EntryPatch = {},
): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ status: AuditStatus; details: Prisma.JsonObject }[]>`
    SELECT "status"::text AS "status", "details" FROM "AuditLog"
    WHERE "tenantId" = ${scope.tenantId}::uuid AND "id" = ${id}::uuid FOR UPDATE`;
  if (!row || !MOVES[row.status].includes(to)) return false;
  const added = redactDetails(patch.details ?? {});
  const details = redactDetails({ ...row.details, ...added });
  await tx.auditLog.update({
    where: { tenantId_id: { tenantId: scope.tenantId, id } },
    data: {
      status: to,
      details: details as Prisma.InputJsonObject,
      ...(patch.summary !== undefined && { summary: patch.summary }),
      ...(patch.attempts !== undefined && { attempts: patch.attempts }),
      ...(patch.error && {
        errorClass: patch.error.class,
        errorCode: patch.error.code,
        errorMessage: patch.error.message,
        errorHint: patch.error.hint ?? null,
        retryable: patch.error.retryable ?? false,
      }),
      ...(to === 'SUCCEEDED' && { errorClass: null, errorCode: null, errorMessage: null, errorHint: null }),
      ...(row.status === 'PENDING' && { startedAt: new Date() }),
      ...(isFinal(to) && { finishedAt: new Date(), instanceId: null }),
      ...subjectColumns(patch),
    },
  });
  await append(tx, scope, id, 'STATUS', row.status, to, message, {
    ...(patch.summary !== undefined && { summary: patch.summary }),
    ...(patch.error && { error: patch.error }),
    ...(patch.target && { target: patch.target }),
    details: added,
  });
  return true;
}

/** Leaves a PENDING entry to a job: what is known is added, and no instance owns it any more. */
async function handOver(tx: Queries, scope: Scope, id: string, patch: EntryPatch): Promise<void> {
  await tx.auditLog.update({
    where: { tenantId_id: { tenantId: scope.tenantId, id } },
    data: {
      instanceId: null,
      ...(patch.summary !== undefined && { summary: patch.summary }),
      ...(patch.details && { details: redactDetails(patch.details) as Prisma.InputJsonObject }),
      ...subjectColumns(patch),
    },
  });
  await append(tx, scope, id, 'REPORT', 'PENDING', 'PENDING', patch.summary ?? 'Accepted.', {
    ...(patch.target && { target: patch.target }),
    details: redactDetails(patch.details ?? {}),
  });
}

/** Tells a step of an entry under way, such as one line of the connection doctor. Its status stays. */
async function report(
  tx: Queries,
  scope: Scope,
  entry: { readonly id: string; readonly status: AuditStatus },
  message: string,
  data: Details = {},
): Promise<void> {
  await append(tx, scope, entry.id, 'REPORT', entry.status, entry.status, message, redactDetails(data));
}

async function append(
  tx: Queries,
  scope: Scope,
  entryId: string,
  type: 'STATUS' | 'REPORT',
  from: AuditStatus | null,
  to: AuditStatus,
  message: string,
  data: Record<string, unknown>,
): Promise<void> {
  await tx.$queryRaw`
    SELECT audit_append(${scope.tenantId}::uuid, ${scope.organizationId}::uuid, ${entryId}::uuid,
      ${type}::"AuditEventType", ${from}::"AuditStatus", ${to}::"AuditStatus", ${message}, ${JSON.stringify(data)}::jsonb)`;
}

function subjectColumns(subject: EntrySubject): Record<string, string> {
  return {
    ...(subject.target && {
      targetKind: subject.target.kind,
      targetId: subject.target.id,
      targetName: subject.target.name,
    }),
    ...(subject.connectionId && { connectionId: subject.connectionId }),
    ...(subject.customer && { customerId: subject.customer.id, customerName: subject.customer.name }),
  };
}
