import type { Database } from '../../storage/database.js';
import type { NewId } from '../../storage/ids.js';
import { CursorError } from '../cursor.js';
import type { Actor, Scope } from '../entry.js';
import { auditLog } from '../log.js';
import { type ExportCursor, printCursor } from './cursor.js';
import { type ExportFormatName, exportFormat } from './formats.js';
import { type ExportFilter, type Extent, exportPages, extentsOf } from './rows.js';

export interface ExportOptions {
  readonly db: Database;
  readonly newId: NewId;
  readonly scopes: readonly Scope[];
  readonly actor: Actor;
  /** Whose end is the end of its open entries. */
  readonly instanceId?: string;
  readonly format: ExportFormatName;
  readonly filter: ExportFilter;
  readonly after: ExportCursor;
  /** It follows a former export, so it needs no heading; absent: with a cursor. */
  readonly continued?: boolean;
  /** Writes a text and waits until there is room for more; false: nobody reads any more. */
  readonly write: (text: string) => Promise<boolean>;
  /** After what was written: how far it goes. */
  readonly onCursor?: (cursor: ExportCursor) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Exported {
  readonly rows: number;
  readonly cursor: ExportCursor;
  /** False when it was given up on the way; the cursor tells where to go on. */
  readonly complete: boolean;
}

/**
 * Writes the events behind a cursor, up to those that are there at the beginning. That it was read is itself told in the log
 * of each organization, before the first event leaves the house (operation ExportAuditLogs).
 */
export async function exportAudit(options: ExportOptions): Promise<Exported> {
  const { db, scopes, filter, after, write, signal } = options;
  const ranges = rangesOf(scopes, after, await extentsOf(db.url, scopes));
  const total = ranges.reduce((sum, range) => sum + Number(range.until - range.after), 0);
  const record = await recordExport(options);
  const format = exportFormat(options.format, { continued: options.continued ?? after.size > 0 });
  let [rows, seen, complete] = [0, 0, true];
  let cursor: ExportCursor = new Map(ranges.map((range) => [range.organizationId, range.after]));
  try {
    complete = await write(format.start);
    for await (const page of exportPages(db.url, ranges, filter)) {
      complete &&= !signal?.aborted && (await write(format.page(page.rows)));
      if (!complete) break;
      rows += page.rows.length;
      record.count(page.rows);
      seen += page.seen;
      cursor = page.cursor;
      await options.onCursor?.(cursor);
      options.onProgress?.(seen, total);
    }
    if (complete) complete = await write(format.end);
    // Also where there was no page.
    if (complete) await options.onCursor?.(cursor);
    await record.end(cursor, complete);
    return { rows, cursor, complete };
  } catch (error) {
    await record.end(cursor, false).catch(() => undefined);
    throw error;
  }
}

/** What lies behind the cursor, and is there now. Without one it begins with the oldest kept. Throws CursorError. */
function rangesOf(scopes: readonly Scope[], after: ExportCursor, extents: ReadonlyMap<string, Extent>) {
  const known = new Set(scopes.map(({ organizationId }) => organizationId));
  if ([...after.keys()].some((organizationId) => !known.has(organizationId))) throw foreign();
  return scopes.map(({ tenantId, organizationId }) => {
    const { head, floor } = extents.get(organizationId) ?? { head: 0n, floor: 0n };
    const given = after.get(organizationId);
    if (given === undefined) return { tenantId, organizationId, after: floor, until: head };
    if (given > head) throw foreign();
    // Also 0, the cursor of a log that was empty.
    if (given < floor) {
      const message = `Events behind this cursor are no longer kept: the oldest is ${floor + 1n}. Begin without a cursor.`;
      throw new CursorError('CURSOR_EXPIRED', message);
    }
    return { tenantId, organizationId, after: given, until: head };
  });
}

const foreign = () =>
  new CursorError('INVALID_CURSOR', 'This cursor is not of these organizations, or of another database.');

/** What one organization's log tells of an export. */
interface Part {
  readonly scope: Scope;
  readonly id: string;
  rows: number;
}

/** An entry in the log of each organization, which tells of its own events and connections and of nobody else's. */
async function recordExport(options: ExportOptions) {
  const { db, newId, scopes, actor, instanceId, format, filter, after } = options;
  const correlationId = newId();
  const summary = `Export of audit events as ${format}`;
  const parts = new Map<string, Part>();
  const connections = filter.connectionIds && (await connectionsOf(db, filter.connectionIds));
  for (const { tenantId, organizationId } of scopes) {
    const [scope, id] = [{ tenantId, organizationId }, newId()];
    const own = connections?.filter((connection) => connection.organizationId === organizationId);
    const asked = { ...filter, ...(own && { connectionIds: own.map((connection) => connection.id) }) };
    const details = { format, filter: asked, after: placeIn(after, organizationId) };
    const opened = { id, operation: 'ExportAuditLogs', status: 'RUNNING' as const };
    const told = { actor, correlationId, summary, ...(instanceId !== undefined && { instanceId }) };
    await db.transaction((tx) => auditLog.open(tx, scope, { ...opened, ...told, details }));
    parts.set(organizationId, { scope, id, rows: 0 });
  }
  return {
    /** Tells whose the events are that were written. */
    count(rows: readonly Scope[]): void {
      for (const { organizationId } of rows) {
        const part = parts.get(organizationId);
        if (part) part.rows += 1;
      }
    },
    async end(cursor: ExportCursor, complete: boolean): Promise<void> {
      for (const { scope, id, rows } of parts.values()) {
        const [status, message] = complete
          ? (['SUCCEEDED', `${rows} events exported`] as const)
          : (['FAILED', `Given up after ${rows} events`] as const);
        const error = { class: 'Interrupted', code: 'INTERRUPTED', message, retryable: true };
        const details = { rows, cursor: placeIn(cursor, scope.organizationId) };
        const patch = { details, ...(!complete && { error }) };
        await db.transaction((tx) => auditLog.move(tx, scope, id, status, message, patch));
      }
    },
  };
}

function placeIn(cursor: ExportCursor, organizationId: string): string {
  const seq = cursor.get(organizationId);
  return seq === undefined ? '' : printCursor(new Map([[organizationId, seq]]));
}

const connectionsOf = (db: Database, ids: readonly string[]) =>
  db.client.connection.findMany({ where: { id: { in: [...ids] } }, select: { id: true, organizationId: true } });
