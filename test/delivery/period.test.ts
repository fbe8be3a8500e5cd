import { describe, expect, it } from 'vitest';
import type { BillingPeriod, LineSnapshot } from '../../src/connectors/contract.js';
import { nextOpenStart, periodAt } from '../../src/delivery/line-periods.js';
import { addDays, addMonths, periodOn, periodStart } from '../../src/delivery/period.js';

/** The plain way: step by step from the start, as long as that takes. */
function stepped(start: string, months: number, date: string): { start: string; end: string } {
  let at = start;
  for (let step = 1; ; step += 1) {
    const next = addMonths(start, step * months);
    if (next > date) return { start: at, end: addDays(next, -1) };
    at = next;
  }
}

describe('the billing period of a day', () => {
  it.each(['2024-01-31', '2024-02-29', '2025-12-01', '2026-01-22'])('steps from %s', (start) => {
    for (const [frequency, months] of [
      ['MONTHLY', 1],
      ['ANNUAL', 12],
      ['TRIENNIAL', 36],
    ] as const) {
      for (let day = 0; day < 1500; day += 1) {
        const date = addDays(start, day);
        expect([date, periodOn(start, frequency, date)]).toEqual([date, stepped(start, months, date)]);
      }
    }
  });

  it('before the contract begins is its first one', () => {
    expect(periodOn('2026-01-31', 'MONTHLY', '1999-05-05')).toEqual({ start: '2026-01-31', end: '2026-02-27' });
  });

  it('is known on the last days that can be written, and on the first', () => {
    expect(periodOn('2025-01-01', 'MONTHLY', '9999-11-30')).toEqual({ start: '9999-11-01', end: '9999-11-30' });
    for (const day of ['9999-12-01', '9999-12-31']) {
      expect(periodOn('2025-01-01', 'MONTHLY', day)).toEqual({ start: '9999-12-01', end: '9999-12-31' });
    }
    expect(periodOn('2025-01-31', 'MONTHLY', '9999-12-31')).toEqual({ start: '9999-12-31', end: '9999-12-31' });
    expect(periodOn('2025-03-15', 'ANNUAL', '9999-12-31')).toEqual({ start: '9999-03-15', end: '9999-12-31' });
    expect(periodOn('0001-01-01', 'MONTHLY', '0001-02-03')).toEqual({ start: '0001-02-01', end: '0001-02-28' });
    expect(periodStart('0001-01-01', 'MONTHLY', '9999-12-31')).toBe('9999-12-01');
  });
});

describe('days and months', () => {
  it('end where the calendar does', () => {
    expect([addDays('9999-12-31', 1), addDays('9999-12-01', 40), addMonths('9999-12-15', 1)]).toEqual([
      '9999-12-31',
      '9999-12-31',
      '9999-12-31',
    ]);
    expect([addDays('0001-01-01', -1), addMonths('0001-01-31', -1)]).toEqual(['0001-01-01', '0001-01-01']);
  });

  it('are those of their own century', () => {
    expect([addDays('0001-12-31', 1), addDays('0099-12-31', 1), addMonths('0096-01-31', 1)]).toEqual([
      '0002-01-01',
      '0100-01-01',
      '0096-02-29',
    ]);
    expect([addMonths('2099-12-31', 2), addMonths('2000-01-31', 1)]).toEqual(['2100-02-28', '2000-02-29']);
  });
});

describe('a contract that its PSA begins and ends with the calendar', () => {
  const line = (endDate: string | null, periods: BillingPeriod[] = []): LineSnapshot => ({
    target: { companyId: '1', serviceId: '2', contractId: '3', lineRef: null },
    problem: null,
    contract: {
      ...{ name: 'Cloud', companyId: '1', active: true, currency: 'EUR', billingFrequency: 'MONTHLY' },
      ...{ startDate: '0001-01-01', endDate },
    },
    service: { name: 'Seats', active: true },
    lineRef: null,
    periods,
    facts: [],
    evidence: null,
  });
  const closed = [
    { start: '9999-11-01', end: '9999-11-30', closed: true },
    { start: '9999-12-01', end: '9999-12-31', closed: true },
  ];

  it.each(['9999-12-31', null])('to %s has periods like any other, and a last one', (endDate) => {
    expect(periodAt(line(endDate), '9999-12-31')).toEqual({ start: '9999-12-01', end: '9999-12-31', closed: false });
    const next = (date: string, floor: string | null = null) => nextOpenStart(line(endDate), date, floor);
    expect([next('2026-12-10'), next('9999-11-30')]).toEqual(['2027-01-01', '9999-12-01']);
    expect([next('9999-12-01'), next('9999-12-31')]).toEqual([null, null]);
    expect([next('2026-12-10', '9999-12-01'), next('2026-12-10', '9999-12-02')]).toEqual(['9999-12-01', null]);
    expect(nextOpenStart(line(endDate, closed), '9999-10-31', null)).toBeNull();
  });
});
