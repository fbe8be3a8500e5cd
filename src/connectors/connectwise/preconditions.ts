import { isCalendarDate } from '../calendar.js';
import type { Change, LineSnapshot } from '../contract.js';
import { jsonNumber } from '../decimal.js';
import { refuse } from './errors.js';
import type { LineEvidence } from './evidence.js';
import { menu } from './menu.js';

/** What would be refused for every line, whatever it shows. */
export function checkChange(change: Change, currency: string): void {
  const { kind, effectiveDate, until, quantity } = change;
  if (kind === 'resume') {
    throw refuse('unsupported', 'CHANGE_UNSUPPORTED', 'Reactivation is not written to ConnectWise (R59).', {
      hint: 'Set the price of the addition again in ConnectWise.',
      where: menu.additions,
    });
  }
  if (!isCalendarDate(effectiveDate) || (until !== undefined && !isCalendarDate(until))) {
    throw refuse('invalid', 'EFFECTIVE_DATE_INVALID', 'The effective date is not a calendar date.', {
      hint: 'Give a day that exists, as YYYY-MM-DD.',
    });
  }
  if (until !== undefined && until <= effectiveDate) {
    throw refuse(
      'invalid',
      'UNTIL_INVALID',
      `The amounts must end after they begin (${effectiveDate}), not ${until}.`,
      {
        hint: 'Give the first day that the amounts no longer count for.',
      },
    );
  }
  if (!Number.isSafeInteger(quantity * 1000) || quantity < 0) {
    throw refuse('invalid', 'QUANTITY_OUT_OF_RANGE', 'The quantity must be a number of 0 or more.', {
      hint: 'Correct the quantity in the marketplace.',
    });
  }
  if (change.currency !== currency) {
    throw refuse(
      'precondition',
      'WRONG_CURRENCY',
      `The change is in ${change.currency}, the connection in ${currency}.`,
      {
        hint: 'Map the subscription on a connection in its own currency.',
      },
    );
  }
  for (const amount of [change.unitPrice, change.unitCost]) {
    if (amount !== undefined && jsonNumber(amount) === undefined) {
      throw refuse('invalid', 'AMOUNT_NOT_EXACT', 'An amount is not a decimal that ConnectWise can be sent exactly.', {
        hint: 'Correct the price or cost in the marketplace; about 15 digits are carried exactly.',
      });
    }
  }
}

/** What the agreement does not allow for this change. */
export function checkAgreement(
  change: Change,
  line: LineSnapshot,
  { startDate, endDate, cancelled }: LineEvidence,
): void {
  const currency = line.contract?.currency ?? null;
  if (currency !== null && currency !== change.currency) {
    throw refuse(
      'precondition',
      'WRONG_CURRENCY',
      `The agreement is in ${currency}, the change in ${change.currency}.`,
      {
        hint: 'Map the subscription to an agreement in its own currency.',
        where: menu.agreements,
      },
    );
  }
  if (cancelled) {
    throw refuse('precondition', 'CONTRACT_CANCELLED', 'The agreement is cancelled; it bills nothing any more.', {
      hint: 'Map the subscription to an active agreement.',
      where: menu.agreements,
    });
  }
  const { effectiveDate } = change;
  if (effectiveDate < startDate || (endDate !== null && effectiveDate > endDate)) {
    const message = `${effectiveDate} is outside the agreement (${startDate} to ${endDate ?? 'open'}).`;
    throw refuse('precondition', 'EFFECTIVE_DATE_OUTSIDE_CONTRACT', message, {
      hint: 'Extend the agreement in ConnectWise or map the subscription to another one.',
      where: menu.agreements,
    });
  }
}

/** More units or a new line. Going down and ending stay possible whatever became of the product. */
export function checkRise(line: LineSnapshot): void {
  if (line.service?.active !== false) return;
  throw refuse('precondition', 'SERVICE_INACTIVE', `The product ${line.service.name} is inactive in ConnectWise.`, {
    hint: 'Activate the product, or map the offer to another one. Lowering or ending the line still works.',
    where: menu.products,
  });
}
