import { beforeAll, expect, test } from 'vitest';
import { changeInput } from '../../src/marketplace/change-input.js';
import { recordChange } from '../../src/marketplace/recorded-change.js';
import type { Scope } from '../../src/marketplace/visibility.js';
import {
  context,
  customer,
  fates,
  NOW,
  offer,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from './support.js';

const market = useMarket();

beforeAll(async () => {
  const { db, cspA, cspB } = market;
  for (const csp of [cspA, cspB]) {
    await pushCustomers(db, csp, [customer('customer')]);
    await pushOffers(db, csp, [offer('offer')]);
  }
  await pushCustomers(db, cspA, [customer('customer-1', { resellerId: 'r1' })]);
});

const create = async (externalId: string, more: object = {}) => {
  const at = { observedAt: '2026-03-01T00:00:00Z' };
  const { results } = await pushSubscriptions(market.db, market.cspA, [subscription(externalId, { ...at, ...more })]);
  expect(fates(results)).toEqual(['CREATED']);
};
const record = (scope: Scope, input: object, now = NOW) =>
  market.db.transaction((tx) => recordChange(tx, context(scope, now), changeInput.parse(input)));
const stored = (externalId: string) => market.db.client.cloudSubscription.findFirstOrThrow({ where: { externalId } });
const history = async (externalId: string) =>
  market.db.client.subscriptionChange.findMany({
    where: { cloudSubscriptionId: (await stored(externalId)).id },
    orderBy: { revision: 'asc' },
  });

test('each kind sets its own values and appends a change', async () => {
  const { db, cspA } = market;
  await create('a');
  const steps: [object, object][] = [
    [{ kind: 'QUANTITY', quantity: 7 }, { quantity: 7 }],
    [{ kind: 'FRIENDLY_NAME', name: 'Näme' }, { name: 'Näme' }],
    [{ kind: 'AUTO_RENEW', autoRenewEnabled: true }, { autoRenewEnabled: true }],
    [{ kind: 'RENEWAL', endDate: '2028-01-14' }, { endDate: new Date('2028-01-14T00:00:00Z') }],
    [{ kind: 'SUSPEND' }, { status: 'SUSPENDED' }],
    [{ kind: 'RESUME' }, { status: 'ACTIVE' }],
    [{ kind: 'UPGRADE' }, {}],
    [{ kind: 'CANCEL' }, { status: 'CANCELLED', quantity: 7 }],
  ];
  for (const [at, [input, expected]] of steps.entries()) {
    const recorded = await record(cspA, { eventId: `a${at}`, externalId: 'a', ...input });
    expect(recorded).toMatchObject({ outcome: 'recorded', change: { revision: at + 1, effectiveDate: '2026-03-10' } });
    expect(await stored('a')).toMatchObject({ ...expected, revision: at + 1 });
  }
  expect(await record(cspA, { eventId: 'a-late', externalId: 'a', kind: 'RESUME' })).toMatchObject({
    code: 'ALREADY_CANCELLED',
  });
  expect(await db.client.subscriptionChange.count({ where: { eventId: 'a-late' } })).toBe(0);
});

test.each(['EXPIRED', 'DISABLED', 'DELETED'])(
  'an event neither reopens nor renames the end of what is %s',
  async (status) => {
    const { cspA } = market;
    await create(`ended ${status}`, { status });
    for (const kind of ['SUSPEND', 'RESUME']) {
      const event = { eventId: `${kind} ${status}`, externalId: `ended ${status}`, kind };
      expect(await record(cspA, event)).toMatchObject({ outcome: 'refused', code: 'ALREADY_CANCELLED', field: 'kind' });
    }
    const event = { eventId: `CANCEL ${status}`, externalId: `ended ${status}`, kind: 'CANCEL' };
    expect(await record(cspA, event)).toMatchObject({ outcome: 'recorded', change: { after: { status } } });
  },
);

test('a price event sets the price of the caller alone', async () => {
  const { db, cspA, reseller1 } = market;
  await create('b', { customerExternalId: 'customer-1', resellerId: 'r1' });
  expect(await record(reseller1, { eventId: 'b0', externalId: 'b', kind: 'PRICE', unitPrice: '9' })).toMatchObject({
    outcome: 'refused',
    code: 'PRICE_UNKNOWN',
    field: 'unitCost',
  });
  const recorded = await record(reseller1, {
    eventId: 'b0',
    externalId: 'b',
    kind: 'PRICE',
    unitPrice: '9',
    unitCost: '7.10',
  });
  expect(recorded).toMatchObject({
    change: {
      organizationId: reseller1.organizationId,
      before: {},
      after: { unitCost: '7.1', unitPrice: '9', currency: 'EUR' },
    },
  });
  await record(cspA, { eventId: 'b1', externalId: 'b', kind: 'PROMOTION', unitCost: '5' });
  const { id } = await stored('b');
  const rows = await db.client.subscriptionPrice.findMany({ where: { cloudSubscriptionId: id } });
  expect(rows.map((row) => `${row.unitCost}/${row.unitPrice}`).sort()).toEqual(['5/10.5375', '7.1/9']);
});

test('a billing frequency moves to the other variant, when there can be one', async () => {
  const { db, cspA } = market;
  await create('c');
  const event = { externalId: 'c', kind: 'BILLING_FREQUENCY' };
  const illegal = await record(cspA, { ...event, eventId: 'c0', billingFrequency: 'TRIENNIAL' });
  expect(illegal).toMatchObject({ outcome: 'refused', code: 'ILLEGAL_BILLING_FREQUENCY' });
  await record(cspA, { ...event, eventId: 'c1', billingFrequency: 'ANNUAL' });
  const variant = await db.client.offerVariant.findFirstOrThrow({ where: { id: (await stored('c')).offerVariantId } });
  expect(variant).toMatchObject({ billingFrequency: 'ANNUAL', term: 'ONE_YEAR', offerExternalId: 'offer' });
});

test.each([
  ['no subscription', { kind: 'CANCEL' }],
  ['two of them', { kind: 'CANCEL', externalId: 'x', subscriptionId: '018f0000-0000-7000-8000-000000000000' }],
  ['quantity is missing', { kind: 'QUANTITY', externalId: 'x' }],
  ['quantity is fractional', { kind: 'QUANTITY', externalId: 'x', quantity: 1.5 }],
  ['quantity is negative', { kind: 'QUANTITY', externalId: 'x', quantity: -1 }],
  ['quantity is too large', { kind: 'QUANTITY', externalId: 'x', quantity: 2 ** 31 }],
  ['a value of another kind', { kind: 'CANCEL', externalId: 'x', quantity: 0 }],
  ['a price is missing', { kind: 'PRICE', externalId: 'x' }],
  ['a price is no decimal', { kind: 'PRICE', externalId: 'x', unitPrice: '1e3' }],
  ['a price is negative', { kind: 'PRICE', externalId: 'x', unitPrice: '-1' }],
  ['a day that does not exist', { kind: 'CANCEL', externalId: 'x', effectiveDate: '2026-02-29' }],
  ['an event id of a push', { kind: 'CANCEL', externalId: 'x', eventId: 'upsert:x:1' }],
  ['an unknown field', { kind: 'CANCEL', externalId: 'x', units: 3 }],
])('the input is refused: %s', (_name, input) => {
  expect(changeInput.safeParse({ eventId: 'e', ...input }).success).toBe(false);
});

test('an event sent again is the first one; with other content it is a conflict', async () => {
  const { cspA, cspB, reseller1 } = market;
  await create('d');
  await create('d-other');
  const event = { eventId: 'd1', externalId: 'd', kind: 'QUANTITY', quantity: 8 };
  const first = await record(cspA, event);
  await record(cspA, { eventId: 'd2', externalId: 'd', kind: 'QUANTITY', quantity: 9 });
  const { id } = await stored('d');
  const tomorrow = new Date(NOW.getTime() + 86_400_000);
  const { externalId: _externalId, ...rest } = event;
  const replayed = {
    outcome: 'replayed',
    subscriptionId: id,
    changeId: first.outcome === 'recorded' && first.change.changeId,
  };
  expect(await record(cspA, event, tomorrow)).toEqual(replayed);
  expect(await record(cspA, { ...rest, subscriptionId: id })).toEqual(replayed);
  expect(await record(cspA, { ...event, quantity: 10 })).toEqual({ outcome: 'conflict' });
  expect(await record(cspA, { ...event, externalId: 'd-other' })).toEqual({ outcome: 'conflict' });
  expect((await stored('d')).quantity).toBe(9);
  expect(await history('d')).toHaveLength(2);
  expect(await history('d-other')).toHaveLength(0);
  // Who does not see it learns nothing.
  expect(await record(cspB, event)).toEqual({ outcome: 'notFound' });
  expect(await record(reseller1, { ...event, eventId: 'd3' })).toEqual({ outcome: 'notFound' });
});

test('an event that is yet to come is refused, so that it freezes nothing', async () => {
  const { cspA } = market;
  await create('ahead');
  const event = { externalId: 'ahead', kind: 'QUANTITY' };
  for (const occurredAt of ['2026-03-10T12:05:00.001Z', '2199-12-31T00:00:00Z']) {
    const ahead = await record(cspA, { ...event, eventId: 'ahead', quantity: 9, occurredAt });
    expect(ahead).toMatchObject({ outcome: 'refused', code: 'OBSERVED_IN_FUTURE', field: 'occurredAt' });
  }
  const push = (quantity: number, observedAt: string) =>
    pushSubscriptions(market.db, cspA, [subscription('ahead', { quantity, observedAt })]);
  expect(fates((await push(6, '2026-03-10T11:59:00Z')).results)).toEqual(['UPDATED']);
  // A clock of the marketplace may be ahead by five minutes.
  const tolerated = { ...event, eventId: 'ahead', quantity: 7, occurredAt: '2026-03-10T12:05:00Z' };
  expect(await record(cspA, tolerated)).toMatchObject({ outcome: 'recorded' });
});

test('an event older than what is stored is refused', async () => {
  const { cspA } = market;
  await create('e');
  const event = { externalId: 'e', kind: 'QUANTITY' };
  const old = await record(cspA, { ...event, eventId: 'e1', quantity: 1, occurredAt: '2026-02-28T23:59:59Z' });
  expect(old).toMatchObject({ outcome: 'refused', code: 'STALE_OBSERVATION' });
  const newer = await record(cspA, { ...event, eventId: 'e2', quantity: 2, occurredAt: '2026-03-02T08:00:00Z' });
  expect(newer).toMatchObject({ outcome: 'recorded', change: { effectiveDate: '2026-03-02' } });
  // A push that was observed before the event does not take it back.
  const late = subscription('e', { quantity: 5, observedAt: '2026-03-01T12:00:00Z' });
  const { results } = await pushSubscriptions(market.db, cspA, [late]);
  expect(fates(results)).toEqual(['UNCHANGED STALE_OBSERVATION']);
  expect((await stored('e')).quantity).toBe(2);
});

test('events of one cloud subscription at once follow each other', async () => {
  const { cspA } = market;
  await create('f', { quantity: 0 });
  await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      record(cspA, { eventId: `f${at}`, externalId: 'f', kind: 'QUANTITY', quantity: at + 1 }),
    ),
  );
  const changes = await history('f');
  expect(changes.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const values = changes.map(
    ({ before, after }) => [before, after] as unknown as [{ quantity: number }, { quantity: number }],
  );
  for (const [at, [before]] of values.entries())
    expect(before.quantity).toBe(at === 0 ? 0 : values[at - 1]![1].quantity);
  expect(await stored('f')).toMatchObject({ revision: 10, quantity: values[9]![1].quantity });
});

test('one event at once from many callers is one change', async () => {
  const { db, cspA } = market;
  await create('g');
  await create('g-other');
  const event = { eventId: 'g1', externalId: 'g', kind: 'QUANTITY', quantity: 8 };
  const all = await Promise.all(Array.from({ length: 8 }, () => record(cspA, event)));
  expect(all.map(({ outcome }) => outcome).sort()).toEqual(['recorded', ...Array(7).fill('replayed')]);
  expect(await history('g')).toHaveLength(1);
  // One id for two cloud subscriptions at once: one of them wins.
  const two = await Promise.all(
    ['g', 'g-other'].map((externalId) => record(cspA, { ...event, eventId: 'g2', externalId, quantity: 3 })),
  );
  expect(two.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'recorded']);
  expect(await db.client.subscriptionChange.count({ where: { eventId: 'g2' } })).toBe(1);
});
