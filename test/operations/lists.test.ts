import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNUAL, MONTHLY, pushCustomer, pushOffer, pushSubscription, unique, variantOf } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createStage, type Stage } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app, app.csp, { offer: { name: 'Zeta staged' }, customer: { companyName: 'Zeta staged' } });
});
afterAll(() => app?.close());

interface Names {
  readonly list: { readonly nodes: readonly { readonly name: string; readonly id: string }[] };
}
const CUSTOMERS =
  'query ($filter: CustomerFilter) { list: customers(first: 100, filter: $filter) { nodes { id name: companyName } } }';
const VARIANTS =
  'query ($filter: OfferVariantFilter) { list: offerVariants(first: 100, filter: $filter) { nodes { id name: offerName } } }';
const SUBSCRIPTIONS =
  'query ($filter: CloudSubscriptionFilter) { list: cloudSubscriptions(first: 100, filter: $filter) { nodes { id name } } }';

const names = async (document: string, filter: object, caller = app.csp): Promise<string[]> =>
  (await caller.query<Names>(document, { filter })).list.nodes.map(({ name }) => name);

describe('the list of customers', () => {
  it('scenario 10: finds names by their first characters only, without deleted ones, ascending (R21)', async () => {
    for (const companyName of ['Contoso', 'Alcon', 'contana', 'Conair']) await pushCustomer(app.csp, { companyName });
    await pushCustomer(app.csp, { companyName: 'Contoso Old', deleted: true });
    expect(await names(CUSTOMERS, { prefix: 'con' })).toEqual(['Conair', 'contana', 'Contoso']);
    expect(await names(CUSTOMERS, { prefix: 'lcon' })).toEqual([]);
    expect(await names(CUSTOMERS, { prefix: '%' })).toEqual([]);
  });

  it('can hide those that are mapped on a connection, or show only those (R22)', async () => {
    const filter = { connectionId: stage.connectionId, prefix: 'zeta' };
    expect(await names(CUSTOMERS, { ...filter, hideMapped: true })).toEqual([]);
    expect(await names(CUSTOMERS, filter)).toEqual(['Zeta staged']);
  });
});

describe('the list of offer variants', () => {
  it('has only what was bought in the context, unless asked for all (R30)', async () => {
    const [bought, unbought] = [unique('Alpha bought'), unique('Alpha unbought')];
    const offer = await pushOffer(app.csp, { name: bought });
    await pushOffer(app.csp, { name: unbought });
    const customer = await pushCustomer(app.csp);
    await pushSubscription(app.csp, customer.externalId, offer.externalId);
    expect(await names(VARIANTS, { prefix: 'alpha' })).toEqual([bought]);
    expect(await names(VARIANTS, { prefix: 'alpha', onlyBought: false })).toEqual([bought, unbought]);
  });

  it('hides mapped ones by default, on the connection asked for, and shows them when told to (R31)', async () => {
    await stage.subscribe();
    const filter = { prefix: 'zeta', connectionId: stage.connectionId };
    expect(await names(VARIANTS, filter)).toEqual([]);
    expect(await names(VARIANTS, { ...filter, hideMapped: false })).toEqual(['Zeta staged']);
    expect(await names(VARIANTS, { prefix: 'zeta' })).toEqual(['Zeta staged']);
  });

  it('scenario 9: has a row for each billing frequency; mapping one leaves the other free (R24)', async () => {
    const own = await createStage(app, app.csp, {
      offer: { name: 'Yota', variants: [MONTHLY, ANNUAL] },
      serviceId: monthlyService(3),
    });
    const filter = { prefix: 'yota', connectionId: own.connectionId, onlyBought: false };
    const { list } = await app.csp.query<Names>(VARIANTS, { filter });
    expect(list.nodes.map(({ id }) => id)).toEqual([await variantOf(app.csp, own.offer.externalId, 'ANNUAL')]);
  });
});

