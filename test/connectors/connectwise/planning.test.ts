import { afterEach, describe, expect, it } from 'vitest';
import type { World } from '../../../simulators/connectwise/index.js';
import type { Change, MappedTarget } from '../../../src/connectors/contract.js';
import {
  additions,
  BASIC,
  carriedOut,
  changeOf,
  EMPTY,
  failureOf,
  lineOf,
  planned,
  type Simulated,
  simulated,
} from './simulated.js';

let at: Simulated;
afterEach(() => at?.simulator.close());

const DAY = '2026-12-10';
const price = (unitPrice: string, effectiveDate = DAY, more: Partial<Change> = {}) =>
  changeOf(10, effectiveDate, { kind: 'price', unitPrice, ...more });

describe('a change of quantity', () => {
  it('begins a new addition at the same amounts, then ends the old one the day before', async () => {
    at = await simulated();
    const plan = await planned(at.session, changeOf(15, DAY), BASIC);
    expect(plan.steps.map(({ label, before, after }) => [label, before.units, after.units])).toEqual([
      ['Begin an addition of 15 units on 2026-12-10 at 6.6', 10, 25],
      ['Change addition 501: its end to 2026-12-09', 25, 15],
    ]);
    expect([plan.before.units, plan.after.units]).toEqual([10, 15]);
    expect(plan.steps.map(({ payload }) => payload)).toEqual([
      {
        method: 'POST',
        body: {
          product: { id: 101 },
          billCustomer: 'Billable',
          quantity: 15,
          unitPrice: 6.6,
          unitCost: 5.1,
          effectiveDate: '2026-12-10T00:00:00Z',
          taxableFlag: true,
        },
      },
      {
        method: 'PATCH',
        additionId: '501',
        body: [{ op: 'replace', path: 'cancelledDate', value: '2026-12-09T00:00:00Z' }],
      },
    ]);
  });

  const TABLE: readonly (readonly [string, Change, readonly string[]])[] = [
    ['more', changeOf(15, DAY), ['501 10 @6.6/5.1 2026-01-01..2026-12-09', 'new 15 @6.6/5.1 2026-12-10..']],
    ['fewer', changeOf(4, DAY), ['501 10 @6.6/5.1 2026-01-01..2026-12-09', 'new 4 @6.6/5.1 2026-12-10..']],
    [
      'with its own price',
      changeOf(15, DAY, { unitPrice: '7.10' }),
      ['501 10 @6.6/5.1 2026-01-01..2026-12-09', 'new 15 @7.1/5.1 2026-12-10..'],
    ],
    ['on the day it began', changeOf(12, '2026-01-01'), ['501 12 @6.6/5.1 2026-01-01..']],
    ['a cancellation', changeOf(0, DAY, { kind: 'cancel' }), ['501 10 @6.6/5.1 2026-01-01..2026-12-09']],
    [
      'a cancellation from its first day',
      changeOf(0, '2026-01-01', { kind: 'cancel' }),
      ['501 0 @6.6/5.1 2026-01-01..'],
    ],
    ['none', changeOf(10, DAY), ['501 10 @6.6/5.1 2026-01-01..']],
    ['a price', price('7.25'), ['501 10 @6.6/5.1 2026-01-01..2026-12-09', 'new 10 @7.25/5.1 2026-12-10..']],
    [
      'a price and a cost',
      price('7.25', DAY, { unitCost: '5.5' }),
      ['501 10 @6.6/5.1 2026-01-01..2026-12-09', 'new 10 @7.25/5.5 2026-12-10..'],
    ],
    ['a price on the day it began', price('7.25', '2026-01-01'), ['501 10 @7.25/5.1 2026-01-01..']],
    ['a price that is there', price('6.60'), ['501 10 @6.6/5.1 2026-01-01..']],
    [
      'a suspension',
      changeOf(10, DAY, { kind: 'suspend' }),
      ['501 10 @6.6/5.1 2026-01-01..2026-12-09', 'new 10 @0/5.1 2026-12-10..'],
    ],
    [
      'a month’s cost',
      changeOf(10, '2026-11-01', { kind: 'costPush', unitPrice: '33.1', unitCost: '30', until: '2026-12-01' }),
      ['501 10 @6.6/5.1 2026-01-01..2026-10-31', 'new 10 @0/0 2026-12-01..', 'new 10 @33.1/30 2026-11-01..2026-11-30'],
    ],
  ];
  it.each(TABLE)('%s leads to what was wanted, and asked again to nothing', async (_title, change, expected) => {
    at = await simulated();
    await carriedOut(at.session, change, BASIC);
    expect(additions(at.simulator, BASIC).map((row) => row.replace(/^7\d{4}/, 'new'))).toEqual(expected);
    expect((await planned(at.session, change, BASIC)).steps).toEqual([]);
  });

  it('of a line that is not there begins with the amounts of the change', async () => {
    at = await simulated();
    await carriedOut(
      at.session,
      changeOf(3, '2026-11-01', { kind: 'create', unitPrice: '9.05', unitCost: '8' }),
      EMPTY,
    );
    expect(additions(at.simulator, EMPTY)).toEqual(['70000 3 @9.05/8 2026-11-01..']);
  });

  it('follows what stands: twice a day, again after an end, and over what was planned for later', async () => {
    at = await simulated();
    const { session, simulator } = at;
    await carriedOut(session, changeOf(15, DAY), BASIC);
    await carriedOut(session, changeOf(17, DAY), BASIC);
    await carriedOut(session, changeOf(0, '2026-12-20', { kind: 'cancel' }), BASIC);
    await carriedOut(session, changeOf(5, '2027-01-10'), BASIC);
    await carriedOut(session, changeOf(6, '2027-01-01'), BASIC);
    expect(additions(simulator, BASIC)).toEqual([
      '501 10 @6.6/5.1 2026-01-01..2026-12-09',
      '70000 17 @6.6/5.1 2026-12-10..2026-12-19',
      '70001 6 @6.6/5.1 2027-01-10..',
      '70002 6 @6.6/5.1 2027-01-01..2027-01-09',
    ]);
  });

  it('a price keeps units that were changed inside the period', async () => {
    at = await simulated();
    await carriedOut(at.session, changeOf(15, DAY), BASIC);
    expect(await carriedOut(at.session, price('7', '2026-12-01'), BASIC)).toHaveLength(3);
    expect(additions(at.simulator, BASIC)).toEqual([
      '501 10 @6.6/5.1 2026-01-01..2026-11-30',
      '70000 15 @7/5.1 2026-12-10..',
      '70001 10 @7/5.1 2026-12-01..2026-12-09',
    ]);
  });

  it('a month’s cost that is corrected changes the addition of that month', async () => {
    at = await simulated();
    const cost = (unitPrice: string) =>
      changeOf(10, '2026-11-01', { kind: 'costPush', unitPrice, unitCost: '30', until: '2026-12-01' });
    await carriedOut(at.session, cost('33'), BASIC);
    expect(await carriedOut(at.session, cost('35'), BASIC)).toEqual(['Change addition 70001: unit price to 35']);
  });

  it('takes additions that nobody asked for out of the way', async () => {
    at = await simulated((world: World) =>
      world.additions?.push({
        id: 503,
        agreementId: 1001,
        product: { id: 101 },
        quantity: 2,
        effectiveDate: '2026-05-01T00:00:00Z',
      }),
    );
    await carriedOut(at.session, changeOf(11, DAY), BASIC);
    expect(additions(at.simulator, BASIC)).toEqual([
      '501 10 @6.6/5.1 2026-01-01..2026-12-09',
      '503 2 @6.6/5.1 2026-05-01..2026-12-09',
      '70000 11 @6.6/5.1 2026-12-10..',
    ]);
  });

  it('leaves alone what is not billed', async () => {
    at = await simulated((world: World) =>
      world.additions?.push({
        id: 503,
        agreementId: 1001,
        product: { id: 101 },
        quantity: 2,
        billCustomer: 'DoNotBill',
      }),
    );
    expect((await lineOf(at.session, BASIC)).facts).toEqual([
      { date: '2026-01-01', units: 10, unitPrice: '6.6', unitCost: '5.1' },
    ]);
  });
});

