import { describe, expect, test } from 'vitest';
import type { BillingPeriod, LineFact, LineSnapshot } from '../../src/connectors/contract.js';
import { type DecisionInput, decide, type Wanted } from '../../src/delivery/decision.js';
import { DEFAULT_POLICY, type Policy } from '../../src/delivery/policy.js';

/** `facts` as date: units; `periods` as start..end, closed with a leading `x`. */
interface Case {
  readonly wanted: Partial<Wanted> & Pick<Wanted, 'kind' | 'effectiveDate'>;
  readonly policy?: Partial<Policy>;
  readonly contract?: Partial<NonNullable<LineSnapshot['contract']>> | null;
  readonly periods?: readonly string[];
  readonly facts?: { readonly [date: string]: number };
  readonly movedTo?: string;
  readonly approved?: boolean;
  readonly notBefore?: string;
}

function inputOf(given: Case): DecisionInput {
  const { wanted, policy, contract = {}, periods = [], facts = { '2026-01-01': 5 } } = given;
  const line: LineSnapshot = {
    target: { companyId: '1', serviceId: '2', contractId: '3', lineRef: null },
    problem: null,
    contract: contract && {
      name: 'Cloud',
      companyId: '1',
      active: true,
      startDate: '2026-01-01',
      endDate: '2027-12-31',
      billingFrequency: 'MONTHLY',
      currency: 'EUR',
      ...contract,
    },
    service: { name: 'Seats', active: true },
    lineRef: null,
    periods: periods.map(periodOf),
    facts: Object.entries(facts).map(([date, units]): LineFact => ({ date, units, unitPrice: '10', unitCost: '8.40' })),
    evidence: null,
  };
  return {
    wanted: { quantity: 7, ...wanted },
    policy: { ...DEFAULT_POLICY, ...policy },
    line,
    movedTo: given.movedTo ?? null,
    approved: given.approved ?? false,
    notBefore: given.notBefore ?? null,
  };
}

function periodOf(text: string): BillingPeriod {
  const [start, end] = text.replace('x', '').split('..') as [string, string];
  return { start, end, closed: text.startsWith('x') };
}

const decided = (given: Case) => decide(inputOf(given));

/** The day it is written with, or what was decided instead. */
function dayOf(given: Case): string {
  const decision = decided(given);
  return 'change' in decision ? decision.change.effectiveDate : `${decision.do} ${decision.code}`;
}

function table(cases: { readonly [title: string]: readonly [Case, string] }): void {
  for (const [title, [given, expected]] of Object.entries(cases))
    test(title, () => expect(dayOf(given)).toBe(expected));
}

const quantity = (effectiveDate: string, units = 7) => ({ kind: 'quantity', effectiveDate, quantity: units }) as const;
const price = (effectiveDate: string) => ({ kind: 'price', effectiveDate, unitPrice: '12.5' }) as const;
const cancel = (effectiveDate: string) => ({ kind: 'cancel', effectiveDate, quantity: 0 }) as const;
const suspend = (effectiveDate: string) => ({ kind: 'suspend', effectiveDate }) as const;
const december = ['2026-12-01..2026-12-31', '2027-01-01..2027-01-31', '2027-02-01..2027-02-28'];
const approved = (count: number) => december.map((each, index) => (index < count ? `x${each}` : each));

