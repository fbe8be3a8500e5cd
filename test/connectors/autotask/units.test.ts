import { describe, expect, it } from 'vitest';
import { laterChanges } from '../../../src/connectors/autotask/later-changes.js';
import { lineFacts } from '../../../src/connectors/autotask/line-facts.js';
import { billingPeriods } from '../../../src/connectors/autotask/periods.js';
import { standingAt } from '../../../src/connectors/autotask/standing.js';
import { type Grid, orderedRows, startsInsidePeriod, type UnitRow } from '../../../src/connectors/autotask/units.js';
import { addDays, addMonths } from '../../../src/connectors/calendar.js';

const grid: Grid = { startDate: '2026-01-01', endDate: '2026-12-31', months: 1 };

let id = 0;
function row(startDate: string, endDate: string, units: number, more: Partial<UnitRow> = {}): UnitRow {
  id += 1;
  return {
    id: String(id),
    line: '8000',
    startDate,
    endDate,
    units,
    price: String(units * 20),
    cost: null,
    posted: false,
    ...more,
  };
}

/** Whole periods from one to the other month of 2026. */
function months(from: number, to: number, units: number, more: Partial<UnitRow> = {}): UnitRow[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const start = addMonths('2026-01-01', from - 1 + index);
    return row(start, addDays(addMonths(start, 1), -1), units, more);
  });
}

describe('the standing total', () => {
  it('is 0 without rows', () => {
    expect(standingAt([], grid, '2026-03-10')).toMatchObject({ units: 0, unitPrice: null, ambiguous: false });
  });

  it('is the whole period that starts on the date', () => {
    expect(standingAt(months(1, 12, 5), grid, '2026-03-01')).toMatchObject({ units: 5, unitPrice: '20' });
  });

  it('at the start of a period is not that of a change planned for later', () => {
    const rows = [...months(1, 3, 5), ...months(4, 12, 9)];
    expect(standingAt(rows, grid, '2026-03-01').units).toBe(5);
    expect(standingAt(rows, grid, '2026-04-01').units).toBe(9);
  });

  it('inside a whole period is that of the period, not of what the next one begins with', () => {
    const rows = [...months(1, 3, 5), ...months(4, 12, 9, { price: '90' })];
    expect(standingAt(rows, grid, '2026-03-20')).toMatchObject({ units: 5, unitPrice: '20', ambiguous: false });
  });

  it('before a line begins is 0, in the period it begins in as well as before', () => {
    const rows = [row('2026-03-10', '2026-03-31', 5), ...months(4, 12, 5)];
    for (const date of ['2026-02-10', '2026-03-09']) expect(standingAt(rows, grid, date)).toMatchObject({ units: 0 });
    expect(standingAt(rows, grid, '2026-03-10')).toMatchObject({ units: 5, unitPrice: '20', ambiguous: false });
  });

  it('is told by what the next period begins with, even where that one is split itself', () => {
    const split = [row('2026-04-01', '2026-04-19', 8), row('2026-04-20', '2026-04-30', 9)];
    const march = [row('2026-03-01', '2026-03-31', 5), row('2026-03-10', '2026-03-31', 3)];
    const rows = [...months(1, 2, 5), ...march, ...split, ...months(5, 12, 9)];
    expect(standingAt(rows, grid, '2026-03-15')).toMatchObject({ units: 8, ambiguous: false });
    expect(standingAt(rows, grid, '2026-04-10')).toMatchObject({ units: 8, ambiguous: false });
  });

  it('is ambiguous where rows lie over each other and no reading leads to the next period', () => {
    const march = [row('2026-03-01', '2026-03-31', 5), row('2026-03-10', '2026-03-31', 3)];
    const rows = [...months(1, 2, 5), ...march, ...months(4, 12, 20)];
    expect(standingAt(rows, grid, '2026-03-15').ambiguous).toBe(true);
    expect(standingAt(rows, grid, '2026-03-05')).toMatchObject({ units: 5, ambiguous: false });
  });

  it('after a change inside a period is that of the next whole period, where a row is a new total', () => {
    const rows = [
      ...months(1, 2, 5),
      row('2026-03-01', '2026-03-09', 5),
      row('2026-03-10', '2026-03-31', 7),
      ...months(4, 12, 7),
    ];
    expect(standingAt(rows, grid, '2026-03-15').units).toBe(7);
    expect(standingAt(rows, grid, '2026-03-01').units).toBe(5);
  });

  it('after a change inside a period is the same where a row is a difference', () => {
    const rows = [...months(1, 3, 5), row('2026-03-10', '2026-03-31', 2), ...months(4, 12, 7)];
    expect(standingAt(rows, grid, '2026-03-15').units).toBe(7);
    expect(standingAt(rows, grid, '2026-03-01').units).toBe(5);
  });

  it('does not add periods up', () => {
    expect(standingAt(months(1, 12, 4), grid, '2026-01-01').units).toBe(4);
  });

  it('in the last period is that of the row that covers the date', () => {
    const rows = [...months(1, 11, 5), row('2026-12-01', '2026-12-09', 5), row('2026-12-10', '2026-12-31', 7)];
    expect(standingAt(rows, grid, '2026-12-15')).toMatchObject({ units: 7, ambiguous: false });
    expect(standingAt(rows, grid, '2026-12-05')).toMatchObject({ units: 5, ambiguous: false });
  });

  it('in the last period is ambiguous when two rows cover the date', () => {
    const rows = [
      ...months(1, 11, 5),
      row('2026-12-01', '2026-12-31', 5, { posted: true }),
      row('2026-12-10', '2026-12-31', 7),
    ];
    expect(standingAt(rows, grid, '2026-12-15')).toMatchObject({ units: 7, ambiguous: true });
  });

  it('has no unit price from a part of a period, whose amount is pro-rated', () => {
    const rows = [...months(1, 11, 5), row('2026-12-10', '2026-12-31', 7, { price: '99.35' })];
    expect(standingAt(rows, grid, '2026-12-15').unitPrice).toBeNull();
  });

  it('has the unit price of the extended amount, not the amount itself', () => {
    const rows = months(1, 12, 11, { price: '254.10' });
    expect(standingAt(rows, grid, '2026-05-10').unitPrice).toBe('23.1');
  });

  it('follows a grid that steps from the contract start on the 31st', () => {
    const anchor: Grid = { startDate: '2026-01-31', endDate: '2027-01-30', months: 1 };
    const rows = [
      row('2026-01-31', '2026-02-27', 3),
      row('2026-02-28', '2026-03-30', 3),
      row('2026-03-31', '2026-04-29', 3),
    ];
    expect(standingAt(rows, anchor, '2026-02-28')).toMatchObject({ units: 3, unitPrice: '20' });
  });

  it('reads rows whose end is the first day after them', () => {
    const rows = months(1, 12, 6).map((each) => ({ ...each, endDate: addDays(each.endDate, 1) }));
    expect(standingAt(orderedRows(rows, grid), grid, '2026-03-10')).toMatchObject({
      units: 6,
      unitPrice: '20',
      ambiguous: false,
    });
  });

  it('of a yearly line changed inside its only period is that of the covering row', () => {
    const yearly: Grid = { ...grid, months: 12 };
    const rows = [row('2026-01-01', '2026-05-31', 5), row('2026-06-01', '2026-12-31', 8)];
    expect(standingAt(rows, yearly, '2026-08-01')).toMatchObject({ units: 8, ambiguous: false });
  });
});

