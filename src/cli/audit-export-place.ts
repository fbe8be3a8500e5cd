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
  // At once, so that a run that fails can be repeated, and that one without a place for its cursor fails before it writes.
  if (out === undefined) {
    await keep(after);
    return { after, continued, file: null, keep };
  }
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
    const file = fileOf(handle, flags, size);
    await keep(after, file);
    return { after, continued: size > 0, file, keep: (cursor) => keep(cursor, file) };
  } catch (error) {
    await handle.close();
    throw error;
  }

  async function keep(cursor: ExportCursor, file?: ReturnType<typeof fileOf>): Promise<void> {
    if (cursorFile === undefined) return;
    const place = file && out !== undefined ? `${await file.settle()} ${resolve(out)}\n` : '';
    const draft = `${cursorFile}.${process.pid}`;
    try {
      await writeFile(draft, `${printCursor(cursor)}\n${place}`, { mode: 0o600 });
      await rename(draft, cursorFile);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new CommandError(`${cursorFile} cannot be written (${code}). Name another --cursor-file.`, EXIT.wrongUse);
    }
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

function fileOf(handle: FileHandle, { out, cursorFile }: PlaceFlags, start: number) {
  let length = start;
  return {
    async append(text: string): Promise<true> {
      await handle.appendFile(text).catch((error: NodeJS.ErrnoException) => {
        const next = cursorFile === undefined ? 'Export to another file' : 'Make room and run the same command again';
        throw new CommandError(`${out} could not be written to its end (${error.code}). ${next}.`);
      });
      length += Buffer.byteLength(text);
      return true;
    },
    /** Answers how long it is on the disk: a cursor that was kept beside somebody else's work would skip events. */
    async settle(): Promise<number> {
      await handle.datasync();
      if ((await handle.stat()).size === length) return length;
      throw new CommandError(`${out} was changed by another export. Run one at a time: run this one again to go on.`);
    },
    close: () => handle.close(),
  };
}