describe('plan', () => {
  it('is pure and without memory: the same from the same read, another after a write', async () => {
    at = await simulated();
    const line = await lineOf(at.session, BASIC);
    const [one, two] = [at.session.plan(changeOf(15, DAY), line), at.session.plan(changeOf(15, DAY), line)];
    expect(one).toEqual(two);
    await at.session.apply(one.steps[0]!);
    const rest = await planned(at.session, changeOf(15, DAY), { ...BASIC, lineRef: '70000' });
    expect(rest.steps.map(({ key }) => key)).toEqual([one.steps[1]?.key]);
    expect(rest.fingerprint).not.toBe(one.fingerprint);
    expect(at.simulator.admin.journal.list({ writes: true })).toHaveLength(1);
  });

  const REFUSALS: readonly (readonly [string, Change, MappedTarget, string])[] = [
    ['a reactivation', changeOf(5, DAY, { kind: 'resume' }), BASIC, 'CHANGE_UNSUPPORTED'],
    ['no date', changeOf(5, '2026-02-30'), BASIC, 'EFFECTIVE_DATE_INVALID'],
    ['an end before the start', changeOf(5, DAY, { kind: 'costPush', until: DAY }), BASIC, 'UNTIL_INVALID'],
    ['fewer than none', changeOf(-1, DAY), BASIC, 'QUANTITY_OUT_OF_RANGE'],
    ['another currency', changeOf(5, DAY, { currency: 'EUR' }), BASIC, 'WRONG_CURRENCY'],
    ['an amount too fine', changeOf(5, DAY, { unitPrice: '1.00000000000000000001' }), BASIC, 'AMOUNT_NOT_EXACT'],
    ['a day before the agreement', changeOf(5, '2025-12-31'), BASIC, 'EFFECTIVE_DATE_OUTSIDE_CONTRACT'],
    ['a cancelled agreement', changeOf(5, DAY), { ...EMPTY, contractId: '1003' }, 'CONTRACT_CANCELLED'],
    ['an expired agreement', changeOf(5, DAY), { ...EMPTY, contractId: '1004' }, 'EFFECTIVE_DATE_OUTSIDE_CONTRACT'],
    ['an inactive product', changeOf(5, DAY), { ...EMPTY, serviceId: '104' }, 'SERVICE_INACTIVE'],
    ['another company', changeOf(5, DAY), { ...EMPTY, companyId: '202' }, 'CONTRACT_OF_OTHER_COMPANY'],
    ['no agreement', changeOf(5, DAY), { ...EMPTY, contractId: '9999' }, 'CONTRACT_NOT_FOUND'],
    ['no product', changeOf(5, DAY), { ...EMPTY, serviceId: '9999' }, 'SERVICE_NOT_FOUND'],
    ['an addition that is gone', changeOf(5, DAY), { ...BASIC, lineRef: '499' }, 'LINE_GONE'],
    ['an id that cannot be', changeOf(5, DAY), { ...EMPTY, contractId: '1) or (1=1' }, 'TARGET_INVALID'],
  ];
  it.each(REFUSALS)('refuses %s', async (_what, change, target, code) => {
    at = await simulated();
    expect((await failureOf(planned(at.session, change, target))).code).toBe(code);
  });

  it('refuses two additions at once where the mapping knows none of them, and a price of two', async () => {
    at = await simulated((world: World) =>
      world.additions?.push({ id: 503, agreementId: 1001, product: { id: 101 }, quantity: 2 }),
    );
    expect((await failureOf(planned(at.session, changeOf(5, DAY), { ...BASIC, lineRef: null }))).code).toBe(
      'SERVICE_TWICE_ON_CONTRACT',
    );
    const both = changeOf(12, DAY, { kind: 'price', unitPrice: '7' });
    expect((await failureOf(planned(at.session, both, BASIC))).code).toBe('ADDITIONS_OVERLAP');
  });
});
