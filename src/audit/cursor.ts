/**
 * INVALID_CURSOR: not a cursor of this list or feed, or one of another database. CURSOR_EXPIRED: what follows it is no
 * longer kept; read the list again and go on from its `streamCursor`.
 */
export type CursorErrorCode = 'INVALID_CURSOR' | 'CURSOR_EXPIRED';

export class CursorError extends Error {
  override readonly name = 'CursorError';
  readonly code: CursorErrorCode;

  constructor(code: CursorErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The place of a row in a list ordered by (createdAt, id). */
export interface Place {
  readonly createdAt: Date;
  readonly id: string;
}

/** The last millisecond whose ISO text PostgreSQL reads too. */
const LATEST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const TIME_BYTES = 6;
const LARGEST_SEQ = 2n ** 63n - 1n;

/** The cursor of a row: its place as bytes, in base64url. */
export function cursorOf({ createdAt, id }: Place): string {
  const bytes = Buffer.alloc(TIME_BYTES + 16);
  bytes.writeUIntBE(createdAt.getTime(), 0, TIME_BYTES);
  bytes.write(id.replaceAll('-', ''), TIME_BYTES, 'hex');
  return bytes.toString('base64url');
}

/** The place a cursor names. Throws CursorError. */
export function placeOf(cursor: string): Place {
  const bytes = Buffer.from(cursor, 'base64url');
  const time = bytes.length === TIME_BYTES + 16 ? bytes.readUIntBE(0, TIME_BYTES) : Number.NaN;
  // Compared again because decoding skips what it does not know.
  if (!(time <= LATEST) || bytes.toString('base64url') !== cursor) {
    throw new CursorError('INVALID_CURSOR', 'This is no cursor of this list.');
  }
  const hex = bytes.toString('hex', TIME_BYTES);
  return { createdAt: new Date(time), id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') };
}

/** The number of the last event a feed cursor has seen; the empty text stands for none. Throws CursorError. */
export function seqOf(cursor: string): bigint {
  const seq = /^\d{0,19}$/.test(cursor) ? BigInt(cursor) : -1n;
  if (seq < 0n || seq > LARGEST_SEQ) throw new CursorError('INVALID_CURSOR', 'This is no cursor of this feed.');
  return seq;
}
