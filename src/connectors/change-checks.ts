import { isCalendarDate } from './calendar.js';
import type { Change } from './contract.js';
import { jsonNumber } from './decimal.js';
import { refuse } from './errors.js';

/** What no PSA can be sent, whatever its line shows: its days, its currency, its amounts. `psa`: what people call it. */
export function checkChange(change: Change, { currency, psa }: { currency: string; psa: string }): void {
  const { effectiveDate, until } = change;
  if (!isCalendarDate(effectiveDate) || (until !== undefined && !isCalendarDate(until))) {
    throw refuse('invalid', 'EFFECTIVE_DATE_INVALID', 'The effective date is not a calendar date.', {
      hint: 'Give a day that exists, as YYYY-MM-DD.',
    });
  }
  if (until !== undefined && until <= effectiveDate) {
    const message = `The amounts must end after they begin (${effectiveDate}), not ${until}.`;
    throw refuse('invalid', 'UNTIL_INVALID', message, {
      hint: 'Give the first day that the amounts no longer count for.',
    });
  }
  if (change.currency !== currency) {
    const message = `The change is in ${change.currency}, the connection in ${currency}.`;
    throw refuse('precondition', 'WRONG_CURRENCY', message, {
      hint: 'Map the subscription on a connection in its own currency.',
    });
  }
  for (const amount of [change.unitPrice, change.unitCost]) {
    if (amount !== undefined && jsonNumber(amount) === undefined) {
      throw refuse('invalid', 'AMOUNT_NOT_EXACT', `An amount is not a decimal that ${psa} can be sent exactly.`, {
        hint: 'Correct the price or cost in the marketplace; about 15 digits are carried exactly.',
      });
    }
  }
}
