import { CursorError } from '../audit/cursor.js';
import type { AuditStatus, Scope } from '../audit/entry.js';
import { printCursor } from '../audit/export/cursor.js';
import { exportAudit } from '../audit/export/export.js';
import { decodeId } from '../schema/ids.js';
import type { Database } from '../storage/database.js';
import { newId } from '../storage/ids.js';
import { openPlace, type PlaceFlags } from './audit-export-place.js';
import { type Context, operator } from './context.js';
import { CommandError, EXIT } from './errors.js';
import { organizationsOf } from './organizations.js';
import { present } from './presence.js';
import { withStore } from './store.js';

export interface ExportFlags extends PlaceFlags {
  readonly organization?: string;
  readonly from?: Date;
  readonly to?: Date;
  readonly operation?: readonly string[];
  readonly status?: readonly AuditStatus[];
  readonly connection?: readonly string[];
}

/** `audit export`. */
export async function exportLog(context: Context, flags: ExportFlags): Promise<void> {
  if (flags.after !== undefined && flags.cursorFile !== undefined) {
    throw new CommandError('Give --after or --cursor-file, not both.', EXIT.wrongUse);
  }
  await withStore(context, ({ db, signal }) =>
    present(db, async (instanceId) => {
      const scopes = await organizationsOf(db, flags.organization);
      const connectionIds = flags.connection && (await connectionIdsOf(db, scopes, flags.connection));
      const { after, continued, file, keep } = await openPlace(flags, scopes);
      let bar: ReturnType<typeof context.terminal.progress> | null = null;
      try {
        const { rows, cursor, complete } = await exportAudit({
          ...{ db, newId, scopes, actor: operator(), instanceId, format: flags.format, after, continued, signal },
          filter: {
            ...(flags.from && { from: flags.from }),
            ...(flags.to && { to: flags.to }),
            ...(flags.operation && { operations: flags.operation }),
            ...(flags.status && { statuses: flags.status }),
            ...(connectionIds && { connectionIds }),
          },
          write: file?.append ?? context.terminal.write,
          onCursor: keep,
          onProgress(done, total) {
            bar ??= context.terminal.progress(total, 'events');
            bar.to(done);
          },
        });
        summarize(context, flags, { rows, cursor: printCursor(cursor), complete });
        if (!complete) process.exitCode = EXIT.failed;
      } catch (error) {
        if (error instanceof CursorError) throw new CommandError(error.message, EXIT.wrongUse);
        throw error;
      } finally {
        (bar as ReturnType<typeof context.terminal.progress> | null)?.end();
        await file?.close();
      }
    }),
  );
}

async function connectionIdsOf(db: Database, scopes: readonly Scope[], wanted: readonly string[]): Promise<string[]> {
  const found = await db.client.connection.findMany({
    where: { organizationId: { in: scopes.map(({ organizationId }) => organizationId) } },
    select: { id: true, alias: true },
  });
  return wanted.flatMap((text) => {
    const id = decodeId(text, 'Connection');
    const ids = found.filter((one) => one.alias === text || one.id === id || one.id === text).map((one) => one.id);
    if (ids.length === 0) throw new CommandError(`There is no connection "${text}".`, EXIT.wrongUse);
    return ids;
  });
}

/** Beside the events: on stdout only when those are in a file. */
function summarize(
  { terminal }: Context,
  { out }: ExportFlags,
  summary: { rows: number; cursor: string; complete: boolean },
): void {
  if (terminal.json && out === undefined) process.stderr.write(`${JSON.stringify(summary)}\n`);
  else terminal.value(summary);
  const { rows, cursor, complete } = summary;
  terminal.note(`${complete ? '' : 'Given up after '}${rows} events. What comes later: --after ${cursor}`);
}
