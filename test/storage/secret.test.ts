import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/storage/secret.js';
import { loadOrCreateKey, parseSecretKey } from '../../src/storage/secret-key.js';
import { createSandbox } from './support/sandbox.js';

const sandbox = createSandbox();
afterEach(() => sandbox.clear());

describe('Secret', () => {
  test('gives its text out only when asked', () => {
    const secret = new Secret('MARKER');
    expect(secret.reveal()).toBe('MARKER');
    const nested = { credentials: [{ secret }], map: new Map([['secret', secret]]) };
    const printed = [
      ...[`${secret}`, String(secret), secret.toString(), `${secret}${[secret]}`, [secret].join()],
      ...[JSON.stringify(nested), JSON.stringify({ ...secret }), format('%s %o %O %j', secret, secret, secret, nested)],
      ...[inspect(secret), inspect(nested, { depth: 9, showHidden: true, getters: true, customInspect: true })],
      ...[inspect(secret, { customInspect: false, showHidden: true, depth: 9 }), new Error(`bad ${secret}`).stack],
      ...[Object.getOwnPropertyNames(secret).join(), JSON.stringify(structuredClone({ ...secret }))],
    ].join('\n');
    expect(printed).not.toContain('MARKER');
    expect(`${secret}`).toBe('[redacted]');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
    expect(inspect({ secret })).toBe('{ secret: [redacted] }');
  });
});

describe('the text of a key', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index * 3));

  test('may be base64, base64url or hex, and names the same key', () => {
    const forms = [
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      ` ${bytes.toString('base64')}\n`,
    ];
    const keys = [...forms, bytes.toString('hex').toUpperCase()].map((text) => parseSecretKey(text));
    for (const { id, key } of keys) {
      expect(key).toEqual(bytes);
      expect(id).toBe(keys[0]?.id);
    }
    expect(parseSecretKey('00'.repeat(32)).id).not.toBe(keys[0]?.id);
  });

  test.each([
    ...['', 'MARKER', 'MARKER'.repeat(8), bytes.toString('hex').slice(2), bytes.toString('base64').slice(4)],
    ...[
      `${bytes.toString('base64').slice(0, -4)}MARKER==`,
      `${bytes.toString('base64').slice(0, 20)}*${'A'.repeat(23)}`,
    ],
  ])('is refused when it is not 32 bytes, without showing it (case %#)', (text) => {
    const refused = () => parseSecretKey(text);
    expect(refused).toThrow(
      /^GATEWAY_SECRET_KEY must be 32 random bytes as base64 or hex\. To make one: openssl rand -base64 32$/,
    );
  });
});

describe('the key file', () => {
  test('is made once, closed to others, and read again', async () => {
    const file = join(await sandbox.folder(), 'deep', 'secret-key');
    const made = await loadOrCreateKey(file);
    expect(made.key).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadOrCreateKey(file)).toEqual(made);
    expect(parseSecretKey(await readFile(file, 'utf8'))).toEqual(made);
    expect(await readdir(dirname(file))).toEqual(['secret-key']);
  });

  test('is the same for all that start at once', async () => {
    const file = join(await sandbox.folder(), 'secret-key');
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateKey(file)));
    expect(new Set(keys.map(({ key }) => key.toString('hex'))).size).toBe(1);
  });

  test('is refused, not replaced, when others may read it or when it is damaged', async () => {
    const file = join(await sandbox.folder(), 'secret-key');
    await loadOrCreateKey(file);
    await chmod(file, 0o644);
    await expect(loadOrCreateKey(file)).rejects.toThrow(`chmod 600 ${file}`);
    await chmod(file, 0o600);
    await writeFile(file, 'MARKER');
    await expect(loadOrCreateKey(file)).rejects.toThrow(/^The key file .* must be 32 random bytes/);
    expect(await readFile(file, 'utf8')).toBe('MARKER');
  });
});
