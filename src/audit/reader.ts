import { type Database, Prisma } from '../storage/database.js';
import { cursorOf, type Place, placeOf } from './cursor.js';
import type { Scope } from './entry.js';
import { type AuditLogFilter, alternatives, condition } from './filter.js';
import { type AuditLogEventRow, type AuditLogRow, headOf, owned, uuidsOf } from './rows.js';

/** Relay's arguments: `first` (with `after`) goes down the list from its newest entry, `last` (with `before`) up from its oldest. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface AuditLogPage {
  /** Newest first (R74). */
  readonly rows: AuditLogRow[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
  /** Follow the feed after this: it brings every change this page does not show, and none it shows. */
  readonly streamCursor: string;
}

/** Neither `first` nor `last`, both of them, or not 1 to 100. */
export class PageSizeError extends Error {
  override readonly name = 'PageSizeError';
  readonly code = 'INVALID_PAGE_SIZE';
}

const MAX_PAGE = 100;

/** The one reading side of the log (R74 to R78). Every list is one statement and one snapshot. */
export function createAuditReader(db: Database) {
  return { page, count, byId, byIds, events, eventsOf, operations };

  /** Throws PageSizeError and CursorError. */
  async function page(
    scope: Scope,
    { filter = {}, ...where }: PageArguments & { readonly filter?: AuditLogFilter | null },
  ): Promise<AuditLogPage> {
    const size = sizeOf(where);
    const upwards = where.last != null;
    const order = orderBy(upwards ? 'ASC' : 'DESC');
    const list = listOf(alternatives(scope, filter ?? {}), boundsOf(where), order, size + 1);
    const found = await db.of(scope).client.$queryRaw<(AuditLogRow & { streamCursor: bigint })[]>`
      SELECT p.*, s."streamCursor" FROM (SELECT ${headOf(scope)} AS "streamCursor") s
      LEFT JOIN LATERAL (${list}) p ON true ${order}`;
    const rows = found.filter(({ id }) => id !== null).map(({ streamCursor: _, ...row }) => row);
    const more = rows.length > size;
    if (more) rows.pop();
    if (upwards) rows.reverse();
    const [newest, oldest] = [rows[0], rows.at(-1)];
    return {
      rows,
      // A cursor was given by a row that stands on its other side.
      hasNext: upwards ? where.before != null : more,
      hasPrevious: upwards ? more : where.after != null,
      startCursor: newest ? cursorOf(newest) : null,
      endCursor: oldest ? cursorOf(oldest) : null,
      streamCursor: String(found[0]?.streamCursor ?? 0n),
    };
  }

  /** All entries of a filter. As dear as they are many: only for who asks. */
  async function count(scope: Scope, filter: AuditLogFilter = {}): Promise<number> {
    const [row] = await db.of(scope).client.$queryRaw<{ count: bigint }[]>`
      SELECT count(*) AS "count" FROM "AuditLog" WHERE ${condition(scope, filter)}`;
    return Number(row?.count ?? 0);
  }

  async function byId(scope: Scope, id: string): Promise<AuditLogRow | null> {
    return (await byIds(scope, [id]))[0] ?? null;
  }

  /** In the order of the ids; null where the organization has none of that id. */
  async function byIds(scope: Scope, ids: readonly string[]): Promise<(AuditLogRow | null)[]> {
    const rows = await db.of(scope).client.$queryRaw<AuditLogRow[]>`
      SELECT a.* FROM "AuditLog" a WHERE ${owned('a', scope)} AND a."id" = ANY(${uuidsOf(ids)}::uuid[])`;
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id.toLowerCase()) ?? null);
  }

  /** The history of one entry, oldest first; `after` is the `seq` of the last event seen. */
  async function events(
    scope: Scope,
    auditLogId: string,
    { after = 0n, first }: { readonly after?: bigint; readonly first: number },
  ): Promise<{ rows: AuditLogEventRow[]; hasNext: boolean }> {
    return (await eventsOf(scope, [auditLogId], { after, first }))[0] ?? { rows: [], hasNext: false };
  }

  /** The same for many entries, in the order of the ids. */
  async function eventsOf(
    scope: Scope,
    auditLogIds: readonly string[],
    { after = 0n, first }: { readonly after?: bigint; readonly first: number },
  ): Promise<{ rows: AuditLogEventRow[]; hasNext: boolean }[]> {
    const size = sizeOf({ first });
    const found = await db.of(scope).client.$queryRaw<AuditLogEventRow[]>`
      SELECT l.* FROM unnest(${uuidsOf(auditLogIds)}::uuid[]) w("id"), LATERAL (
        SELECT e.* FROM "AuditLogEvent" e
        WHERE ${owned('e', scope)} AND e."auditLogId" = w."id" AND e."seq" > ${after}::bigint
        ORDER BY e."seq" LIMIT ${size + 1}::int
      ) l ORDER BY l."seq"`;
    const byEntry = new Map<string, AuditLogEventRow[]>();
    for (const row of found) byEntry.set(row.auditLogId, [...(byEntry.get(row.auditLogId) ?? []), row]);
    return auditLogIds.map((id) => {
      const rows = byEntry.get(id.toLowerCase()) ?? [];
      return { rows: rows.slice(0, size), hasNext: rows.length > size };
    });
  }

  /** The operation codes in use. Steps from one to the next in the index instead of reading all entries. */
  async function operations(scope: Scope): Promise<string[]> {
    const rows = await db.of(scope).client.$queryRaw<{ operation: string }[]>`
      WITH RECURSIVE codes("operation") AS (
        (SELECT a."operation" FROM "AuditLog" a WHERE ${owned('a', scope)} ORDER BY a."operation" LIMIT 1)
        UNION ALL
        SELECT (SELECT a."operation" FROM "AuditLog" a WHERE ${owned('a', scope)} AND a."operation" > codes."operation"
          ORDER BY a."operation" LIMIT 1) FROM codes WHERE codes."operation" IS NOT NULL
      ) SELECT "operation" FROM codes WHERE "operation" IS NOT NULL`;
    return rows.map(({ operation }) => operation);
  }
}

