import { describe, expect, test } from 'vitest';
import type { LineSnapshot } from '../../src/connectors/contract.js';
import { type DecisionInput, decide, type Wanted } from '../../src/delivery/decision.js';
import { DEFAULT_POLICY } from '../../src/delivery/policy.js';

/** `facts` as date: units. */
function decided(wanted: Partial<Wanted>, facts: Record<string, number>, more: Partial<DecisionInput> = {}) {
  const line: LineSnapshot = {
    target: { companyId: '1', serviceId: '2', contractId: '3', lineRef: null },
    ...{ problem: null, contract: null, service: null, lineRef: null, periods: [], evidence: null },
    facts: Object.entries(facts).map(([date, units]) => ({ date, units, unitPrice: null, unitCost: null })),
  };
  const given = { kind: 'quantity', effectiveDate: '2026-12-10', quantity: 7, ...wanted } as const;
  const fixed = { movedTo: null, approved: false, notBefore: null };
  return decide({ wanted: given, policy: DEFAULT_POLICY, line, ...fixed, ...more });
}

const MONEY = { unitPrice: '20', unitCost: '16' };
const written = (...given: Parameters<typeof decided>) => {
  const decision = decided(...given);
  if (!('change' in decision)) return decision.code;
  const { quantity, unitPrice, unitCost } = decision.change;
  return [quantity, unitPrice, unitCost];
};
const ofThePsa = { policy: { ...DEFAULT_POLICY, priceSource: 'PSA' } } as const;

describe('the amounts of a quantity', () => {
  test.each<[string, Record<string, number>]>([
    ['there is no line', {}],
    ['it bills nothing', { '2026-01-01': 5, '2026-12-01': 0 }],
    ['it begins later', { '2026-12-20': 5 }],
  ])('are written where %s', (_title, facts) => expect(written(MONEY, facts)).toEqual([7, '20', '16']));

  test.each<[string, Record<string, number>]>([
    ['units are billed', { '2026-01-01': 5 }],
    ['some are left', { '2026-01-01': 5, '2026-12-01': 1 }],
    ['none are billed later', { '2026-01-01': 5, '2026-12-20': 0 }],
  ])('are not where %s: the line may have special ones', (_title, facts) =>
    expect(written(MONEY, facts)).toEqual([7, undefined, undefined]),
  );

  test('are not with no units', () => {
    expect(written({ ...MONEY, quantity: 0 }, {})).toEqual([0, undefined, undefined]);
  });

  test('are judged on the day that it is dated to', () => {
    const facts = { '2026-01-01': 5, '2026-12-01': 0, '2027-01-15': 4 };
    expect(written(MONEY, facts, { movedTo: '2027-01-15' })).toEqual([7, undefined, undefined]);
    expect(written(MONEY, facts, { notBefore: '2026-12-11' })).toEqual([7, '20', '16']);
  });

  test('are judged by what was billed before its own first write', () => {
    const began = { date: '2026-12-10', units: 0, unitPrice: null, evidence: null };
    expect(written(MONEY, { '2026-12-10': 7 }, { began })).toEqual([7, '20', '16']);
  });

  test('are not written where the PSA keeps prices, which is said', () => {
    expect(decided(MONEY, {}, ofThePsa)).toMatchObject({
      do: 'write',
      notes: [expect.stringMatching(/kept in the PSA/)],
    });
    expect(written(MONEY, {}, ofThePsa)).toEqual([7, undefined, undefined]);
    expect(decided(MONEY, { '2026-01-01': 5 }, ofThePsa)).toMatchObject({ do: 'write', notes: [] });
  });
});

describe('a quantity without amounts that it could have', () => {
  const unpriced = { code: 'PRICE_BASIS_UNUSABLE', message: 'Push the price again.' };

  test('is refused where nothing is billed, also while the connection only watches', () => {
    const hint = expect.stringMatching(/skip this operation/);
    const refused = { do: 'refuse', ...unpriced, hint };
    expect(decided({ unpriced }, {})).toEqual(refused);
    expect(decided({ unpriced }, {}, { policy: { ...DEFAULT_POLICY, writeMode: 'WATCH_ONLY' } })).toEqual(refused);
  });

  test('is written where units are billed, where none are wanted, and where the PSA keeps prices', () => {
    expect(written({ unpriced }, { '2026-01-01': 5 })).toEqual([7, undefined, undefined]);
    expect(written({ unpriced, quantity: 0 }, {})).toEqual([0, undefined, undefined]);
    expect(written({ unpriced }, {}, ofThePsa)).toEqual([7, undefined, undefined]);
  });

  test('is none of the connector’s business', () => {
    const decision = decided({ unpriced }, { '2026-01-01': 5 });
    expect('change' in decision && Object.keys(decision.change).sort()).toEqual(['effectiveDate', 'quantity']);
  });
});
