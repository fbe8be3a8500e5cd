import type { ApiKeys } from '../src/access/api-keys.js';
import { azureUsageInput, recordUsage } from '../src/marketplace/azure-usage.js';
import { ingestCloudSubscriptions } from '../src/marketplace/cloud-subscriptions.js';
import { ingestCustomers } from '../src/marketplace/customers.js';
import { ingestOffers } from '../src/marketplace/offers.js';
import type { Database, Queries } from '../src/storage/database.js';
import { newId } from '../src/storage/ids.js';
import { type DemoKeys, readKeys, writeKeys } from './keys.js';
import { marketplaceOf, ORGANIZATIONS } from './world.js';

/** The keys of the seeded marketplace, which is made when the database does not know those of the file. */
export async function seedOnce(db: Database, apiKeys: ApiKeys, file: string, now: Date): Promise<DemoKeys> {
  const kept = await readKeys(file);
  if (kept && (await apiKeys.authenticate(kept.csp))) return kept;
  return db.transaction(async (tx) => {
    const keys = await seed(tx, apiKeys, now);
    // Before the commit: keys nobody knows would be a lost marketplace, keys without a commit are only seeded again.
    await writeKeys(file, keys);
    return keys;
  });
}

async function seed(tx: Queries, apiKeys: ApiKeys, now: Date): Promise<DemoKeys> {
  const tenantId = newId();
  const ids = { csp: tenantId, reseller: newId(), otherReseller: newId() };
  await tx.organization.createMany({
    data: (['csp', 'reseller', 'otherReseller'] as const).map((who) => ({
      id: ids[who],
      tenantId,
      kind: who === 'csp' ? 'CSP' : 'RESELLER',
      ...ORGANIZATIONS[who],
    })),
  });
  for (const { by, offers, customers, subscriptions, usage } of marketplaceOf(now.toISOString().slice(0, 10))) {
    const context = { scope: { tenantId, organizationId: ids[by] }, now, newId };
    const results = [
      ...(offers.length > 0 ? await ingestOffers(tx, context, offers) : []),
      ...(await ingestCustomers(tx, context, customers)),
      ...(await ingestCloudSubscriptions(tx, context, subscriptions)).results,
    ];
    const rejected = results.find(({ outcome }) => outcome === 'REJECTED');
    if (rejected) throw new Error(`The demo's ${rejected.externalId} was refused: ${rejected.errors[0]?.message}`);
    for (const figure of usage) {
      const { outcome } = await recordUsage(tx, context, azureUsageInput.parse(figure));
      if (outcome !== 'recorded') throw new Error(`The demo's figure ${figure.eventId} was not recorded: ${outcome}`);
    }
  }
  const key = (organizationId: string, name: string, role: 'ADMINISTRATOR' | 'VIEWER' = 'ADMINISTRATOR') =>
    apiKeys.create(tx, { tenantId, organizationId, name, role });
  return {
    csp: await key(ids.csp, 'demo administrator'),
    cspViewer: await key(ids.csp, 'demo viewer', 'VIEWER'),
    reseller: await key(ids.reseller, 'demo administrator'),
    otherReseller: await key(ids.otherReseller, 'demo administrator'),
  };
}
