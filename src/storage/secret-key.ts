import { createHmac, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SealingKey } from './sealed.js';

/** A key text or key file cannot be used. The message says why and never shows it. */
export class SecretKeyError extends Error {
  override readonly name = 'SecretKeyError';
}

/** Reads the text of GATEWAY_SECRET_KEY: 32 bytes as base64, base64url or hex. `source` names it in errors. */
export function parseSecretKey(text: string, source = 'GATEWAY_SECRET_KEY'): SealingKey {
  const trimmed = text.trim();
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : fromBase64(trimmed);
  if (bytes?.length !== 32) {
    throw new SecretKeyError(
      `${source} must be 32 random bytes as base64 or hex. To make one: openssl rand -base64 32`,
    );
  }
  return { id: idOf(bytes), key: bytes };
}

/**
 * The key beside the embedded database, made at the first start (mode 0600). Whoever loses it loses every stored
 * credential, so it belongs into the backup, apart from the data. Two processes at the first start get the same key.
 */
export async function loadOrCreateKey(file: string): Promise<SealingKey> {
  const found = await load(file);
  if (found !== undefined) return found;
  await mkdir(dirname(file), { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('base64')}\n`);
    await handle.sync();
    // Fails when the name exists: the first key stays.
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  const made = await load(file);
  if (made === undefined) throw new SecretKeyError(`The key file ${file} disappeared while it was made.`);
  return made;
}

/** All keys of a key file, a line each: the first seals, the others only open. Null when there is no such file. */
export async function readKeys(file: string): Promise<readonly SealingKey[] | null> {
  const text = await read(file);
  if (text === undefined) return null;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new SecretKeyError(`The key file ${file} is empty.`);
  return lines.map((line) => parseSecretKey(line, `The key file ${file}`));
}

/** Puts a new key in front of those of a key file. Whoever reads it meanwhile sees the file before or after. */
export async function addKey(file: string): Promise<SealingKey> {
  const text = await read(file);
  if (text === undefined) throw new SecretKeyError(`There is no key file ${file}.`);
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const line = randomBytes(32).toString('base64');
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${line}\n${text}`);
    await handle.sync();
    await rename(draft, file);
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  return parseSecretKey(line);
}

async function load(file: string): Promise<SealingKey | undefined> {
  return (await readKeys(file))?.[0];
}

async function read(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new SecretKeyError(`Other accounts may read the key file ${file}. Close it: chmod 600 ${file}`);
  }
  return text;
}

/** Named after the key itself, so that the same key has the same id wherever it is read. */
const idOf = (key: Buffer) => createHmac('sha256', key).update('connector-gateway key id').digest('hex').slice(0, 8);

function fromBase64(text: string): Buffer | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  const bytes = Buffer.from(plain, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === plain ? bytes : undefined;
}
