import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto';

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

const algorithm = 'aes-256-gcm';

/** Three parts in base64url, joined by dots: a random 12-byte IV, the ciphertext, the tag. Throws MALFORMED. */
export function encrypt(key: KeyObject, bound: Buffer, plaintext: string, context: SealContext): string {
  const bytes = Buffer.from(plaintext);
  if (bytes.toString() !== plaintext) throw failure('MALFORMED', context, 'is not well-formed Unicode');
  const iv = randomBytes(12);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(bound);
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url')).join('.');
}

/** The plaintext of those parts. Throws TAMPERED, also when they are bound to another place. */
export function decrypt(key: KeyObject, bound: Buffer, parts: Parts, context: SealContext): string {
  try {
    const decipher = createDecipheriv(algorithm, key, parts.iv, { authTagLength: 16 });
    decipher.setAAD(bound).setAuthTag(parts.tag);
    return Buffer.concat([decipher.update(parts.ciphertext), decipher.final()]).toString();
  } catch {
    throw failure('TAMPERED', context, 'was altered, or was sealed for another place');
  }
}

interface Parts {
  readonly keyId: string;
  readonly iv: Buffer;
  readonly ciphertext: Buffer;
  readonly tag: Buffer;
}

/** The parts of `<format>.<key id>.<iv>.<ciphertext>.<tag>`, or undefined when it is not one. */
export function parseSealed(format: string, sealed: string): Parts | undefined {
  const [version, keyId, ...rest] = sealed.split('.');
  const [iv, ciphertext, tag] = rest.map(decode);
  if (version !== format || keyId === undefined || rest.length !== 3) return undefined;
  if (iv?.length !== 12 || ciphertext === undefined || tag?.length !== 16) return undefined;
  return { keyId, iv, ciphertext, tag };
}

/** Only the one canonical spelling: Node's decoder would skip strange characters and accept loose last bits. */
function decode(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

export function failure(
  code: SealedSecretErrorCode,
  { table, column, rowId }: SealContext,
  reason: string,
): SealedSecretError {
  return new SealedSecretError(code, `The secret of ${table}.${column}, row ${rowId}, ${reason}.`);
}
