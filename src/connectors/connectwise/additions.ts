import { addDays } from '../calendar.js';
import type { CalendarDate, Decimal, Json } from '../contract.js';
import type { Row } from './wire.js';

/**
 * One addition of the mapped product on the agreement: what it bills, from and until when. Those of one product are the
 * line of a subscription: each change begins a new one and ends the one before.
 */
export interface Addition {
  readonly id: string;
  readonly from: CalendarDate;
  /** Its last day; null = open. inferred: the cancelled date is billed. */
  readonly until: CalendarDate | null;
  readonly units: number;
  readonly price: Decimal | null;
  readonly cost: Decimal | null;
}

/** Null: a field that every addition has is missing, so the line cannot be told. */
export function additionOf(row: Row): Addition | null {
  const [id, from, units] = [row.id('id'), row.date('effectiveDate'), row.number('quantity')];
  if (id === null || from === null || units === null) return null;
  const until = row.date('cancelledDate');
  return { id, from, until, units, price: row.decimal('unitPrice'), cost: row.decimal('unitCost') };
}

/** ConnectWise: what is not billable is on the agreement for other reasons; it is none of a subscription's business. */
export function isBillable(row: Row): boolean {
  return row.text('billCustomer') === 'Billable';
}

/** By begin, then by id: the newest last. */
export function ordered(additions: readonly Addition[]): Addition[] {
  return [...additions].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : Number(a.id) - Number(b.id)));
}

/** Those that bill something on a day or later. */
export function liveFrom(additions: readonly Addition[], day: CalendarDate): Addition[] {
  return ordered(additions).filter(({ units, until }) => units > 0 && (until === null || until >= day));
}

export function covers({ from, until }: Pick<Addition, 'from' | 'until'>, day: CalendarDate): boolean {
  return from <= day && (until === null || until >= day);
}

export interface Standing {
  readonly units: number;
  /** Null where additions of different amounts lie over each other, or the vendor does not tell. */
  readonly price: Decimal | null;
  readonly cost: Decimal | null;
}

/** What is billed on a day. */
export function standingOn(additions: readonly Addition[], day: CalendarDate): Standing {
  const here = additions.filter((each) => each.units > 0 && covers(each, day));
  const common = (amount: 'price' | 'cost') =>
    new Set(here.map((each) => each[amount])).size === 1 ? (here[0]?.[amount] ?? null) : null;
  return {
    units: Number(here.reduce((sum, each) => sum + each.units, 0).toFixed(6)),
    price: common('price'),
    cost: common('cost'),
  };
}

/** Days on which what is billed may change. */
export function edges(additions: readonly Addition[]): CalendarDate[] {
  const days = additions.flatMap(({ from, until }) => [from, ...(until === null ? [] : [addDays(until, 1)])]);
  return [...new Set(days)].sort();
}

export function additionsJson(additions: readonly Addition[]): Json {
  return additions.map((each) => ({ ...each }));
}
