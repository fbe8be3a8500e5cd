import { beforeAll, expect, test } from 'vitest';
import { ingestCloudSubscriptions } from '../../src/marketplace/cloud-subscriptions.js';
import type { Scope } from '../../src/marketplace/visibility.js';
import {
  ANNUAL,
  context,
  counted,
  customer,
  fates,
  MONTHLY,
  offer,
  only,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from './support.js';

const market = useMarket();

beforeAll(async () => {
  const { db, cspA, cspB, reseller1, reseller2 } = market;
  for (const csp of [cspA, cspB]) {
    await pushCustomers(db, csp, [customer('customer'), customer('other')]);
    await pushOffers(db, csp, [offer('offer'), offer('second')]);
  }
  await pushCustomers(db, reseller1, [customer('customer-1')]);
  await pushCustomers(db, cspA, [customer('customer-2', { resellerId: 'r2' })]);
  await pushOffers(db, reseller2, [offer('of-reseller-2')]);
});

const stored = (externalId: string, tenantId = market.cspA.tenantId) =>
  market.db.client.cloudSubscription.findUniqueOrThrow({ where: { tenantId_externalId: { tenantId, externalId } } });
const push = async (scope: Scope, ...rows: object[]) =>
  fates((await pushSubscriptions(market.db, scope, rows)).results);
const prices = async (externalId: string) => {
  const { id } = await stored(externalId);
  const rows = await market.db.client.subscriptionPrice.findMany({ where: { cloudSubscriptionId: id } });
  return Object.fromEntries(
    rows.map((row) => [row.organizationId, `${row.unitCost}/${row.unitPrice} ${row.currency}`]),
  );
};

test('a first push creates without a change, with its defaults', async () => {
  const { results, changes } = await pushSubscriptions(market.db, market.cspA, [subscription('a')]);
  expect(fates(results)).toEqual(['CREATED']);
  expect(changes).toEqual([]);
  const day = (text: string) => new Date(`${text}T00:00:00Z`);
  expect(await stored('a')).toMatchObject({
    id: only(results).id,
    creationDate: day('2026-01-15'),
    startDate: day('2026-01-15'),
    endDate: day('2027-01-14'),
    autoRenewEnabled: false,
    revision: 0,
  });
  expect(await prices('a')).toEqual({ [market.cspA.organizationId]: '8.43/10.5375 EUR' });
  expect(await push(market.cspA, subscription('a', { unitCost: '08.4300' }))).toEqual(['UNCHANGED']);
});

test.each(['startDate', 'endDate', 'creationDate', 'effectiveDate'])('%s is a day of 1970 to 2199', async (field) => {
  const { cspA } = market;
  const started = { startDate: '1970-01-01', endDate: '2199-12-31' };
  for (const day of ['1969-12-31', '2200-01-01', '9999-12-31', '0001-01-01']) {
    const row = subscription('bounds', { ...started, [field]: day });
    const { results } = await pushSubscriptions(market.db, cspA, [row]);
    expect(only(results).errors).toContainEqual({
      code: 'INVALID_VALUE',
      message: 'A calendar date that exists, from 1970-01-01 to 2199-12-31, as YYYY-MM-DD.',
      path: ['input', 'rows', '0', field],
    });
  }
  for (const day of ['1970-01-01', '2199-12-31']) {
    expect(await push(cspA, subscription(`bounds ${field}`, { ...started, [field]: day }))).not.toContain('REJECTED');
  }
});

test('references must hold', async () => {
  const { cspA, reseller1, reseller2 } = market;
  expect(
    await push(
      cspA,
      subscription('b-1', { customerExternalId: 'nobody' }),
      subscription('b-2', { offerExternalId: 'nothing' }),
      subscription('b-3', { customerExternalId: 'customer-1' }),
      subscription('b-4', { customerExternalId: 'customer-2' }),
      subscription('b-5', { ...MONTHLY, term: 'ONE_MONTH', billingFrequency: 'ANNUAL' }),
      subscription('b-6', { offerExternalId: 'of-reseller-2' }),
      subscription('b-7', { endDate: '2026-01-14' }),
      subscription('b-8', { startDate: '2026-02-30' }),
      subscription('b-9', { quantity: 1.5 }),
      subscription('b-10', { quantity: -1 }),
      subscription('b-11', { unitPrice: '1.1234567' }),
      subscription('b-12', { resellerPrice: { unitCost: '1', unitPrice: '2' } }),
    ),
  ).toEqual([
    'REJECTED UNKNOWN_CUSTOMER',
    'REJECTED UNKNOWN_OFFER',
    'REJECTED UNKNOWN_CUSTOMER',
    'REJECTED CUSTOMER_OF_ANOTHER_SELLER',
    'REJECTED ILLEGAL_BILLING_FREQUENCY',
    'REJECTED UNKNOWN_OFFER',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED NO_RESELLER',
  ]);
  // Another Reseller's customer looks like none at all.
  expect(await push(reseller2, subscription('b-1', { customerExternalId: 'customer-1' }))).toEqual([
    'REJECTED UNKNOWN_CUSTOMER',
  ]);
  expect(await push(reseller1, subscription('b-1', { customerExternalId: 'customer-1' }))).toEqual(['CREATED']);
});

test("a new variant is added to a known offer; a Reseller finds its CSP's offers and its own first", async () => {
  const { db, cspA, reseller2 } = market;
  const variantOf = async (externalId: string) =>
    db.client.offerVariant.findFirstOrThrow({ where: { id: (await stored(externalId)).offerVariantId } });
  const sold = { customerExternalId: 'customer-2', ...ANNUAL };
  expect(await push(reseller2, subscription('c-1', { ...sold, offerExternalId: 'second' }))).toEqual(['CREATED']);
  expect(await variantOf('c-1')).toMatchObject({ organizationId: cspA.organizationId, billingFrequency: 'ANNUAL' });
  // Its own offer of that name counts from now on, but upgrades nothing that is there.
  await pushOffers(db, reseller2, [offer('second')]);
  expect(await push(reseller2, subscription('c-1', { ...sold, offerExternalId: 'second' }))).toEqual(['UNCHANGED']);
  expect(await push(reseller2, subscription('c-2', { ...sold, offerExternalId: 'second' }))).toEqual(['CREATED']);
  expect((await variantOf('c-2')).organizationId).toBe(reseller2.organizationId);
});

test('each kind of difference becomes a change with a revision of its own', async () => {
  const { db, cspA } = market;
  await push(cspA, subscription('d'));
  const { results, changes } = await pushSubscriptions(db, cspA, [
    subscription('d', {
      ...ANNUAL,
      name: 'Renamed',
      quantity: 7,
      endDate: '2028-01-14',
      autoRenewEnabled: true,
      unitPrice: '11',
      poNumber: 'PO 1',
      effectiveDate: '2026-03-09',
    }),
  ]);
  expect(fates(results)).toEqual(['UPDATED']);
  expect(changes.map(({ kind, revision }) => `${revision} ${kind}`)).toEqual([
    '1 PRICE',
    '2 FRIENDLY_NAME',
    '3 AUTO_RENEW',
    '4 RENEWAL',
    '5 BILLING_FREQUENCY',
    '6 QUANTITY',
  ]);
  expect(changes[5]).toMatchObject({ before: { quantity: 5 }, after: { quantity: 7 }, effectiveDate: '2026-03-09' });
  expect(changes[0]!.after).toEqual({
    unitCost: '8.43',
    unitPrice: '11',
    currency: 'EUR',
    basis: 'PER_BILLING_PERIOD',
  });
  const { id, revision } = await stored('d');
  expect(revision).toBe(6);
  const kept = await db.client.subscriptionChange.findMany({
    where: { cloudSubscriptionId: id },
    orderBy: { revision: 'asc' },
  });
  expect(kept.map((change) => change.eventId)).toEqual([1, 2, 3, 4, 5, 6].map((at) => `upsert:d:${at}`));
  expect(kept.map((change) => change.id)).toEqual(changes.map((change) => change.changeId));
  // What has no kind is an update without a change.
  const silent = await pushSubscriptions(db, cspA, [
    subscription('d', {
      ...ANNUAL,
      name: 'Renamed',
      quantity: 7,
      endDate: '2028-01-14',
      unitPrice: '11',
      orderId: 'o',
    }),
  ]);
  expect([fates(silent.results), silent.changes]).toEqual([['UPDATED'], []]);
});

test('status: suspend, resume, cancel once, and units come back when it is reopened', async () => {
  const kinds = async (more: object) => {
    const { changes } = await pushSubscriptions(market.db, market.cspA, [subscription('e', more)]);
    return changes.map(({ kind, before, after }) =>
      [kind, before.quantity, after.quantity].filter((x) => x !== undefined).join(' '),
    );
  };
  expect(await kinds({ status: 'PENDING' })).toEqual([]);
  expect(await kinds({})).toEqual([]);
  expect(await kinds({ status: 'SUSPENDED' })).toEqual(['SUSPEND']);
  expect(await kinds({})).toEqual(['RESUME']);
  expect(await kinds({ status: 'CANCELLED', quantity: 0 })).toEqual(['QUANTITY 5 0', 'CANCEL']);
  expect(await kinds({ status: 'DELETED', quantity: 0 })).toEqual([]);
  expect(await kinds({ quantity: 0 })).toEqual(['RESUME', 'QUANTITY 0 0']);
  expect(await kinds({ status: 'DELETED' })).toEqual(['QUANTITY 0 5', 'CANCEL']);
  expect(await kinds({})).toEqual(['RESUME', 'QUANTITY 0 5']);
});

test.each(['EXPIRED', 'DISABLED'])('%s ends it as cancelling does, once, and there is a way back', async (status) => {
  const kinds = async (more: object) => {
    const { changes } = await pushSubscriptions(market.db, market.cspA, [subscription(`ended ${status}`, more)]);
    return changes.map(({ kind, after }) => [kind, after.quantity ?? after.status].join(' '));
  };
  expect(await kinds({})).toEqual([]);
  expect(await kinds({ status })).toEqual([`CANCEL ${status}`]);
  expect(await kinds({ status: 'DISABLED' })).toEqual([]);
  expect(await kinds({ status: 'DELETED' })).toEqual([]);
  expect(await kinds({ status })).toEqual([]);
  expect(await kinds({})).toEqual(['RESUME ACTIVE', 'QUANTITY 5']);
  expect(await kinds({ status: 'SUSPENDED' })).toEqual(['SUSPEND SUSPENDED']);
  expect(await kinds({ status })).toEqual([`CANCEL ${status}`]);
  expect(await kinds({ status: 'SUSPENDED' })).toEqual(['QUANTITY 5', 'SUSPEND SUSPENDED']);
});

test('another offer is an upgrade; another customer is refused', async () => {
  const { db, cspA } = market;
  await push(cspA, subscription('f'));
  const { changes } = await pushSubscriptions(db, cspA, [subscription('f', { offerExternalId: 'second' })]);
  expect(changes.map(({ kind }) => kind)).toEqual(['UPGRADE']);
  expect(await push(cspA, subscription('f', { customerExternalId: 'other' }))).toEqual([
    'REJECTED CUSTOMER_CANNOT_CHANGE',
  ]);
});

test('CSP and Reseller keep their own prices of one cloud subscription (R43)', async () => {
  const { db, cspA, reseller2 } = market;
  const sold = { customerExternalId: 'customer-2' };
  const money = (unitCost: string, unitPrice: string, currency = 'EUR') => ({ ...sold, unitCost, unitPrice, currency });
  const resellerPrice = { unitCost: '10', unitPrice: '12' };
  await push(cspA, subscription('g', { ...money('8', '10'), resellerId: 'r2', resellerPrice }));
  expect(await stored('g')).toMatchObject({ organizationId: reseller2.organizationId, cspParty: true });
  const both = { [cspA.organizationId]: '8/10 EUR', [reseller2.organizationId]: '10/12 EUR' };
  expect(await prices('g')).toEqual(both);

  const own = await pushSubscriptions(db, reseller2, [subscription('g', money('10', '13', 'USD'))]);
  expect(own.changes.map((change) => [change.kind, change.organizationId])).toEqual([
    ['PRICE', reseller2.organizationId],
  ]);
  expect(await prices('g')).toEqual({ ...both, [reseller2.organizationId]: '10/13 USD' });
  expect((await stored('g')).currency).toBe('USD');

  const again = { ...money('8.5', '10'), resellerPrice: { unitCost: '10', unitPrice: '14', currency: 'USD' } };
  const { changes } = await pushSubscriptions(db, cspA, [subscription('g', again)]);
  expect(changes.map((change) => change.organizationId)).toEqual([cspA.organizationId, reseller2.organizationId]);
  expect((await stored('g')).currency).toBe('USD');
});

test("a Reseller's row is in the currency of its Reseller, whoever records it", async () => {
  const { cspA, reseller2 } = market;
  const sold = { customerExternalId: 'customer-2', resellerId: 'r2', currency: 'USD', unitCost: '8', unitPrice: '10' };
  const resellerPrice = { unitCost: '10', unitPrice: '12', currency: 'EUR' };
  const both = { [cspA.organizationId]: '8/10 USD', [reseller2.organizationId]: '10/12 EUR' };
  await push(cspA, subscription('currency', { ...sold, resellerPrice }));
  expect(await stored('currency')).toMatchObject({ currency: 'EUR' });
  expect(await prices('currency')).toEqual(both);

  // Absent is the currency of the subscription, not that of whoever pushes.
  const { currency: _currency, ...same } = resellerPrice;
  expect(await push(cspA, subscription('currency', { ...sold, resellerPrice: same }))).toEqual(['UNCHANGED']);
  expect(await prices('currency')).toEqual(both);

  await push(cspA, subscription('currency', { ...sold, resellerPrice: { ...same, currency: 'GBP' } }));
  expect(await stored('currency')).toMatchObject({ currency: 'GBP' });
  await push(cspA, subscription('currency', sold));
  expect(await stored('currency')).toMatchObject({ currency: 'GBP' });
});

test("a Reseller's cloud subscription is closed to its CSP until the CSP takes part; its first price is no change", async () => {
  const { cspA, reseller1, reseller2, db } = market;
  const sold = { customerExternalId: 'customer-1' };
  await push(reseller1, subscription('h', sold));
  expect(await push(cspA, subscription('h', sold))).toEqual(['REJECTED EXTERNAL_ID_IN_USE']);
  expect(await push(reseller2, subscription('h', sold))).toEqual(['REJECTED EXTERNAL_ID_IN_USE']);
  const joined = await pushSubscriptions(db, cspA, [subscription('h', { ...sold, resellerId: 'r1', unitCost: '1' })]);
  expect([fates(joined.results), joined.changes]).toEqual([['UPDATED'], []]);
  expect(Object.keys(await prices('h'))).toHaveLength(2);
});

test('the day of a change is effectiveDate, else the UTC day of observedAt, else today', async () => {
  const { db, cspA } = market;
  await push(cspA, subscription('i', { observedAt: '2026-03-01T00:00:00Z' }));
  const dayOf = async (more: object) => {
    const { changes } = await pushSubscriptions(db, cspA, [subscription('i', more)]);
    return only(changes).effectiveDate;
  };
  expect(await dayOf({ quantity: 6, observedAt: '2026-03-04T23:30:00-02:00' })).toBe('2026-03-05');
  expect(await dayOf({ quantity: 7, observedAt: '2026-03-06T00:00:00Z', effectiveDate: '2026-04-01' })).toBe(
    '2026-04-01',
  );
  expect(await dayOf({ quantity: 8 })).toBe('2026-03-10');
  const stale = subscription('i', { quantity: 1, observedAt: '2026-03-09T00:00:00Z' });
  expect(await push(cspA, stale)).toEqual(['UNCHANGED STALE_OBSERVATION']);
  expect((await stored('i')).quantity).toBe(8);
});

test('500 rows, all kinds of work, take a handful of statements', async () => {
  const { db, cspA } = market;
  const rows = Array.from({ length: 500 }, (_, at) =>
    subscription(`j-${at}`, { customerExternalId: 'customer-2', resellerId: 'r2' }),
  );
  const work = (some: object[]) =>
    db.transaction(async (raw) => {
      const { tx, statements } = counted(raw);
      const { changes } = await ingestCloudSubscriptions(tx, context(cspA), some);
      return { statements: statements(), changes: changes.length };
    });
  const first = await work(rows);
  expect(first.statements).toBeLessThanOrEqual(11);
  const second = await work(rows.map((row) => ({ ...row, quantity: 9, unitPrice: '9', ...ANNUAL })));
  expect(second.changes).toBe(1500);
  expect(second.statements).toBeLessThanOrEqual(11);
});

test('two pushes at once of one row make one history', async () => {
  const { db, cspA } = market;
  await push(cspA, subscription('k', { quantity: 0 }));
  await Promise.all(Array.from({ length: 8 }, (_, at) => push(cspA, subscription('k', { quantity: at + 1 }))));
  const { id, quantity, revision } = await stored('k');
  const changes = await db.client.subscriptionChange.findMany({
    where: { cloudSubscriptionId: id },
    orderBy: { revision: 'asc' },
  });
  expect(changes.map((change) => change.revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(revision).toBe(8);
  const links = changes.map(({ before, after }) => [
    (before as { quantity: number }).quantity,
    (after as { quantity: number }).quantity,
  ]);
  for (const [at, link] of links.entries()) expect(link[0]).toBe(at === 0 ? 0 : links[at - 1]![1]);
  expect(links.at(-1)![1]).toBe(quantity);

  const fresh = Array.from({ length: 40 }, (_, at) => subscription(`l-${at}`));
  const [one, two] = await Promise.all([push(cspA, ...fresh), push(cspA, ...[...fresh].reverse())]);
  expect([...one!, ...two!].filter((fate) => fate === 'CREATED')).toHaveLength(40);
  expect([...one!, ...two!].filter((fate) => fate === 'UNCHANGED')).toHaveLength(40);
});
