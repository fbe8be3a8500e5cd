import pg from 'pg';
import { placeOf, type StoredDataKey } from './data-keys.js';
import type { KeyProvider } from './key-provider.js';
import { type SealContext, SealedSecretError } from './sealed.js';
import { SecretKeyError } from './secret-key.js';

/**
 * Before anything is changed, migrations included: can the secrets of this database be opened? One data key of each wrapping
 * key and one secret of each old sealing key is tried. Without keys (`provider` null) the database must hold no secret.
 * Throws SecretKeyError.
 */
export async function checkKeys(databaseUrl: string, provider: KeyProvider | null): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const { keyId, tryIt } of await samples(client)) {
      if (!provider) throw lost([keyId], 'there is no key: the key file is gone, and GATEWAY_SECRET_KEY is not set');
      try {
        await tryIt(provider);
      } catch (error) {
        if (!(error instanceof SealedSecretError)) throw error;
        const why = error.code === 'UNKNOWN_KEY' ? `the key given is ${await provider.currentId()}` : error.message;
        throw lost([keyId], why);
      }
    }
  } finally {
    await client.end();
  }
}

interface Sample {
  readonly keyId: string;
  tryIt(provider: KeyProvider): Promise<unknown>;
}

async function samples(client: pg.Client): Promise<Sample[]> {
  const exists = async (table: string) =>
    (await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS "found"', [`"${table}"`])).rows[0]
      ?.found === true;
  const found: Sample[] = [];
  if (await exists('DataKey')) {
    const { rows } = await client.query<StoredDataKey & { kekId: string }>(
      'SELECT DISTINCT ON ("kekId") "kekId", "tenantId", "organizationId", "id", "wrapped" FROM "DataKey" ORDER BY "kekId"',
    );
    for (const row of rows) {
      found.push({ keyId: row.kekId, tryIt: (provider) => provider.unwrap(row.wrapped, placeOf(row)) });
    }
  }
  if (await exists('Connection')) {
    const { rows } = await client.query<{ keyId: string; tenantId: string; id: string; sealed: string }>(
      `SELECT DISTINCT ON (split_part("sealedCredentials", '.', 2)) split_part("sealedCredentials", '.', 2) AS "keyId",
         "tenantId", "id", "sealedCredentials" AS "sealed" FROM "Connection" WHERE "sealedCredentials" LIKE 'v1.%'
       ORDER BY split_part("sealedCredentials", '.', 2)`,
    );
    for (const { keyId, tenantId, id, sealed } of rows) {
      const place: SealContext = { table: 'Connection', column: 'sealedCredentials', tenantId, rowId: id };
      found.push({ keyId, tryIt: async (provider) => provider.openDirect(sealed, place) });
    }
  }
  return found;
}

function lost(keyIds: readonly string[], why: string): SecretKeyError {
  return new SecretKeyError(
    `The secrets of this database were sealed with the key ${keyIds.join(', ')}, and ${why}. Nothing was changed. Bring that ` +
      'key back: from the backup of the data folder (secret.key), or as GATEWAY_SECRET_KEY or one of ' +
      'GATEWAY_SECRET_KEYS_ACCEPTED.',
  );
}
