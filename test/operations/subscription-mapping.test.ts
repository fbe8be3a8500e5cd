import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANNUAL,
  act,
  connected,
  done,
  entryOf,
  MONTHLY,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { THIS_MONTH, TODAY } from '../support/dates.js';
import { createStage, type Stage, standing } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterAll(() => app?.close());

const push = (more: object = {}) => pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId, more);

describe('mapping a cloud subscription', () => {
  it('scenario 13: writes its first line with units, cost and price of its context, and is SYNCED (R43, R44)', async () => {
    const subscription = await push({ quantity: 7, unitCost: '8.4300', unitPrice: '10.5375' });
    const { mapping, auditLog, userErrors, contractId } = await stage.map(subscription);
    expect(userErrors).toEqual([]);
    expect(mapping).toMatchObject({ __typename: 'SubscriptionMapping', state: 'PROCESSING', syncState: 'PENDING' });
    expect(auditLog).toMatchObject({ operationLabel: 'Create Connection Subscription Mapping' });
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: {
        before: { units: 0 },
        change: { units: 7, effectiveDate: THIS_MONTH },
        after: { units: 7 },
        writes: 1,
      },
    });
    const posts = stage.posts({ contractId });
    expect(posts).toEqual([
      {
        method: 'POST',
        committed: true,
        status: 200,
        body: {
          contractID: Number(contractId),
          serviceID: Number(stage.serviceId),
          unitChange: 7,
          effectiveDate: THIS_MONTH,
          adjustedUnitPrice: 10.5375,
          adjustedUnitCost: 8.43,
        },
      },
    ]);
    expect(standing(app, contractId, TODAY)).toMatchObject({ units: 7 });
    const stored = await stage.mapping({ ...subscription, mappingId: mapping?.id ?? '', contractId, entry });
    expect(stored).toMatchObject({ state: 'MAPPED', syncState: 'SYNCED', remoteServiceId: stage.serviceId });
    expect(stored.remoteLineId).toMatch(/^\d+$/);
  });

  it.each([
    ['of another company', PSA.contract.ofFabrikam, 'R40', 'CONTRACT_OF_OTHER_COMPANY'],
    ['that is not of the type recurring service', PSA.contract.supportHours, 'R40', 'CONTRACT_NOT_RECURRING'],
    ['that is inactive', PSA.contract.inactive, 'R40', 'CONTRACT_INACTIVE'],
    ['of another billing period', PSA.contract.yearly, 'R39', 'CONTRACT_PERIOD_MISMATCH'],
    ['that begins after it was bought', PSA.contract.beginsToday, 'R39', 'CONTRACT_STARTS_TOO_LATE'],
  ])('to a contract %s is refused', async (_what, contractId, rule, code) => {
    const { mapping, userErrors, auditLog } = await stage.map(await push(), contractId);
    expect(mapping).toBeNull();
    expect(userErrors).toContainEqual(
      expect.objectContaining({ __typename: 'MappingRuleError', rule, code, path: ['input', 'contractId'] }),
    );
    expect(auditLog.status).toBe('FAILED');
    expect(stage.posts({ contractId })).toEqual([]);
  });

  it('to a contract that has ended is refused', async () => {
    const { userErrors } = await stage.map(await push(), PSA.contract.ended);
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'VendorError', code: 'CONTRACT_ENDED' })]);
  });

  it('to a contract that does not exist is refused', async () => {
    const { userErrors } = await stage.map(await push(), '999999');
    expect(userErrors).toEqual([expect.objectContaining({ code: 'CONTRACT_NOT_FOUND' })]);
  });

  it('whose customer or offer is not mapped is refused, naming each (R36)', async () => {
    const customer = await pushCustomer(app.csp);
    const offer = await pushOffer(app.csp);
    const neither = await pushSubscription(app.csp, customer.externalId, offer.externalId);
    const { userErrors } = await stage.map(neither);
    expect(userErrors.map(({ rule, code }) => [rule, code])).toEqual([
      ['R36', 'CUSTOMER_NOT_MAPPED'],
      ['R36', 'OFFER_NOT_MAPPED'],
    ]);
    const noOffer = await pushSubscription(app.csp, stage.customer.externalId, offer.externalId);
    expect((await stage.map(noOffer)).userErrors.map(({ code }) => code)).toEqual(['OFFER_NOT_MAPPED']);
  });

  it('a second time is refused, naming its mapping (R37)', async () => {
    const first = await stage.subscribe();
    const { userErrors } = await stage.map(first);
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'MappingConflictError',
        rule: 'R37',
        code: 'SUBSCRIPTION_ALREADY_MAPPED',
        existingMapping: { id: first.mappingId },
      }),
    ]);
    expect(await stage.mapping(first)).toMatchObject({ state: 'MAPPED', syncState: 'SYNCED' });
  });

  it('onto the line of another subscription of the same offer is refused (R44)', async () => {
    const first = await stage.subscribe();
    const { userErrors } = await stage.map(await push(), first.contractId);
    expect(userErrors).toEqual([
      expect.objectContaining({ rule: 'R44', code: 'CONTRACT_LINE_TAKEN', existingMapping: { id: first.mappingId } }),
    ]);
  });

  it('in another currency than the connection is refused (R9)', async () => {
    const { userErrors } = await stage.map(await push({ currency: 'EUR' }));
    expect(userErrors).toContainEqual(
      expect.objectContaining({ __typename: 'CurrencyMismatchError', currency: 'USD', found: 'EUR' }),
    );
  });

  it.each(['CANCELLED', 'EXPIRED', 'PENDING'])('that is %s is refused', async (status) => {
    const { userErrors } = await stage.map(await push({ status }));
    expect(userErrors).toEqual([expect.objectContaining({ code: 'SUBSCRIPTION_NOT_ACTIVE', actual: status })]);
  });

  it('that begins when no contract does any more, as it could once be pushed, is refused', async () => {
    const subscription = await push();
    await app.database.sql(`UPDATE "CloudSubscription" SET "startDate" = '9999-12-31' WHERE "externalId" = $1`, [
      subscription.externalId,
    ]);
    const { auditLog } = await stage.map(subscription);
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({ status: 'FAILED', error: { code: 'EFFECTIVE_DATE_OUTSIDE_CONTRACT' } });
  });

  it('of a reservation is refused (R34, R42)', async () => {
    const offer = await pushOffer(app.csp, { offerType: 'AZURE_RESERVATION' });
    const subscription = await pushSubscription(app.csp, stage.customer.externalId, offer.externalId);
    const { userErrors } = await stage.map(subscription);
    expect(userErrors).toEqual([expect.objectContaining({ rule: 'R34' })]);
  });

  it('billed yearly goes to a yearly contract', async () => {
    const { connectionId } = stage;
    const offer = await pushOffer(app.csp, { variants: [ANNUAL] });
    const offerVariantId = await variantOf(app.csp, offer.externalId, 'ANNUAL');
    const serviceId = PSA.service.yearly;
    await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    const subscription = await pushSubscription(app.csp, stage.customer.externalId, offer.externalId, ANNUAL);
    const { auditLog } = await stage.map(subscription, PSA.contract.yearly);
    expect(await settled(app.csp, auditLog.id)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('whose first line the PSA refuses leaves no mapping and can be mapped again', async () => {
    app.simulator.admin.users.patch('api@psa.test', {
      permissions: { ContractServiceAdjustments: { create: 'None' } },
    });
    const subscription = await push();
    const first = await stage.map(subscription);
    const failed = await settled(app.csp, first.auditLog.id);
    app.simulator.admin.users.patch('api@psa.test', { permissions: {} });
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: { class: 'permissionMissing', code: 'PERMISSION_MISSING' },
    });
    const second = await stage.map(subscription);
    expect(second.userErrors).toEqual([]);
    expect((await settled(app.csp, second.auditLog.id)).status).toBe('SUCCEEDED');
  });
});

