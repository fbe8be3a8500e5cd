import { createReadStream } from 'node:fs';

/** One line of a file. */
export interface Line {
  /** Null: too long, or not UTF-8. */
  readonly text: string | null;
  /** From 1. */
  readonly number: number;
  /** Where the next line begins, in bytes. */
  readonly end: number;
  /** The file ended before the line did. */
  readonly open: boolean;
}

const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;

/** The lines of a file from a byte on, which is the beginning of line `number`. Holds one line at a time, however long. */
export async function* linesOf(path: string, from: number, number: number, signal?: AbortSignal): AsyncGenerator<Line> {
  let held: Buffer[] = [];
  let size = 0;
  let end = from;
  let at = number;
  const line = (open: boolean): Line => {
    const text = size > MAX_LINE_BYTES ? null : decoded(Buffer.concat(held), at === 1);
    held = [];
    size = 0;
    return { text, number: at++, end, open };
  };
  const take = (part: Buffer) => {
    size += part.length;
    end += part.length;
    if (size <= MAX_LINE_BYTES) held.push(part);
    else held = [];
  };
  for await (const chunk of createReadStream(path, { start: from, ...(signal && { signal }) })) {
    let rest = chunk as Buffer;
    for (let feed = rest.indexOf(LINE_FEED); feed >= 0; feed = rest.indexOf(LINE_FEED)) {
      take(rest.subarray(0, feed));
      end += 1;
      yield line(false);
      rest = rest.subarray(feed + 1);
    }
    take(rest);
  }
  if (size > 0) yield line(true);
}

function decoded(bytes: Buffer, first: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r$/, '');
    return first ? text.replace(/^\uFEFF/, '') : text;
  } catch {
    return null;
  }
}
