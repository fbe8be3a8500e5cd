import { describe, expect, it } from 'vitest';
import type { LineFact, LineSnapshot } from '../../../src/connectors/contract.js';
import { type Judgement, judge } from '../../../src/delivery/drift/judge.js';
import type { MappedLine, StandingDrift } from '../../../src/delivery/drift/lines.js';
import { register } from '../../../src/delivery/drift/register.js';
import type { Write } from '../../../src/delivery/drift/written.js';
import { DEFAULT_POLICY, policyOf } from '../../../src/delivery/policy.js';

const DAY = '2026-11-25';
const ON = { day: DAY, currency: 'USD', now: new Date('2026-11-25T12:00:00Z') };
const TARGET = { companyId: '1', serviceId: '2', contractId: '3', lineRef: '4' };

const subscription: MappedLine['subscription'] = {
  ...{ id: 's', name: 'Seats', quantity: 5, status: 'ACTIVE', startDate: '2026-01-01', endDate: '2027-01-01' },
  ...{ offerType: 'LICENSE', billingFrequency: 'MONTHLY' },
};

const wrote = (date: string, more: Partial<Write>): Write => ({ date, ...more });
const FIRST = wrote('2026-11-01', { units: 5, unitPrice: '10', unitCost: '8' });

function line(more: Partial<Omit<MappedLine, 'subscription'>> & { subscription?: object } = {}): MappedLine {
  return {
    ...{ mappingId: 'm', state: 'MAPPED', target: TARGET, contractName: 'C', customer: { id: 'c', name: 'C' } },
    price: { unitPrice: '10', unitCost: '8', currency: 'USD' },
    currency: 'USD',
    ...{
      mapped: { companyId: '1', serviceId: '2' },
      policy: DEFAULT_POLICY,
      head: null,
      writes: [FIRST],
      standing: [],
    },
    signature: '',
    ...more,
    subscription: { ...subscription, ...more.subscription },
  } as MappedLine;
}

const contract: NonNullable<LineSnapshot['contract']> = {
  ...{ name: 'C', companyId: '1', active: true, startDate: '2025-11-01', endDate: '2028-10-31' },
  ...{ billingFrequency: 'MONTHLY', currency: 'USD' },
};
const fact = (units: number, unitPrice: string | null = '10', unitCost: string | null = '8', date = DAY): LineFact => ({
  ...{ date, units, unitPrice, unitCost },
});

function seen(more: Omit<Partial<LineSnapshot>, 'contract'> & { contract?: object | null } = {}): LineSnapshot {
  return {
    ...{ target: TARGET, problem: null, service: { name: 'S', active: true }, lineRef: '4', periods: [] },
    ...{ facts: [fact(5)], evidence: null },
    ...more,
    contract: more.contract === null ? null : { ...contract, ...more.contract },
  };
}

/** What was found, as "FIELD marketplace/psa/written CAUSE"; or why nothing was said. */
function told(judgement: Judgement): string[] {
  if (judgement.verdict !== 'judged') return [judgement.verdict];
  return [...judgement.fields.values()].flatMap((found) =>
    found
      ? [`${found.field} ${found.marketplaceValue}/${found.psaValue}/${found.lastWrittenValue} ${found.cause}`]
      : [],
  );
}

const problem = (kind: 'precondition' | 'unavailable' | 'notFound', code: string) => ({ kind, code, message: code });

