import { describe, expect, it } from 'vitest';
import { CursorError, cursorOf, placeOf, seqOf } from '../../src/audit/cursor.js';
import { newId } from '../../src/storage/ids.js';

const invalid = expect.objectContaining({ name: 'CursorError', code: 'INVALID_CURSOR' });

describe('the cursor of a row', () => {
  it('names its place and nothing else', () => {
    const place = { createdAt: new Date('2026-03-01T10:11:12.345Z'), id: newId() };
    expect(placeOf(cursorOf(place))).toEqual(place);
    expect(cursorOf(place)).toMatch(/^[\w-]{30}$/);
  });

  it.each([
    ['empty', ''],
    ['garbage', 'nonsense'],
    ['a feed cursor', '42'],
    ['one letter short', cursorOf({ createdAt: new Date(0), id: newId() }).slice(1)],
    ['with a blank', ` ${cursorOf({ createdAt: new Date(0), id: newId() })}`],
    ['a year PostgreSQL does not read', Buffer.alloc(22, 0xff).toString('base64url')],
  ])('is refused when it is %s', (_, cursor) => {
    expect(() => placeOf(cursor)).toThrow(invalid);
  });
});

describe('a feed cursor', () => {
  it('is the number of an event; nothing is none', () => {
    expect([seqOf(''), seqOf('0'), seqOf('42'), seqOf('9223372036854775807')]).toEqual([0n, 0n, 42n, 2n ** 63n - 1n]);
  });

  it.each(['-1', '1.5', ' 1', '1e3', '0x10', 'abc', '9223372036854775808', '99999999999999999999'])(
    'is not %s',
    (text) => {
      expect(() => seqOf(text)).toThrow(invalid);
      expect(() => seqOf(text)).toThrow(CursorError);
    },
  );
});
