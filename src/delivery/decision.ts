import type {
  BillingPeriod,
  CalendarDate,
  ChangeKind,
  Decimal,
  LineSnapshot,
  LineState,
} from '../connectors/contract.js';
import { nextOpenStart, periodAt, unitsOn } from './line-periods.js';
import type { Policy } from './policy.js';

/** An operation as it is stored: what happened, from when on, and the absolute state it must lead to. */
export interface Wanted {
  readonly kind: ChangeKind;
  readonly effectiveDate: CalendarDate;
  readonly quantity: number;
  readonly unitPrice?: Decimal;
  readonly unitCost?: Decimal;
  /** For `costPush`: the first day that the amounts do not count for any more. */
  readonly until?: CalendarDate;
  /** For `quantity`: why it has no amounts for units that begin where nothing is billed. */
  readonly unpriced?: { readonly code: string; readonly message: string };
}

/** What the connector is asked to plan. */
export type Dated = Omit<Wanted, 'kind' | 'unpriced'>;

export type Decision =
  | { readonly do: 'write'; readonly change: Dated; readonly notes: readonly string[] }
  /** Plan and report it, send nothing. */
  | {
      readonly do: 'hold';
      readonly code: 'WATCH_ONLY';
      readonly message: string;
      readonly change: Dated;
      readonly notes: readonly string[];
    }
  /** A person must approve it first. */
  | { readonly do: 'review'; readonly code: 'DECREASE_HELD'; readonly message: string; readonly hint: string }
  | Refusal;

