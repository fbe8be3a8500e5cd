import { isVisible } from '../access.js';
import { type Database, rowOf } from '../database.js';
import { dayOf } from '../dates.js';
import type { EntityDef } from '../entities/define.js';
import { entityOf } from '../entities/index.js';
import type { WriteContext } from '../records/context.js';
import { parseFields, problemsOf } from '../records/parse.js';
import { refuse } from '../replies.js';
import { asNumber, isPresent, type Row } from '../rows.js';
import type { LineKind } from './kinds.js';
import { checkItem } from './line-rules.js';
import { addEvent, eventsOf, insertLine, type LineEvent, linesOfContract, windowOf } from './lines.js';
import { periodsOf } from './periods.js';
import { regenerate } from './units.js';

/** The text production clients see at the second change of a line on one date. */
export const DUPLICATE_TEXT = 'Attempt to insert duplicate data into contract_service_period';

/**
 * The create-only delta. Everything is checked before anything is stored, so a refusal changes nothing; afterwards
 * there is no id to give back.
 */
export function adjust(
  context: WriteContext,
  kind: LineKind,
  def: EntityDef,
  body: unknown,
  parentID: number | null,
): void {
  const { db, switches } = context;
  const sent = parseFields(def, body);
  if (parentID !== null) {
    if (isPresent(sent.contractID) && sent.contractID !== parentID) refuse(invalid('contractID', 'Contract'));
    sent.contractID = parentID;
  }
  const problems = problemsOf(db, def, sent, ['effectiveDate', 'contractID', kind.itemField, kind.lineField]);
  if (problems.length > 0) refuse(...problems);
  const { contract, item, line } = targetOf(context, kind, sent);
  const date = dayOf(sent.effectiveDate);
  checkWindow(context, def, contract, date);
  if (!line) checkItem(context, kind, contract, item);
  const change = {
    effectiveDate: date,
    unitChange: asNumber(sent.unitChange),
    unitPrice: kind.reprices && isPresent(sent.adjustedUnitPrice) ? asNumber(sent.adjustedUnitPrice) : null,
    unitCost: kind.reprices && isPresent(sent.adjustedUnitCost) ? asNumber(sent.adjustedUnitCost) : null,
  };
  const events = line ? eventsOf(db, kind, line.id) : [];
  if (isSameDateRefused(context, contract, events, date)) refuse(DUPLICATE_TEXT);
  if (switches.refuseNegativeTotal && lowestFrom(events, change) < 0) {
    refuse(`The ${def.singular} would bring the number of units below zero.`);
  }
  // autotask: if no contract service exists, the adjustment creates it.
  const target = line ?? insertLine(db, kind, contract, item, {});
  addEvent(db, kind, target, change);
  regenerate(db, kind, target, switches);
}

const invalid = (field: string, type: string): string =>
  `Reference value on field: ${field} of type: ${type} does not exist or is invalid.`;

function targetOf(context: WriteContext, kind: LineKind, sent: Record<string, unknown>) {
  const { db } = context;
  const named = rowOf(db, kind.lines, sent[kind.lineField]);
  const contract = visibleContract(context, named ? named.contractID : sent.contractID);
  if (named && isPresent(sent.contractID) && sent.contractID !== named.contractID) {
    refuse(invalid(kind.lineField, `Contract${kind.itemSingular}`));
  }
  const item = rowOf(db, kind.items, named ? named[kind.itemField] : sent[kind.itemField]);
  if (!item) refuse(`Missing Required Field: ${kind.itemField} or ${kind.lineField}.`);
  return { contract, item, line: named ?? existingLine(db, kind, contract, item, sent[kind.repeatField] === true) };
}

/** autotask: allowRepeatService adds a second line. inferred: without it the first existing line is adjusted. */
const existingLine = (db: Database, kind: LineKind, contract: Row, item: Row, repeat: boolean): Row | undefined =>
  repeat ? undefined : linesOfContract(db, kind, contract.id).find((line) => line[kind.itemField] === item.id);

function visibleContract({ db, user }: WriteContext, id: unknown): Row {
  const contract = rowOf(db, 'Contracts', id);
  if (!isPresent(id)) refuse('Missing Required Field: contractID.');
  if (!contract || !isVisible(db, user, entityOf('Contracts'), contract)) refuse(invalid('contractID', 'Contract'));
  return contract;
}

function checkWindow({ switches }: WriteContext, def: EntityDef, contract: Row, date: string): void {
  const { start, end } = windowOf(contract);
  if (date < start || date > end) {
    refuse(
      `${def.singular} effectiveDate must be between the start date and end date of the Contract referenced by contractID.`,
    );
  }
  if (contract.status !== 1 && !switches.inactiveContractAcceptsAdjustments) {
    refuse('The Contract referenced by contractID is not active.');
  }
}

function isSameDateRefused({ db, switches }: WriteContext, contract: Row, events: readonly LineEvent[], date: string) {
  const when = switches.refuseSameDateAdjustment;
  if (when === 'never' || !events.some((event) => !event.seeded && event.effectiveDate === date)) return false;
  return when === 'always' || !periodsOf(db, contract).some((period) => period.start === date);
}

/** The lowest standing total on the change's date and after, planned changes included; what is of one date counts at once. */
function lowestFrom(events: readonly LineEvent[], change: { effectiveDate: string; unitChange: number }): number {
  const dates = [change.effectiveDate, ...events.map((event) => event.effectiveDate)];
  const totals = dates
    .filter((date) => date >= change.effectiveDate)
    .map((date) => events.reduce((sum, event) => (event.effectiveDate <= date ? sum + event.unitChange : sum), 0));
  return Math.min(...totals) + change.unitChange;
}
