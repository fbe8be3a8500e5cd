import { type Database, insert, rowOf, rowsWhere, table } from '../database.js';
import { dayOf, midnight } from '../dates.js';
import { toNumber } from '../money.js';
import { isPresent, type Row } from '../rows.js';
import type { Switches } from '../switches.js';
import type { LineKind } from './kinds.js';
import { contractOf, eventsOf, internal } from './lines.js';
import { periodsOf } from './periods.js';
import { amountOf, type Segment, segmentsOf } from './segments.js';

export const unitRowsOf = (db: Database, kind: LineKind, lineID: number): Row[] =>
  rowsWhere(db, kind.units, kind.lineField, lineID).sort((a, b) =>
    dayOf(a.startDate) < dayOf(b.startDate) ? -1 : dayOf(a.startDate) > dayOf(b.startDate) ? 1 : a.id - b.id,
  );

export const isPosted = (row: Row): boolean => isPresent(row.approveAndPostDate);

/**
 * Brings a line's unit rows in step with its dated changes: one row for each period to the contract's end, more where
 * a period is split. Posted rows stay as they are; a row that keeps its start date keeps its id.
 */
export function regenerate(db: Database, kind: LineKind, line: Row, switches: Switches): void {
  const contract = contractOf(db, line);
  if (!contract) return;
  const present = unitRowsOf(db, kind, line.id);
  const posted = present.filter(isPosted);
  const open = new Map(present.filter((row) => !isPosted(row)).map((row) => [dayOf(row.startDate), row]));
  const source = { line, events: eventsOf(db, kind, line.id), posted };
  for (const period of periodsOf(db, contract)) {
    for (const segment of segmentsOf(period, source, switches.adjustmentReading)) {
      const fields = unitFields(db, kind, line, contract, segment, switches);
      const kept = open.get(segment.start);
      if (kept) Object.assign(kept, fields);
      else insert(db, kind.units, fields);
      open.delete(segment.start);
    }
  }
  for (const stale of open.values()) table(db, kind.units).delete(stale.id);
}

function unitFields(
  db: Database,
  kind: LineKind,
  line: Row,
  contract: Row,
  segment: Segment,
  switches: Switches,
): Record<string, unknown> {
  const price = toNumber(amountOf(segment, segment.fullPrice, switches.prorationDecimals));
  return {
    contractID: contract.id,
    [kind.lineField]: line.id,
    [kind.itemField]: line[kind.itemField],
    vendorCompanyID: rowOf(db, kind.items, line[kind.itemField])?.vendorCompanyID ?? null,
    startDate: midnight(segment.start),
    endDate: midnight(segment.end),
    units: segment.units,
    price,
    cost: toNumber(amountOf(segment, segment.fullCost, switches.prorationDecimals)),
    internalCurrencyPrice: internal(price, line.exchangeRate),
    organizationalLevelAssociationID: contract.organizationalLevelAssociationID ?? null,
    approveAndPostDate: null,
    // Not fields of the API: what a whole period of this row would come to.
    fullPrice: toNumber(segment.fullPrice),
    fullCost: toNumber(segment.fullCost),
  };
}