describe('a change of quantity', () => {
  const start = { policy: { proration: 'PERIOD_START' } } as const;
  const next = { policy: { proration: 'NEXT_PERIOD' } } as const;
  table({
    'counts from its own day (R49)': [{ wanted: quantity('2026-12-10') }, '2026-12-10'],
    'counts from its own day in a closed period too': [
      { wanted: quantity('2026-12-10'), periods: approved(1) },
      '2026-12-10',
    ],
    'counts from the start of its period': [{ ...start, wanted: quantity('2026-12-10') }, '2026-12-01'],
    'on the first day of a period stays there': [{ ...start, wanted: quantity('2026-12-01') }, '2026-12-01'],
    'in a closed period counts from the next open one': [
      { ...start, wanted: quantity('2026-12-10'), periods: approved(1) },
      '2027-01-01',
    ],
    'counts from the next period': [{ ...next, wanted: quantity('2026-12-10') }, '2027-01-01'],
    'on the first day of a period waits for the next as well': [
      { ...next, wanted: quantity('2026-12-01') },
      '2027-01-01',
    ],
    'on the last day of a period counts from the day after': [
      { ...next, wanted: quantity('2026-12-31') },
      '2027-01-01',
    ],
    'skips closed periods in a row': [{ ...next, wanted: quantity('2026-12-10'), periods: approved(3) }, '2027-03-01'],
    'before the contract counts from its first period': [{ ...next, wanted: quantity('2025-12-10') }, '2026-01-01'],
    'before the contract has no period to start but the first': [
      { ...start, wanted: quantity('2025-12-10') },
      '2026-01-01',
    ],
    'before the contract keeps its exact day: the PSA says why not': [{ wanted: quantity('2025-12-10') }, '2025-12-10'],
    'after the contract stays where it is: the PSA says why not': [
      { ...next, wanted: quantity('2028-01-01') },
      '2028-01-01',
    ],
    'in the last period has no next one': [{ ...next, wanted: quantity('2027-12-10') }, 'refuse NO_OPEN_PERIOD'],
    'in a contract without an end has always a next one': [
      { ...next, wanted: quantity('2027-12-10'), contract: { endDate: null } },
      '2028-01-01',
    ],
    'on an unknown contract stays where it is': [
      { ...next, wanted: quantity('2026-12-10'), contract: null, facts: {} },
      '2026-12-10',
    ],
  });
});

describe('periods that the vendor does not keep follow the grid of the contract', () => {
  const next = { proration: 'NEXT_PERIOD' } as const;
  const start = { proration: 'PERIOD_START' } as const;
  const from = (startDate: string, billingFrequency: 'MONTHLY' | 'ANNUAL' = 'MONTHLY') => ({
    startDate,
    endDate: null,
    billingFrequency,
  });
  table({
    'from the 22nd, on the 21st': [
      { wanted: quantity('2026-12-21'), policy: start, contract: from('2025-10-22') },
      '2026-11-22',
    ],
    'from the 22nd, on the 22nd': [
      { wanted: quantity('2026-12-22'), policy: start, contract: from('2025-10-22') },
      '2026-12-22',
    ],
    'from the 31st, in the short month': [
      { wanted: quantity('2027-02-27'), policy: start, contract: from('2026-12-31') },
      '2027-01-31',
    ],
    'from the 31st, on the last of February': [
      { wanted: quantity('2027-02-28'), policy: start, contract: from('2026-12-31') },
      '2027-02-28',
    ],
    'from the 31st, the long month gets its 31st back': [
      { wanted: quantity('2027-03-05'), policy: next, contract: from('2026-12-31') },
      '2027-03-31',
    ],
    'from the 31st, in a leap year': [
      { wanted: quantity('2028-02-10'), policy: next, contract: from('2027-12-31') },
      '2028-02-29',
    ],
    'annual, from a leap day': [
      { wanted: quantity('2029-02-27'), policy: start, contract: from('2028-02-29', 'ANNUAL') },
      '2028-02-29',
    ],
    'annual, from a leap day, the year after': [
      { wanted: quantity('2028-03-01'), policy: next, contract: from('2028-02-29', 'ANNUAL') },
      '2029-02-28',
    ],
    'annual, to the next leap day': [
      { wanted: quantity('2031-05-01'), policy: next, contract: from('2028-02-29', 'ANNUAL') },
      '2032-02-29',
    ],
    'beyond what was read': [{ wanted: quantity('2027-03-10'), policy: next, periods: december }, '2027-04-01'],
    'before what was read': [{ wanted: quantity('2026-11-10'), policy: start, periods: december }, '2026-11-01'],
    "the vendor's own periods come first": [
      { wanted: quantity('2026-12-10'), policy: next, periods: ['2026-12-01..2026-12-15', '2026-12-16..2026-12-31'] },
      '2026-12-16',
    ],
    'an unreadable frequency counts as monthly': [
      { wanted: quantity('2026-12-10'), policy: next, contract: { billingFrequency: null } },
      '2027-01-01',
    ],
  });
});

