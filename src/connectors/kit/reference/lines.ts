/**
 * Lines: what is read of them, and the two pure questions. The reference PSA takes absolute states: "from this day on, so many
 * units at this price and cost", and what was set for later days is gone then.
 */
import {
  type CalendarDate,
  type Change,
  ConnectorError,
  type Json,
  type LineFact,
  type LineSnapshot,
  type LineState,
  type Plan,
  type Resolution,
  type Step,
} from '../../contract.js';
import { isDate } from '../days.js';
import { sameDecimal } from '../decimal.js';
import { descriptor } from './descriptor.js';

/** What stands from `date` on. */
export type Entry = LineFact;

const NOTHING = { units: 0, unitPrice: null, unitCost: null };

/** The state on a day: of the last entry that began. */
export function stateAt(entries: readonly Entry[], date: CalendarDate): Omit<Entry, 'date'> {
  return entries.findLast((entry) => entry.date <= date) ?? NOTHING;
}

export function entriesOf(evidence: Json): readonly Entry[] {
  return (evidence as { readonly entries?: readonly Entry[] } | null)?.entries ?? [];
}

export function plan(change: Change, line: LineSnapshot, currency: string): Plan {
  refuse(change, line, currency);
  const entries = entriesOf(line.evidence);
  const here = stateAt(entries, change.effectiveDate);
  const wanted = wantedState(change, here);
  const first = stepTo(line, change.effectiveDate, here, wanted);
  const steps = first ? [first] : [];
  const { until } = change;
  if (until !== undefined && line.contract?.endDate && until <= line.contract.endDate) {
    // The first write reaches into every later day.
    const later = first ? wanted : stateAt(entries, until);
    const last = stepTo(line, until, later, { ...later, unitPrice: '0', unitCost: '0' });
    if (last) steps.push(last);
  }
  const { operationId: _same, ...asked } = change;
  return {
    steps,
    before: lineState(change.effectiveDate, here),
    after: lineState(change.effectiveDate, wanted),
    fingerprint: JSON.stringify([asked, line.target, entries]),
    warnings: line.service?.active === false ? ['The product is not active any more.'] : [],
  };
}

/** What is absent in a change stays as it is. */
function wantedState(change: Change, here: Omit<Entry, 'date'>): Omit<Entry, 'date'> {
  return {
    units: change.quantity,
    unitPrice: change.kind === 'suspend' ? '0' : (change.unitPrice ?? here.unitPrice),
    unitCost: change.unitCost ?? here.unitCost,
  };
}

type State = Omit<Entry, 'date'>;

function stepTo(line: LineSnapshot, date: CalendarDate, from: State, to: State): Step | null {
  if (same(from, to)) return null;
  return {
    key: `${line.target.contractId}:${line.target.serviceId}:${date}`,
    label: `Bill ${to.units} units from ${date} instead of ${from.units}`,
    target: line.target,
    payload: { from: date, units: to.units, price: to.unitPrice, cost: to.unitCost },
    before: lineState(date, from),
    after: lineState(date, to),
  };
}

function lineState(date: CalendarDate, { units, unitPrice, unitCost }: State): LineState {
  return { date, units, unitPrice, evidence: { unitCost } };
}

/** Amounts of no units are nothing to compare; an amount that was not asked for is the vendor's to choose. */
function same(one: State, other: State): boolean {
  if (one.units !== other.units) return false;
  return one.units === 0 || (near(one.unitPrice, other.unitPrice) && near(one.unitCost, other.unitCost));
}

const near = (one: string | null, other: string | null) => one === null || other === null || sameDecimal(one, other);

function refuse(change: Change, line: LineSnapshot, currency: string): void {
  const refused = (kind: 'precondition' | 'unsupported' | 'invalid', code: string, message: string) =>
    new ConnectorError(kind, message, { code });
  if (!descriptor.capabilities.changes[change.kind]) {
    throw refused('unsupported', 'CHANGE_UNSUPPORTED', `A change of the kind ${change.kind} is not written.`);
  }
  if (line.problem) {
    const { kind, message, ...detail } = line.problem;
    throw new ConnectorError(kind, message, detail);
  }
  if (!isDate(change.effectiveDate) || !Number.isInteger(change.quantity) || change.quantity < 0) {
    throw refused('invalid', 'CHANGE_INVALID', 'The day or the quantity of the change is none.');
  }
  if (change.currency !== currency || line.contract?.currency !== currency) {
    throw refused('precondition', 'WRONG_CURRENCY', `The change is in ${change.currency}, the agreement is not.`);
  }
  const { startDate = '', endDate } = line.contract;
  if (change.effectiveDate < startDate || (endDate && change.effectiveDate > endDate)) {
    throw refused('precondition', 'OUTSIDE_CONTRACT', `${change.effectiveDate} is outside the agreement.`);
  }
}

export function resolve(step: Step, line: LineSnapshot): Resolution {
  if (line.problem || line.contract === null) {
    const evidence = line.problem?.message ?? 'The line was not read.';
    return { state: 'undetermined', observed: null, evidence };
  }
  const seen = stateAt(entriesOf(line.evidence), step.after.date);
  const observed = lineState(step.after.date, seen);
  const isAfter = same(seen, stateOf(step.after));
  const isBefore = same(seen, stateOf(step.before));
  return {
    state: isAfter && isBefore ? 'undetermined' : isAfter ? 'applied' : isBefore ? 'notApplied' : 'conflict',
    observed,
    ...(line.lineRef !== null && { lineRef: line.lineRef }),
    evidence: `${seen.units} units at ${seen.unitPrice ?? 'no price'} from ${step.after.date} on.`,
  };
}

function stateOf({ units, unitPrice, evidence }: LineState): State {
  return { units, unitPrice, unitCost: (evidence as { readonly unitCost: string | null }).unitCost };
}
