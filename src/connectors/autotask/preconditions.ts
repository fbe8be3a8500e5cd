import type { Change, MappedTarget } from '../contract.js';
import { isCalendarDate } from './calendar.js';
import { jsonNumber } from './decimal.js';
import { refuse } from './errors.js';
import { isId, readItem, type Tools } from './lookups.js';
import { menu } from './menu.js';
import type { Grid } from './units.js';

/** Autotask: units and their changes are 32 bit integers; there are no parts of a seat. */
const INT32 = 2_147_483_647;

/** What Autotask would refuse for every contract, told before any call. */
export function checkChange(change: Change, target: MappedTarget, currency: string): void {
  if (change.kind === 'resume') {
    throw refuse(
      'unsupported',
      'CHANGE_UNSUPPORTED',
      'Reactivation is not written to Autotask; a person sets the price again (R59).',
    );
  }
  if (
    ![target.contractId, target.serviceId, target.companyId].every(isId) ||
    (target.lineRef !== null && !isId(target.lineRef))
  ) {
    throw refuse('invalid', 'TARGET_INVALID', 'The mapping holds an id that Autotask cannot have given.');
  }
  if (!isCalendarDate(change.effectiveDate)) {
    throw refuse('invalid', 'EFFECTIVE_DATE_INVALID', 'The effective date is not a calendar date.');
  }
  if (!Number.isInteger(change.quantity) || change.quantity < 0 || change.quantity > INT32) throw outOfRange();
  if (change.currency !== currency) {
    throw refuse(
      'precondition',
      'WRONG_CURRENCY',
      `The change is in ${change.currency}, the connection in ${currency}.`,
    );
  }
  for (const amount of [change.unitPrice, change.unitCost]) {
    if (amount !== undefined && jsonNumber(amount) === undefined) {
      throw refuse('invalid', 'AMOUNT_NOT_EXACT', 'An amount is not a decimal that Autotask can be sent exactly.');
    }
  }
}

export async function readContract(
  tools: Tools,
  change: Change,
  target: MappedTarget,
  signal: AbortSignal | undefined,
): Promise<{ grid: Grid; active: boolean }> {
  const lists = await tools.picklists();
  const row = await readItem(tools.client, 'Contracts', target.contractId, 'permission.contracts', signal);
  if (!row) {
    throw refuse('notFound', 'CONTRACT_NOT_FOUND', 'The contract does not exist or the API user may not see it.', {
      hint: 'Check the contract, the contract visibility of the security level and the lines of business of the user.',
      where: menu.lineOfBusiness,
    });
  }
  const [startDate, endDate] = [row.date('startDate'), row.date('endDate')];
  if (startDate === null)
    throw refuse('protocol', 'FIELD_MISSING', 'Autotask answered a contract without a start date.');
  const company = row.id('companyID');
  if (company !== null && company !== target.companyId) {
    throw refuse(
      'precondition',
      'CONTRACT_OF_OTHER_COMPANY',
      'The contract belongs to another company than the mapping.',
    );
  }
  if (row.has('contractType') && row.text('contractType') !== lists.recurringService) {
    throw refuse('precondition', 'CONTRACT_NOT_RECURRING', 'The contract is not of the type Recurring Service.');
  }
  if (change.effectiveDate < startDate || (endDate !== null && change.effectiveDate > endDate)) {
    const ended = endDate !== null && endDate < tools.context.now().toISOString().slice(0, 10);
    const message = `${change.effectiveDate} is outside the contract (${startDate} to ${endDate ?? 'open'}).`;
    throw refuse('precondition', ended ? 'CONTRACT_ENDED' : 'EFFECTIVE_DATE_OUTSIDE_CONTRACT', message, {
      hint: 'Extend the contract in Autotask or map the subscription to another contract.',
      where: menu.contracts,
    });
  }
  const { months } = lists.contractPeriod(row.text('contractPeriodType'));
  return { grid: { startDate, endDate, months }, active: row.text('status') === lists.activeContract };
}

/** Autotask lets a service stand twice on a contract; then only the id of the line tells them apart. */
export function checkLine(lines: ReadonlySet<string>, target: MappedTarget): void {
  if (target.lineRef === null && lines.size > 1) {
    throw refuse('precondition', 'SERVICE_TWICE_ON_CONTRACT', 'The service stands on the contract more than once.', {
      hint: 'Leave one line of this service on the contract; the gateway cannot tell which one is meant.',
      where: menu.contracts,
    });
  }
  if (target.lineRef !== null && lines.size > 0 && !lines.has(target.lineRef)) {
    throw refuse(
      'precondition',
      'LINE_GONE',
      'The line of this mapping is no longer on the contract; another one is.',
      {
        hint: 'Map the subscription again.',
      },
    );
  }
}

function outOfRange(): Error {
  return refuse('invalid', 'QUANTITY_OUT_OF_RANGE', `The quantity must be a whole number from 0 to ${INT32}.`);
}
