import { beforeAll, expect, test } from 'vitest';
import { azureUsageInput, newestUsage, recordUsage } from '../../src/marketplace/azure-usage.js';
import type { Scope } from '../../src/marketplace/visibility.js';
import {
  context,
  customer,
  NOW,
  offer,
  only,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from './support.js';

const market = useMarket();
const TYPES = ['AZURE_PLAN', 'AZURE_RESERVATION', 'AZURE_SAVINGS_PLAN', 'LICENSE', 'AZURE_LEGACY'] as const;
const ids: Record<string, string> = {};

beforeAll(async () => {
  const { db, cspA } = market;
  await pushCustomers(db, cspA, [customer('customer'), customer('resold', { resellerId: 'r1' })]);
  await pushOffers(
    db,
    cspA,
    TYPES.map((offerType) => offer(offerType, { offerType })),
  );
  for (const offerExternalId of TYPES) await buy(offerExternalId, { offerExternalId });
  await buy('resold', { offerExternalId: 'AZURE_PLAN', customerExternalId: 'resold', resellerId: 'r1' });
});

async function buy(externalId: string, more: object): Promise<void> {
  const { results } = await pushSubscriptions(market.db, market.cspA, [subscription(externalId, more)]);
  ids[externalId] = only(results).id ?? '';
}

let made = 0;
const record = (more: object, scope: Scope = market.cspA, now = NOW) => {
  const figure = { eventId: `e${++made}`, externalId: 'AZURE_PLAN', month: '2026-02-01', cost: '1', ...more };
  return market.db.transaction((tx) => recordUsage(tx, context(scope, now), azureUsageInput.parse(figure)));
};
const newest = async (externalId: string, month = '2026-02-01', scope: Scope = market.cspA) => {
  const [row] = await newestUsage(market.db.client, scope, [{ cloudSubscriptionId: ids[externalId] ?? '', month }]);
  return row && `${row.revision}: ${row.cost} ${row.price} ${row.currency}`;
};

test.each(['AZURE_PLAN', 'AZURE_RESERVATION', 'AZURE_SAVINGS_PLAN'])('%s has figures', async (externalId) => {
  expect(await record({ externalId, month: '2026-01-01', cost: '123.450000', price: '150' })).toMatchObject({
    outcome: 'recorded',
    subscriptionId: ids[externalId],
  });
  expect(await newest(externalId, '2026-01-01')).toBe('1: 123.45 150 EUR');
});

test.each(['LICENSE', 'AZURE_LEGACY'])('%s has none', async (externalId) => {
  const refusal = { outcome: 'refused', code: 'NOT_BILLED_BY_USAGE' };
  expect(await record({ externalId })).toMatchObject({ ...refusal, field: 'externalId' });
  const { [externalId]: cloudSubscriptionId } = ids;
  const byId = await record({ externalId: undefined, cloudSubscriptionId });
  expect(byId).toMatchObject({ ...refusal, field: 'cloudSubscriptionId' });
});

test('a correction is a further figure, and the newest counts; nothing is lost', async () => {
  for (const cost of ['10', '12.5', '11']) await record({ cost });
  expect(await newest('AZURE_PLAN')).toBe('3: 11 null EUR');
  const rows = await market.db.client.azureUsage.findMany({
    where: { month: new Date('2026-02-01'), cloudSubscriptionId: ids.AZURE_PLAN ?? '' },
    orderBy: { revision: 'asc' },
  });
  expect(rows.map(({ cost }) => cost.toFixed())).toEqual(['10', '12.5', '11']);
  await expect(market.test.sql(`UPDATE "AzureUsage" SET "cost" = 0`)).rejects.toThrow();
  await expect(market.test.sql(`DELETE FROM "AzureUsage"`)).rejects.toThrow();
});

test('simultaneous figures of one month follow each other', async () => {
  const recorded = await Promise.all(['1', '2', '3', '4'].map((cost) => record({ cost, month: '2025-12-01' })));
  expect(recorded.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded', 'recorded', 'recorded']);
  expect(await newest('AZURE_PLAN', '2025-12-01')).toMatch(/^4: [1-4] null EUR$/);
});

test('a figure sent again is the first one; with other content it is a conflict', async () => {
  const figure = { eventId: 'again', externalId: 'AZURE_RESERVATION', cost: '7.10', price: '9' };
  const first = await record(figure);
  await record({ ...figure, eventId: 'later', cost: '8' });
  expect(await record({ ...figure, cost: '7.1' }, market.cspA, new Date('2026-05-01'))).toEqual({
    ...first,
    outcome: 'replayed',
  });
  const byId = { ...figure, externalId: undefined, cloudSubscriptionId: ids.AZURE_RESERVATION };
  expect(await record(byId)).toEqual({ ...first, outcome: 'replayed' });
  for (const other of [
    { cost: '7.2' },
    { price: '9.5' },
    { price: null },
    { month: '2026-01-01' },
    { externalId: 'AZURE_PLAN' },
  ]) {
    expect(await record({ ...figure, ...other })).toEqual({ outcome: 'conflict' });
  }
  expect(await newest('AZURE_RESERVATION')).toBe('2: 8 9 EUR');
});

test('one event id for two cloud subscriptions at once is taken by one', async () => {
  const both = await Promise.all(
    ['AZURE_PLAN', 'AZURE_RESERVATION'].map((externalId) =>
      record({ eventId: 'both', externalId, month: '2025-11-01' }),
    ),
  );
  expect(both.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'recorded']);
});

test('a figure is in the currency of its organization, not in that of the seller (R43)', async () => {
  const { cspA, reseller1 } = market;
  const money = { currency: 'USD', resellerPrice: { unitCost: '1', unitPrice: '2', currency: 'GBP' } };
  const sold = { offerExternalId: 'AZURE_PLAN', customerExternalId: 'resold', resellerId: 'r1' };
  await buy('foreign', { ...sold, ...money });
  expect(await record({ externalId: 'foreign', cost: '5' }, cspA)).toMatchObject({ currency: 'USD' });
  expect(await record({ externalId: 'foreign', cost: '6' }, reseller1)).toMatchObject({ currency: 'GBP' });
  expect(await newest('foreign', undefined, cspA)).toBe('1: 5 null USD');
  expect(await newest('foreign', undefined, reseller1)).toBe('1: 6 null GBP');
});

test('every organization has figures of its own, of what it sees', async () => {
  const { cspA, cspB, reseller1, reseller2 } = market;
  await record({ externalId: 'resold', eventId: 'own', cost: '5' }, cspA);
  await record({ externalId: 'resold', eventId: 'own', cost: '6' }, reseller1);
  expect(await newest('resold', undefined, cspA)).toBe('1: 5 null EUR');
  expect(await newest('resold', undefined, reseller1)).toBe('1: 6 null EUR');
  for (const stranger of [cspB, reseller2]) {
    expect(await record({ externalId: 'resold' }, stranger)).toEqual({ outcome: 'notFound' });
    expect(await newest('resold', undefined, stranger)).toBeNull();
  }
});

test.each(['1969-12-01', '2200-01-01', '9999-12-01'])('%s is no month of a bill', (month) => {
  const figure = { eventId: 'e', externalId: 'AZURE_PLAN', month, cost: '1' };
  expect(azureUsageInput.safeParse(figure).error?.issues[0]).toMatchObject({ path: ['month'] });
});

test('the present month may be told, a coming one not', async () => {
  expect(await record({ month: '2026-03-01' })).toMatchObject({ outcome: 'recorded' });
  const refusal = { outcome: 'refused', code: 'MONTH_IN_FUTURE', field: 'month' };
  expect(await record({ month: '2026-04-01' })).toMatchObject(refusal);
  expect(await record({ month: '2026-04-01' }, market.cspA, new Date('2026-03-31T23:59:59Z'))).toMatchObject(refusal);
  expect(await record({ month: '2026-04-01' }, market.cspA, new Date('2026-04-01T00:00:00Z'))).toMatchObject({
    outcome: 'recorded',
  });
});

test.each([
  ['no cloud subscription', { externalId: undefined }],
  ['two of them', { cloudSubscriptionId: '018f0000-0000-7000-8000-000000000000' }],
  ['a day inside a month', { month: '2026-02-02' }],
  ['a month that does not exist', { month: '2026-13-01' }],
  ['a negative cost', { cost: '-1' }],
  ['a cost that is no decimal', { cost: '1e3' }],
  ['more than six decimals', { cost: '1.0000001' }],
  ['a negative price', { price: '-0.01' }],
  ['an empty event id', { eventId: ' ' }],
  ['an unknown member', { currency: 'EUR' }],
])('the input is refused: %s', (_name, more) => {
  const figure = { eventId: 'e', externalId: 'x', month: '2026-02-01', cost: '1', ...more };
  expect(azureUsageInput.safeParse(figure).success).toBe(false);
});
