import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createSealer, type SealContext, SealedSecretError } from '../../src/storage/sealed.js';

const key = (id: string) => ({ id, key: randomBytes(32) });
const place: SealContext = { table: 'Connection', column: 'credentials', tenantId: 'tenant-1', rowId: 'row-1' };
const marker = 'MARKER-pässwörd-🔑';
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function refusal(act: () => unknown): SealedSecretError {
  try {
    act();
  } catch (error) {
    if (error instanceof SealedSecretError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('sealing', () => {
  const sealer = createSealer({ keys: [key('k1')] });

  test.each(['', 'x', marker, 'a'.repeat(100_000), '\0\n.'])('gives back the text (case %#)', (text) => {
    expect(sealer.open(sealer.seal(text, place), place)).toBe(text);
  });

  test('writes the documented format, with another IV each time', () => {
    const all = Array.from({ length: 200 }, () => sealer.seal(marker, place));
    for (const sealed of all) expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(new Set(all.map((sealed) => sealed.split('.')[2])).size).toBe(200);
  });

  test('refuses text that UTF-8 would change', () => {
    expect(refusal(() => sealer.seal('\ud800', place)).code).toBe('MALFORMED');
  });

  test('opens with every key, seals with the first', () => {
    const [older, newer] = [key('older'), key('newer')];
    const sealed = createSealer({ keys: [older] }).seal(marker, place);
    const both = createSealer({ keys: [newer, older] });
    expect(both.open(sealed, place)).toBe(marker);
    expect(both.isCurrent(sealed)).toBe(false);
    expect(both.seal(marker, place)).toMatch(/^v1\.newer\./);
    expect(both.isCurrent(both.seal(marker, place))).toBe(true);
    expect(refusal(() => createSealer({ keys: [newer] }).open(sealed, place)).code).toBe('UNKNOWN_KEY');
  });

  test('refuses unusable keys without showing them', () => {
    const short = { id: 'short', key: Buffer.from(marker) };
    expect(() => createSealer({ keys: [] })).toThrow('at least one key');
    expect(() => createSealer({ keys: [short] })).toThrow(/^The sealing key short must have 32 bytes, it has \d+\.$/);
    expect(() => createSealer({ keys: [key('a.b')] })).toThrow('key id');
    expect(() => createSealer({ keys: [key('a'), key('a')] })).toThrow('Two sealing keys');
  });
});

describe('refusing', () => {
  const keys = [key('k1'), key('k2')];
  const sealer = createSealer({ keys });

  test('1,000 values with one character altered, at every kind of place', () => {
    const accepted: string[] = [];
    const codes = new Map<string, number>();
    for (let round = 0; round < 1000; round += 1) {
      const sealed = sealer.seal(`${marker}${round}`, place);
      const at = (round * 37) % sealed.length;
      const others = [...alphabet, '.', '='].filter((character) => character !== sealed[at]);
      const altered = sealed.slice(0, at) + others[round % others.length] + sealed.slice(at + 1);
      try {
        accepted.push(sealer.open(altered, place));
      } catch (error) {
        const { code } = error as SealedSecretError;
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
    expect(accepted).toEqual([]);
    expect([...codes.keys()].sort()).toEqual(['MALFORMED', 'TAMPERED', 'UNKNOWN_KEY']);
    expect(codes.get('TAMPERED')).toBeGreaterThan(500);
  });

  test('1,000 values moved to another table, column, organization or row', () => {
    let refused = 0;
    for (let round = 0; round < 1000; round += 1) {
      const sealed = sealer.seal(marker, { ...place, rowId: `row-${round}` });
      const field = (['table', 'column', 'tenantId', 'rowId'] as const)[round % 4]!;
      const elsewhere = { ...place, rowId: `row-${round}`, [field]: `other-${round}` };
      if (refusal(() => sealer.open(sealed, elsewhere)).code === 'TAMPERED') refused += 1;
    }
    expect(refused).toBe(1000);
  });

  test('contexts that differ only in where one field ends', () => {
    const sealed = sealer.seal(marker, { ...place, table: 'ab', column: 'c' });
    for (const [table, column] of [
      ['a', 'bc'],
      ['ab","c', ''],
      ['abc', ''],
      ['ab', 'c"'],
    ] as const) {
      expect(refusal(() => sealer.open(sealed, { ...place, table, column })).code).toBe('TAMPERED');
    }
  });

  test('the name of another configured key, and parts exchanged between two values', () => {
    const one = sealer.seal(marker, place).split('.');
    const two = sealer.seal(marker, place).split('.');
    expect(refusal(() => sealer.open(['v1', 'k2', ...one.slice(2)].join('.'), place)).code).toBe('TAMPERED');
    for (const part of [2, 3, 4]) {
      const mixed = one.map((text, index) => (index === part ? two[index] : text)).join('.');
      expect(refusal(() => sealer.open(mixed, place)).code).toBe('TAMPERED');
    }
  });

  test('a shortened tag, other spellings of the same bytes, and text that is no sealed value', () => {
    const sealed = sealer.seal(marker, place);
    const [head, tag] = [sealed.slice(0, -22), sealed.slice(-22)];
    const forms = [
      ...[head + tag.slice(0, 16), head, `${sealed}=`, `${sealed} `, ` ${sealed}`, `${sealed}.`, `${sealed}.${tag}`],
      ...[sealed.replace('v1', 'v2'), sealed.replace('v1', 'V1'), '', 'v1', 'v1....', marker, 'undefined'],
    ];
    for (const form of forms) expect(refusal(() => sealer.open(form, place)).code).toBe('MALFORMED');
    // The last character of 16 bytes carries 4 unused bits: all but one of the 16 spellings must be refused.
    const opened = [...alphabet].filter((last) => {
      try {
        return sealer.open(sealed.slice(0, -1) + last, place) === marker;
      } catch {
        return false;
      }
    });
    expect(opened).toEqual([sealed.at(-1)]);
  });

  test('without the plaintext, the sealed value or the key in anything printed', () => {
    const sealed = sealer.seal(marker, place);
    const errors = [
      refusal(() => sealer.open(sealed, { ...place, rowId: 'row-2' })),
      refusal(() => sealer.open(`${sealed}!`, place)),
      refusal(() => sealer.open(sealed.replace('.k1.', '.k9.'), place)),
      refusal(() => sealer.seal(`${marker}\ud800`, place)),
    ];
    const printed = [
      ...errors.map((error) => inspect(error, { depth: 9, showHidden: true })),
      inspect(sealer, { depth: 9 }),
    ];
    const text = `${printed.join('\n')}${JSON.stringify(errors)}`;
    expect(text).toContain('Connection.credentials, row row-1');
    for (const part of [marker, 'MARKER', ...sealed.split('.').slice(2)]) expect(text).not.toContain(part);
    for (const { key: bytes } of keys) {
      for (const form of ['hex', 'base64', 'base64url'] as const) expect(text).not.toContain(bytes.toString(form));
    }
    expect(errors.map(({ cause }) => cause)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('fingerprints', () => {
  const first = key('k1');
  const sealer = createSealer({ keys: [first] });

  test('are short, stable, and different for another text, place or key', () => {
    const print = sealer.fingerprint(marker, place);
    expect(print).toMatch(/^[0-9a-f]{16}$/);
    expect(createSealer({ keys: [first, key('k2')] }).fingerprint(marker, place)).toBe(print);
    const others = [
      sealer.fingerprint(`${marker}!`, place),
      sealer.fingerprint(marker, { ...place, rowId: 'row-2' }),
      sealer.fingerprint(marker, { ...place, tenantId: 'tenant-2' }),
      createSealer({ keys: [key('k1')] }).fingerprint(marker, place),
    ];
    expect(new Set([print, ...others]).size).toBe(5);
  });
});