describe('a change of price', () => {
  table({
    'counts from the start of its period while that is open (R53, golden 5)': [
      { wanted: price('2026-12-20'), periods: december },
      '2026-12-01',
    ],
    'counts from the next period when its own is closed (R54, golden 5)': [
      { wanted: price('2026-12-20'), periods: approved(1) },
      '2027-01-01',
    ],
    'skips every closed period': [{ wanted: price('2026-12-20'), periods: approved(2) }, '2027-02-01'],
    'is refused when every period is closed to the end': [
      { wanted: price('2026-12-20'), periods: approved(3), contract: { endDate: '2027-02-28' } },
      'refuse NO_OPEN_PERIOD',
    ],
    'before the first period counts from it': [{ wanted: price('2025-12-20') }, '2026-01-01'],
    'whatever the proration is': [{ wanted: price('2026-12-20'), policy: { proration: 'NEXT_PERIOD' } }, '2026-12-01'],
    'is not dated behind a delivered write': [{ wanted: price('2026-12-20'), notBefore: '2026-12-10' }, '2026-12-10'],
    'may share the day of a delivered write': [{ wanted: price('2026-12-20'), notBefore: '2026-12-01' }, '2026-12-01'],
    'behind a delivered write in a closed period counts from the next': [
      { wanted: price('2026-11-20'), periods: approved(1), notBefore: '2026-12-10' },
      '2027-01-01',
    ],
    'of a closed period goes no further than the delivered write': [
      { wanted: price('2026-12-20'), periods: approved(1), notBefore: '2027-01-10' },
      '2027-01-10',
    ],
  });

  test('leaves the units as the PSA bills them on that day', () => {
    const facts = { '2026-01-01': 5, '2026-12-10': 7 };
    expect(decided({ wanted: { ...price('2026-12-20'), unitCost: '9.3750' }, facts })).toEqual({
      do: 'write',
      change: { effectiveDate: '2026-12-01', quantity: 5, unitPrice: '12.5', unitCost: '9.3750' },
      notes: ['Dated 2026-12-01, the start of the billing period of 2026-12-20 (R53, R54).'],
    });
  });

  test('of a line that does not exist yet brings its units along; without a cost none is set', () => {
    const decision = decided({ wanted: price('2026-12-01'), facts: {} });
    expect(decision).toEqual({
      do: 'write',
      change: { effectiveDate: '2026-12-01', quantity: 7, unitPrice: '12.5' },
      notes: [],
    });
  });

  test('says why it counts later', () => {
    const decision = decided({ wanted: price('2026-12-20'), periods: approved(1) });
    expect('notes' in decision && decision.notes).toEqual([
      'Dated 2027-01-01: the billing period of 2026-12-20, to 2026-12-31, is closed (R53, R54).',
    ]);
  });
});

