import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  act,
  connected,
  done,
  entries,
  mappingOf,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  subscriptionRow,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { drifts, reconciled } from '../support/drift.js';
import { monthlyContract, monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let made = 0;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const IN_EURO = { name: 'Seats', currency: 'EUR', unitCost: '8', unitPrice: '9' };
const IN_DOLLAR = { name: 'Seats', currency: 'USD', unitCost: '7', unitPrice: '8' };
const SOLD_BY = { resellerId: 'reseller' };

interface Sale {
  readonly id: string;
  readonly externalId: string;
  readonly customer: { readonly id: string; readonly externalId: string };
  readonly offer: { readonly id: string; readonly externalId: string };
}

/** A sale of the Reseller's, which it records in euros; the CSP takes part in dollars. */
async function bothRecord(first: 'reseller' | 'csp'): Promise<Sale> {
  const offer = await pushOffer(app.csp);
  if (first === 'csp') {
    const customer = await pushCustomer(app.csp, SOLD_BY);
    const resellerPrice = { unitCost: '8', unitPrice: '9', currency: 'EUR' };
    const money = { ...SOLD_BY, ...IN_DOLLAR, resellerPrice };
    return { ...(await pushSubscription(app.csp, customer.externalId, offer.externalId, money)), customer, offer };
  }
  const customer = await pushCustomer(app.reseller);
  const sold = await pushSubscription(app.reseller, customer.externalId, offer.externalId, IN_EURO);
  const item = { externalId: customer.externalId, companyName: 'Shared', ...SOLD_BY };
  await done(app.csp, 'upsertCustomers', { items: [item] });
  const sale = { ...sold, customer, offer };
  await record(app.csp, sale, { ...SOLD_BY, ...IN_DOLLAR });
  return sale;
}

async function record(caller: TestApp['csp'], { externalId, customer, offer }: Sale, money: object): Promise<void> {
  const row = subscriptionRow(customer.externalId, offer.externalId, { externalId, ...money });
  const { results } = await done(caller, 'upsertCloudSubscriptions', { items: [row] });
  expect(results).toEqual([expect.objectContaining({ errors: [] })]);
}

/** A connection of the CSP in its own currency, on which the sale can be mapped. */
async function ready({ customer, offer }: Sale): Promise<{ connectionId: string; contractId: string }> {
  const { id: connectionId } = await connected(app.csp);
  const at = made++;
  const serviceId = monthlyService(at);
  const offerVariantId = await variantOf(app.csp, offer.externalId);
  await done(app.csp, 'createConnectionCustomerMapping', {
    ...{ connectionId, customerId: customer.id, companyId: PSA.company.contoso },
  });
  await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
  return { connectionId, contractId: monthlyContract(at) };
}

it.each(['reseller', 'csp'] as const)(
  'a CSP in dollars bills the sale of its Reseller in euros, and nothing drifts, when the %s records it first (R8, R9, R43)',
  async (first) => {
    const sale = await bothRecord(first);
    const { connectionId, contractId } = await ready(sale);
    const input = { connectionId, cloudSubscriptionId: sale.id, contractId };
    const { auditLog, mapping, userErrors } = await act(app.csp, 'createConnectionSubscriptionMapping', input);
    expect(userErrors).toEqual([]);
    expect(await settled(app.csp, auditLog.id)).toMatchObject({ status: 'SUCCEEDED' });
    const [written] = app.simulator.admin.journal
      .list({ writes: true })
      .filter(({ path }) => path.includes(`/Contracts/${contractId}/`));
    expect(written?.body).toMatchObject({ adjustedUnitPrice: 8, adjustedUnitCost: 7 });

    await record(app.reseller, sale, { ...IN_EURO, unitPrice: '9.5' });
    expect((await reconciled(app.csp, connectionId)).entry).toMatchObject({ status: 'SUCCEEDED' });
    expect(await drifts(app.csp, connectionId)).toEqual([]);
    expect(await mappingOf(app.csp, mapping?.id ?? '')).toMatchObject({ syncState: 'SYNCED' });
  },
);

it('its own currency must be that of the connection, whatever the Reseller records in (R9)', async () => {
  const sale = await bothRecord('reseller');
  const { id: connectionId } = await connected(app.csp, { currency: 'EUR' });
  const input = { connectionId, cloudSubscriptionId: sale.id, contractId: PSA.contract.inEuro };
  const { userErrors } = await act(app.csp, 'createConnectionSubscriptionMapping', input);
  expect(userErrors).toEqual([expect.objectContaining({ code: 'CURRENCY_MISMATCH', currency: 'EUR', found: 'USD' })]);
});

it('a line whose own price is in another currency by now drifts (R9)', async () => {
  const sale = await bothRecord('csp');
  const { connectionId, contractId } = await ready(sale);
  const input = { connectionId, cloudSubscriptionId: sale.id, contractId };
  const { auditLog } = await done(app.csp, 'createConnectionSubscriptionMapping', input);
  await settled(app.csp, auditLog.id);
  await record(app.csp, sale, { ...SOLD_BY, ...IN_EURO });
  const told = await entries(app.csp, { targetIds: [sale.id], operations: ['UpdateSubscriptionOnConnection'] });
  const ended = await Promise.all(told.map(({ id }) => settled(app.csp, id)));
  expect(ended.map(({ status }) => status)).toEqual(['FAILED']);
  await reconciled(app.csp, connectionId);
  expect(await drifts(app.csp, connectionId)).toContainEqual(
    expect.objectContaining({ field: 'CURRENCY', cause: 'MAPPING_STALE', marketplaceValue: 'EUR', psaValue: 'USD' }),
  );
});
