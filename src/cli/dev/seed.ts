import { storeKey } from '../../access/key-store.js';
import { ingestCloudSubscriptions } from '../../marketplace/cloud-subscriptions.js';
import { ingestCustomers } from '../../marketplace/customers.js';
import { ingestOffers } from '../../marketplace/offers.js';
import type { Database } from '../../storage/database.js';
import { newId } from '../../storage/ids.js';
import type { NamedScope } from '../organizations.js';
import { marketplaceOf } from './world.js';

const NAME = 'Dev Cloud';
const KEY_DAYS = 30;

/** The organization whose marketplace is played with, made and filled when the database is new. */
export async function seedOnce(db: Database, now: Date): Promise<NamedScope> {
  const found = await db.client.organization.findFirst({ where: { name: NAME } });
  if (found) return { tenantId: found.tenantId, organizationId: found.id, name: found.name };
  return db.transaction(async (tx) => {
    const id = newId();
    const scope = { tenantId: id, organizationId: id };
    await tx.organization.create({ data: { id, tenantId: id, kind: 'CSP', name: NAME } });
    const context = { scope, now, newId };
    const { offers, customers, subscriptions } = marketplaceOf(now);
    const results = [
      ...(await ingestOffers(tx, context, offers)),
      ...(await ingestCustomers(tx, context, customers)),
      ...(await ingestCloudSubscriptions(tx, context, subscriptions)).results,
    ];
    const refused = results.find(({ outcome }) => outcome === 'REJECTED');
    if (refused) throw new Error(`The seed's ${refused.externalId} was refused: ${refused.errors[0]?.message}`);
    return { ...scope, name: NAME };
  });
}

/** A key for this run: only hashes of keys are kept, so one that was shown before cannot be shown again. */
export async function createKey(db: Database, { tenantId, organizationId }: NamedScope, now: Date): Promise<string> {
  const expiresAt = new Date(now.getTime() + KEY_DAYS * 86_400_000);
  const key = { id: newId(), tenantId, organizationId, name: 'dev', role: 'ADMINISTRATOR', expiresAt } as const;
  return db.transaction((tx) => storeKey(tx, key));
}
