import { type Database, insert, rowOf, rowsWhere } from '../database.js';
import { dayOf, midnight } from '../dates.js';
import { asNumber, type Row } from '../rows.js';
import { LINE_KINDS, type LineKind } from './kinds.js';
import { contractOf, internal } from './lines.js';
import { isPosted } from './units.js';

export interface PostRequest {
  contractID: number;
  /** Rows that begin on or before this date are posted. */
  throughDate: string;
  now: Date;
  /** Only this line. */
  line?: Row;
}

/** Approve and post, a UI action in autotask: stamps the unit rows and makes their billing items. */
export function postPeriod(db: Database, request: PostRequest): { units: number[]; billingItems: number[] } {
  const posted: { units: number[]; billingItems: number[] } = { units: [], billingItems: [] };
  for (const kind of LINE_KINDS) {
    for (const row of rowsWhere(db, kind.units, 'contractID', request.contractID).sort((a, b) => a.id - b.id)) {
      const mine = !request.line || row[kind.lineField] === request.line.id;
      if (!mine || isPosted(row) || dayOf(row.startDate) > request.throughDate) continue;
      row.approveAndPostDate = request.now.toISOString();
      posted.units.push(row.id);
      // inferred: a row without units and without money is posted but billed nothing.
      if (row.units !== 0 || row.price !== 0) posted.billingItems.push(billingItem(db, kind, row, request.now));
    }
  }
  return posted;
}

function billingItem(db: Database, kind: LineKind, row: Row, now: Date): number {
  const line = rowOf(db, kind.lines, row[kind.lineField]);
  const contract = line && contractOf(db, line);
  const item = rowOf(db, kind.items, row[kind.itemField]);
  const rate = asNumber(line?.exchangeRate, 1);
  const whole = row.price === row.fullPrice;
  const unitPrice = row.units === 0 ? 0 : asNumber(row.fullPrice) / asNumber(row.units, 1);
  return insert(db, 'BillingItems', {
    companyID: contract?.companyID ?? null,
    contractID: row.contractID,
    [kind.lineField]: row[kind.lineField],
    [kind.itemField]: row[kind.itemField],
    contractServicePeriodID: row.id,
    billingCodeID: item?.billingCodeID ?? null,
    billingItemType: whole ? 6 : 7,
    itemName: item?.name ?? null,
    description: line?.invoiceDescription ?? item?.invoiceDescription ?? item?.name ?? null,
    itemDate: row.startDate,
    postedDate: midnight(now.toISOString().slice(0, 10)),
    postedOnTime: now.toISOString(),
    quantity: row.units,
    rate: unitPrice,
    extendedPrice: row.price,
    totalAmount: row.price,
    taxDollars: 0,
    ourCost: row.cost,
    internalCurrencyRate: internal(unitPrice, rate),
    internalCurrencyExtendedPrice: row.internalCurrencyPrice,
    internalCurrencyTotalAmount: row.internalCurrencyPrice,
    internalCurrencyTaxDollars: 0,
    invoiceID: null,
    nonBillable: 0,
    organizationalLevelAssociationID: row.organizationalLevelAssociationID,
  }).id;
}
