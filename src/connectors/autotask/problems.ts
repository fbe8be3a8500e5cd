import type { LineProblem } from '../contract.js';
import { ConnectorError } from '../errors.js';
import { menu } from './menu.js';

/** What keeps a line from being planned, each with its cure. A snapshot carries it as data; `plan` throws it. */
export const problems = {
  targetInvalid: {
    kind: 'invalid',
    code: 'TARGET_INVALID',
    message: 'The mapping holds an id that Autotask cannot have given.',
    hint: 'Map the subscription again.',
  },
  contractNotFound: {
    kind: 'notFound',
    code: 'CONTRACT_NOT_FOUND',
    message: 'The contract does not exist or the API user may not see it.',
    hint: 'Check the contract, the contract visibility of the security level and the lines of business of the user.',
    where: menu.lineOfBusiness,
  },
  contractUnusable: {
    kind: 'protocol',
    code: 'FIELD_MISSING',
    message: 'Autotask answered a contract without a start date or a company.',
    hint: 'Open the contract in Autotask, complete it and save it, then try again.',
    where: menu.contracts,
  },
  contractOfOtherCompany: {
    kind: 'precondition',
    code: 'CONTRACT_OF_OTHER_COMPANY',
    message: 'The contract belongs to another company than the mapping.',
    hint: 'Map the subscription to a contract of the mapped company.',
    where: menu.contracts,
  },
  contractNotRecurring: {
    kind: 'precondition',
    code: 'CONTRACT_NOT_RECURRING',
    message: 'The contract is not of the type Recurring Service.',
    hint: 'Map the subscription to a contract of the type Recurring Service.',
    where: menu.contracts,
  },
  serviceNotFound: {
    kind: 'notFound',
    code: 'SERVICE_NOT_FOUND',
    message: 'The service does not exist or the API user may not see it.',
    hint: 'Check the service and the right of the security level to view services, or map the offer to another service.',
    where: menu.services,
  },
  serviceTwice: {
    kind: 'precondition',
    code: 'SERVICE_TWICE_ON_CONTRACT',
    message: 'The service stands on the contract more than once.',
    hint: 'Leave one line of this service on the contract; the gateway cannot tell which one is meant.',
    where: menu.contracts,
  },
  lineGone: {
    kind: 'precondition',
    code: 'LINE_GONE',
    message: 'The line of this mapping is no longer on the contract; another one is.',
    hint: 'Map the subscription again.',
  },
  unitsIncomplete: {
    kind: 'protocol',
    code: 'UNITS_INCOMPLETE',
    message: 'The unit rows of this line cannot be read completely.',
    hint: 'Try again; if it stays so, open the units of the contract service in Autotask and look for a damaged row.',
    where: menu.contracts,
  },
} as const satisfies { readonly [name: string]: LineProblem };

export function problemError({ kind, code, message, hint, where }: LineProblem): ConnectorError {
  return new ConnectorError(kind, message, {
    code,
    outcome: 'notApplied',
    ...(hint !== undefined && { hint }),
    ...(where !== undefined && { where }),
  });
}
