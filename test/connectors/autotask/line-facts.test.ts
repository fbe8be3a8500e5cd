import { describe, expect, it } from 'vitest';
import { lineFacts } from '../../../src/connectors/autotask/line-facts.js';
import type { Grid, UnitRow } from '../../../src/connectors/autotask/units.js';

const grid: Grid = { startDate: '2026-10-22', endDate: '2027-10-21', months: 1 };
const row = (id: string, startDate: string, endDate: string, units: number): UnitRow => ({
  ...{ id, line: '1', startDate, endDate, units, price: String(units * 20), cost: null, posted: false },
});
const rows = [
  row('1', '2026-11-22', '2026-12-09', 5),
  row('2', '2026-12-10', '2026-12-21', 7),
  row('3', '2026-12-22', '2027-01-21', 7),
];
const facts = (from?: string) =>
  lineFacts(rows, grid, { ...(from !== undefined && { from }), until: '2027-01-21' }, false).map(
    ({ date, units }) => `${date} ${units}`,
  );

describe('what is billed', () => {
  it('is told from the start of the period that holds the first asked day: a change may be dated there', () => {
    expect(facts('2026-12-15')).toEqual(['2026-11-22 5', '2026-12-10 7', '2026-12-22 7']);
    expect(facts('2026-12-22')).toEqual(['2026-12-22 7']);
  });

  it('is told from the first day of the contract where none is asked', () => {
    expect(facts()).toEqual(['2026-10-22 0', '2026-11-22 5', '2026-12-10 7', '2026-12-22 7']);
  });

  it('before the contract is nothing', () => {
    expect(facts('2026-10-01')[0]).toBe('2026-10-01 0');
  });
});
