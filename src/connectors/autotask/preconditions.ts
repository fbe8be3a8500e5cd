import { checkChange } from '../change-checks.js';
import type { Change, LineSnapshot } from '../contract.js';
import { refuse } from '../errors.js';
import type { LineEvidence } from './evidence.js';
import { menu } from './menu.js';

/** Autotask: units and their changes are 32 bit integers; there are no parts of a seat. */
const INT32 = 2_147_483_647;

/** What Autotask would refuse for every line, whatever it shows. */
export function checkAllowed(change: Change, currency: string): void {
  if (change.kind === 'resume') {
    throw refuse('unsupported', 'CHANGE_UNSUPPORTED', 'Reactivation is not written to Autotask (R59).', {
      hint: 'Set the price of the contract line again in Autotask.',
      where: menu.contracts,
    });
  }
  if (!Number.isInteger(change.quantity) || change.quantity < 0 || change.quantity > INT32) {
    throw refuse('invalid', 'QUANTITY_OUT_OF_RANGE', `The quantity must be a whole number from 0 to ${INT32}.`, {
      hint: 'Correct the quantity in the marketplace.',
    });
  }
  checkChange(change, { currency, psa: 'Autotask' });
}

/** What the contract does not allow for this change. */
export function checkContract(change: Change, line: LineSnapshot, { grid, ended }: LineEvidence): void {
  const currency = line.contract?.currency ?? null;
  if (currency !== null && currency !== change.currency) {
    throw refuse(
      'precondition',
      'WRONG_CURRENCY',
      `The contract is in ${currency}, the change in ${change.currency}.`,
      {
        hint: 'Map the subscription to a contract of a company in its own currency.',
        where: menu.contracts,
      },
    );
  }
  const { startDate, endDate } = grid;
  if (change.effectiveDate < startDate || (endDate !== null && change.effectiveDate > endDate)) {
    const message = `${change.effectiveDate} is outside the contract (${startDate} to ${endDate ?? 'open'}).`;
    throw refuse('precondition', ended ? 'CONTRACT_ENDED' : 'EFFECTIVE_DATE_OUTSIDE_CONTRACT', message, {
      hint: 'Extend the contract in Autotask or map the subscription to another contract.',
      where: menu.contracts,
    });
  }
}

/** More units, a new line or a higher amount. Going down and ending stay possible whatever became of the service. */
export function checkRise(line: LineSnapshot, { grid, serviceMonths }: LineEvidence, rise: { starts: boolean }): void {
  if (line.service?.active === false) {
    throw refuse('precondition', 'SERVICE_INACTIVE', `The service ${line.service.name} is inactive in Autotask.`, {
      hint: 'Activate the service, or map the offer to another one. Lowering or ending the line still works.',
      where: menu.services,
    });
  }
  if (rise.starts && serviceMonths !== null && grid.months !== null && serviceMonths !== grid.months) {
    throw refuse('precondition', 'PERIOD_MISMATCH', 'The billing period of the service does not fit the contract.', {
      hint: 'Choose a contract with the same billing period as the service.',
      where: menu.contracts,
    });
  }
}