describe('an earlier adjustment of the same date', () => {
  it('shows as a row that starts where no period does', () => {
    const rows = [row('2026-03-01', '2026-03-09', 5), row('2026-03-10', '2026-03-31', 7)];
    expect(startsInsidePeriod(rows, grid, '2026-03-10')).toBe(true);
    expect(startsInsidePeriod(rows, grid, '2026-03-01')).toBe(false);
  });
});

describe('a contract to the last day of the calendar', () => {
  const endless: Grid = { startDate: '2025-01-01', endDate: '9999-12-31', months: 1 };
  const rows = [
    row('9999-11-01', '9999-11-30', 5),
    row('9999-12-01', '9999-12-31', 5),
    row('9999-12-31', '9999-12-31', 2),
  ];

  it('has periods, facts and later changes that end with it', () => {
    const asked = { from: '9999-11-05', until: '9999-12-31' };
    expect(billingPeriods(endless, asked, { ofLine: rows, ofContract: [] })).toEqual([
      { start: '9999-11-01', end: '9999-11-30', closed: false },
      { start: '9999-12-01', end: '9999-12-31', closed: false },
    ]);
    expect(lineFacts(rows, endless, asked, true).map(({ date }) => date)).toEqual(['9999-11-01', '9999-12-01']);
    expect(laterChanges(rows, endless, '9999-12-31', null)).toEqual({ from: '9999-12-31', back: [] });
  });
});
