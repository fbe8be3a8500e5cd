import { seqOf } from '../cursor.js';
import type { Scope } from '../entry.js';

/**
 * How far an export has come: the number of the last event of each organization. Numbers have no gaps and only grow, so an
 * export that goes on behind a cursor misses nothing and repeats nothing, however long the pause was.
 */
export type ExportCursor = ReadonlyMap<string, bigint>;

/** `<organization>:<seq>,...`; for one organization this is also the cursor of its live feed. */
export function printCursor(cursor: ExportCursor): string {
  return [...cursor].map(([organizationId, seq]) => `${organizationId}:${seq}`).join(',');
}

/** Reads a cursor, or for a single organization the bare number of the live feed. Throws CursorError. */
export function parseCursor(text: string, scopes: readonly Scope[]): ExportCursor {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const [only] = scopes;
  return new Map(
    parts.map((part): [string, bigint] => {
      const [, organizationId, seq = ''] = /^([0-9a-f-]{36}):(\d+)$/.exec(part.trim()) ?? [];
      if (organizationId !== undefined) return [organizationId, seqOf(seq)];
      // What is no number either is refused there.
      return [scopes.length === 1 && parts.length === 1 && only ? only.organizationId : '', seqOf(part.trim() || '-')];
    }),
  );
}