describe('fewer units', () => {
  const next = { decreases: 'NEXT_PERIOD' } as const;
  const never = { decreases: 'NEVER' } as const;
  const planned = { '2026-01-01': 7, '2027-01-01': 4 };
  table({
    'are dated like more by default': [{ wanted: quantity('2026-12-10', 3) }, '2026-12-10'],
    'may count from the next period': [{ wanted: quantity('2026-12-10', 3), policy: next }, '2027-01-01'],
    'and more units still from their own day': [{ wanted: quantity('2026-12-10', 6), policy: next }, '2026-12-10'],
    'as many units are no decrease': [{ wanted: quantity('2026-12-10', 5), policy: never }, '2026-12-10'],
    'none, where none are billed, is no decrease': [
      { wanted: quantity('2026-12-10', 0), policy: never, facts: {} },
      '2026-12-10',
    ],
    'skip a closed period': [{ wanted: quantity('2026-12-10', 3), policy: next, periods: approved(2) }, '2027-02-01'],
    'with both policies move one period, not two': [
      { wanted: quantity('2026-12-10', 3), policy: { ...next, proration: 'NEXT_PERIOD' } },
      '2027-01-01',
    ],
    'with the start of the period as the day of more': [
      { wanted: quantity('2026-12-10', 3), policy: { ...next, proration: 'PERIOD_START' } },
      '2027-01-01',
    ],
    'are judged on the day they count from: more than planned there is no decrease': [
      { wanted: quantity('2026-12-10', 6), policy: { ...never, proration: 'NEXT_PERIOD' }, facts: planned },
      '2027-01-01',
    ],
    'are judged on the day a delivered write moves them to': [
      { wanted: quantity('2026-12-10', 6), policy: never, facts: planned, notBefore: '2027-01-01' },
      '2027-01-01',
    ],
    'find a start that is not behind a delivered write': [
      { wanted: quantity('2026-12-10', 3), policy: next, notBefore: '2027-01-15' },
      '2027-02-01',
    ],
    'wait for a person': [{ wanted: quantity('2026-12-10', 3), policy: never }, 'review DECREASE_HELD'],
    'go out once approved': [{ wanted: quantity('2026-12-10', 3), policy: never, approved: true }, '2026-12-10'],
    'before the line began are none': [
      { wanted: quantity('2026-12-05', 3), policy: never, facts: { '2026-12-10': 5 } },
      '2026-12-05',
    ],
    'of a first line over what is billed already wait too': [
      { wanted: { kind: 'create', effectiveDate: '2026-12-01', quantity: 3 }, policy: never },
      'review DECREASE_HELD',
    ],
    'a cancel counts from its day': [{ wanted: cancel('2026-12-10') }, '2026-12-10'],
    'a cancel is dated as a decrease': [{ wanted: cancel('2026-12-10'), policy: next }, '2027-01-01'],
    'a cancel waits for a person': [{ wanted: cancel('2026-12-10'), policy: never }, 'review DECREASE_HELD'],
    'a cancel of nothing waits for nobody': [
      { wanted: cancel('2026-12-10'), policy: never, facts: { '2026-01-01': 5, '2026-12-01': 0 } },
      '2026-12-10',
    ],
    'a cancel before the first units counts from when they would begin': [
      { wanted: cancel('2026-12-10'), policy: next, facts: { '2027-01-01': 5 } },
      '2027-01-01',
    ],
    'a cancel in the last period has no next one': [
      { wanted: cancel('2027-12-10'), policy: next },
      'refuse NO_OPEN_PERIOD',
    ],
  });

  test('that are held say how many and what to do', () => {
    expect(decided({ wanted: quantity('2026-12-10', 3), policy: never })).toEqual({
      do: 'review',
      code: 'DECREASE_HELD',
      message: 'From 2026-12-10 3 units instead of 5: the policy lets a person approve every decrease.',
      hint: 'Approve it by retrying this operation, or skip it.',
    });
  });
});

describe('suspending an Azure plan (R58)', () => {
  table({
    'counts from the next period': [{ wanted: suspend('2026-12-10') }, '2027-01-01'],
    'on the first of a month leaves that month': [{ wanted: suspend('2026-12-01') }, '2027-01-01'],
    'skips a closed period': [{ wanted: suspend('2026-12-10'), periods: approved(2) }, '2027-02-01'],
    'in the last period has nothing to stop': [{ wanted: suspend('2027-12-10') }, 'refuse NO_OPEN_PERIOD'],
  });

  test('sets the price alone to 0', () => {
    expect(decided({ wanted: suspend('2026-12-10'), facts: { '2026-01-01': 1 } })).toEqual({
      do: 'write',
      change: { effectiveDate: '2027-01-01', quantity: 1, unitPrice: '0' },
      notes: ['Dated 2027-01-01, the first start of an open period after 2026-12-10.'],
    });
  });
});

