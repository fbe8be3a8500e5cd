import type { SourceKind } from '../source.js';
import { headerFault, objectOf } from './columns.js';
import { type Line, linesOf } from './lines.js';

/** What one line holds; nothing for a blank one. */
export type Read = { readonly row: Record<string, unknown> } | { readonly reason: string } | null;
export type Reader = (line: Line) => Read;

const UNREADABLE = 'The line is longer than 1 MiB or is not UTF-8.';

/** One JSON object a line. */
export function readNdjson({ text }: Line): Read {
  if (text === null) return { reason: UNREADABLE };
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { row: value as Record<string, unknown> };
    }
  } catch {
    return { reason: 'The line is not JSON.' };
  }
  return { reason: 'The line is not a JSON object.' };
}

/**
 * Reads the lines of a CSV file under its first one. The fault, where that names no columns: then nobody knows what the rest
 * means.
 */
export async function csvReader(kind: SourceKind, path: string): Promise<Reader | { readonly fault: string }> {
  const { value: first } = await linesOf(path, 0, 1).next();
  const text = (first as Line | undefined)?.text ?? null;
  const header = text === null ? null : (cellsOf(text)?.map((name) => name.trim()) ?? null);
  const fault = headerFault(kind, header);
  if (fault !== null || header === null) return { fault: fault ?? UNREADABLE };
  return (line) => {
    if (line.number === 1 || line.text?.trim() === '') return null;
    if (line.text === null) return { reason: UNREADABLE };
    // Else 12 would be read where 120 is being written.
    if (line.open) return { reason: 'The last line has no line end: it may be being written.' };
    const cells = cellsOf(line.text);
    if (cells === null) return { reason: 'A quote is not closed, or stands inside a cell.' };
    if (cells.length !== header.length) {
      return { reason: `The line has ${cells.length} cells, the first one names ${header.length}.` };
    }
    return { row: objectOf(kind, header, cells) };
  };
}

/** The cells of one line (RFC 4180, but no line break in a cell: so a lost quote costs one row); null when it is none. */
export function cellsOf(line: string): string[] | null {
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    const cell = /"((?:[^"]|"")*)"(?=,|$)|([^",]*)(?=,|$)/y;
    cell.lastIndex = at;
    const found = cell.exec(line);
    if (found === null) return null;
    cells.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    at = cell.lastIndex;
    if (at >= line.length) return cells;
  }
}
