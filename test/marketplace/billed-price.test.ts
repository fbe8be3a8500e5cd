import { describe, expect, test } from 'vitest';
import { billedPrice, isBilled, type StoredPrice } from '../../src/marketplace/billed-price.js';

type Case = readonly [basis: StoredPrice['basis'], term: StoredPrice['term'], every: StoredPrice['billingFrequency']];

const of = ([basis, term, billingFrequency]: Case, unitPrice: string, unitCost = '0') =>
  billedPrice({ basis, term, billingFrequency, unitPrice, unitCost, currency: 'EUR' });

test.each<readonly [...Case, string, string]>([
  ['PER_BILLING_PERIOD', 'ONE_YEAR', 'MONTHLY', '8.430000', '8.43'],
  ['PER_BILLING_PERIOD', 'NO_TERM', 'ONE_TIME', '500', '500'],
  ['PER_BILLING_PERIOD', 'NO_TERM', 'NONE', '0.000001', '0.000001'],
  ['PER_MONTH', 'ONE_YEAR', 'MONTHLY', '8.43', '8.43'],
  ['PER_MONTH', 'ONE_YEAR', 'ANNUAL', '8.43', '101.16'],
  ['PER_MONTH', 'THREE_YEARS', 'TRIENNIAL', '8.333333', '299.999988'],
  ['PER_MONTH', 'NO_TERM', 'ANNUAL', '1', '12'],
  ['PER_MONTH', 'THREE_YEARS', 'TRIENNIAL', '999999999999.999999', '35999999999999.999964'],
  ['PER_TERM', 'ONE_MONTH', 'MONTHLY', '8.43', '8.43'],
  ['PER_TERM', 'ONE_YEAR', 'MONTHLY', '101.16', '8.43'],
  ['PER_TERM', 'ONE_YEAR', 'ANNUAL', '101.16', '101.16'],
  ['PER_TERM', 'THREE_YEARS', 'ANNUAL', '300.3', '100.1'],
  ['PER_TERM', 'THREE_YEARS', 'TRIENNIAL', '300.3', '300.3'],
  ['PER_TERM', 'FIVE_YEARS', 'MONTHLY', '6', '0.1'],
  // Rounded once, half away from zero, to six places.
  ['PER_TERM', 'ONE_YEAR', 'MONTHLY', '100', '8.333333'],
  ['PER_TERM', 'ONE_YEAR', 'MONTHLY', '200', '16.666667'],
  ['PER_TERM', 'ONE_YEAR', 'MONTHLY', '0.000006', '0.000001'],
  ['PER_TERM', 'ONE_YEAR', 'MONTHLY', '0.000005', '0'],
  ['PER_TERM', 'FIVE_YEARS', 'MONTHLY', '999999999999.999989', '16666666666.666666'],
  ['PER_TERM', 'FIVE_YEARS', 'MONTHLY', '999999999999.999990', '16666666666.666667'],
  ['PER_TERM', 'FIVE_YEARS', 'MONTHLY', '999999999999.999999', '16666666666.666667'],
])('%s, %s billed %s: %s is %s', (basis, term, every, given, billed) => {
  const price = of([basis, term, every], given, given);
  expect(price).toEqual({ unitPrice: billed, unitCost: billed, currency: 'EUR' });
});

describe('no number of billing periods is no amount', () => {
  const none: readonly (readonly [...Case, string])[] = [
    ['PER_TERM', 'NO_TERM', 'MONTHLY', 'is no number of billing periods'],
    ['PER_TERM', 'ONE_MONTH', 'ANNUAL', 'is no number of billing periods'],
    ['PER_TERM', 'FIVE_YEARS', 'TRIENNIAL', 'is no number of billing periods'],
    ['PER_TERM', 'ONE_YEAR', 'ONE_TIME', 'has no billing period'],
    ['PER_TERM', 'NO_TERM', 'NONE', 'has no billing period'],
    ['PER_MONTH', 'ONE_YEAR', 'ONE_TIME', 'has no billing period'],
    ['PER_MONTH', 'NO_TERM', 'NONE', 'has no billing period'],
  ];
  test.each(none)('%s, %s billed %s', (basis, term, every, why) => {
    const price = of([basis, term, every], '12', '0');
    expect(price).toEqual({
      code: 'PRICE_BASIS_UNUSABLE',
      message: `The price is ${basis}, but a term of ${term} billed ${every} ${why}. Push the price again with the basis PER_BILLING_PERIOD.`,
    });
    expect(isBilled(price)).toBe(false);
  });

  test.each(none)('%s, %s billed %s: but what is free is free', (basis, term, every) => {
    expect(of([basis, term, every], '0.00')).toEqual({ unitPrice: '0', unitCost: '0', currency: 'EUR' });
  });
});
