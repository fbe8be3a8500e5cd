import { beforeAll, expect, test } from 'vitest';
import { countCloudSubscriptions, listCloudSubscriptions } from '../../src/marketplace/cloud-subscription-list.js';
import { countCustomers, customerKeyset, listCustomers } from '../../src/marketplace/customer-list.js';
import {
  cloudSubscriptionsByIds,
  customersByIds,
  offersByIds,
  pricesBySubscriptionIds,
  variantsByIds,
} from '../../src/marketplace/loaders.js';
import {
  countOffers,
  countOfferVariants,
  listOffers,
  listOfferVariants,
  offerKeyset,
} from '../../src/marketplace/offer-list.js';
import type { Scope, SoldBy } from '../../src/marketplace/visibility.js';
import { newId } from '../../src/storage/ids.js';
import type { PageArguments } from '../../src/storage/keyset.js';
import {
  ANNUAL,
  customer,
  MONTHLY,
  offer,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from './support.js';

const market = useMarket();
const names = [
  'Contoso',
  'Alcon',
  'contoso old',
  'CONTOSO Zürich',
  'Cøntoso',
  '100% Pure',
  '100 Percent',
  'a_b',
  'axb',
  "O'Hara",
  'Ａcme',
  'Äpfel',
  'İstanbul',
];

/** In the market: the CSP sells s-direct, its Reseller 1 sells s-joint with it and s-alone without it. */
beforeAll(async () => {
  const { db, cspA, cspB, reseller1 } = market;
  await pushCustomers(db, cspA, [
    ...names.map((companyName, at) => customer(`n${at}`, { companyName })),
    customer('gone', { companyName: 'Contoso Gone', deleted: true }),
    customer('joint', { companyName: 'Joint', resellerId: 'r1' }),
  ]);
  await pushCustomers(db, cspB, [customer('b', { companyName: 'Contoso of B' }), customer('customer')]);
  await pushCustomers(db, reseller1, [customer('alone', { companyName: 'Contoso Alone' })]);
  const variants = [MONTHLY, ANNUAL];
  await pushOffers(db, cspA, [offer('offer', { name: 'Offer', variants }), offer('dusty', { name: 'Dusty' })]);
  await pushOffers(db, cspB, [offer('offer', { name: 'Offer of B' })]);
  await pushOffers(db, reseller1, [offer('own', { name: 'Own' })]);
  await pushSubscriptions(db, cspA, [
    subscription('s-direct', { customerExternalId: 'n0', name: 'Ünited' }),
    subscription('s-cancelled', { customerExternalId: 'n0', status: 'CANCELLED' }),
    subscription('s-joint', { customerExternalId: 'joint', resellerId: 'r1' }),
  ]);
  await pushSubscriptions(db, reseller1, [
    subscription('s-alone', { customerExternalId: 'alone', offerExternalId: 'own' }),
  ]);
  await pushSubscriptions(db, cspB, [subscription('s-b')]);
});

const customerNames = async (scope: Scope, filter: object, page: PageArguments = {}) =>
  (await listCustomers(market.db.client, scope, { filter, ...page })).rows.map((row) => row.companyName);
const subscriptionNames = async (scope: Scope, filter: object = {}) =>
  (await listCloudSubscriptions(market.db.client, scope, { filter })).rows.map((row) => row.externalId);
const variantNames = async (scope: Scope, filter: object = {}) =>
  (await listOfferVariants(market.db.client, scope, { filter })).rows.map(
    (row) => `${row.offerName} ${row.billingFrequency}`,
  );

test.each([
  ['con', ['Contoso', 'contoso old', 'CONTOSO Zürich']],
  ['CONTOSO ', ['contoso old', 'CONTOSO Zürich']],
  ['contoso zÜ', ['CONTOSO Zürich']],
  ['cø', ['Cøntoso']],
  ['100%', ['100% Pure']],
  ['a_', ['a_b']],
  ["o'", ["O'Hara"]],
  ["' OR true --", []],
  ['\\', []],
  ['%', []],
  ['acm', ['Ａcme']],
  ['a\u0308pf', ['Äpfel']],
  ['i\u0307st', ['İstanbul']],
  ['con\0', []],
  ['on', []],
])('the prefix %j finds %j (R21)', async (prefix, expected) => {
  expect(await customerNames(market.cspA, { prefix })).toEqual(expected);
  expect(await countCustomers(market.db.client, market.cspA, { prefix })).toBe(expected.length);
});

test('everybody lists its own customers, a CSP also those it takes part in', async () => {
  const { cspA, cspB, reseller1, reseller2 } = market;
  const of = (scope: Scope, soldBy?: SoldBy) => customerNames(scope, { prefix: '', soldBy });
  const direct = await of(cspA);
  expect(direct).toHaveLength(names.length);
  expect(await of(cspA, 'RESELLERS')).toEqual(['Joint']);
  expect((await of(cspA, 'ANY')).sort()).toEqual([...direct, 'Joint'].sort());
  expect(await of(cspB, 'ANY')).toEqual(['Contoso of B', 'customer']);
  expect(await of(reseller1)).toEqual(['Contoso Alone', 'Joint']);
  expect(await of(reseller1, 'RESELLERS')).toEqual([]);
  expect(await of(reseller2, 'ANY')).toEqual([]);
});

test('cloud subscriptions: sold directly by default (R38), by customer, status and name', async () => {
  const { db, cspA, cspB, reseller1, reseller2 } = market;
  expect(await subscriptionNames(cspA)).toEqual(['s-direct', 's-cancelled']);
  expect(await subscriptionNames(cspA, { soldBy: 'ANY' })).toEqual(['s-direct', 's-cancelled', 's-joint']);
  expect(await subscriptionNames(cspA, { statuses: ['CANCELLED', 'DELETED'] })).toEqual(['s-cancelled']);
  expect(await subscriptionNames(cspA, { statuses: [] })).toEqual([]);
  expect(await subscriptionNames(cspA, { prefix: 's-' })).toEqual(['s-cancelled']);
  expect(await subscriptionNames(cspA, { prefix: 'Ünit' })).toEqual(['s-direct']);
  expect(await subscriptionNames(cspA, { prefix: 's_' })).toEqual([]);
  expect(await subscriptionNames(reseller1)).toEqual(['s-joint', 's-alone']);
  expect(await subscriptionNames(reseller2, { soldBy: 'ANY' })).toEqual([]);
  expect(await subscriptionNames(cspB)).toEqual(['s-b']);
  const joint = await db.client.customer.findFirstOrThrow({ where: { externalId: 'joint' } });
  expect(await subscriptionNames(reseller1, { customerId: joint.id })).toEqual(['s-joint']);
  expect(await countCloudSubscriptions(db.client, cspA)).toBe(2);
});

test("offer variants: those bought in the caller's context by default (R30)", async () => {
  const { db, cspA, cspB, reseller1, reseller2 } = market;
  expect(await variantNames(cspA)).toEqual(['Offer MONTHLY']);
  expect(await variantNames(cspA, { onlyBought: false })).toEqual(['Dusty MONTHLY', 'Offer MONTHLY', 'Offer ANNUAL']);
  expect(await variantNames(cspA, { onlyBought: false, prefix: 'du' })).toEqual(['Dusty MONTHLY']);
  expect(await variantNames(reseller1)).toEqual(['Offer MONTHLY', 'Own MONTHLY']);
  expect(await variantNames(reseller1, { onlyBought: false })).toEqual(['Offer MONTHLY', 'Own MONTHLY']);
  expect(await variantNames(reseller2, { onlyBought: false })).toEqual([]);
  expect(await variantNames(cspB, { onlyBought: false })).toEqual(['Offer of B MONTHLY']);
  expect(await countOfferVariants(db.client, cspA, { onlyBought: false })).toBe(3);
  const offers = async (scope: Scope) => (await listOffers(db.client, scope, {})).rows.map(({ name }) => name);
  expect(await offers(cspA)).toEqual(['Offer', 'Dusty']);
  expect(await offers(reseller1)).toEqual(['Offer', 'Own']);
  expect(await offers(reseller2)).toEqual([]);
  expect(await countOffers(db.client, reseller1)).toBe(2);
});

test('mapped rows are hidden or shown per connection (R31), a deleted mapping does not count', async () => {
  const { db, cspA, reseller1 } = market;
  const [one, two] = [await connect(cspA, 'one'), await connect(cspA, 'two')];
  const direct = await db.client.cloudSubscription.findFirstOrThrow({ where: { externalId: 's-direct' } });
  const sources = [
    { kind: 'CUSTOMER', customerId: direct.customerId },
    { kind: 'OFFER', offerVariantId: direct.offerVariantId },
    { kind: 'SUBSCRIPTION', cloudSubscriptionId: direct.id, syncState: 'SYNCED' },
  ] as const;
  const rows = sources.map((source) => ({
    ...cspA,
    id: newId(),
    connectionId: one,
    remoteId: '1',
    remoteName: 'x',
    ...source,
  }));
  await db.client.mapping.createMany({ data: rows });

  expect(await customerNames(cspA, { mappedOn: one })).toEqual(['Contoso']);
  expect(await customerNames(cspA, { mappedOn: one, hideMapped: true, prefix: 'contoso' })).toEqual([
    'contoso old',
    'CONTOSO Zürich',
  ]);
  expect(await customerNames(cspA, { mappedOn: two })).toEqual([]);
  expect(await variantNames(cspA, { connectionId: one })).toEqual([]);
  expect(await variantNames(cspA, { connectionId: one, hideMapped: false })).toEqual(['Offer MONTHLY']);
  expect(await variantNames(cspA, { connectionId: two })).toEqual(['Offer MONTHLY']);
  expect(await subscriptionNames(cspA, { connectionId: one, mapped: true })).toEqual(['s-direct']);
  expect(await subscriptionNames(cspA, { connectionId: one, mapped: false })).toEqual(['s-cancelled']);
  expect(await subscriptionNames(cspA, { connectionId: two, mapped: true })).toEqual([]);
  expect(await subscriptionNames(cspA, { mapped: false })).toEqual(['s-cancelled']);
  // Another organization's connection tells nothing, not even of what both see.
  const joint = await db.client.cloudSubscription.findFirstOrThrow({ where: { externalId: 's-joint' } });
  const shared = { ...rows[2]!, id: newId(), cloudSubscriptionId: joint.id };
  await db.client.mapping.create({ data: shared });
  expect(await subscriptionNames(cspA, { connectionId: one, mapped: true, soldBy: 'ANY' })).toEqual([
    's-direct',
    's-joint',
  ]);
  expect(await subscriptionNames(reseller1, { connectionId: one, mapped: true })).toEqual([]);
  await db.client.mapping.updateMany({ data: { deletedAt: new Date() } });
  expect(await subscriptionNames(cspA, { connectionId: one, mapped: true })).toEqual([]);
  expect(await variantNames(cspA, { connectionId: one })).toEqual(['Offer MONTHLY']);
});

test('pages walk the whole list both ways, whatever their size', async () => {
  const { db, cspA } = market;
  const all = (await listCustomers(db.client, cspA, { first: 200 })).rows.map(({ id }) => id);
  for (const size of [1, 4, names.length, names.length + 1]) {
    const forward: string[] = [];
    let page = await listCustomers(db.client, cspA, { first: size });
    expect(page.hasPrevious).toBe(false);
    for (;;) {
      forward.push(...page.rows.map(({ id }) => id));
      if (!page.hasNext) break;
      page = await listCustomers(db.client, cspA, { first: size, after: customerKeyset.cursorOf(page.rows.at(-1)!) });
      expect(page.hasPrevious).toBe(true);
    }
    expect(forward).toEqual(all);

    const backward: string[] = [];
    page = await listCustomers(db.client, cspA, { last: size });
    for (;;) {
      backward.unshift(...page.rows.map(({ id }) => id));
      if (!page.hasPrevious) break;
      page = await listCustomers(db.client, cspA, { last: size, before: customerKeyset.cursorOf(page.rows[0]!) });
      expect(page.hasNext).toBe(true);
    }
    expect(backward).toEqual(all);
  }
});

test('a cursor survives its row, and a foreign or forged one is refused', async () => {
  const { db, cspA } = market;
  const first = (await listCustomers(db.client, cspA, { first: 1 })).rows[0]!;
  const gone = customerKeyset.cursorOf({ ...first, id: '00000000-0000-7000-8000-000000000000' });
  expect((await listCustomers(db.client, cspA, { first: 1, after: gone })).rows[0]!.id).toBe(first.id);
  const forged = [
    'nonsense',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('["customers"]').toString('base64url'),
    Buffer.from('["customers","a","not a uuid"]').toString('base64url'),
    Buffer.from(JSON.stringify(['customers', 'a\0', first.id])).toString('base64url'),
    offerKeyset.cursorOf({ id: first.id } as never),
  ];
  for (const after of forged) {
    await expect(async () => listCustomers(db.client, cspA, { after })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  }
  for (const page of [{ first: 0 }, { first: 201 }, { last: -1 }, { first: 1.5 }, { first: 1, last: 1 }]) {
    await expect(async () => listCustomers(db.client, cspA, page)).rejects.toMatchObject({ code: 'INVALID_PAGE' });
  }
});

test('loaders answer in order, and what is not visible is null', async () => {
  const { db, cspA, cspB, reseller1, reseller2 } = market;
  const found = await db.client.cloudSubscription.findMany({ where: { tenantId: cspA.tenantId } });
  const by = new Map(found.map((row) => [row.externalId, row]));
  const [direct, joint, alone] = [by.get('s-direct')!, by.get('s-joint')!, by.get('s-alone')!];
  const ids = ['not an id', alone.id, direct.id.toUpperCase(), joint.id, direct.id];
  const seen = async (scope: Scope) =>
    (await cloudSubscriptionsByIds(db.client, scope, ids)).map((row) => row?.externalId ?? null);
  expect(await seen(cspA)).toEqual([null, null, 's-direct', 's-joint', 's-direct']);
  expect(await seen(reseller1)).toEqual([null, 's-alone', null, 's-joint', null]);
  expect(await seen(reseller2)).toEqual([null, null, null, null, null]);
  expect(await seen(cspB)).toEqual([null, null, null, null, null]);

  const visible = async (scope: Scope) => {
    const [customers, variants] = await Promise.all([
      customersByIds(db.client, scope, [joint.customerId, alone.customerId]),
      variantsByIds(db.client, scope, [joint.offerVariantId, alone.offerVariantId]),
    ]);
    const offers = await offersByIds(db.client, scope, [variants[1]?.offerId ?? newId()]);
    const prices = await pricesBySubscriptionIds(db.client, scope, [joint.id, alone.id]);
    return [...customers, ...variants, ...offers, ...prices].map((row) => row !== null);
  };
  expect(await visible(cspA)).toEqual([true, false, true, false, false, true, false]);
  // The CSP gave its Reseller no price.
  expect(await visible(reseller1)).toEqual([true, true, true, true, true, false, true]);
  expect(await visible(cspB)).toEqual([false, false, false, false, false, false, false]);
});

async function connect(scope: Scope, alias: string): Promise<string> {
  const id = newId();
  await market.db.client.connection.create({ data: { ...scope, id, connectorId: 'x', alias, currency: 'EUR' } });
  return id;
}
