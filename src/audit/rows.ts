import type { AuditLog, AuditLogEvent } from '../../prisma/generated/client/client.js';
import { type Database, Prisma } from '../storage/database.js';
import type { Scope } from './entry.js';

/** An entry as Prisma would give it: columns are named as its fields, so `SELECT a.*` has the same shape. */
export type AuditLogRow = AuditLog;
export type AuditLogEventRow = AuditLogEvent;

/** An event with its entry as that stood when the event was read: at the event's status or further on. */
export interface FeedRow {
  readonly event: AuditLogEventRow;
  readonly entry: AuditLogRow;
}

/** What is there to follow: the number of the newest event, and of the one before the oldest kept. */
export interface Extent {
  readonly head: bigint;
  readonly floor: bigint;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The UUIDs among some texts, each once; others would make PostgreSQL refuse the statement. */
export function uuidsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.filter((id) => UUID.test(id)).map((id) => id.toLowerCase()))];
}

/** `tenant and organization are these`, for a table named by its alias. */
export function owned(alias: 'a' | 'e' | 'h', { tenantId, organizationId }: Scope): Prisma.Sql {
  const [tenant, organization] = [Prisma.raw(`${alias}."tenantId"`), Prisma.raw(`${alias}."organizationId"`)];
  return Prisma.sql`${tenant} = ${tenantId}::uuid AND ${organization} = ${organizationId}::uuid`;
}

/** The number of the organization's newest event, as an expression: read in the same snapshot as what stands beside it. */
export function headOf(scope: Scope): Prisma.Sql {
  return Prisma.sql`coalesce((SELECT h."seq" FROM "AuditHead" h WHERE ${owned('h', scope)}), 0)`;
}

/** What the feed reads, one statement each. */
export function createFeedRows(db: Database) {
  return { extent, after, entry };

  async function extent(scope: Scope): Promise<Extent> {
    const [row] = await db.of(scope).client.$queryRaw<{ head: bigint; oldest: bigint | null }[]>`
      SELECT ${headOf(scope)} AS "head",
        (SELECT min(e."seq") FROM "AuditLogEvent" e WHERE ${owned('e', scope)}) AS "oldest"`;
    const head = row?.head ?? 0n;
    return { head, floor: row?.oldest ? row.oldest - 1n : head };
  }

  /** The events behind a cursor, oldest first, without a gap between them. */
  async function after(scope: Scope, cursor: bigint, limit: number): Promise<FeedRow[]> {
    const rows = await db.of(scope).client.$queryRaw<(AuditLogRow & Omit<AuditLogEventRow, 'auditLogId'>)[]>`
      SELECT a.*, e."seq", e."type", e."fromStatus", e."toStatus", e."message", e."data", e."at", e."prevHash", e."hash",
        e."entryHash"
      FROM "AuditLogEvent" e JOIN "AuditLog" a ON a."tenantId" = e."tenantId" AND a."id" = e."auditLogId"
      WHERE ${owned('e', scope)} AND e."seq" > ${cursor}::bigint
      ORDER BY e."seq" LIMIT ${limit}::int`;
    return rows.map(({ seq, type, fromStatus, toStatus, message, data, at, prevHash, hash, entryHash, ...entry }) => {
      const { tenantId, organizationId, id: auditLogId } = entry;
      const key = { tenantId, organizationId, seq, auditLogId };
      return { event: { ...key, type, fromStatus, toStatus, message, data, at, prevHash, hash, entryHash }, entry };
    });
  }

  /** An entry and the newest event at that moment: all events behind it find the entry as it is here or further on. */
  async function entry(scope: Scope, id: string): Promise<{ entry: AuditLogRow; head: bigint } | null> {
    const [uuid] = uuidsOf([id]);
    if (!uuid) return null;
    const [row] = await db.of(scope).client.$queryRaw<(AuditLogRow & { head: bigint })[]>`
      SELECT a.*, ${headOf(scope)} AS "head" FROM "AuditLog" a WHERE ${owned('a', scope)} AND a."id" = ${uuid}::uuid`;
    if (!row) return null;
    const { head, ...entry } = row;
    return { entry, head };
  }
}

export type FeedRows = ReturnType<typeof createFeedRows>;
