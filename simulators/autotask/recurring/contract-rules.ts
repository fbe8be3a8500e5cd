import { type Database, rowsOf, table } from '../database.js';
import { dayOf } from '../dates.js';
import type { Rules, WriteContext } from '../records/context.js';
import { refuse } from '../replies.js';
import { isPresent, type Row } from '../rows.js';
import { LINE_KINDS } from './kinds.js';
import { currencyFactor, eventsOf, internal, linesOfContract } from './lines.js';
import { isRecurring } from './periods.js';
import { isPosted, regenerate } from './units.js';

export const POSTED_TEXT =
  'Unable to make changes as it would result in the deletion/modification of an already approved and posted contract period';

const holdsServices = (db: Database, contractID: number): boolean =>
  LINE_KINDS.some((kind) => linesOfContract(db, kind, contractID).length > 0);

function checkShape({ db }: WriteContext, row: Record<string, unknown>): void {
  if (dayOf(row.startDate) >= dayOf(row.endDate)) refuse('The Contract startDate must be before the endDate.');
  const recurring = isRecurring(db, row as Row);
  // autotask: optional in the metadata and yet needed for a recurring service contract.
  if (recurring && !isPresent(row.contractPeriodType)) refuse('Missing Required Field: contractPeriodType.');
  if (!recurring && row.isCompliant === false) refuse('isCompliant can be false on recurring service contracts only.');
}

function saveInternal({ db }: WriteContext, row: Row): void {
  const rate = currencyFactor(db, row);
  row.internalCurrencySetupFee = isPresent(row.setupFee) ? internal(row.setupFee, rate) : null;
  row.internalCurrencyOverageBillingRate = isPresent(row.overageBillingRate)
    ? internal(row.overageBillingRate, rate)
    : null;
}

/** autotask: an end date before a posted row's end would change a posted period. */
function checkShortening(db: Database, contractID: number, newEnd: string): void {
  for (const kind of LINE_KINDS) {
    const touched = rowsOf(db, kind.units).some(
      (row) => row.contractID === contractID && isPosted(row) && dayOf(row.endDate) > newEnd,
    );
    if (touched) refuse(POSTED_TEXT);
  }
}

/** autotask: shortening removes every element after the new date, other people's future adjustments included. */
function dropAfter(db: Database, contract: Row): void {
  const end = dayOf(contract.endDate);
  for (const kind of LINE_KINDS) {
    for (const line of linesOfContract(db, kind, contract.id)) {
      for (const event of eventsOf(db, kind, line.id)) {
        if (event.effectiveDate > end) table(db, kind.adjustments).delete(event.id);
      }
    }
  }
}

export const contractRules: Rules = {
  prepare: checkShape,
  created: saveInternal,
  check(context, before, after) {
    const { db } = context;
    const [oldEnd, newEnd] = [dayOf(before.endDate), dayOf(after.endDate)];
    if (dayOf(before.startDate) !== dayOf(after.startDate) && holdsServices(db, before.id)) {
      refuse('The Contract startDate is read-only once the contract holds services.');
    }
    checkShape(context, after);
    if (newEnd < oldEnd) checkShortening(db, before.id, newEnd);
  },
  updated(context, before, row) {
    const { db, switches } = context;
    saveInternal(context, row);
    if (dayOf(row.endDate) < dayOf(before.endDate)) dropAfter(db, row);
    for (const kind of LINE_KINDS) {
      for (const line of linesOfContract(db, kind, row.id)) regenerate(db, kind, line, switches);
    }
  },
};
