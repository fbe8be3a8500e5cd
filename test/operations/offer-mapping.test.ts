import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNUAL, act, connected, entryOf, MONTHLY, pushOffer, variantOf } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { Payload } from '../support/documents.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let connectionId: string;
let services = 0;
beforeAll(async () => {
  app = await createTestApp();
  connectionId = (await connected(app.csp)).id;
});
afterAll(() => app?.close());

const freeService = () => monthlyService(services++);
const map = (offerVariantId: string, serviceId: string, on = connectionId): Promise<Payload> =>
  act(app.csp, 'createConnectionOfferMapping', { connectionId: on, offerVariantId, serviceId });

async function variant(offer: object = {}, frequency = 'MONTHLY'): Promise<string> {
  const { externalId } = await pushOffer(app.csp, offer);
  return variantOf(app.csp, externalId, frequency);
}

const AZURE = { offerType: 'AZURE_PLAN', variants: [{ ...MONTHLY, term: 'NO_TERM' }] };

describe('mapping an offer', () => {
  it('to an active service of its billing frequency succeeds with an entry (R35)', async () => {
    const { mapping, auditLog, userErrors } = await map(await variant(), freeService());
    expect(userErrors).toEqual([]);
    expect(mapping).toMatchObject({ __typename: 'OfferMapping', state: 'MAPPED' });
    expect(auditLog).toMatchObject({ operationLabel: 'Create Connection Offer Mapping', status: 'SUCCEEDED' });
  });

  it('scenario 9: maps each segment, term and billing frequency of an offer by itself (R24)', async () => {
    const { externalId } = await pushOffer(app.csp, { variants: [MONTHLY, ANNUAL] });
    const [monthly, annual] = [await variantOf(app.csp, externalId), await variantOf(app.csp, externalId, 'ANNUAL')];
    const first = await map(monthly, freeService());
    expect(first.userErrors).toEqual([]);
    expect((await map(annual, PSA.service.yearly)).userErrors).toEqual([]);
    const second = await map(monthly, freeService());
    expect(second.userErrors).toEqual([
      expect.objectContaining({
        __typename: 'MappingConflictError',
        rule: 'R24',
        code: 'OFFER_ALREADY_MAPPED',
        existingMapping: { id: first.mapping?.id },
        path: ['input', 'offerVariantId'],
      }),
    ]);
    expect(second.auditLog.status).toBe('FAILED');
  });

  it('to the service of another offer is refused, naming that mapping (R25)', async () => {
    const service = freeService();
    const first = await map(await variant(), service);
    const { userErrors } = await map(await variant(), service);
    expect(userErrors).toEqual([
      expect.objectContaining({
        __typename: 'MappingConflictError',
        rule: 'R25',
        code: 'SERVICE_ALREADY_MAPPED',
        existingMapping: { id: first.mapping?.id },
        path: ['input', 'serviceId'],
      }),
    ]);
    const other = await connected(app.csp);
    expect((await map(await variant(), service, other.id)).userErrors).toEqual([]);
  });

  it.each([
    ['inactive', PSA.service.inactive, 'R26', 'SERVICE_INACTIVE'],
    ['billed yearly', PSA.service.yearlyOther, 'R27', 'SERVICE_PERIOD_MISMATCH'],
    ['billed quarterly', PSA.service.quarterly, 'R27', 'SERVICE_PERIOD_MISMATCH'],
  ])('to a service that is %s is refused', async (_what, serviceId, rule, code) => {
    const { mapping, userErrors, auditLog } = await map(await variant(), serviceId);
    expect(mapping).toBeNull();
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'MappingRuleError', rule, code })]);
    expect(auditLog).toMatchObject({ status: 'FAILED', error: { code } });
  });

  it('to a service that does not exist is refused, and none is made (R26)', async () => {
    const { userErrors } = await map(await variant(), '999999');
    expect(userErrors).toEqual([expect.objectContaining({ code: 'SERVICE_NOT_FOUND' })]);
    expect(app.simulator.admin.journal.list({ writes: true })).toEqual([]);
  });

  it.each([
    ['LICENSE', { ...MONTHLY, term: 'THREE_YEARS', billingFrequency: 'TRIENNIAL' }, 'R28'],
    ['PERPETUAL_SOFTWARE', { ...MONTHLY, term: 'NO_TERM', billingFrequency: 'ONE_TIME' }, 'R28'],
    ['SOFTWARE_SUBSCRIPTION', { ...MONTHLY, term: 'NO_TERM', billingFrequency: 'NONE' }, 'R28'],
    ['LICENSE_LEGACY', MONTHLY, 'R32'],
    ['AZURE_LEGACY', MONTHLY, 'R32'],
    ['AZURE_RESERVATION', MONTHLY, 'R34'],
    ['AZURE_SAVINGS_PLAN', MONTHLY, 'R34'],
  ])('of the type %s sold as %j is refused, without asking the PSA', async (offerType, shape, rule) => {
    const offerVariantId = await variant({ offerType, variants: [shape] }, shape.billingFrequency);
    app.simulator.admin.journal.clear();
    const { userErrors, auditLog } = await map(offerVariantId, freeService());
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'MappingRuleError', rule })]);
    expect(auditLog.status).toBe('FAILED');
    expect(app.simulator.admin.journal.list({ entity: 'Services' })).toEqual([]);
  });

  it.each([PSA.service.azurePriced, PSA.service.azureWithCost])(
    'scenario 7: of an Azure plan to the service %s that is not free is refused (R33)',
    async (serviceId) => {
      const { mapping, userErrors, auditLog } = await map(await variant(AZURE), serviceId);
      expect(mapping).toBeNull();
      expect(userErrors).toEqual([
        expect.objectContaining({ rule: 'R33', code: 'AZURE_PLAN_SERVICE_NOT_FREE', expected: '0' }),
      ]);
      expect(await entryOf(app.csp, auditLog.id)).toMatchObject({
        ...{ operation: 'CreateConnectionOfferMapping', status: 'FAILED', outcome: 'FAILED' },
        error: { code: 'AZURE_PLAN_SERVICE_NOT_FREE' },
      });
    },
  );

  it('of an Azure plan to a free service succeeds (R33)', async () => {
    expect((await map(await variant(AZURE), PSA.service.azure)).userErrors).toEqual([]);
  });
});