describe('the list of cloud subscriptions', () => {
  it("has a CSP's direct sales, a Reseller's own, and with ANY both (R38)", async () => {
    const offer = await pushOffer(app.csp);
    const direct = await pushCustomer(app.csp);
    const resold = await pushCustomer(app.csp, { resellerId: 'reseller' });
    const [mine, theirs] = [unique('Omega direct'), unique('Omega resold')];
    await pushSubscription(app.csp, direct.externalId, offer.externalId, { name: mine });
    const sold = { name: theirs, resellerId: 'reseller' };
    await pushSubscription(app.csp, resold.externalId, offer.externalId, sold);
    const filter = { prefix: 'omega' };
    expect(await names(SUBSCRIPTIONS, filter)).toEqual([mine]);
    expect(await names(SUBSCRIPTIONS, { ...filter, soldBy: 'RESELLERS' })).toEqual([theirs]);
    expect(await names(SUBSCRIPTIONS, { ...filter, soldBy: 'ANY' })).toEqual([mine, theirs]);
    expect(await names(SUBSCRIPTIONS, filter, app.reseller)).toEqual([theirs]);
    expect(await names(SUBSCRIPTIONS, { ...filter, soldBy: 'ANY' }, app.sibling)).toEqual([]);
    expect(await names(SUBSCRIPTIONS, { ...filter, soldBy: 'ANY' }, app.stranger)).toEqual([]);
  });

  it('can be those mapped on a connection, or the others', async () => {
    const [mapped, free] = [unique('Sigma mapped'), unique('Sigma free')];
    await stage.subscribe({ name: mapped });
    await pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId, { name: free });
    const filter = { prefix: 'sigma', connectionId: stage.connectionId };
    expect(await names(SUBSCRIPTIONS, { ...filter, mapped: true })).toEqual([mapped]);
    expect(await names(SUBSCRIPTIONS, { ...filter, mapped: false })).toEqual([free]);
  });
});

describe('looking things up in the PSA', () => {
  interface Remote {
    readonly list: readonly { readonly remoteId: string; readonly name: string }[];
  }
  const find = async (field: string, types: string, variables: object): Promise<string[]> => {
    const uses = types.replace(/\$(\w+): [\w!]+/g, '$1: $$$1');
    const document = `query (${types}) { list: ${field}(${uses}) { remoteId name } }`;
    const { list } = await app.csp.query<Remote>(document, { connectionId: stage.connectionId, ...variables });
    return list.map(({ name }) => name);
  };

  it('finds active companies of type customer by the first characters, ascending (R17, R21)', async () => {
    const types = '$connectionId: ID!, $prefix: String';
    expect(await find('remoteCompanies', types, { prefix: 'CON' })).toEqual(['Contoso', 'contoso Annex']);
    expect(await find('remoteCompanies', types, {})).toEqual([
      'Alcontoso',
      'Contoso',
      'contoso Annex',
      'Euro Works',
      'Fabrikam',
    ]);
  });

  it('finds active services of the billing frequency of an offer variant (R26, R27, R29)', async () => {
    const types = '$connectionId: ID!, $prefix: String, $offerVariantId: ID';
    const { externalId } = await pushOffer(app.csp, { variants: [MONTHLY, ANNUAL] });
    const annual = await variantOf(app.csp, externalId, 'ANNUAL');
    expect(await find('remoteServices', types, { offerVariantId: annual })).toEqual(['Yearly', 'Yearly, other']);
    const monthly = await variantOf(app.csp, externalId);
    expect(await find('remoteServices', types, { offerVariantId: monthly, prefix: 'monthly 1' })).toHaveLength(11);
    expect(await find('remoteServices', types, { offerVariantId: monthly, prefix: 'retired' })).toEqual([]);
  });

  it('finds only free services for an Azure plan (R33)', async () => {
    const variants = [{ ...MONTHLY, term: 'NO_TERM' }];
    const { externalId } = await pushOffer(app.csp, { offerType: 'AZURE_PLAN', variants });
    const offerVariantId = await variantOf(app.csp, externalId);
    const types = '$connectionId: ID!, $offerVariantId: ID';
    expect(await find('remoteServices', types, { offerVariantId })).toEqual(['Azure Plan']);
  });

  it('finds only contracts a cloud subscription can be mapped to (R39, R40)', async () => {
    const { id: cloudSubscriptionId } = await pushSubscription(
      app.csp,
      stage.customer.externalId,
      stage.offer.externalId,
    );
    const found = await find('remoteContracts', '$connectionId: ID!, $cloudSubscriptionId: ID, $first: Int', {
      cloudSubscriptionId,
      first: 100,
    });
    const not = [
      PSA.contract.ofFabrikam,
      PSA.contract.supportHours,
      PSA.contract.inactive,
      PSA.contract.yearly,
      PSA.contract.beginsToday,
    ].map((id) => `Cloud ${id}`);
    expect(found.filter((name) => not.includes(name))).toEqual([]);
    expect(found).toEqual(expect.arrayContaining(['Cloud 1001', `Cloud ${PSA.contract.fromTheSecond}`]));
  });
});
