import { afterCommit, beforeCommit, Prisma, type Queries, type Statements } from '../storage/database.js';
import { traceId } from '../telemetry/trace.js';
import type { AuditStatus, Details, EntryPatch, NewEntry, Scope } from './entry.js';
import { MOVES } from './entry.js';
import { redactDetails } from './redact.js';

/**
 * The writer. Every function takes the transaction of what it describes: no entry, no operation; no operation, no entry.
 * Appending locks the organization's chain until commit, so call it as the last thing in a transaction.
 */
export const auditLog = { open, openMany, enter, lockChains, move, handOver, note, report, behind };

const STATUSES = Object.keys(MOVES) as AuditStatus[];

/** Events of a transaction that are still to be appended. */
const held = new WeakMap<Statements, NewEvent[]>();

/** An entry and whose it is. */
export interface OwnedEntry {
  readonly scope: Scope;
  readonly entry: NewEntry;
}

/** Opens an entry with its first event. */
async function open(tx: Statements, scope: Scope, entry: NewEntry): Promise<void> {
  await openMany(tx, [{ scope, entry }]);
}

/** Opens many in one statement, in their order within each organization. */
async function openMany(tx: Statements, entries: readonly OwnedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  tell(tx, entries);
  const events = grown(tx, entries.map(firstEvent));
  await tx.$queryRaw`SELECT audit_open(${rowsOf(entries)}::jsonb, ${events}::jsonb)::text`;
}

/**
 * Writes the rows of many entries. Their first events go with what the transaction appends next, or with its end: so the
 * chains are locked for no longer than they must be.
 */
async function enter(tx: Queries, entries: readonly OwnedEntry[]): Promise<void> {
  if (entries.length === 0) return;
  tell(tx, entries);
  await tx.$executeRaw`
    INSERT INTO "AuditLog" SELECT * FROM jsonb_populate_recordset(NULL::"AuditLog", ${rowsOf(entries)}::jsonb)`;
  const events = held.get(tx);
  if (events) {
    events.push(...entries.map(firstEvent));
    return;
  }
  held.set(tx, entries.map(firstEvent));
  beforeCommit(tx, () => append(tx, []));
}

function tell(tx: Statements, entries: readonly OwnedEntry[]): void {
  for (const { entry } of entries) {
    const { id: auditLogId, operation, status, requestId = null, connectionId = null } = entry;
    afterCommit(tx, { auditLogId, operation, status, requestId, connectionId });
  }
}

