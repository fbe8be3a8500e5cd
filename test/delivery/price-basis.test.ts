import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANNUAL,
  act,
  done,
  entries,
  MONTHLY,
  pushOffer,
  pushSubscription,
  settled,
  subscriptionRow,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { TODAY } from '../support/dates.js';
import { decided, driftWorld, NEXT_PERIOD, reconciled, standing } from '../support/drift.js';
import { personOf } from '../support/person.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp({ world: driftWorld() });
  stage = await createStage(app);
});
afterAll(() => app?.close());

const yearly = { ...MONTHLY, priceBasis: 'PER_TERM', unitCost: '96', unitPrice: '120' };

/** The amounts of the newest write to the contract of a subscription. */
const written = (staged: Pick<Staged, 'contractId'>) => {
  const { adjustedUnitPrice, adjustedUnitCost } = stage.posts(staged).at(-1)?.body ?? {};
  return { adjustedUnitPrice, adjustedUnitCost };
};

/** The subscription as the marketplace has it by now; the entries of what that changes, settled. */
async function pushed({ externalId }: Staged, more: object) {
  const correlationId = crypto.randomUUID();
  const row = subscriptionRow(stage.customer.externalId, stage.offer.externalId, { externalId, ...more });
  const items = [{ ...row, name: externalId }];
  await done(app.csp, 'upsertCloudSubscriptions', { items }, { correlationId });
  const made = await entries(app.csp, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
  return Promise.all(made.filter(({ summary }) => summary.startsWith('PRICE')).map(({ id }) => settled(app.csp, id)));
}

const PREVIEW = 'decision after { unitPrice } refusal { code message } steps { payload }';
interface Shown {
  readonly decision: string;
  readonly after: { readonly unitPrice: string } | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly steps: readonly { readonly payload: object }[];
}

async function preview(input: object): Promise<Shown> {
  const document = `query ($input: PreviewSubscriptionChangeInput!) { previewSubscriptionChange(input: $input) { ${PREVIEW} } }`;
  return (await app.csp.query<{ previewSubscriptionChange: Shown }>(document, { input })).previewSubscriptionChange;
}

describe('a price of a term, billed monthly', () => {
  let staged: Staged;
  beforeAll(async () => {
    staged = await stage.subscribe(yearly);
  });

  it('is a twelfth in the first line', () => {
    expect(staged.entry.status).toBe('SUCCEEDED');
    expect(written(staged)).toEqual({ adjustedUnitPrice: 10, adjustedUnitCost: 8 });
  });

  it('is no drift', async () => {
    const { reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(reconciliation).toMatchObject({ drifts: 0, unread: 0, pending: 0 });
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
  });

  it('is previewed and written as a twelfth when it changes', async () => {
    const change = { kind: 'PRICE', unitCost: '100', unitPrice: '126' };
    const shown = await preview({ externalId: staged.externalId, ...change });
    expect(shown).toMatchObject({ decision: 'WRITE', after: { unitPrice: '10.5' } });
    const [entry] = await stage.changed(staged, change);
    expect(entry?.status).toBe('SUCCEEDED');
    expect(written(staged)).toEqual({ adjustedUnitPrice: 10.5, adjustedUnitCost: 8.333333 });
    expect(stage.posts(staged).at(-1)?.body).toEqual(shown.steps[0]?.payload);
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
  });

  it('is held against what somebody edits by the period, and corrected to it', async () => {
    const own = await stage.subscribe(yearly);
    const { adjust } = personOf(app);
    await adjust(own.contractId, stage.serviceId, { unitChange: 0, adjustedUnitPrice: 120, effectiveDate: TODAY });
    await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.csp, own.mappingId);
    expect(drift).toMatchObject({ field: 'UNIT_PRICE', marketplaceValue: '10', psaValue: '120' });
    expect((await decided(app.csp, drift?.id ?? '', 'MARKETPLACE')).status).toBe('SUCCEEDED');
    expect(written(own)).toMatchObject({ adjustedUnitPrice: 10 });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, own.mappingId)).toEqual([]);
  });

  it('said by the period from now on is the same: nothing is sent', async () => {
    const own = await stage.subscribe(yearly);
    const before = stage.posts(own).length;
    const [entry] = await pushed(own, { unitCost: '8', unitPrice: '10', priceBasis: 'PER_BILLING_PERIOD' });
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { writes: 0 } });
    expect(stage.posts(own)).toHaveLength(before);
  });
});

/** Maps the one variant of a new offer to a service; what is bought of it is subscribed to on a contract. */
async function sells(variant: object, serviceId: string) {
  const { connectionId, customer } = stage;
  const offer = await pushOffer(app.csp, { variants: [variant] });
  const { billingFrequency } = { ...MONTHLY, ...variant };
  const offerVariantId = await variantOf(app.csp, offer.externalId, billingFrequency);
  await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
  return {
    offer,
    buy: (money: object) => pushSubscription(app.csp, customer.externalId, offer.externalId, { ...variant, ...money }),
  };
}

