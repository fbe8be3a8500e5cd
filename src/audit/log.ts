import type { Prisma, Queries } from '../storage/database.js';
import type { AuditStatus, Details, EntryError, EntryPatch, EntrySubject, NewEntry, Scope } from './entry.js';
import { isFinal, MOVES } from './entry.js';
import { redactDetails } from './redact.js';

/**
 * The writer. Every function takes the transaction of what it describes: no entry, no operation; no operation, no entry.
 * Appending locks the organization's chain until commit, so call it as the last thing in a transaction.
 */
export const auditLog = { open, openMany, lockChains, move, handOver, report };

/** An entry and whose it is. */
export interface OwnedEntry {
  readonly scope: Scope;
  readonly entry: NewEntry;
}

/** Opens an entry with its first event. */
async function open(tx: Queries, scope: Scope, entry: NewEntry): Promise<void> {
  await openMany(tx, [{ scope, entry }]);
}

/** Opens many in two statements, in their order within each organization. */
async function openMany(tx: Queries, entries: readonly OwnedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx.auditLog.createMany({ data: entries.map(({ scope, entry }) => rowOf(scope, entry)) });
  await append(
    tx,
    entries.map(({ scope, entry }) => ({
      ...scope,
      entryId: entry.id,
      type: 'STATUS',
      from: null,
      to: entry.status,
      message: entry.error?.message ?? entry.summary,
      data: {
        operation: entry.operation,
        actor: { ...entry.actor },
        target: entry.target ?? null,
        correlationId: entry.correlationId,
        details: redactDetails(entry.details ?? {}),
        ...(entry.error && { error: entry.error }),
      },
    })),
  );
}

/**
 * Takes the chains of several organizations at once, in one order, before anything is appended to them. Needed only where
 * one transaction writes to the logs of more than one: taken one by one, two such transactions could wait for each other.
 */
async function lockChains(tx: Queries, tenantId: string, organizationIds: readonly string[]): Promise<void> {
  const ids = [...new Set(organizationIds)].sort();
  await tx.$executeRaw`
    INSERT INTO "AuditHead" ("tenantId", "organizationId", "seq", "hash")
    SELECT ${tenantId}::uuid, o, 0, decode(repeat('00', 32), 'hex') FROM unnest(${ids}::uuid[]) o ON CONFLICT DO NOTHING`;
  await tx.$queryRaw`
    SELECT 1 FROM "AuditHead" WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ANY(${ids}::uuid[])
    ORDER BY "organizationId" FOR UPDATE`;
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
      ...(patch.error && errorColumns(patch.error)),
      ...(to === 'SUCCEEDED' && { errorClass: null, errorCode: null, errorMessage: null, errorHint: null }),
      ...(row.status === 'PENDING' && { startedAt: new Date() }),
      ...(isFinal(to) && { finishedAt: new Date(), instanceId: null }),
      ...subjectColumns(patch),
    },
  });
  const data = {
    ...(patch.summary !== undefined && { summary: patch.summary }),
    ...(patch.error && { error: patch.error }),
    ...(patch.target && { target: patch.target }),
    details: added,
  };
  await append(tx, [{ ...scope, entryId: id, type: 'STATUS', from: row.status, to, message, data }]);
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
  const data = { ...(patch.target && { target: patch.target }), details: redactDetails(patch.details ?? {}) };
  const message = patch.summary ?? 'Accepted.';
  await append(tx, [{ ...scope, entryId: id, type: 'REPORT', from: 'PENDING', to: 'PENDING', message, data }]);
}

/** Tells a step of an entry under way, such as one line of the connection doctor. Its status stays. */
async function report(
  tx: Queries,
  scope: Scope,
  entry: { readonly id: string; readonly status: AuditStatus },
  message: string,
  data: Details = {},
): Promise<void> {
  const { id: entryId, status } = entry;
  await append(tx, [
    { ...scope, entryId, type: 'REPORT', from: status, to: status, message, data: redactDetails(data) },
  ]);
}

interface NewEvent extends Scope {
  readonly entryId: string;
  readonly type: 'STATUS' | 'REPORT';
  readonly from: AuditStatus | null;
  readonly to: AuditStatus;
  readonly message: string;
  readonly data: Record<string, unknown>;
}

/** One statement, whatever the number; organizations in one order, so that two appenders cannot wait for each other. */
async function append(tx: Queries, events: readonly NewEvent[]): Promise<void> {
  const rows = JSON.stringify(events.map((event, at) => ({ ...event, at })));
  await tx.$queryRaw`
    WITH e AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS e("tenantId" uuid, "organizationId" uuid, "entryId" uuid,
        "type" "AuditEventType", "from" "AuditStatus", "to" "AuditStatus", "message" text, "data" jsonb, "at" int)
      ORDER BY "organizationId", "at"
    )
    SELECT count(audit_append("tenantId", "organizationId", "entryId", "type", "from", "to", "message", "data")) FROM e`;
}

function rowOf(scope: Scope, entry: NewEntry): Prisma.AuditLogCreateManyInput {
  const now = new Date();
  return {
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
    details: redactDetails(entry.details ?? {}) as Prisma.InputJsonObject,
    dryRun: entry.dryRun ?? false,
    idempotencyKey: entry.idempotencyKey ?? null,
    inputHash: entry.inputHash ?? null,
    instanceId: entry.instanceId ?? null,
    startedAt: entry.status === 'PENDING' ? null : now,
    finishedAt: entry.status === 'FAILED' ? now : null,
    ...(entry.error && errorColumns(entry.error)),
    ...subjectColumns(entry),
  };
}

function errorColumns(error: EntryError) {
  return {
    errorClass: error.class,
    errorCode: error.code,
    errorMessage: error.message,
    errorHint: error.hint ?? null,
    retryable: error.retryable ?? false,
  };
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