function firstEvent({ scope, entry }: OwnedEntry): NewEvent {
  return {
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
  };
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
 * (another process settled it): the caller must then leave the rest of its work undone too. `reports` follow the move in the
 * same statement; an entry that stands there already takes them alone.
 */
async function move(
  tx: Statements,
  scope: Scope,
  id: string,
  to: AuditStatus,
  message: string,
  patch: EntryPatch = {},
  ...reports: readonly Report[]
): Promise<boolean> {
  const { moved } = await moveBehind(tx, alone(scope), scope, id, to, message, patch, ...reports);
  return moved;
}

async function moveBehind(
  tx: Statements,
  first: Prisma.Sql,
  scope: Scope,
  id: string,
  to: AuditStatus,
  message: string,
  patch: EntryPatch,
  ...reports: readonly Report[]
): Promise<{ readonly first: unknown; readonly moved: boolean }> {
  const details = redactDetails(patch.details ?? {});
  const { summary, error, target } = patch;
  const data = {
    ...(summary !== undefined && { summary }),
    ...(error && { error }),
    ...(target && { target }),
    details,
  };
  const from = STATUSES.filter((status) => MOVES[status].includes(to) || (status === to && reports.length > 0));
  const done = await change(tx, first, scope, id, { from, to }, { ...patch, details }, [
    { type: 'STATUS', message, data },
    ...reports.map(reportOf),
  ]);
  if (done.changed) afterCommit(tx, { auditLogId: id, status: to, ...done.changed });
  return { first: done.first, moved: done.changed !== null };
}

const alone = ({ tenantId }: Scope) => Prisma.sql`"first" AS (SELECT ${tenantId}::uuid AS "tenantId")`;

/**
 * `move` and `note` in one statement with other writes: common table expressions, of which the last is called "first" and
 * answers a row with "tenantId", or none; then nothing is written to the log. They answer that row as JSON, or null.
 */
function behind(first: Prisma.Sql) {
  return {
    async move(
      tx: Statements,
      scope: Scope,
      id: string,
      to: AuditStatus,
      message: string,
      patch: EntryPatch,
      ...reports: readonly Report[]
    ): Promise<unknown> {
      return (await moveBehind(tx, first, scope, id, to, message, patch, ...reports)).first;
    },
    async note(tx: Statements, scope: Scope, id: string, message: string, patch: EntryPatch): Promise<unknown> {
      return (await add(tx, first, scope, id, message, patch)).first;
    },
  };
}

/** Leaves a PENDING entry to a job, or to the instance given: what is known is added, and no other instance owns it. */
async function handOver(
  tx: Statements,
  scope: Scope,
  id: string,
  patch: EntryPatch,
  instanceId: string | null,
): Promise<void> {
  await add(tx, alone(scope), scope, id, patch.summary ?? 'Accepted.', patch, { instanceId });
}

/** Adds to an open entry what became known of it and reports it. Its status stays. */
async function note(tx: Statements, scope: Scope, id: string, message: string, patch: EntryPatch): Promise<void> {
  await add(tx, alone(scope), scope, id, message, patch);
}

async function add(
  tx: Statements,
  first: Prisma.Sql,
  scope: Scope,
  id: string,
  message: string,
  patch: EntryPatch,
  owner: { readonly instanceId?: string | null } = {},
): Promise<Done> {
  const details = redactDetails(patch.details ?? {});
  const told = reportOf({ message, data: { ...(patch.target && { target: patch.target }), details } });
  const done = await change(tx, first, scope, id, { from: null, to: null }, { ...patch, ...owner, details }, [told]);
  if (done.first && !done.changed) throw new Error(`There is no audit entry ${id}.`);
  return done;
}

interface Changed {
  readonly operation: string;
  readonly requestId: string | null;
  readonly connectionId: string | null;
}

interface Done {
  /** Null: what came first in the statement wrote nothing, nor did the rest. */
  readonly first: unknown;
  /** Null: the entry stands elsewhere, and nothing of it was changed. */
  readonly changed: Changed | null;
}

interface Told {
  readonly type: 'STATUS' | 'REPORT';
  readonly message: string;
  readonly data: Details;
}

/** `from` null: wherever it stands. `to` null: there it stays. */
async function change(
  tx: Statements,
  before: Prisma.Sql,
  { organizationId }: Scope,
  id: string,
  { from, to }: { readonly from: readonly AuditStatus[] | null; readonly to: AuditStatus | null },
  patch: EntryPatch & { readonly instanceId?: string | null },
  told: readonly Told[],
): Promise<Done> {
  const [row] = await tx.$queryRaw<({ first: unknown } & { [Key in keyof Changed]: Changed[Key] | null })[]>`
    WITH ${before}
    SELECT to_json(f) AS "first", c."operation", c."requestId", c."connectionId"::text AS "connectionId"
    FROM "first" f LEFT JOIN LATERAL audit_change(f."tenantId", ${organizationId}::uuid, ${id}::uuid,
      ${from && [...from]}::text[]::"AuditStatus"[], ${to}::"AuditStatus", ${JSON.stringify(patch)}::jsonb,
      ${JSON.stringify(told)}::jsonb, ${grown(tx, held.get(tx) ?? [])}::jsonb) c ON true`;
  if (!row?.operation) return { first: row?.first ?? null, changed: null };
  held.get(tx)?.splice(0);
  afterCommit(tx, { grown: organizationId });
  const { first, operation, requestId, connectionId } = row;
  return { first, changed: { operation, requestId, connectionId } };
}

/** Tells a step of an entry under way, such as one line of the connection doctor. Its status stays. */
async function report(
  tx: Statements,
  scope: Scope,
  entry: { readonly id: string; readonly status: AuditStatus },
  message: string,
  data: Details = {},
): Promise<void> {
  const { id: entryId, status } = entry;
  await append(tx, [{ ...scope, entryId, from: status, to: status, ...reportOf({ message, data }) }]);
}

interface Report {
  readonly message: string;
  readonly data: Details;
}

const reportOf = ({ message, data }: Report): Told => ({ type: 'REPORT', message, data: redactDetails(data) });

interface NewEvent extends Scope, Told {
  readonly entryId: string;
  readonly from: AuditStatus | null;
  readonly to: AuditStatus;
}

/** One statement, whatever the number. */
async function append(tx: Statements, own: readonly NewEvent[]): Promise<void> {
  const events = [...(held.get(tx)?.splice(0) ?? []), ...own];
  if (events.length === 0) return;
  await tx.$queryRaw`SELECT audit_append_many(${grown(tx, events)}::jsonb)::text`;
}

function grown(tx: Statements, events: readonly NewEvent[]): string {
  for (const grown of new Set(events.map(({ organizationId }) => organizationId))) afterCommit(tx, { grown });
  return JSON.stringify(events.map((event, at) => ({ ...event, at })));
}

/** Every column, because the database fills in no default of an absent one. */
function rowsOf(entries: readonly OwnedEntry[]): string {
  const now = new Date();
  return JSON.stringify(
    entries.map(({ scope, entry }) => {
      const { error } = entry;
      return {
        ...scope,
        id: entry.id,
        operation: entry.operation,
        status: entry.status,
        actorKind: entry.actor.kind,
        actorId: entry.actor.id,
        actorName: entry.actor.name,
        targetKind: entry.target?.kind,
        targetId: entry.target?.id,
        targetName: entry.target?.name,
        connectionId: entry.connectionId,
        customerId: entry.customer?.id,
        customerName: entry.customer?.name,
        correlationId: entry.correlationId,
        requestId: entry.requestId,
        traceId: traceId(),
        parentId: entry.parentId,
        attempts: 0,
        dryRun: entry.dryRun ?? false,
        summary: entry.summary,
        details: redactDetails(entry.details ?? {}),
        errorClass: error?.class,
        errorCode: error?.code,
        errorMessage: error?.message,
        errorHint: error?.hint,
        retryable: error?.retryable ?? false,
        idempotencyKey: entry.idempotencyKey,
        inputHash: entry.inputHash,
        instanceId: entry.instanceId,
        createdAt: now,
        startedAt: entry.status === 'PENDING' ? null : now,
        finishedAt: entry.status === 'FAILED' ? now : null,
      } satisfies { [Column in keyof Prisma.AuditLogUncheckedCreateInput]: unknown };
    }),
  );
}