describe('mapping an Azure plan', () => {
  async function azure() {
    const variants = [{ ...MONTHLY, term: 'NO_TERM' }];
    const { connectionId } = stage;
    const offer = await pushOffer(app.csp, { offerType: 'AZURE_PLAN', variants });
    const offerVariantId = await variantOf(app.csp, offer.externalId);
    const serviceId = PSA.service.azure;
    const { mapping } = await act(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    const plan = await pushSubscription(app.csp, stage.customer.externalId, offer.externalId, {
      term: 'NO_TERM',
      quantity: 1,
      unitCost: '0',
      unitPrice: '0',
    });
    return { plan, offerMapping: mapping?.id };
  }

  it('scenario 7: needs a contract that starts on the first of a month; its end is a warning (R41)', async () => {
    const { plan } = await azure();
    const refused = await stage.map(plan, PSA.contract.fromTheSecond);
    expect(refused.userErrors).toEqual([expect.objectContaining({ rule: 'R41', code: 'AZURE_CONTRACT_NOT_ON_FIRST' })]);
    expect(refused.mapping).toBeNull();
    expect(await entryOf(app.csp, refused.auditLog.id)).toMatchObject({
      ...{ operation: 'CreateConnectionSubscriptionMapping', status: 'FAILED', outcome: 'FAILED' },
      error: { code: 'AZURE_CONTRACT_NOT_ON_FIRST' },
    });
    const { mapping, auditLog } = await stage.map(plan, PSA.contract.azure);
    expect(mapping?.warnings).toEqual([expect.stringContaining('R41')]);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
  });
});

describe('a price', () => {
  it('that the organization has not recorded is asked for before mapping (R43)', async () => {
    const { connectionId } = await createStage(app, app.reseller, { serviceId: monthlyService(5) });
    const customer = await pushCustomer(app.csp, { resellerId: 'reseller' });
    const offer = await pushOffer(app.csp);
    const noPrice = await pushSubscription(app.csp, customer.externalId, offer.externalId, { resellerId: 'reseller' });
    const { userErrors } = await act(app.reseller, 'createConnectionSubscriptionMapping', {
      connectionId,
      cloudSubscriptionId: noPrice.id,
      contractId: stage.nextContract(),
    });
    expect(userErrors).toContainEqual(expect.objectContaining({ rule: 'R43', code: 'PRICE_MISSING' }));
  });

  it('scenario 13: of the Reseller is written for the Reseller, of the CSP for the CSP', async () => {
    const offer = await pushOffer(app.csp);
    const variant = await variantOf(app.csp, offer.externalId);
    const money = { unitCost: '8.00', unitPrice: '9.00' };
    const reseller = { resellerId: 'reseller', resellerPrice: { unitCost: '9.00', unitPrice: '12.50' } };
    const written: unknown[] = [];
    for (const [caller, sold] of [
      [app.csp, {}],
      [app.reseller, reseller],
    ] as const) {
      const { id: connectionId } = await connected(caller);
      const seller = 'resellerId' in sold ? { resellerId: sold.resellerId } : {};
      const customer = await pushCustomer(app.csp, seller);
      const more = { ...money, ...sold };
      const subscription = await pushSubscription(app.csp, customer.externalId, offer.externalId, more);
      const [companyId, serviceId, contractId] = [PSA.company.contoso, monthlyService(6), stage.nextContract()];
      await done(caller, 'createConnectionCustomerMapping', { connectionId, customerId: customer.id, companyId });
      await done(caller, 'createConnectionOfferMapping', { connectionId, offerVariantId: variant, serviceId });
      const { auditLog } = await done(caller, 'createConnectionSubscriptionMapping', {
        connectionId,
        cloudSubscriptionId: subscription.id,
        contractId,
      });
      expect((await settled(caller, auditLog.id)).status).toBe('SUCCEEDED');
      written.push(stage.posts({ contractId }).map(({ body }) => [body.adjustedUnitCost, body.adjustedUnitPrice]));
    }
    expect(written).toEqual([[[8, 9]], [[9, 12.5]]]);
  });
});
