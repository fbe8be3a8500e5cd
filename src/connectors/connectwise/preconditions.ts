import { checkChange } from '../change-checks.js';
import type { Change, LineSnapshot } from '../contract.js';
import { refuse } from '../errors.js';
import type { LineEvidence } from './evidence.js';
import { menu } from './menu.js';

/** What would be refused for every line, whatever it shows. */
export function checkAllowed(change: Change, currency: string): void {
  const { kind, quantity } = change;
  if (kind === 'resume') {
    throw refuse('unsupported', 'CHANGE_UNSUPPORTED', 'Reactivation is not written to ConnectWise (R59).', {
      hint: 'Set the price of the addition again in ConnectWise.',
      where: menu.additions,
    });
  }
  if (!Number.isSafeInteger(quantity * 1000) || quantity < 0) {
    throw refuse('invalid', 'QUANTITY_OUT_OF_RANGE', 'The quantity must be a number of 0 or more.', {
      hint: 'Correct the quantity in the marketplace.',
    });
  }
  checkChange(change, { currency, psa: 'ConnectWise' });
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
