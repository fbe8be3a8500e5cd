import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  customer,
  offer,
  offerPrice,
  sampleWorld,
  subscription,
  uuid,
} from '../../../simulators/cloudcockpit/index.js';
import { amountOf } from '../../../src/connectors/cloudcockpit/amounts.js';
import type { SourcePage } from '../../../src/connectors/source.js';
import { customerRow } from '../../../src/marketplace/customers.js';
import { offerRow } from '../../../src/marketplace/offers.js';
import { subscriptionRow } from '../../../src/marketplace/subscription-row.js';
import { type Simulated, startSimulated } from './simulated.js';

let portal: Simulated;
beforeEach(async () => {
  portal = await startSimulated();
});
afterEach(() => portal.close());

const rowsOf = (pages: readonly SourcePage[], kind: SourcePage['kind']) =>
  pages.filter((page) => page.kind === kind).flatMap(({ rows }) => rows.map(({ row }) => row));
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const money = (value: unknown, currency = 'EUR') => ({ value, currency: { name: currency } });

/** Another portal in the place of the small one. */
async function restart(more: Parameters<typeof startSimulated>[0]): Promise<void> {
  await portal.close();
  portal = await startSimulated(more);
}

test('a pull reads customers, offers and cloud subscriptions as the pushes take them', async () => {
  const pages = await portal.pages();
  expect(pages.flatMap(({ refused }) => refused)).toEqual([]);
  expect(pages.map(({ kind, rows }) => `${kind} ${rows.length}`)).toEqual([
    ...['customers 3', 'offers 3', 'offers 1', 'offers 0', 'offers 0', 'cloudSubscriptions 5'],
  ]);
  const [customers, offers, subscriptions] = [
    rowsOf(pages, 'customers'),
    rowsOf(pages, 'offers'),
    rowsOf(pages, 'cloudSubscriptions'),
  ];
  for (const row of customers) customerRow.parse(row);
  for (const row of offers) offerRow.parse(row);
  for (const row of subscriptions) subscriptionRow.parse(row);
  expect(customers[0]).toEqual({
    ...{ externalId: uuid(1, 1), companyName: 'Contoso', internalIdentifier: 'C-100', taxId: 'PT500100200' },
    ...{ email: 'it@customer-1.example', country: 'PT', deleted: false },
  });
  expect(customers.map(({ companyName, deleted }) => [companyName, deleted])).toContainEqual(['Gone Works', true]);
  expect(offers.find(({ name }) => name === 'Azure Plan')).toMatchObject({
    ...{ offerType: 'AZURE_PLAN', billingType: 'USAGE', isAddon: false },
    variants: [{ segment: 'COMMERCIAL', term: 'NO_TERM', billingFrequency: 'MONTHLY' }],
  });
  expect(subscriptions[0]).toMatchObject({
    ...{ externalId: uuid(3, 1), customerExternalId: uuid(1, 1), offerExternalId: uuid(2, 1), name: 'Subscription 1' },
    ...{ segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY', status: 'ACTIVE', quantity: 5 },
    ...{ startDate: '2026-03-10', endDate: '2027-03-09', cancellationAllowedUntil: '2026-03-17T09:42:00+00:00' },
    ...{ currency: 'EUR', unitCost: '96', unitPrice: '120', priceBasis: 'PER_TERM' },
  });
  expect(subscriptions[1]).toMatchObject({ billingFrequency: 'ANNUAL', unitCost: '96', unitPrice: '120' });
  const plan = subscriptions.find(({ term }) => term === 'NO_TERM');
  expect(plan).toMatchObject({ unitCost: '0', unitPrice: '0', priceBasis: 'PER_BILLING_PERIOD' });
});

test('one token is kept for its lifetime, and asked for again before its end', async () => {
  portal.simulator.admin.clock.set('2026-11-26T08:00:00.000Z');
  await portal.pages();
  expect(portal.calls('token')).toHaveLength(1);
  portal.simulator.admin.clock.advance(3600 * 1000 - 61_000);
  await portal.pages();
  expect(portal.calls('token')).toHaveLength(2);
  const refused = portal.simulator.admin.journal.list().filter(({ status }) => status !== 200);
  expect(refused).toEqual([]);
});

test('every call names the portal and is one page of at most 2000', async () => {
  await portal.pages();
  const calls = portal.simulator.admin.journal.list().filter(({ entity }) => entity !== 'token');
  expect(calls.every(({ headers }) => headers.some((name) => name.toLowerCase() === 'x-tenant'))).toBe(true);
  const first = calls.find(({ entity }) => entity === 'offers');
  expect(Object.fromEntries(new URLSearchParams(first?.path.split('?')[1]))).toMatchObject({
    ...{ pageNumber: '1', Segment: 'Commercial', OfferTypes: expect.stringContaining('License|LicenseLegacy|') },
  });
});

test('lists longer than a page are read to their ends, each page within 500 rows, each row once', async () => {
  const customers = upTo(70).map((at) => customer(at, `Customer ${String(at).padStart(4, '0')}`));
  const offers = upTo(100).map((at) => offer(at, `Offer ${at}`));
  const large = upTo(620).map((at) => subscription(at, { customer: 2, offer: 1 }));
  const small = upTo(60).map((at) => subscription(1000 + at, { customer: at + 10, offer: 1 }));
  await restart({ world: { ...sampleWorld(), customers, offers, subscriptions: [...large, ...small] } });
  const pages = await portal.pages();
  expect(Math.max(...pages.map(({ rows }) => rows.length))).toBe(500);
  for (const [kind, count] of [
    ['customers', 70],
    ['offers', 100],
    ['cloudSubscriptions', 680],
  ] as const) {
    const ids = rowsOf(pages, kind).map(({ externalId }) => externalId);
    expect([ids.length, new Set(ids).size]).toEqual([count, count]);
  }
  // In the middle of one customer.
  const middle = pages.findIndex(({ kind, rows }) => kind === 'cloudSubscriptions' && rows.length === 500);
  expect(await portal.session.pull(pages[middle]?.cursor ?? null)).toEqual(pages[middle + 1]);
});

test('a page of customers that is full has another one behind it', async () => {
  const customers = upTo(501).map((at) => customer(at, `Customer ${at}`));
  await restart({ world: { ...sampleWorld(), customers } });
  const first = await portal.session.pull(null);
  const second = await portal.session.pull(first.cursor);
  expect([first, second].map(({ kind, rows }) => `${kind} ${rows.length}`)).toEqual(['customers 500', 'customers 1']);
  expect((await portal.session.pull(second.cursor)).kind).toBe('offers');
});

test('behind the last page everything is read anew, and a cursor without sense begins anew', async () => {
  const last = (await portal.pages()).at(-1);
  portal.simulator.admin.edit('subscriptions', uuid(3, 1), { quantity: 9 });
  const again = rowsOf(await portal.pages(last?.cursor), 'cloudSubscriptions');
  expect(again.find(({ externalId }) => externalId === uuid(3, 1))?.quantity).toBe(9);
  for (const cursor of ['', 'null', '[]', '{"page":0}', '{"list":"orders"}', '{"at":"x"}', 'x'.repeat(100)]) {
    expect((await portal.session.pull(cursor)).kind).toBe('customers');
  }
});

describe('a row that cannot be used costs no other', () => {
  test('without an id it is refused here, with a wrong field by the push', async () => {
    const { admin } = portal.simulator;
    admin.add('customers', { ...customer(9, 'Zero'), id: 7 as unknown as string });
    admin.edit('subscriptions', uuid(3, 1), {
      ...{ quantity: '5', listPrice: 'much', startDate: 20260310, subscriptionStatus: { name: 'Frozen' } },
      ...{ termDuration: 12, poNumber: ' ' },
    });
    admin.edit('subscriptions', uuid(3, 2), { revenuePrice: money(1, 'USD') });
    const pages = await portal.pages();
    expect(pages.flatMap(({ refused }) => refused)).toEqual([
      { where: 'customers/no id (item 4 of its page)', reason: 'The item is not a record with an id.' },
      { where: `subscriptions/${uuid(3, 2)}`, reason: 'listPrice and revenuePrice are in different currencies.' },
    ]);
    const rows = rowsOf(pages, 'cloudSubscriptions');
    expect(rows).toHaveLength(4);
    const wrong = subscriptionRow.safeParse(rows.find(({ externalId }) => externalId === uuid(3, 1)));
    expect(wrong.error?.issues.map(({ path }) => path[0]).sort()).toEqual([
      ...['quantity', 'startDate', 'status', 'term', 'unitCost'],
    ]);
    expect(wrong.error?.message).not.toMatch(/Frozen|much/);
  });

  test('offers with odd prices keep what can be read', async () => {
    const prices = [
      offerPrice('OneYear', ['Monthly']),
      { ...offerPrice('OneYear', ['Monthly']), region: { value: 'DE' } },
    ];
    portal.simulator.admin.edit('offers', uuid(2, 1), {
      prices: [...prices, { ...prices[0], billingFrequencies: null }],
    });
    const rows = rowsOf(await portal.pages(), 'offers');
    expect(rows.find(({ externalId }) => externalId === uuid(2, 1))?.variants).toEqual([
      { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' },
    ]);
  });

  test('nor does a customer whose subscriptions may not be read', async () => {
    portal.simulator.admin.faults.add({ match: { path: `${uuid(1, 1)}/subscriptions` }, action: 'status403' });
    const pages = await portal.pages();
    expect(rowsOf(pages, 'cloudSubscriptions')).toHaveLength(2);
    expect(pages.at(-1)?.refused).toEqual([
      { where: `customers/${uuid(1, 1)}/subscriptions`, reason: expect.stringContaining('may not read') },
    ]);
  });
});

describe('whatever the documentation leaves open', () => {
  test.each([
    ['records in place of lists', { subscriptionWords: 'name' }, 5],
    ['null in place of no items', { emptyItems: 'null' }, 5],
    ['a deleted customer that is not found', { deletedCustomer: 'notFound' }, 5],
    ['deleted customers without a mark', { deletedMarked: false }, 5],
    ['deleted subscriptions left out', { deletedSubscriptionsListed: false }, 5],
  ] as const)('%s: nothing is refused', async (_what, switches, count) => {
    await restart({ switches });
    const pages = await portal.pages();
    const rows = rowsOf(pages, 'cloudSubscriptions');
    for (const row of rows) subscriptionRow.parse(row);
    expect([rows.length, pages.flatMap(({ refused }) => refused)]).toEqual([count, []]);
    const marks = rowsOf(pages, 'customers').map(({ deleted }) => deleted);
    if ('deletedMarked' in switches) expect(marks).toEqual([undefined, undefined, undefined]);
  });

  test('a plan without a price is refused by the push, with what is missing', async () => {
    await restart({ switches: { usagePrice: 'null' } });
    const plan = rowsOf(await portal.pages(), 'cloudSubscriptions').find(({ term }) => term === 'NO_TERM');
    const issues = subscriptionRow.safeParse(plan).error?.issues.map(({ path }) => path[0]);
    expect(issues).toEqual(['currency', 'unitCost', 'unitPrice']);
  });

  test('an end in the year 9999 is none', async () => {
    portal.simulator.admin.edit('subscriptions', uuid(3, 1), { endDate: '9999-12-31T23:59:59.9999999+00:00' });
    const rows = rowsOf(await portal.pages(), 'cloudSubscriptions');
    const row = rows.find(({ externalId }) => externalId === uuid(3, 1));
    expect(subscriptionRow.parse(row).endDate).toBeNull();
  });

  test.each(['Deleted=DELETED', 'DisabledByProvider=DISABLED', 'Suspended=SUSPENDED', 'Expired=EXPIRED'])(
    'the status %s',
    async (pair) => {
      const [name, status] = pair.split('=');
      portal.simulator.admin.edit('subscriptions', uuid(3, 1), { subscriptionStatus: { name } });
      const rows = rowsOf(await portal.pages(), 'cloudSubscriptions');
      expect(rows.find(({ externalId }) => externalId === uuid(3, 1))?.status).toBe(status);
    },
  );
});

test.each([
  [101.16, '101.16'],
  [100, '100'],
  [8.4300005, '8.430001'],
  [101.16000000000001, '101.16'],
  [1e-7, '0'],
  [1e21, '1000000000000000000000'],
])('a price of %d is the amount %s', (value, amount) => {
  expect(amountOf(money(value))).toBe(amount);
});