describe("an Azure plan's month (R62)", () => {
  const month = { kind: 'costPush', effectiveDate: '2026-12-01', until: '2027-01-01', unitCost: '173.45' } as const;
  const push = { ...month, quantity: 1 };
  const facts = { '2026-01-01': 1 };
  table({
    'counts from its first day': [{ wanted: push, facts }, '2026-12-01'],
    'counts there even behind a delivered write': [{ wanted: push, facts, notBefore: '2027-01-01' }, '2026-12-01'],
    'is refused once closed': [{ wanted: push, facts, periods: approved(1) }, 'refuse PERIOD_CLOSED'],
    'is not dated another day': [{ wanted: push, facts, movedTo: '2026-12-02' }, 'refuse DAY_TAKEN'],
    'cannot be billed on no units': [{ wanted: push, facts: { '2026-12-10': 1 } }, 'refuse UNITS_DIFFER'],
    'would be billed twice on two units': [{ wanted: push, facts: { '2026-01-01': 2 } }, 'refuse UNITS_DIFFER'],
    'of nothing needs no units': [{ wanted: { ...push, unitCost: '0.00' }, facts: { '2026-01-01': 0 } }, '2026-12-01'],
    'of a line that does not exist yet makes it': [{ wanted: push, facts: {} }, '2026-12-01'],
  });

  test('keeps its units and its end', () => {
    expect(decided({ wanted: { ...push, unitPrice: '200' }, facts })).toEqual({
      do: 'write',
      change: {
        effectiveDate: '2026-12-01',
        until: '2027-01-01',
        quantity: 1,
        unitPrice: '200',
        unitCost: '173.45',
      },
      notes: [],
    });
  });
});

describe('a day that was moved or taken', () => {
  table({
    'moved wins over the policy': [
      { wanted: quantity('2026-12-10'), policy: { proration: 'NEXT_PERIOD' }, movedTo: '2026-12-11' },
      '2026-12-11',
    ],
    'moved wins over the start of the period': [{ wanted: price('2026-12-20'), movedTo: '2026-12-02' }, '2026-12-02'],
    'moved wins over the dating of decreases': [
      { wanted: quantity('2026-12-10', 3), policy: { decreases: 'NEXT_PERIOD' }, movedTo: '2026-12-11' },
      '2026-12-11',
    ],
    'but not over the approval of decreases': [
      { wanted: quantity('2026-12-10', 3), policy: { decreases: 'NEVER' }, movedTo: '2026-12-11' },
      'review DECREASE_HELD',
    ],
    'moved is never behind a delivered write': [
      { wanted: quantity('2026-12-10'), movedTo: '2026-12-11', notBefore: '2026-12-15' },
      '2026-12-15',
    ],
    'the day of a delivered write is free': [{ wanted: quantity('2026-12-10'), notBefore: '2026-12-10' }, '2026-12-10'],
    'a day behind a delivered write is not': [
      { wanted: quantity('2026-12-10'), notBefore: '2026-12-12' },
      '2026-12-12',
    ],
    'a first line has its own day': [
      { wanted: { kind: 'create', effectiveDate: '2026-12-05' }, policy: { proration: 'NEXT_PERIOD' } },
      '2026-12-05',
    ],
  });

  test('is noted, and nothing is where nothing moved', () => {
    expect(decided({ wanted: quantity('2026-12-10'), notBefore: '2026-12-10' })).toMatchObject({ notes: [] });
    const decision = decided({ wanted: quantity('2026-12-10'), movedTo: '2026-12-11', notBefore: '2026-12-15' });
    expect('notes' in decision && decision.notes).toEqual([
      'Dated 2026-12-11 instead of 2026-12-10: the PSA refused an earlier day.',
      'Dated 2026-12-15 and not 2026-12-11: a change from 2026-12-15 on was written before.',
    ]);
  });
});

