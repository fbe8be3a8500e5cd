import { afterAll, beforeAll, expect, it } from 'vitest';
import { ANNUAL, act, done, entryOf, MONTHLY, pushSubscription, settled, unique, variantOf } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { Payload } from '../support/documents.js';
import { createStage, type Stage } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let services = 0;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

interface Bought {
  readonly id: string;
  readonly externalId: string;
}

const staged = () =>
  createStage(app, app.csp, { serviceId: monthlyService(services++), offer: { variants: [MONTHLY, ANNUAL] } });
const buy = ({ customer, offer }: Stage) =>
  pushSubscription(app.csp, customer.externalId, offer.externalId, {
    ...{ quantity: 7, unitPrice: '10', unitCost: '8', priceBasis: 'PER_MONTH' },
  });
const record = ({ externalId }: Bought, change: object) =>
  done(app.csp, 'recordSubscriptionChange', { eventId: unique('event'), externalId, ...change });

/** Begins to map, does something while the PSA is asked for the contract, then lets the PSA answer. */
async function meanwhile(
  contractId: string,
  map: () => Promise<Payload>,
  happens: () => Promise<unknown>,
): Promise<Payload> {
  const { faults } = app.simulator.admin;
  const { id } = faults.add({ match: { path: `/Contracts/${contractId}` }, action: 'hold' });
  const mapping = map();
  mapping.catch(() => undefined);
  try {
    await faults.held(id);
    await happens();
  } finally {
    faults.clear();
  }
  return mapping;
}

const whileMapping = (stage: Stage, bought: Bought, contractId: string, happens: () => Promise<unknown>) =>
  meanwhile(contractId, () => stage.map(bought, contractId), happens);

type Happening = (stage: Stage, bought: Bought) => Promise<unknown>;

const REFUSED: readonly [string, Happening, readonly [rule: string, code: string][]][] = [
  [
    'the subscription is cancelled (R36)',
    (_stage, bought) => record(bought, { kind: 'CANCEL' }),
    [['R36', 'SUBSCRIPTION_NOT_ACTIVE']],
  ],
  [
    'it is billed yearly from now on, and that offer is not mapped (R36)',
    (_stage, bought) => record(bought, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' }),
    [['R36', 'OFFER_NOT_MAPPED']],
  ],
  [
    'it is billed yearly from now on, and the contract monthly (R39)',
    async ({ connectionId, offer }, bought) => {
      const offerVariantId = await variantOf(app.csp, offer.externalId, 'ANNUAL');
      const serviceId = PSA.service.yearly;
      await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
      await record(bought, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' });
    },
    [['R39', 'CONTRACT_PERIOD_MISMATCH']],
  ],
  [
    'the mappings of its customer and its offer are deleted (R36, R48)',
    async ({ mappings }) => {
      await done(app.csp, 'deleteConnectionCustomerMapping', { id: mappings.customer });
      await done(app.csp, 'deleteConnectionOfferMapping', { id: mappings.offer });
    },
    [
      ['R36', 'CUSTOMER_NOT_MAPPED'],
      ['R36', 'OFFER_NOT_MAPPED'],
    ],
  ],
  [
    'its customer is mapped to another company than that of the contract (R40)',
    async ({ connectionId, customer, mappings }) => {
      await done(app.csp, 'deleteConnectionCustomerMapping', { id: mappings.customer });
      const companyId = PSA.company.fabrikam;
      await done(app.csp, 'createConnectionCustomerMapping', { connectionId, customerId: customer.id, companyId });
    },
    [['R40', 'CONTRACT_OF_OTHER_COMPANY']],
  ],
  [
    'its offer is mapped to another service (R36)',
    async ({ connectionId, offer, mappings }) => {
      await done(app.csp, 'deleteConnectionOfferMapping', { id: mappings.offer });
      const offerVariantId = await variantOf(app.csp, offer.externalId);
      const serviceId = monthlyService(services++);
      await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    },
    [['R36', 'MAPPING_CHANGED']],
  ],
];

it.each(REFUSED)('a mapping is refused when, while the PSA is asked, %s', async (_what, happens, expected) => {
  const stage = await staged();
  const bought = await buy(stage);
  const contractId = stage.nextContract();
  const { mapping, auditLog, userErrors } = await whileMapping(stage, bought, contractId, () => happens(stage, bought));
  expect(userErrors.map(({ rule, code }) => [rule, code])).toEqual(expected);
  expect(mapping).toBeNull();
  expect(await entryOf(app.csp, auditLog.id)).toMatchObject({ status: 'FAILED', error: { code: expected[0]?.[1] } });
  expect(stage.posts({ contractId })).toEqual([]);
});

it('what changes while the PSA is asked and fits is in the first line, and its entry says so', async () => {
  const stage = await staged();
  const bought = await buy(stage);
  const contractId = stage.nextContract();
  const { auditLog, userErrors } = await whileMapping(stage, bought, contractId, async () => {
    await record(bought, { kind: 'QUANTITY', quantity: 9 });
    await record(bought, { kind: 'PRICE', unitPrice: '11.5' });
  });
  expect(userErrors).toEqual([]);
  expect(await settled(app.csp, auditLog.id)).toMatchObject({
    status: 'SUCCEEDED',
    details: { marketplace: { quantity: 9, unitPrice: '11.5', unitCost: '8' }, after: { units: 9 } },
  });
  const [{ body } = { body: {} }] = stage.posts({ contractId });
  expect(body).toMatchObject({ unitChange: 9, adjustedUnitPrice: 11.5, adjustedUnitCost: 8 });
});

it('the three mappings in one go leave out the last, when the subscription is cancelled meanwhile (R46)', async () => {
  const { connectionId, offer, ...stage } = await staged();
  const bought = await buy({ connectionId, offer, ...stage });
  const contractId = stage.nextContract();
  const input = { connectionId, cloudSubscriptionId: bought.id, contractId };
  const { auditLog, userErrors } = await meanwhile(
    contractId,
    () => act(app.csp, 'syncSubscriptionToConnection', input),
    () => record(bought, { kind: 'CANCEL' }),
  );
  expect(userErrors.map(({ code }) => code)).toEqual(['SUBSCRIPTION_NOT_ACTIVE']);
  expect(auditLog.status).toBe('FAILED');
  expect(stage.posts({ contractId })).toEqual([]);
});
