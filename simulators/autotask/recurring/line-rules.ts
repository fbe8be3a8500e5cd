import { type Database, rowOf } from '../database.js';
import { addDays, dayOf } from '../dates.js';
import type { Rules, WriteContext } from '../records/context.js';
import { refuse } from '../replies.js';
import { asNumber, isPresent, type Row } from '../rows.js';
import type { LineKind } from './kinds.js';
import { addEvent, contractOf, eventsOf, insertLine } from './lines.js';
import { isRecurring, monthsOf } from './periods.js';
import { isPosted, regenerate, unitRowsOf } from './units.js';

/** Whether this item may be put on this contract at all; also asked when an adjustment makes the line itself. */
export function checkItem(context: WriteContext, kind: LineKind, contract: Row, item: Row): void {
  const { db, switches } = context;
  if (!isRecurring(db, contract)) {
    refuse(`The Contract referenced by contractID must be of type Recurring Service to hold a ${kind.itemSingular}.`);
  }
  if (switches.refuseInactiveService && item.isActive === false) {
    refuse(`Reference value on field: ${kind.itemField} of type: ${kind.itemSingular} does not exist or is invalid.`);
  }
  const contractMonths = monthsOf(db, 'Contracts', 'contractPeriodType', contract.contractPeriodType);
  if (switches.refusePeriodMismatch && monthsOf(db, kind.items, 'periodType', item.periodType) !== contractMonths) {
    refuse(`The period type of the ${kind.itemSingular} must match the period type of the Contract.`);
  }
}

/** autotask: a price PATCH has no date. inferred: it holds from the first day that is not posted yet. */
function repriceUndated(context: WriteContext, kind: LineKind, line: Row, price: number): void {
  const { db, switches } = context;
  const contract = contractOf(db, line);
  if (!contract) return;
  const from = firstOpenDay(db, kind, line, contract);
  for (const event of eventsOf(db, kind, line.id)) if (event.effectiveDate >= from) event.unitPrice = null;
  addEvent(db, kind, line, { effectiveDate: from, unitChange: 0, unitPrice: price, seeded: true, priceOnly: true });
  regenerate(db, kind, line, switches);
}

function firstOpenDay(db: Database, kind: LineKind, line: Row, contract: Row): string {
  const posted = unitRowsOf(db, kind, line.id).filter(isPosted);
  const ends = posted.map((row) => dayOf(row.endDate)).sort();
  const last = ends.at(-1);
  return last === undefined ? dayOf(contract.startDate) : addDays(last, 1);
}

export const lineRules = (kind: LineKind): Rules => ({
  prepare(context, row) {
    const contract = rowOf(context.db, 'Contracts', row.contractID);
    const item = rowOf(context.db, kind.items, row[kind.itemField]);
    if (contract && item) checkItem(context, kind, contract, item);
  },
  insert(context, row) {
    const contract = rowOf(context.db, 'Contracts', row.contractID) as Row;
    const item = rowOf(context.db, kind.items, row[kind.itemField]) as Row;
    return insertLine(context.db, kind, contract, item, row);
  },
  updated(context, before, line) {
    if (before.adjustedPrice === line.adjustedPrice) return;
    const price = isPresent(line.adjustedPrice) ? line.adjustedPrice : line.unitPrice;
    repriceUndated(context, kind, line, asNumber(price));
  },
});