it('a price of a month, billed once a year, is twelve of them', async () => {
  const { buy } = await sells(ANNUAL, PSA.service.yearly);
  const bought = await buy({ priceBasis: 'PER_MONTH', unitCost: '8', unitPrice: '10.10' });
  const { mapping, auditLog, contractId } = await stage.map(bought, PSA.contract.yearly);
  const entry = await settled(app.csp, auditLog.id);
  expect(entry.status).toBe('SUCCEEDED');
  const staged = { ...bought, mappingId: mapping?.id ?? '', contractId, entry };
  expect(written(staged)).toEqual({ adjustedUnitPrice: 121.2, adjustedUnitCost: 96 });
  await reconciled(app.csp, stage.connectionId);
  expect(await standing(app.csp, staged.mappingId)).toEqual([]);

  const change = { kind: 'PRICE', unitPrice: '11' };
  expect(await preview({ externalId: bought.externalId, ...change })).toMatchObject({ after: { unitPrice: '132' } });
  await stage.changed(staged, change);
  expect(written(staged)).toMatchObject({ adjustedUnitPrice: 132 });
  await reconciled(app.csp, stage.connectionId);
  expect(await standing(app.csp, staged.mappingId)).toEqual([]);
});

describe('a price of a term without a number of billing periods', () => {
  const code = 'PRICE_BASIS_UNUSABLE';
  const cure = /basis PER_BILLING_PERIOD/;
  const endless = { ...MONTHLY, term: 'NO_TERM' };
  const ofTerm = { priceBasis: 'PER_TERM', unitCost: '96', unitPrice: '120' };
  let market: Awaited<ReturnType<typeof sells>>;
  beforeAll(async () => {
    market = await sells(endless, monthlyService(1));
  });

  it('is refused at its mapping, with what to push instead', async () => {
    const { mapping, userErrors, contractId } = await stage.map(await market.buy(ofTerm));
    expect(mapping).toBeNull();
    const refusal = { __typename: 'MappingRuleError', rule: 'R43', code, message: expect.stringMatching(cure) };
    expect(userErrors).toEqual([expect.objectContaining(refusal)]);
    expect(stage.posts({ contractId })).toEqual([]);
  });

  it('is a FAILED entry when it comes later, and neither written nor compared until it can be', async () => {
    const bought = await market.buy({ unitCost: '8', unitPrice: '10' });
    const { mapping, auditLog, contractId } = await stage.map(bought);
    const entry = await settled(app.csp, auditLog.id);
    const staged = { ...bought, mappingId: mapping?.id ?? '', contractId, entry };
    const byHand = { unitChange: 0, adjustedUnitPrice: 12, effectiveDate: TODAY };
    await personOf(app).adjust(contractId, monthlyService(1), byHand);
    await reconciled(app.csp, stage.connectionId);
    const before = stage.posts(staged).length;

    const offer = { ...endless, offerExternalId: market.offer.externalId };
    const [failed] = await pushed(staged, { ...offer, ...ofTerm });
    expect(failed).toMatchObject({ status: 'FAILED', error: { code, message: expect.stringMatching(cure) } });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
    const shown = await preview({ externalId: bought.externalId, kind: 'PRICE', unitPrice: '144' });
    expect(shown).toMatchObject({ decision: 'REFUSE', refusal: { code, message: expect.stringMatching(cure) } });

    await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.csp, staged.mappingId);
    expect(drift).toMatchObject({ field: 'UNIT_PRICE', marketplaceValue: '10', psaValue: '12' });
    const { userErrors } = await act(app.csp, 'correctDrift', { driftId: drift?.id, take: 'MARKETPLACE' });
    expect(userErrors).toEqual([expect.objectContaining({ code })]);
    expect(stage.posts(staged)).toHaveLength(before);

    // From the period after the edit: within it the edit counts.
    const cured = { priceBasis: 'PER_BILLING_PERIOD', unitCost: '9', unitPrice: '11', effectiveDate: NEXT_PERIOD };
    const [done] = await pushed(staged, { ...offer, ...cured });
    expect(done?.status).toBe('SUCCEEDED');
    expect(written(staged)).toEqual({ adjustedUnitPrice: 11, adjustedUnitCost: 9 });
  });
});

it('a price after the billing frequency changed is not written to the line of the old one (R52)', async () => {
  const staged = await stage.subscribe({ ...MONTHLY, unitCost: '8', unitPrice: '10' });
  await stage.change(staged, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' });
  const posts = stage.posts(staged).length;
  const [entry] = await stage.change(staged, { kind: 'PRICE', unitCost: '96', unitPrice: '120' });
  expect(entry).toMatchObject({ status: 'FAILED', error: { code: 'BILLING_FREQUENCY_CHANGED' } });
  expect(entry?.error?.message).toContain('map the cloud subscription again');
  const [units] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 9 });
  expect(units?.status).toBe('SUCCEEDED');
  expect(stage.posts(staged)).toHaveLength(posts + 1);
});

it('nor is it by a person who decides a drift of before (R52)', async () => {
  const staged = await stage.subscribe({ ...MONTHLY, unitCost: '8', unitPrice: '10' });
  const edit = { unitChange: 0, adjustedUnitPrice: 11, effectiveDate: TODAY };
  await personOf(app).adjust(staged.contractId, stage.serviceId, edit);
  await reconciled(app.csp, stage.connectionId);
  await stage.change(staged, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' });
  await reconciled(app.csp, stage.connectionId);
  const price = (await standing(app.csp, staged.mappingId)).find(({ field }) => field === 'UNIT_PRICE');
  const { userErrors } = await act(app.csp, 'correctDrift', { driftId: price?.id, take: 'MARKETPLACE' });
  expect(userErrors).toMatchObject([{ code: 'MAPPING_STALE' }]);
});
