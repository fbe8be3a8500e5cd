import { join } from 'node:path';
import { loadOrCreateKey, parseSecretKey, readKeys } from '../../storage/secret-key.js';
import { type PublicKeys, publicKeyOf, publicKeyOfLine, publicKeys, type SigningKey, signingKey } from './key.js';

/** The data folder's file with the signing key: 32 bytes as base64; further lines are keys that signed before. */
const FILE = 'audit.key';
const CHECKPOINTS = 'audit-checkpoints.ndjson';

export interface AuditKeys {
  /** Signs. Null: there is none yet. */
  readonly signing: SigningKey | null;
  /** Those whose signatures are believed. */
  readonly known: PublicKeys;
}

/** What the settings say of keys. */
export interface KeySettings {
  readonly key: string | null;
  /** Public keys that are believed too, each the middle line of its PEM. */
  readonly acceptedKeys: readonly string[];
}

/** The key of the setting, or those of the data folder, and the accepted ones. Throws SecretKeyError. */
export async function readAuditKeys({ key: given, acceptedKeys }: KeySettings, dataDir: string): Promise<AuditKeys> {
  const secrets = given ? [parseSecretKey(given, 'GATEWAY_AUDIT_KEY')] : await readKeys(join(dataDir, FILE));
  const keys = (secrets ?? []).map(({ key }) => signingKey(key));
  const known = publicKeys(...keys.map(publicKeyOf), ...acceptedKeys.map(publicKeyOfLine));
  return { signing: keys[0] ?? null, known };
}

/** The same, where a key is made if there is none. */
export async function loadAuditKeys(
  given: KeySettings,
  dataDir: string,
): Promise<AuditKeys & { readonly signing: SigningKey }> {
  if (!given.key) await loadOrCreateKey(join(dataDir, FILE));
  const { signing, known } = await readAuditKeys(given, dataDir);
  if (!signing) throw new Error(`The key file ${join(dataDir, FILE)} disappeared while it was made.`);
  return { signing, known };
}

/** Where checkpoints are written, a setting aside. */
export function checkpointPlace(given: string | null, dataDir: string): string {
  return given ?? join(dataDir, CHECKPOINTS);
}