describe('prices that the PSA keeps are never written', () => {
  const policy = { priceSource: 'PSA' } as const;
  const note = 'Prices and costs are kept in the PSA (policy); none is written.';
  const kept = (wanted: Case['wanted'], facts?: Case['facts']) => decided({ wanted, policy, ...(facts && { facts }) });

  test('a first line has units only', () => {
    const wanted = { kind: 'create', effectiveDate: '2026-12-01', unitPrice: '12', unitCost: '9' } as const;
    expect(kept(wanted, {})).toEqual({
      do: 'write',
      change: { effectiveDate: '2026-12-01', quantity: 7 },
      notes: [note],
    });
  });

  test.each([price('2026-12-01'), suspend('2026-12-10')])('$kind changes nothing', (wanted) => {
    const decision = kept(wanted);
    expect(decision).toMatchObject({ do: 'write', change: { quantity: 5 } });
    expect('change' in decision && Object.keys(decision.change).sort()).toEqual(['effectiveDate', 'quantity']);
    expect('notes' in decision && decision.notes).toContain(note);
    expect(kept(wanted, {})).toMatchObject({ change: { quantity: 0 } });
  });

  test('a change of quantity has nothing to note', () => {
    expect(kept(quantity('2026-12-10'))).toMatchObject({ change: { quantity: 7 }, notes: [] });
  });
});

describe('watching only', () => {
  const policy = { writeMode: 'WATCH_ONLY', decreases: 'NEVER' } as const;

  test('holds what would be written', () => {
    expect(decided({ wanted: quantity('2026-12-10'), policy })).toEqual({
      do: 'hold',
      code: 'WATCH_ONLY',
      message: 'The connection only watches: this was planned and not sent.',
      change: { effectiveDate: '2026-12-10', quantity: 7 },
      notes: [],
    });
  });

  test('holds a decrease as well, and says that it will need approval', () => {
    expect(decided({ wanted: quantity('2026-12-10', 3), policy })).toMatchObject({
      do: 'hold',
      notes: ['Before it is sent, a person must approve that units become fewer.'],
    });
  });

  test('refuses what could not be dated', () => {
    expect(dayOf({ wanted: suspend('2027-12-10'), policy })).toBe('refuse NO_OPEN_PERIOD');
  });
});

test('a refusal tells its cure', () => {
  expect(
    decided({ wanted: price('2026-12-20'), periods: ['x2026-12-01..2026-12-31'], contract: { endDate: '2026-12-31' } }),
  ).toEqual({
    do: 'refuse',
    code: 'NO_OPEN_PERIOD',
    message:
      'No open billing period is left for a change of 2026-12-20: the contract ends on 2026-12-31 before one starts.',
    hint: 'Extend the contract or reopen a period in the PSA, then retry; or skip this operation if nothing is left to bill.',
  });
});

test('a line with a problem is decided all the same: to say it is the plan’s business', () => {
  const given = inputOf({ wanted: price('2026-12-20'), contract: null, facts: {} });
  const problem = { kind: 'notFound', code: 'CONTRACT_NOT_FOUND', message: 'Gone.' } as const;
  for (const kind of ['create', 'quantity', 'price', 'cancel', 'suspend', 'resume', 'costPush'] as const) {
    const line = { ...given.line, problem, service: null };
    expect(decide({ ...given, wanted: { ...given.wanted, kind }, line })).toMatchObject({
      do: 'write',
      change: { effectiveDate: '2026-12-20' },
    });
  }
});

describe('between the writes of one operation, a replacement standing beside what it replaces,', () => {
  const began = { date: '2026-12-10', units: 5, unitPrice: '10', evidence: null };
  const between = (given: Case) =>
    decide({ ...inputOf({ ...given, facts: { '2026-01-01': 5, '2026-12-10': 12 } }), began });

  test.each([
    ['more units are no decrease', quantity('2026-12-10', 7), { decreases: 'NEVER' }, 7],
    ['more units are not dated as fewer', quantity('2026-12-10', 7), { decreases: 'NEXT_PERIOD' }, 7],
    ['a price keeps the units of before', price('2026-12-10'), {}, 5],
    ['a month keeps its cost', { kind: 'costPush', effectiveDate: '2026-12-10', quantity: 5, unitPrice: '9' }, {}, 5],
  ] as const)('%s', (_title, wanted, policy, units) => {
    const contract = { startDate: '2026-12-10' };
    expect(between({ wanted, policy, contract })).toMatchObject({
      do: 'write',
      change: { effectiveDate: '2026-12-10', quantity: units },
    });
  });
});
