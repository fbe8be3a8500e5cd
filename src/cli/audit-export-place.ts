import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Scope } from '../audit/entry.js';
import { type ExportCursor, parseCursor, printCursor } from '../audit/export/cursor.js';
import type { ExportFormatName } from '../audit/export/formats.js';
import { CommandError, EXIT } from './errors.js';

export interface PlaceFlags {
  readonly format: ExportFormatName;
  readonly out?: string;
  readonly after?: string;
  readonly cursorFile?: string;
}

/** Where an export goes on, and where it writes. */
export interface ExportPlace {
  readonly after: ExportCursor;
  /** What is written follows something, so it needs no heading. */
  readonly continued: boolean;
  /** Null: stdout. */
  readonly file: { append(text: string): Promise<true>; close(): Promise<void> } | null;
  /** Never further than what is written: after a crash what was not kept is written again. */
  keep(cursor: ExportCursor): Promise<void>;
}

/** Opens the file, as long as it was when the cursor was kept. Throws CommandError. */
export async function openPlace(flags: PlaceFlags, scopes: readonly Scope[]): Promise<ExportPlace> {
  const { out, cursorFile } = flags;
  const kept = cursorFile === undefined ? null : await readKept(cursorFile);
  const after = cursorOf(flags.after ?? kept?.cursor ?? '', scopes);
  const continued = after.size > 0 || kept !== null;
  if (out === undefined) return { after, continued, file: null, keep: (cursor) => keep(cursor, null) };
  if (continued && flags.format === 'cloudevents-batch') {
    throw new CommandError('A batch is one JSON array and cannot be continued: use cloudevents.', EXIT.wrongUse);
  }
  const path = resolve(out);
  const handle = await open(path, 'a', 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(
      `${out} cannot be opened (${error.code}). Name a file in a folder that is there.`,
      EXIT.wrongUse,
    );
  });
  try {
    const size = await sizeOf(handle, out, { continued, wanted: kept?.out?.path === path ? kept.out.bytes : null });
    // From here on a run that fails at once can be repeated.
    await keep(after, handle);
    return { after, continued: size > 0, file: fileOf(handle, flags), keep: (cursor) => keep(cursor, handle) };
  } catch (error) {
    await handle.close();
    throw error;
  }

  async function keep(cursor: ExportCursor, file: FileHandle | null): Promise<void> {
    if (cursorFile === undefined) return;
    await file?.datasync();
    const place = file && out !== undefined ? `${(await file.stat()).size} ${resolve(out)}\n` : '';
    const draft = `${cursorFile}.${process.pid}`;
    await writeFile(draft, `${printCursor(cursor)}\n${place}`, { mode: 0o600 });
    await rename(draft, cursorFile);
  }
}

interface Kept {
  readonly cursor: string;
  /** The file that was written to, and how long it was. */
  readonly out: { readonly path: string; readonly bytes: number } | null;
}

/** A line for the cursor and, of an export to a file, a line for its length and path. Null: there is none yet. */
async function readKept(path: string): Promise<Kept | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw new CommandError(`${path} cannot be read (${error.code}). Name a file for --cursor-file.`, EXIT.wrongUse);
  });
  if (text.trim() === '') return null;
  const [cursor = '', place = ''] = text.split('\n');
  const [, bytes, out] = /^(\d+) (.+)$/.exec(place) ?? [];
  return { cursor: cursor.trim(), out: out === undefined ? null : { path: out, bytes: Number(bytes) } };
}

function cursorOf(text: string, scopes: readonly Scope[]): ExportCursor {
  try {
    return parseCursor(text, scopes);
  } catch (error) {
    throw new CommandError((error as Error).message, EXIT.wrongUse);
  }
}

/** What stands in a file stays, except what was written behind the kept cursor: that comes again. */
async function sizeOf(
  handle: FileHandle,
  name: string,
  { continued, wanted }: { readonly continued: boolean; readonly wanted: number | null },
): Promise<number> {
  const { size } = await handle.stat();
  if (!continued && size > 0) {
    throw new CommandError(`${name} is there already. Name another file, or a cursor to go on behind.`, EXIT.wrongUse);
  }
  if (wanted === null || size === 0 || size === wanted) return size;
  if (size < wanted) {
    const message = `${name} is shorter than when its cursor was kept (${size} bytes instead of ${wanted}).`;
    throw new CommandError(`${message} Name another file by --out for what comes later.`, EXIT.wrongUse);
  }
  await handle.truncate(wanted);
  return wanted;
}

function fileOf(handle: FileHandle, { out, cursorFile }: PlaceFlags): ExportPlace['file'] {
  return {
    async append(text) {
      await handle.appendFile(text).catch((error: NodeJS.ErrnoException) => {
        const next = cursorFile === undefined ? 'Export to another file' : 'Make room and run the same command again';
        throw new CommandError(`${out} could not be written to its end (${error.code}). ${next}.`);
      });
      return true;
    },
    close: () => handle.close(),
  };
}