describe('a line is judged', () => {
  const cases: { readonly [what: string]: readonly [MappedLine, LineSnapshot, ...string[]] } = {
    'equal when units, price and cost are': [line(), seen()],
    'equal within half a cent': [line(), seen({ facts: [fact(5, '10.004', '7.996')] })],
    'edited by hand: neither marketplace nor written': [
      line(),
      seen({ facts: [fact(7)] }),
      'QUANTITY 5/7/5 MANUAL_EDIT',
    ],
    'missed: as written, and the marketplace moved on': [
      line({ subscription: { quantity: 9 } }),
      seen(),
      'QUANTITY 9/5/5 MISSED_CHANGE',
    ],
    'missed: an operation failed, whatever the PSA shows': [
      line({ head: 'FAILED', subscription: { quantity: 9 } }),
      seen({ facts: [fact(7)] }),
      'QUANTITY 9/7/5 MISSED_CHANGE',
    ],
    'withheld: nothing was ever written, the connection only watches': [
      line({ head: 'HELD', writes: [] }),
      seen({ facts: [] }),
      'QUANTITY 5/0/null MISSED_CHANGE',
    ],
    'unknown: nothing was ever written': [
      line({ writes: [] }),
      seen({ facts: [fact(3)] }),
      'QUANTITY 5/3/null UNKNOWN',
    ],
    'with the amounts of the PSA itself where none was ever written': [
      line({ writes: [wrote('2026-11-01', { units: 5 })] }),
      seen({ facts: [fact(5, '11', '9')] }),
      'UNIT_PRICE 10/11/null PRICE_LIST',
      'UNIT_COST 8/9/null PRICE_LIST',
    ],
    'without a cost that is hidden or 0': [line(), seen({ facts: [fact(5, '10', '0')] })],
    'without amounts that are not told': [line(), seen({ facts: [fact(5, null, null)] })],
    'by the next period that tells a price': [
      line(),
      seen({ facts: [fact(5, null, null), fact(5, '12', '8', '2026-12-01')] }),
      'UNIT_PRICE 10/12/10 MANUAL_EDIT',
    ],
    'without a price that the policy keeps in the PSA': [
      line({ policy: policyOf({ priceSource: 'PSA' }) }),
      seen({ facts: [fact(5, '99', '99')] }),
    ],
    'without a price of an Azure plan (R56)': [
      line({ subscription: { offerType: 'AZURE_PLAN' } }),
      seen({ facts: [fact(1, '99', '99')] }),
    ],
    'without a price while it is neither active nor suspended (R55)': [
      line({ subscription: { status: 'PENDING' } }),
      seen({ facts: [fact(5, '99', '99')] }),
    ],
    'as what was written for today, while a change is dated later': [
      line({ writes: [wrote('2026-12-01', { units: 7 }), FIRST], subscription: { quantity: 7 } }),
      seen(),
    ],
    'edited by hand before a change that is dated later': [
      line({ writes: [wrote('2026-12-01', { units: 7 }), FIRST], subscription: { quantity: 7 } }),
      seen({ facts: [fact(6)] }),
      'QUANTITY 7/6/5 MANUAL_EDIT',
    ],
    'missed, where what is dated later is not what the marketplace says': [
      line({ writes: [wrote('2026-12-01', { units: 7 }), FIRST], subscription: { quantity: 9 } }),
      seen(),
      'QUANTITY 9/5/5 MISSED_CHANGE',
    ],
    'before its first line counts': [line({ writes: [wrote('2026-12-01', { units: 5 })] }), seen({ facts: [] })],
    'as nothing once it is cancelled (R57)': [
      line({ subscription: { status: 'CANCELLED' } }),
      seen({ facts: [fact(0)] }),
    ],
    'cancelled, and yet billed (R63)': [
      line({ subscription: { status: 'DELETED' }, writes: [wrote(DAY, { units: 0 }), FIRST] }),
      seen({ facts: [fact(4)] }),
      'QUANTITY 0/4/0 MANUAL_EDIT',
    ],
    'expired, and yet billed': [
      line({ subscription: { status: 'EXPIRED' }, writes: [FIRST] }),
      seen(),
      'QUANTITY 0/5/5 MISSED_CHANGE',
    ],
    'as nothing while it is disabled': [line({ subscription: { status: 'DISABLED' } }), seen({ facts: [fact(0)] })],
    'suspended, and still billed (R60)': [line({ subscription: { status: 'SUSPENDED' } }), seen()],
    'not at all while a change is on its way': [line({ head: 'VERIFYING' }), seen({ facts: [fact(7)] }), 'pending'],
    'not at all by a read that may be older than the last write': [
      line({ writes: [wrote(DAY, { units: 5, unitsBefore: 3, sentAt: '2026-11-25T11:59:50Z' })] }),
      seen({ facts: [fact(3)] }),
      'pending',
    ],
    'by such a read when that write is long over': [
      line({ writes: [wrote(DAY, { units: 5, unitsBefore: 3, sentAt: '2026-11-25T11:59:30Z' })] }),
      seen({ facts: [fact(3)] }),
      'QUANTITY 5/3/5 MANUAL_EDIT',
    ],
    'not at all where the PSA does not answer': [
      line(),
      seen({ problem: problem('unavailable', 'DOWN'), contract: null, service: null, facts: [] }),
      'unread',
    ],
    'by a line that cannot be read for what it is': [
      line(),
      seen({ problem: problem('precondition', 'SERVICE_TWICE'), facts: [], lineRef: null }),
      'LINE null/SERVICE_TWICE/null UNKNOWN',
    ],
    'with its contract gone, and nothing else': [
      line(),
      seen({ problem: problem('notFound', 'GONE'), contract: null, service: null, facts: [] }),
      'CONTRACT 3/null/null CONTRACT_GONE',
    ],
    'with its contract ended, and nothing else': [
      line(),
      seen({ contract: { endDate: '2026-11-24' }, facts: [] }),
      'CONTRACT 2027-01-01/2026-11-24/null CONTRACT_ENDED',
    ],
    'with a contract that ends today, and is billed today': [
      line({ subscription: { endDate: DAY } }),
      seen({ contract: { endDate: DAY } }),
    ],
    'with a contract that ends before its term': [
      line(),
      seen({ contract: { endDate: '2026-12-24' } }),
      'CONTRACT 2027-01-01/2026-12-24/null CONTRACT_ENDS_EARLY',
    ],
    'with a contract that starts later': [
      line(),
      seen({ contract: { startDate: '2026-12-01' }, facts: [] }),
      'CONTRACT 2026-01-01/2026-12-01/null CONTRACT_STARTS_LATE',
    ],
    'with a contract of another company': [
      line(),
      seen({ contract: { companyId: '9' }, problem: problem('precondition', 'OTHER'), facts: [] }),
      'CONTRACT 1/9/null MAPPING_STALE',
    ],
    'with an inactive contract, which still bills': [
      line(),
      seen({ contract: { active: false }, facts: [fact(7)] }),
      'CONTRACT active/inactive/null CONTRACT_INACTIVE',
      'QUANTITY 5/7/5 MANUAL_EDIT',
    ],
    'with its service gone': [
      line(),
      seen({ service: null, problem: problem('notFound', 'NO_SERVICE') }),
      'SERVICE 2/null/null SERVICE_GONE',
    ],
    'with an offer that is mapped to another service now (R52)': [
      line({ mapped: { companyId: '1', serviceId: null } }),
      seen(),
      'SERVICE null/2/null MAPPING_STALE',
    ],
    'in another currency (R9)': [line(), seen({ contract: { currency: 'EUR' } }), 'CURRENCY USD/EUR/null MANUAL_EDIT'],
    'whose own price is in another one by now (R9, R43)': [
      line({ currency: 'EUR' }),
      seen(),
      'CURRENCY EUR/USD/null MAPPING_STALE',
    ],
    'without a currency that is not told': [line(), seen({ contract: { currency: null } })],
    'cancelled, whatever became of its contract': [
      line({ subscription: { status: 'CANCELLED' } }),
      seen({ problem: problem('notFound', 'GONE'), contract: null, service: null, facts: [] }),
    ],
  };
  it.each(Object.entries(cases))('%s', (_what, [of, shown, ...expected]) => {
    expect(told(judge(of, shown, ON))).toEqual(expected);
  });
});

