import { describe, expect, it } from 'vitest';
import { calendarDate, nextPeriod, periodStart } from '../../../src/connectors/autotask/calendar.js';
import { addMonths } from '../../../src/connectors/calendar.js';
import { canonical, divide, jsonNumber, sameMoney } from '../../../src/connectors/decimal.js';

describe('decimals', () => {
  it('have one canonical text', () => {
    const cases = { '18.40': '18.4', '007.50': '7.5', '-0.00': '0', '1e3': '1000', '1.5e-3': '0.0015', '.5': '0.5' };
    for (const [text, value] of Object.entries(cases)) expect(canonical(text)).toBe(value);
    for (const text of ['', 'abc', '1,5', '1.2.3', '--1', 'NaN', '.']) expect(canonical(text)).toBeUndefined();
  });

  it('become a JSON number of the same text', () => {
    for (const text of ['18.40', '10.5375', '0.1', '254.10', '-7.56', '0', '99999999.9999', '0.0000001']) {
      expect(canonical(JSON.stringify(jsonNumber(text)))).toBe(canonical(text));
    }
  });

  it('are refused where a double would change them', () => {
    expect(jsonNumber('0.1000000000000000055511151231257827')).toBeUndefined();
    expect(jsonNumber('9007199254740993.01')).toBeUndefined();
  });

  it('divide exactly and round half away from zero', () => {
    expect(divide('254.10', 11)).toBe('23.1');
    expect(divide('10', 3)).toBe('3.33333333');
    expect(divide('20', 3)).toBe('6.66666667');
    expect(divide('-20', 3)).toBe('-6.66666667');
    expect(divide('30', -3)).toBe('-10');
  });

  it('count as the same money within half a cent and not beyond', () => {
    expect(sameMoney('18.40', '18.405')).toBe(true);
    expect(sameMoney('18.40', '18.4051')).toBe(false);
  });
});

describe('calendar dates', () => {
  it('are the first ten characters of what Autotask sends', () => {
    expect(calendarDate('2026-12-28T00:00:00Z')).toBe('2026-12-28');
    expect(calendarDate('2026-12-28T00:00:00.000Z')).toBe('2026-12-28');
    expect(calendarDate('2026-02-30')).toBeUndefined();
    expect(calendarDate('12/28/2026')).toBeUndefined();
  });

  it('step from the anchor, so that a short month does not move the later ones', () => {
    expect([1, 2, 3].map((months) => addMonths('2026-01-31', months))).toEqual([
      '2026-02-28',
      '2026-03-31',
      '2026-04-30',
    ]);
    expect(nextPeriod('2026-01-31', 1, '2026-02-28')).toBe('2026-03-31');
  });

  it('find the period of a date on a grid that starts on the 22nd', () => {
    expect(periodStart('2026-01-22', 1, '2026-12-21')).toBe('2026-11-22');
    expect(periodStart('2026-01-22', 1, '2026-12-22')).toBe('2026-12-22');
    expect(periodStart('2026-01-22', 12, '2027-01-21')).toBe('2026-01-22');
  });
});
