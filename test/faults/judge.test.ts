import { describe, expect, it } from 'vitest';
import type { Effect } from '../support/psa-process.js';
import { type Claim, judge, type WantedLine } from './kills/judge.js';

const LINE: WantedLine = {
  name: 'A',
  contractId: '1',
  serviceId: '2',
  initial: 5,
  changes: [
    { date: '2026-01-03', quantity: 8 },
    { date: '2026-01-06', quantity: 7 },
    { date: '2026-01-06', quantity: 6 },
  ],
  marketplace: 6,
  billed: 6,
};
const effect = (effectiveDate: string, unitChange: number, at: number): Effect => ({
  ...{ id: at, contractId: '1', serviceId: '2', effectiveDate, unitChange, unitPrice: null, unitCost: null },
});
const ledger = (...changes: readonly (readonly [string, number])[]) => changes.map((one, at) => effect(...one, at));
const FIRST = ['2026-01-01', 5] as const;
const claim = (date: string, unitChange: number): Claim => ({
  line: 'A',
  status: 'SUCCEEDED',
  write: { date, unitChange },
});
const NETTED: Claim = { line: 'A', status: 'SUCCEEDED', write: null };
const CLAIMS = [claim('2026-01-03', 3), NETTED, claim('2026-01-06', -2)];
const CLEAN = { lost: 0, doubled: 0, outOfOrder: 0, unequal: 0, wronglyClaimed: 0, unsettled: 0 };

describe('the judge of a kill run', () => {
  it('finds nothing where each change took effect once, in order', () => {
    const effects = ledger(FIRST, ['2026-01-03', 3], ['2026-01-06', -2]);
    expect(judge([LINE], effects, CLAIMS)).toEqual({ ...CLEAN, findings: [], suspects: [] });
  });

  it('takes changes of one day that were sent one by one, the second a day later', () => {
    const effects = ledger(FIRST, ['2026-01-03', 3], ['2026-01-06', -1], ['2026-01-07', -1]);
    const claims = [claim('2026-01-03', 3), claim('2026-01-06', -1), claim('2026-01-07', -1)];
    expect(judge([LINE], effects, claims)).toEqual({ ...CLEAN, findings: [], suspects: [] });
  });

  it.each([
    ['a lost change', { lost: 1 }, [FIRST, ['2026-01-06', -2]], CLAIMS.slice(1), 3],
    ['everything lost', { lost: 3 }, [], [], 0],
    ['a doubled change', { doubled: 1 }, [FIRST, ['2026-01-03', 3], ['2026-01-03', 3], ['2026-01-06', -2]], CLAIMS, 9],
    [
      'a change that was doubled and taken back',
      { doubled: 1 },
      [FIRST, ['2026-01-03', 3], ['2026-01-04', 3], ['2026-01-05', -3], ['2026-01-06', -2]],
      CLAIMS,
      6,
    ],
    ['effects in the wrong order', { outOfOrder: 1 }, [FIRST, ['2026-01-06', -2], ['2026-01-03', 3]], CLAIMS, 6],
    ['a claim without an effect', { wronglyClaimed: 1 }, [FIRST, ['2026-01-03', 3]], CLAIMS, 8],
    [
      'an effect without a claim',
      { wronglyClaimed: 1 },
      [FIRST, ['2026-01-03', 3], ['2026-01-06', -2]],
      [...CLAIMS.slice(0, 2), NETTED],
      6,
    ],
    [
      'an entry that is not settled',
      { unsettled: 1 },
      [FIRST, ['2026-01-03', 3], ['2026-01-06', -2]],
      [CLAIMS[0], { ...NETTED, status: 'VERIFYING' }, CLAIMS[2]],
      6,
    ],
    ['a missing entry', { unsettled: 1 }, [FIRST, ['2026-01-03', 3], ['2026-01-06', -2]], [CLAIMS[0], CLAIMS[2]], 6],
    ['units that are not equal', { unequal: 1 }, [FIRST, ['2026-01-03', 3], ['2026-01-06', -2]], CLAIMS, 7],
  ] as const)('finds %s', (_what, expected, changes, claims, billed) => {
    const verdict = judge([{ ...LINE, billed }], ledger(...changes), claims as readonly Claim[]);
    expect(verdict).toMatchObject(expected);
    expect(verdict.findings.length).toBeGreaterThan(0);
  });
});
