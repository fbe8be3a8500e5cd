import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/**
 * UNKNOWN_KEY: sealed with a key that is not configured. TAMPERED: altered, or moved here from another row, column or
 * organization. MALFORMED: not a sealed value at all, or (sealing) a text that would not survive UTF-8.
 */
export type SealedSecretErrorCode = 'UNKNOWN_KEY' | 'TAMPERED' | 'MALFORMED';

/** Names the place of the value, never the value, sealed or open. It has no cause, because a cause could. */
export class SealedSecretError extends Error {
  override readonly name = 'SealedSecretError';
  readonly code: SealedSecretErrorCode;

  constructor(code: SealedSecretErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The place a secret belongs to. A sealed value opens nowhere else. */
export type SealContext = {
  readonly table: string;
  readonly column: string;
  readonly tenantId: string;
  readonly rowId: string;
};

/** `id` (1 to 32 of A-Z a-z 0-9 _ -) is written into each sealed value; `key` is 32 bytes. */
export type SealingKey = { readonly id: string; readonly key: Buffer };

/** What the rest of the gateway knows of sealing; data keys per organization or a vault can take its place. */
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
const algorithm = 'aes-256-gcm';

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
      const bytes = Buffer.from(plaintext);
      if (bytes.toString() !== plaintext) throw failure('MALFORMED', context, 'is not well-formed Unicode');
      const iv = randomBytes(12);
      const cipher = createCipheriv(algorithm, sealing, iv).setAAD(boundTo(current.id, context));
      const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
      const parts = [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'));
      return [version, current.id, ...parts].join('.');
    },

    open(sealed, context) {
      const parts = parse(sealed);
      if (parts === undefined) throw failure('MALFORMED', context, 'is not a sealed value');
      const key = keys.get(parts.keyId);
      if (key === undefined) throw failure('UNKNOWN_KEY', context, 'was sealed with a key that is not configured');
      try {
        const decipher = createDecipheriv(algorithm, key, parts.iv, { authTagLength: 16 });
        decipher.setAAD(boundTo(parts.keyId, context)).setAuthTag(parts.tag);
        return Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]).toString();
      } catch {
        throw failure('TAMPERED', context, 'was altered, or was sealed for another place');
      }
    },

    isCurrent: (sealed) => parse(sealed)?.keyId === current.id,

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

function parse(sealed: string) {
  const [format, keyId, ...rest] = sealed.split('.');
  const [iv, ciphertext, tag] = rest.map(decode);
  if (format !== version || keyId === undefined || rest.length !== 3) return undefined;
  if (iv?.length !== 12 || ciphertext === undefined || tag?.length !== 16) return undefined;
  return { keyId, iv, ciphertext, tag };
}

/** Only the one canonical spelling: Node's decoder would skip strange characters and accept loose last bits. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function failure(
  code: SealedSecretErrorCode,
  { table, column, rowId }: SealContext,
  reason: string,
): SealedSecretError {
  return new SealedSecretError(code, `The secret of ${table}.${column}, row ${rowId}, ${reason}.`);
}
