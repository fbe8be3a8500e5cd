import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { decrypt, encrypt, failure, parseSealed, type SealContext } from './cipher.js';

export { type SealContext, SealedSecretError, type SealedSecretErrorCode } from './cipher.js';

/** `id` (1 to 32 of A-Z a-z 0-9 _ -) is written into each sealed value; `key` is 32 bytes. */
export type SealingKey = { readonly id: string; readonly key: Buffer };

/** Sealing with keys that are at hand. It wraps the data keys of the vault, and opens what was sealed before there were any. */
export type Sealer = {
  /** `v1.<key id>.<iv>.<ciphertext>.<tag>`, the last three in base64url. */
  seal(plaintext: string, context: SealContext): string;
  /** The plaintext. Throws SealedSecretError. */
  open(sealed: string, context: SealContext): string;
  /** Was it sealed with the first key? If not, seal it again before the older key is taken away. */
  isCurrent(sealed: string): boolean;
  /**
   * 16 hexadecimal digits that tell whether the secret of a row has changed. Keyed, because a plain hash of a weak secret
   * can be guessed; changes when the first key changes.
   */
  fingerprint(plaintext: string, context: SealContext): string;
};

const version = 'v1';

/** AES-256-GCM with a random 12-byte IV for each value. The first key seals, all of them open: rotation needs no pause. */
export function createSealer(options: { keys: readonly SealingKey[] }): Sealer {
  const [current] = options.keys;
  if (current === undefined) throw new TypeError('A sealer needs at least one key.');
  const keys = new Map<string, KeyObject>();
  for (const { id, key } of options.keys) {
    if (!/^[\w-]{1,32}$/.test(id)) throw new TypeError('A sealing key id is 1 to 32 letters, digits, "_" or "-".');
    if (key.length !== 32) throw new TypeError(`The sealing key ${id} must have 32 bytes, it has ${key.length}.`);
    if (keys.has(id)) throw new TypeError(`Two sealing keys have the id ${id}.`);
    keys.set(id, createSecretKey(key));
  }
  const sealing = createSecretKey(current.key);
  const fingerprinting = Buffer.from(hkdfSync('sha256', current.key, '', 'connector-gateway fingerprint', 32));

  return {
    seal(plaintext, context) {
      return `${version}.${current.id}.${encrypt(sealing, boundTo(current.id, context), plaintext, context)}`;
    },

    open(sealed, context) {
      const parts = parseSealed(version, sealed);
      if (parts === undefined) throw failure('MALFORMED', context, 'is not a sealed value');
      const key = keys.get(parts.keyId);
      if (key === undefined) throw failure('UNKNOWN_KEY', context, 'was sealed with a key that is not configured');
      return decrypt(key, boundTo(parts.keyId, context), parts, context);
    },

    isCurrent: (sealed) => parseSealed(version, sealed)?.keyId === current.id,

    fingerprint(plaintext, context) {
      const mac = createHmac('sha256', fingerprinting).update(boundTo('fingerprint', context)).update('\0');
      return mac.update(plaintext).digest('hex').slice(0, 16);
    },
  };
}

/** JSON, because no two different lists of strings have the same JSON. */
function boundTo(keyId: string, { table, column, tenantId, rowId }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, table, column, tenantId, rowId]));
}
