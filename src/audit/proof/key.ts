import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/** Signs checkpoints. `id` names its public half. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** Public keys by their ids. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The Ed25519 key of 32 random bytes. */
export function signingKey(seed: Uint8Array): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  return { id: idOf(createPublicKey(privateKey)), privateKey };
}

export function publicKeyOf({ privateKey }: SigningKey): KeyObject {
  return createPublicKey(privateKey);
}

/** For whoever checks elsewhere: `openssl pkeyutl -verify` and every other library read it. */
export function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

/** Throws when a text is no public Ed25519 key in PEM. */
export function publicKeyFrom(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('This is not an Ed25519 key.');
  return key;
}

/** The same from the middle line of its PEM. */
export function publicKeyOfLine(line: string): KeyObject {
  return createPublicKey({ key: Buffer.from(line, 'base64'), format: 'der', type: 'spki' });
}

export function publicKeys(...keys: readonly KeyObject[]): PublicKeys {
  return new Map(keys.map((key) => [idOf(key), key]));
}

export function idOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16);
}