interface Refusal {
  readonly do: 'refuse';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface DecisionInput {
  readonly wanted: Wanted;
  readonly policy: Policy;
  /** Read from the start of the period that holds the wanted day at the latest: what it does not show counts as no units. */
  readonly line: LineSnapshot;
  /** The day it is sent with because the vendor refused another: wins over every dating. */
  readonly movedTo: CalendarDate | null;
  /** A person approved what the policy would not write by itself. */
  readonly approved: boolean;
  /** The day of the lane's newest delivered write. Nothing is written behind it: it would count that write twice. */
  readonly notBefore: CalendarDate | null;
  /** Before the first write of this operation, where one took effect: between its writes the line shows neither state. */
  readonly began?: LineState | null;
}

interface Day {
  readonly date: CalendarDate;
  readonly notes: readonly string[];
}

/**
 * Pure: what is written, from which day on, or why not. A day that no rule moves goes on as it is, also one outside the
 * contract: what the vendor would refuse, `plan` says.
 */
export function decide(input: DecisionInput): Decision {
  const { wanted, policy, line, approved } = input;
  const day = input.movedTo === null ? dayOf(input) : movedDay(input, input.movedTo);
  if ('do' in day) return day;
  const billed = billedOn(input, day.date) ?? 0;
  if (wanted.unpriced && begins(wanted, billed) && policy.priceSource === 'MARKETPLACE')
    return withoutPrice(wanted.unpriced);
  const amounts = amountsOf(wanted, billed);
  const change = changeOn(input, day.date, policy.priceSource === 'MARKETPLACE' ? amounts : {});
  if (wanted.kind === 'costPush' && line.facts.length > 0 && billed !== wanted.quantity && costs(change)) {
    return otherUnits(day.date, billed, wanted.quantity);
  }
  const unasked = policy.decreases === 'NEVER' && !approved && change.quantity < billed;
  const notes = [
    ...day.notes,
    ...(policy.priceSource === 'PSA' && Object.keys(amounts).length > 0 ? [PSA_PRICES] : []),
  ];
  if (policy.writeMode === 'WATCH_ONLY') {
    const message = 'The connection only watches: this was planned and not sent.';
    const approval = unasked ? ['Before it is sent, a person must approve that units become fewer.'] : [];
    return { do: 'hold', code: 'WATCH_ONLY', message, change, notes: [...notes, ...approval] };
  }
  return unasked ? held(change, billed) : { do: 'write', change, notes };
}

const PSA_PRICES = 'Prices and costs are kept in the PSA (policy); none is written.';

type Amounts = Pick<Wanted, 'unitPrice' | 'unitCost'>;

/**
 * A change of seats leaves the amounts of the line alone, which may be special ones. Where nothing is billed there are none
 * that it could keep: units that begin there bring the marketplace's along (R43, R44).
 */
function amountsOf(wanted: Wanted, billed: number): Amounts {
  const { kind, unitPrice, unitCost } = wanted;
  if (kind === 'quantity' && !begins(wanted, billed)) return {};
  return {
    ...(unitPrice !== undefined && { unitPrice }),
    ...(unitCost !== undefined && { unitCost }),
    ...(kind === 'suspend' && { unitPrice: '0' }),
  };
}

function begins({ kind, quantity }: Wanted, billed: number): boolean {
  return kind === 'quantity' && billed === 0 && quantity > 0;
}

/** The absolute target from a day on: what is about amounts alone leaves the units as the PSA bills them. */
function changeOn(input: DecisionInput, date: CalendarDate, amounts: Amounts): Dated {
  const { wanted, policy, line } = input;
  const { kind, quantity, until } = wanted;
  const change = { quantity, effectiveDate: date, ...(until !== undefined && { until }), ...amounts };
  if (kind !== 'price' && kind !== 'suspend' && kind !== 'costPush') return change;
  const none = policy.priceSource === 'PSA' && line.facts.length === 0;
  return { ...change, quantity: billedOn(input, date) ?? (none ? 0 : wanted.quantity) };
}

/** The units of a day, as they were before this operation wrote a part of what it has to. */
function billedOn({ line, began }: DecisionInput, date: CalendarDate): number | null {
  return began?.date === date ? began.units : unitsOn(line, date);
}

function dayOf(input: DecisionInput): Day | Refusal {
  const { wanted, policy, line, notBefore } = input;
  switch (wanted.kind) {
    case 'quantity':
    case 'cancel': {
      const day = policy.proration === 'NEXT_PERIOD' ? nextPeriod(input, '') : prorated(input);
      if ('do' in day || policy.decreases !== 'NEXT_PERIOD') return day;
      const fewer = wanted.kind === 'cancel' || wanted.quantity < (billedOn(input, day.date) ?? 0);
      return fewer ? nextPeriod(input, 'Fewer units count from the next period. ') : day;
    }
    case 'price':
      return startOfPeriod(input, 'R53, R54');
    case 'suspend':
      return nextPeriod(input, '');
    case 'costPush':
      return ownMonth(wanted, line);
    case 'create':
    case 'resume':
      return notBehind({ date: wanted.effectiveDate, notes: [] }, notBefore);
  }
}

function prorated(input: DecisionInput): Day | Refusal {
  if (input.policy.proration === 'PERIOD_START') return startOfPeriod(input, 'policy');
  return notBehind({ date: input.wanted.effectiveDate, notes: [] }, input.notBefore);
}

/** The start of the period that holds the date; where that one is closed, of the first open one after it. */
function startOfPeriod({ wanted, line, notBefore }: DecisionInput, rule: string): Day | Refusal {
  const own = wanted.effectiveDate;
  const period = periodAt(line, own);
  if (!period) return notBehind({ date: own, notes: [] }, notBefore);
  const start = period.closed ? nextOpenStart(line, period.end, null) : period.start;
  if (start === null) return noOpenPeriod(own, line);
  const day = notBehind({ date: start, notes: start === own ? [] : [startNote(own, start, period, rule)] }, notBefore);
  const taken = periodAt(line, day.date);
  if (!taken?.closed) return day;
  const open = nextOpenStart(line, taken.end, null);
  return open === null
    ? noOpenPeriod(own, line)
    : { date: open, notes: [...day.notes, startNote(day.date, open, taken, rule)] };
}

function startNote(date: CalendarDate, start: CalendarDate, { end, closed }: BillingPeriod, rule: string): string {
  if (closed) return `Dated ${start}: the billing period of ${date}, to ${end}, is closed (${rule}).`;
  return `Dated ${start}, the start of ${start > date ? 'the contract' : `the billing period of ${date}`} (${rule}).`;
}

function nextPeriod({ wanted, line, notBefore }: DecisionInput, why: string): Day | Refusal {
  const own = wanted.effectiveDate;
  if (!periodAt(line, own)) return notBehind({ date: own, notes: [] }, notBefore);
  const start = nextOpenStart(line, own, notBefore);
  if (start === null) return noOpenPeriod(own, line);
  return { date: start, notes: [`${why}Dated ${start}, the first start of an open period after ${own}.`] };
}

/** R62: a month's cost counts in that month or nowhere; another day would bill it in part or with another month's. */
function ownMonth({ effectiveDate: date }: Wanted, line: LineSnapshot): Day | Refusal {
  const period = periodAt(line, date);
  if (!period?.closed) return { date, notes: [] };
  return {
    do: 'refuse',
    code: 'PERIOD_CLOSED',
    message: `The billing period from ${period.start} to ${period.end} is closed; the cost of ${date.slice(0, 7)} can no longer be written.`,
    hint: 'Reopen the period in the PSA and retry, or bill the cost there by hand and skip this operation.',
  };
}

function movedDay({ wanted, notBefore }: DecisionInput, movedTo: CalendarDate): Day | Refusal {
  if (wanted.kind === 'costPush') {
    return {
      do: 'refuse',
      code: 'DAY_TAKEN',
      message: `The PSA takes no further write of this line on ${wanted.effectiveDate}, and a month's cost counts from its first day only.`,
      hint: 'Set the cost of this month on the contract line in the PSA by hand, then skip this operation.',
    };
  }
  const notes = [`Dated ${movedTo} instead of ${wanted.effectiveDate}: the PSA refused an earlier day.`];
  return notBehind({ date: movedTo, notes }, notBefore);
}

function notBehind({ date, notes }: Day, notBefore: CalendarDate | null): Day {
  if (notBefore === null || date >= notBefore) return { date, notes };
  return {
    date: notBefore,
    notes: [...notes, `Dated ${notBefore} and not ${date}: a change from ${notBefore} on was written before.`],
  };
}

function noOpenPeriod(date: CalendarDate, { contract }: LineSnapshot): Refusal {
  const end = contract?.endDate ? ` on ${contract.endDate}` : '';
  return {
    do: 'refuse',
    code: 'NO_OPEN_PERIOD',
    message: `No open billing period is left for a change of ${date}: the contract ends${end} before one starts.`,
    hint: 'Extend the contract or reopen a period in the PSA, then retry; or skip this operation if nothing is left to bill.',
  };
}

/** A month's amounts are those of the wanted units; on other units another sum would be billed, on none nothing. */
function otherUnits(date: CalendarDate, billed: number, wanted: number): Refusal {
  return {
    do: 'refuse',
    code: 'UNITS_DIFFER',
    message: `The contract line bills ${billed} units on ${date}; the cost of the month is that of ${wanted}.`,
    hint: `Set the line to ${wanted} for that month in the PSA and retry, or bill the cost there by hand and skip this operation.`,
  };
}

function held({ quantity, effectiveDate }: Dated, units: number): Decision {
  return {
    do: 'review',
    code: 'DECREASE_HELD',
    message: `From ${effectiveDate} ${quantity} units instead of ${units}: the policy lets a person approve every decrease.`,
    hint: 'Approve it by retrying this operation, or skip it.',
  };
}

/** The PSA would bill such units at an amount of its own, and nobody would see it. */
function withoutPrice({ code, message }: NonNullable<Wanted['unpriced']>): Refusal {
  const hint = 'Do so, then skip this operation: what still differs shows as drift and can be corrected.';
  return { do: 'refuse', code, message, hint };
}

function costs({ unitPrice, unitCost }: Omit<Dated, 'effectiveDate'>): boolean {
  return [unitPrice, unitCost].some((amount) => amount !== undefined && /[1-9]/.test(amount));
}
