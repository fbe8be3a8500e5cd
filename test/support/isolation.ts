import { decodeAny } from '../../src/schema/ids.js';
import { newId } from '../../src/storage/ids.js';
import { ROLES } from '../../src/storage/roles.js';
import type { IsolationSwitch } from '../../src/storage/scoped-pool.js';
import { connected, done, pushCustomer, pushOffer, pushSubscription, settled, unique, variantOf } from './acts.js';
import type { TestApp } from './app.js';
import { type Caller, createCaller } from './caller.js';
import { reconciled } from './drift.js';
import { monthlyContract, monthlyService, PSA } from './world.js';

const OPEN = { ...ROLES, organization: ROLES.system, tenant: ROLES.system };

/** Takes out of a statement every condition by which the application keeps to the caller's organization. */
export function withoutScope(statement: string): string {
  return statement.replaceAll(
    /(?:"?\w+"?\.){0,2}"(?:tenantId|organizationId)" = (\$\d+)(?:::uuid)?/g,
    '($1::uuid IS NOT NULL)',
  );
}

/** The layers that stand. */
export const LAYERS: { readonly [mode: string]: IsolationSwitch } = {
  both: {},
  'the application alone': { roles: OPEN },
  'PostgreSQL alone': { rewrite: withoutScope },
  neither: { roles: OPEN, rewrite: withoutScope },
};

/** One object of every node type, and more, by type. */
export type Owned = { readonly [typename: string]: string };

export interface Member {
  readonly name: string;
  readonly key: string;
  readonly scope: { readonly tenantId: string; readonly organizationId: string };
  readonly owned: Owned;
  readonly externalIds: { readonly customer: string; readonly offer: string; readonly subscription: string };
}

/** A Reseller of the second CSP, so that there are two tenants of a CSP and a Reseller each. */
async function outsiderOf({ app, url, database }: TestApp): Promise<Caller> {
  const [stranger] = await database.sql<{ id: string }>(`SELECT "id" FROM "Organization" WHERE "name" = 'Second CSP'`);
  const tenantId = stranger?.id ?? '';
  const id = newId();
  await app.db.client.organization.create({ data: { id, tenantId, kind: 'RESELLER', name: 'Outsider' } });
  const key = { tenantId, organizationId: id, name: 'outsider', role: 'ADMINISTRATOR' as const };
  return createCaller(url, await app.db.transaction((tx) => app.apiKeys.create(tx, key)));
}

/** Two CSPs with a Reseller each, and what each of them owns. */
export async function fourOrganizations(app: TestApp): Promise<Member[]> {
  const outsider = await outsiderOf(app);
  const callers = { csp: app.csp, reseller: app.reseller, stranger: app.stranger, outsider };
  const members: Member[] = [];
  for (const [name, caller] of Object.entries(callers)) members.push(await memberOf(app, name, caller, members.length));
  await outsider.close();
  return members;
}

async function memberOf({ app }: TestApp, name: string, caller: Caller, at: number): Promise<Member> {
  const secret = (what: string) => unique(`${what} of the ${name}`);
  const connection = await connected(caller, { alias: secret('Connection') });
  const customer = await pushCustomer(caller, { companyName: secret('Customer') });
  const offer = await pushOffer(caller, { name: secret('Offer') });
  const subscription = await pushSubscription(caller, customer.externalId, offer.externalId, { name: secret('Sub') });
  const variant = await variantOf(caller, offer.externalId);
  const connectionId = connection.id;
  const mapped = async (field: string, input: object) => {
    const { mapping, auditLog } = await done(caller, field, { connectionId, ...input });
    return { id: mapping?.id ?? '', entry: auditLog.id };
  };
  const customerMapping = await mapped('createConnectionCustomerMapping', {
    customerId: customer.id,
    companyId: PSA.company.contoso,
  });
  const offerMapping = await mapped('createConnectionOfferMapping', {
    offerVariantId: variant,
    serviceId: monthlyService(0),
  });
  const line = await mapped('createConnectionSubscriptionMapping', {
    cloudSubscriptionId: subscription.id,
    contractId: monthlyContract(at),
  });
  await settled(caller, line.entry);
  const { reconciliation } = await reconciled(caller, connectionId);
  const { apiKey } = await done(caller, 'createApiKey', { name: secret('Key'), role: 'VIEWER' });

  const row = (id: string) => decodeAny(id).id;
  const found = await app.db.client.connection.findFirstOrThrow({ where: { id: row(connectionId) } });
  const { tenantId, organizationId } = found;
  const now = new Date();
  const drift = await app.db.client.drift.create({
    data: {
      ...{ tenantId, organizationId, id: newId(), connectionId: found.id, mappingId: row(line.id) },
      ...{ field: 'UNIT_COST', cause: 'UNKNOWN', marketplaceValue: '8', psaValue: '9', day: now },
      ...{ firstSeenAt: now, lastSeenAt: now },
    },
  });
  await app.db.client.azureUsage.create({
    data: {
      ...{
        tenantId,
        organizationId,
        id: newId(),
        cloudSubscriptionId: row(subscription.id),
        month: new Date('2026-10-01'),
        revision: 1,
      },
      ...{ currency: 'USD', cost: '1', eventId: 'usage', inputHash: '' },
    },
  });
  return {
    name,
    key: caller.key,
    scope: { tenantId, organizationId },
    externalIds: {
      customer: customer.externalId,
      offer: offer.externalId,
      subscription: subscription.externalId,
    },
    owned: {
      ApiKey: apiKey?.id ?? '',
      AuditLog: line.entry,
      CloudSubscription: subscription.id,
      Connection: connectionId,
      Customer: customer.id,
      CustomerMapping: customerMapping.id,
      Drift: `dri_${drift.id.replaceAll('-', '')}`,
      Offer: offer.id,
      OfferMapping: offerMapping.id,
      OfferVariant: variant,
      Reconciliation: reconciliation.id,
      SubscriptionMapping: line.id,
    },
  };
}

/** The same, of nobody: each id has its type's prefix. */
export function ofNobody({ owned, externalIds }: Member): Pick<Member, 'owned' | 'externalIds'> {
  const unknown = Object.entries(owned).map(([typename, id]) => [
    typename,
    id.replace(/[0-9a-f]{32}$/, '00000000000040008000000000000001'),
  ]);
  const none = Object.keys(externalIds).map((name) => [name, `none ${name}`]);
  return { owned: Object.fromEntries(unknown), externalIds: Object.fromEntries(none) };
}
