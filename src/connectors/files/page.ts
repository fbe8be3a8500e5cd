import { ConnectorError } from '../errors.js';
import { MAX_PAGE_ROWS, type SourcePage, type SourceRow, type UnreadRow } from '../source.js';
import { lookInto, type SourceFile } from './folder.js';
import { linesOf } from './lines.js';
import { csvReader, readNdjson } from './rows.js';

/** Which line of which file comes next, while the folder is as it was. */
interface Place {
  readonly version: string;
  /** Null: everything was read. */
  readonly file: string | null;
  readonly byte: number;
  readonly line: number;
}

interface Batch {
  readonly rows: SourceRow[];
  readonly refused: UnreadRow[];
  /** Null: the file is at its end. */
  readonly next: { readonly byte: number; readonly line: number } | null;
}

/**
 * One page of the folder. Where any file changed since the cursor, all of them are read from the beginning: a later file may
 * need what is new in an earlier one. So is a page during which one changed.
 */
export async function pullPage(folder: string, cursor: string | null, signal?: AbortSignal): Promise<SourcePage> {
  const { files, version } = await lookInto(folder);
  const place = placeOf(cursor);
  const valid = place?.version === version && (place.file === null || files.some(({ name }) => name === place.file));
  const from = valid ? place : startOf(version, files[0]);
  const file = files.find(({ name }) => name === from.file);
  if (!file) return page('customers', { rows: [], refused: [] }, { ...from, file: null });
  const { rows, refused, next } = await readBatch(file, from, signal);
  const after = await lookInto(folder);
  if (after.version !== version) {
    return page(file.kind, { rows: [], refused: [] }, startOf(after.version, after.files[0]));
  }
  const behind = next ? { ...from, ...next } : startOf(version, files[files.indexOf(file) + 1]);
  return page(file.kind, { rows, refused }, behind);
}

async function readBatch(file: SourceFile, { byte, line: number }: Place, signal?: AbortSignal): Promise<Batch> {
  const rows: SourceRow[] = [];
  const refused: UnreadRow[] = [];
  try {
    const read = file.format === 'csv' ? await csvReader(file.kind, file.path) : readNdjson;
    if (typeof read !== 'function') {
      return { rows, refused: [{ where: `${file.name}:1`, reason: read.fault }], next: null };
    }
    for await (const line of linesOf(file.path, byte, number, signal)) {
      const found = read(line);
      const where = `${file.name}:${line.number}`;
      if (found && 'row' in found) rows.push({ where, row: found.row });
      else if (found) refused.push({ where, reason: found.reason });
      if (rows.length + refused.length < MAX_PAGE_ROWS) continue;
      return { rows, refused, next: { byte: line.end, line: line.number + 1 } };
    }
    return { rows, refused, next: null };
  } catch (error) {
    throw new ConnectorError('unavailable', `${file.name} cannot be read.`, {
      code: String((error as NodeJS.ErrnoException).code ?? 'UNREADABLE'),
      hint: 'The gateway needs the right to read it; it is tried again.',
    });
  }
}

const startOf = (version: string, file: SourceFile | undefined): Place => ({
  version,
  file: file?.name ?? null,
  byte: 0,
  line: 1,
});

function page(kind: SourcePage['kind'], read: Pick<SourcePage, 'rows' | 'refused'>, next: Place): SourcePage {
  return { kind, ...read, cursor: JSON.stringify(next), more: next.file !== null };
}

function placeOf(cursor: string | null): Place | null {
  if (cursor === null) return null;
  try {
    const { version, file, byte, line } = JSON.parse(cursor) as Partial<Place>;
    const whole = Number.isSafeInteger(byte) && Number.isSafeInteger(line) && Number(byte) >= 0;
    return typeof version === 'string' && file !== undefined && whole ? (JSON.parse(cursor) as Place) : null;
  } catch {
    return null;
  }
}
