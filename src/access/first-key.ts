import type { Database } from '../storage/database.js';
import { newId } from '../storage/ids.js';
import type { ApiKeys } from './api-keys.js';

/**
 * A database without any organization gets one CSP and one administrator's key, so that somebody can begin. Answers the
 * key, or null when there are organizations already. Safe when several instances start at once.
 */
export async function createFirstKey(db: Database, apiKeys: ApiKeys): Promise<string | null> {
  return db.transaction(async (tx) => {
    await tx.$executeRaw`LOCK TABLE "Organization" IN EXCLUSIVE MODE`;
    if ((await tx.organization.count()) > 0) return null;
    const id = newId();
    await tx.organization.create({ data: { id, tenantId: id, kind: 'CSP', name: 'CSP' } });
    return apiKeys.create(tx, { tenantId: id, organizationId: id, name: 'first administrator', role: 'ADMINISTRATOR' });
  });
}