describe('what was found is held against what stands', () => {
  const stands = (more: Partial<StandingDrift>): StandingDrift => ({
    ...{ id: 'd', field: 'QUANTITY', state: 'OPEN', marketplaceValue: '5', psaValue: '7', lastWrittenValue: '5' },
    ...{ day: DAY, auditLogId: null, ...more },
  });
  const rules = (quantity: string, more: object = {}) => policyOf({ drift: { quantity }, ...more });

  /** The drift of the units of a line with 5 that shows others, after a look; as "state act", or how the old one was closed. */
  function looked(units: number, more: Parameters<typeof line>[0], standing: Partial<StandingDrift> | null): string[] {
    const of = line({ ...more, standing: standing ? [stands(standing)] : [] });
    const judgement = judge(of, seen({ facts: [fact(units)] }), ON);
    if (judgement.verdict !== 'judged') throw new Error(judgement.verdict);
    const { kept, closed } = register(of, judgement, DAY);
    return [
      ...closed.map(({ id, state }) => `${id} closed ${state}`),
      ...kept.map(({ id, state, act }) => `${id ?? 'new'} ${state} ${act ?? '-'}`),
    ];
  }
  const ask = { policy: rules('ASK') };
  const wins = { policy: rules('MARKETPLACE_WINS') };
  const psa = { policy: rules('PSA_WINS') };

  it.each([
    ['nothing found, nothing stands', looked(5, ask, null), []],
    ['found: a person is asked', looked(7, ask, null), ['new OPEN -']],
    ['found again', looked(8, ask, {}), ['d OPEN -']],
    ['equal again', looked(5, ask, {}), ['d closed GONE']],
    ['equal after a correction', looked(5, ask, { state: 'CORRECTING' }), ['d closed CORRECTED']],
    ['equal after it was accepted', looked(5, ask, { state: 'ACCEPTED' }), ['d closed GONE']],
    ['found, and the marketplace wins', looked(7, wins, null), ['new CORRECTING correct']],
    ['standing, and the marketplace wins by now', looked(7, wins, {}), ['d CORRECTING correct']],
    ['corrected and back again', looked(7, wins, { state: 'CORRECTING', auditLogId: 'a' }), ['d OPEN -']],
    ['back again with other units', looked(8, wins, { state: 'OPEN', auditLogId: 'a' }), ['d CORRECTING correct']],
    ['the lane is not free', looked(7, { ...wins, head: 'FAILED' }, null), ['new OPEN -']],
    ['a correction is held back', looked(7, { ...wins, head: 'HELD' }, { state: 'CORRECTING' }), ['d CORRECTING -']],
    [
      'a correction counts from a later day on',
      looked(
        7,
        { ...wins, writes: [wrote('2026-12-01', { units: 5 }), FIRST] },
        { state: 'CORRECTING', auditLogId: 'a' },
      ),
      ['d CORRECTING -'],
    ],
    [
      'fewer units need approval',
      looked(7, { policy: rules('MARKETPLACE_WINS', { decreases: 'NEVER' }) }, null),
      ['new OPEN -'],
    ],
    [
      'more units need none',
      looked(3, { policy: rules('MARKETPLACE_WINS', { decreases: 'NEVER' }) }, null),
      ['new CORRECTING correct'],
    ],
    ['found, and the PSA wins', looked(7, psa, null), ['new ACCEPTED accept']],
    ['accepted and the same', looked(7, ask, { state: 'ACCEPTED' }), ['d ACCEPTED -']],
    ['accepted and another one', looked(8, ask, { state: 'ACCEPTED' }), ['d closed ACCEPTED', 'new OPEN -']],
    [
      'accepted and another one, and the PSA wins',
      looked(8, psa, { state: 'ACCEPTED' }),
      ['d closed ACCEPTED', 'new ACCEPTED accept'],
    ],
    ['accepted, and the marketplace wins by now', looked(7, wins, { state: 'ACCEPTED' }), ['d ACCEPTED -']],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });
});
