import { createHmac } from 'node:crypto';
import { decrypt, encrypt, failure, parseSealed, type SealContext } from './cipher.js';
import { createDataKeys, type DataKey, fingerprintKey } from './data-keys.js';
import type { Database } from './database.js';
import type { NewId } from './ids.js';
import type { KeyProvider } from './key-provider.js';
import type { Owner } from './scope.js';

/** The place of a secret that an organization owns. */
export type VaultPlace = SealContext & Owner;

/**
 * Secrets of organizations. Each organization has a data key, wrapped by the key of the gateway. A sealed value is
 * `v2.<data key id>.<iv>.<ciphertext>.<tag>`, bound to its table, column, row, tenant, organization and to this format:
 * it opens nowhere else. Values of the time before (`v1`, sealed with the gateway's key itself) still open.
 */
export interface Vault {
  seal(plaintext: string, place: VaultPlace): Promise<string>;
  /** The plaintext. Throws SealedSecretError. */
  open(sealed: string, place: VaultPlace): Promise<string>;
  /** The plaintext if its key is in memory, else null. Throws SealedSecretError. */
  openNow(sealed: string, place: VaultPlace): string | null;
  /**
   * 16 hexadecimal digits that tell whether the secret of a row has changed. Keyed, because a plain hash of a weak secret can
   * be guessed; no rotation changes it.
   */
  fingerprint(plaintext: string, place: VaultPlace): Promise<string>;
  /** Makes a new data key for an organization; what the old one sealed still opens, and is sealed anew by `resealAll`. */
  rotate(owner: Owner, now: Date): Promise<void>;
}

const FORMAT = 'v2';

export function createVault(options: {
  readonly db: Database;
  readonly provider: KeyProvider;
  readonly newId: NewId;
}): Vault {
  const keys = createDataKeys(options);

  function openWith(key: DataKey, sealed: string, place: VaultPlace): string {
    const parts = parseSealed(FORMAT, sealed);
    if (!parts || key.tenantId !== place.tenantId || key.organizationId !== place.organizationId) {
      throw failure('TAMPERED', place, 'was altered, or was sealed for another place');
    }
    return decrypt(key.key, boundTo(key, place), parts, place);
  }

  return {
    async seal(plaintext, place) {
      const key = await keys.current(place, 'SEAL');
      return `${FORMAT}.${key.id}.${encrypt(key.key, boundTo(key, place), plaintext, place)}`;
    },
    async open(sealed, place) {
      if (sealed.startsWith('v1.')) return options.provider.openDirect(sealed, place);
      return openWith(await keys.byId(place.tenantId, keyIdOf(sealed, place)), sealed, place);
    },
    openNow(sealed, place) {
      if (sealed.startsWith('v1.')) return options.provider.openDirect(sealed, place);
      const key = keys.known(keyIdOf(sealed, place));
      return key ? openWith(key, sealed, place) : null;
    },
    async fingerprint(plaintext, place) {
      const key = await keys.current(place, 'FINGERPRINT');
      const mac = createHmac('sha256', fingerprintKey(key)).update(boundTo(key, place)).update('\0');
      return mac.update(plaintext).digest('hex').slice(0, 16);
    },
    rotate: keys.rotate,
  };
}

function keyIdOf(sealed: string, place: SealContext): string {
  const keyId = parseSealed(FORMAT, sealed)?.keyId ?? '';
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(keyId)) {
    throw failure('MALFORMED', place, 'is not a sealed value');
  }
  return keyId;
}

/** JSON, because no two different lists of strings have the same JSON. */
function boundTo(key: DataKey, { table, column, tenantId, rowId }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([FORMAT, key.id, table, column, tenantId, key.organizationId, rowId]));
}
