import { type Database, insert, rowOf, rowsOf, rowsWhere } from '../database.js';
import { dayOf } from '../dates.js';
import { decimal, multiply, share, toNumber } from '../money.js';
import { asNumber, isPresent, type Row } from '../rows.js';
import type { LineKind } from './kinds.js';

/** One dated change of a line: what an adjustment leaves behind. Not readable over the API. */
export interface LineEvent extends Row {
  lineID: number;
  effectiveDate: string;
  unitChange: number;
  unitPrice: number | null;
  unitCost: number | null;
  /** Came with the seed or a price PATCH, so it never counts as "the same date twice". */
  seeded: boolean;
}

export const linesOfContract = (db: Database, kind: LineKind, contractID: number): Row[] =>
  rowsWhere(db, kind.lines, 'contractID', contractID).sort((a, b) => a.id - b.id);

export const eventsOf = (db: Database, kind: LineKind, lineID: number): LineEvent[] =>
  (rowsWhere(db, kind.adjustments, 'lineID', lineID) as LineEvent[]).sort((a, b) =>
    a.effectiveDate < b.effectiveDate ? -1 : a.effectiveDate > b.effectiveDate ? 1 : a.id - b.id,
  );

export function addEvent(
  db: Database,
  kind: LineKind,
  line: Row,
  event: Partial<LineEvent> & Pick<LineEvent, 'effectiveDate' | 'unitChange'>,
): void {
  insert(db, kind.adjustments, { unitPrice: null, unitCost: null, seeded: false, ...event, lineID: line.id });
  refreshAdjustedPrice(db, kind, line);
}

/** inferred: the price a line shows is the one that stands after its last dated change. */
function refreshAdjustedPrice(db: Database, kind: LineKind, line: Row): void {
  const last = eventsOf(db, kind, line.id).findLast((event) => event.unitPrice !== null);
  line.adjustedPrice = last ? last.unitPrice : line.basePrice;
  line.internalCurrencyAdjustedPrice = internal(line.adjustedPrice, line.exchangeRate);
}

/** autotask: internalCurrency* are saved values, so the rate is kept with the line. */
export const internal = (price: unknown, rate: unknown): number =>
  toNumber(share(multiply(decimal(price), decimal(rate)), decimal(1), decimal(1), 4));

/** What stands on `date`: units, unit price and unit cost. */
export function standingAt(line: Row, events: readonly LineEvent[], date: string) {
  let units = 0;
  let price = asNumber(line.basePrice);
  let cost = asNumber(line.baseCost);
  for (const event of events) {
    if (event.effectiveDate > date) break;
    units += event.unitChange;
    price = event.unitPrice ?? price;
    cost = event.unitCost ?? cost;
  }
  return { units, price, cost };
}

/** autotask: with multi-currency the company's currency decides; without, both sides are equal. */
export function currencyFactor(db: Database, contract: Row): number {
  const currency = currencyOf(db, contract);
  return currency && !currency.isInternalCurrency ? asNumber(currency.exchangeRate, 1) : 1;
}

function currencyOf(db: Database, contract: Row): Row | undefined {
  const off = rowsOf(db, 'Modules').some((row) => /multi-?currency/i.test(String(row.name)) && row.isActive === false);
  return off ? undefined : rowOf(db, 'Currencies', rowOf(db, 'Companies', contract.companyID)?.currencyID);
}

/** inferred: the price list's price in the customer's currency if it has one, else the service's price converted. */
export function listPrice(db: Database, kind: LineKind, contract: Row, item: Row): number {
  const currency = currencyOf(db, contract);
  if (!currency || currency.isInternalCurrency) return asNumber(item.unitPrice);
  const listed = rowsOf(db, 'PriceListServices').find(
    (row) => kind.reprices && row.serviceID === item.id && row.currencyID === currency.id,
  );
  if (listed && !listed.usesInternalCurrencyPrice && isPresent(listed.unitPrice)) return asNumber(listed.unitPrice);
  return toNumber(share(decimal(item.unitPrice), decimal(1), decimal(asNumber(currency.exchangeRate, 1)), 2));
}

/** A new line with no units yet: autotask makes unit rows only at the first adjustment. */
export function insertLine(
  db: Database,
  kind: LineKind,
  contract: Row,
  item: Row,
  fields: Record<string, unknown>,
): Row {
  const unitPrice = listPrice(db, kind, contract, item);
  const rate = currencyFactor(db, contract);
  const price = isPresent(fields.adjustedPrice) ? asNumber(fields.adjustedPrice) : unitPrice;
  const cost = isPresent(fields.unitCost) ? asNumber(fields.unitCost) : asNumber(item.unitCost);
  return insert(db, kind.lines, {
    invoiceDescription: null,
    internalDescription: null,
    quoteItemID: null,
    ...fields,
    contractID: contract.id,
    [kind.itemField]: item.id,
    unitPrice,
    unitCost: cost,
    adjustedPrice: price,
    basePrice: price,
    baseCost: cost,
    exchangeRate: rate,
    internalCurrencyUnitPrice: internal(unitPrice, rate),
    internalCurrencyAdjustedPrice: internal(price, rate),
  });
}

export const contractOf = (db: Database, line: Row): Row | undefined => rowOf(db, 'Contracts', line.contractID);
export const windowOf = (contract: Row) => ({ start: dayOf(contract.startDate), end: dayOf(contract.endDate) });