export type AuditReader = ReturnType<typeof createAuditReader>;

function sizeOf({ first, last }: PageArguments): number {
  const size = first ?? last;
  if (size == null || (first != null && last != null)) {
    throw new PageSizeError('Ask for either "first" or "last" entries.');
  }
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) {
    throw new PageSizeError(`A page has 1 to ${MAX_PAGE} entries.`);
  }
  return size;
}

const orderBy = (direction: 'ASC' | 'DESC') => Prisma.raw(`ORDER BY "createdAt" ${direction}, "id" ${direction}`);

/** What lies between the cursors; as one row comparison each, so that a deep page costs what the first one does. */
function boundsOf({ after, before }: PageArguments): Prisma.Sql {
  const below = after == null ? Prisma.empty : Prisma.sql`AND ("createdAt", "id") < ${tuple(placeOf(after))}`;
  const above = before == null ? Prisma.empty : Prisma.sql`AND ("createdAt", "id") > ${tuple(placeOf(before))}`;
  return Prisma.sql`${below} ${above}`;
}

const tuple = ({ createdAt, id }: Place) => Prisma.sql`(${createdAt.toISOString()}::timestamptz, ${id}::uuid)`;

/** The head of each alternative's list, merged. */
function listOf(conditions: Prisma.Sql[], bounds: Prisma.Sql, order: Prisma.Sql, limit: number): Prisma.Sql {
  const lists = (conditions.length > 0 ? conditions : [Prisma.sql`false`]).map(
    (each) => Prisma.sql`SELECT * FROM "AuditLog" WHERE ${each} ${bounds} ${order} LIMIT ${limit}::int`,
  );
  if (lists.length === 1) return Prisma.sql`${lists[0]}`;
  return Prisma.sql`SELECT * FROM ((${Prisma.join(lists, ') UNION ALL (')})) u ${order} LIMIT ${limit}::int`;
}
