import { addDays, dayOf, daysBetween } from '../dates.js';
import { add, type Decimal, decimal, isZero, multiply, negate, share, ZERO } from '../money.js';
import { asNumber, type Row } from '../rows.js';
import type { Switches } from '../switches.js';
import { type LineEvent, standingAt } from './lines.js';
import type { Period } from './periods.js';

/** A stretch of one billing period with one quantity; `fullPrice` is what a whole period of it would cost. */
export interface Segment {
  readonly start: string;
  readonly end: string;
  readonly units: number;
  readonly fullPrice: Decimal;
  readonly fullCost: Decimal;
  readonly period: Period;
}

interface Source {
  readonly line: Row;
  readonly events: readonly LineEvent[];
  /** Rows of this line already approved and posted; they never change. */
  readonly posted: readonly Row[];
}

const full = (units: number, unitAmount: number): Decimal => multiply(decimal(units), decimal(unitAmount));
const sumOf = (rows: readonly Row[], field: string): Decimal =>
  rows.reduce((sum, row) => add(sum, decimal(row[field])), ZERO);
const changes = (event: LineEvent): boolean =>
  event.unitChange !== 0 || event.unitPrice !== null || event.unitCost !== null;

/** The rows one period needs besides those already posted. */
export function segmentsOf(period: Period, source: Source, reading: Switches['adjustmentReading']): Segment[] {
  const first = source.events.find((event) => !event.priceOnly)?.effectiveDate;
  if (first === undefined || first > period.end) return [];
  const from = first > period.start ? first : period.start;
  return reading === 'total' ? totals(period, from, source) : deltas(period, from, source);
}

/**
 * inferred (likelier reading): an adjustment closes the open row and adds one to the period's end with the new total.
 * A posted row stays whole; the new row overlaps it and carries only the difference in money, so that the period
 * still adds up (autotask: a decrease in a posted period becomes a negative pro-rated line).
 */
function totals(period: Period, from: string, { line, events, posted }: Source): Segment[] {
  const cuts = new Set([from]);
  for (const event of events) if (changes(event)) cuts.add(event.effectiveDate);
  for (const row of posted) cuts.add(dayOf(row.startDate)).add(addDays(dayOf(row.endDate), 1));
  const starts = [...cuts].filter((date) => date >= from && date <= period.end).sort();
  return starts.flatMap((start, index) => {
    const end = index + 1 < starts.length ? addDays(starts[index + 1] as string, -1) : period.end;
    const now = standingAt(line, events, start);
    const covering = posted.filter((row) => dayOf(row.startDate) <= start && dayOf(row.endDate) >= end);
    const fullPrice = add(full(now.units, now.price), negate(sumOf(covering, 'fullPrice')));
    const fullCost = add(full(now.units, now.cost), negate(sumOf(covering, 'fullCost')));
    const latest = covering.at(-1);
    if (latest && latest.units === now.units && isZero(fullPrice) && isZero(fullCost)) return [];
    return [{ start, end, units: now.units, fullPrice, fullCost, period }];
  });
}

/** The other reading: the period's row stays whole and a mid-period row holds only the change. */
function deltas(period: Period, from: string, { line, events, posted }: Source): Segment[] {
  const dates = events.filter((event) => changes(event) && event.effectiveDate > from).map((e) => e.effectiveDate);
  const starts = [from, ...new Set(dates.filter((date) => date <= period.end))];
  return starts.flatMap((start, index) => {
    const now = standingAt(line, events, start);
    const before = index === 0 ? { units: 0, price: 0, cost: 0 } : standingAt(line, events, addDays(start, -1));
    const there = posted.filter((row) => dayOf(row.startDate) === start && dayOf(row.endDate) <= period.end);
    const units = now.units - before.units - there.reduce((sum, row) => sum + asNumber(row.units), 0);
    const money = (unit: 'price' | 'cost', field: string): Decimal =>
      add(add(full(now.units, now[unit]), negate(full(before.units, before[unit]))), negate(sumOf(there, field)));
    const fullPrice = money('price', 'fullPrice');
    const fullCost = money('cost', 'fullCost');
    if ((index > 0 || there.length > 0) && units === 0 && isZero(fullPrice) && isZero(fullCost)) return [];
    return [{ start, end: period.end, units, fullPrice, fullCost, period }];
  });
}

/** Extended amount of a row, pro-rated by days when it does not fill its period. */
export function amountOf(segment: Segment, amount: Decimal, decimals: number): Decimal {
  const days = daysBetween(segment.start, segment.end);
  if (days === segment.period.days) return amount;
  return share(amount, decimal(days), decimal(segment.period.days), decimals);
}
