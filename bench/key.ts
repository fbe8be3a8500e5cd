import { createApiKeys } from '../src/access/api-keys.js';
import { createDatabase } from '../src/storage/database.js';
import { newId } from '../src/storage/ids.js';
import { createOrganizations } from '../test/support/app.js';

/** Makes the organizations of the tests on a migrated database; the key of an administrator of the first CSP. */
export async function createKey(databaseUrl: string): Promise<string> {
  const db = createDatabase(databaseUrl, { poolSize: 2 });
  try {
    const keys = await createOrganizations({ db, apiKeys: createApiKeys(db, newId, () => new Date()) });
    return keys.csp;
  } finally {
    await db.close();
  }
}
