import type { LineProblem } from '../contract.js';
import { ConnectorError } from '../errors.js';
import { menu } from './menu.js';

/** What keeps a line from being planned, each with its cure. A snapshot carries it as data; `plan` throws it. */
export const problems = {
  targetInvalid: {
    kind: 'invalid',
    code: 'TARGET_INVALID',
    message: 'The mapping holds an id that ConnectWise cannot have given.',
    hint: 'Map the subscription again.',
  },
  agreementNotFound: {
    kind: 'notFound',
    code: 'CONTRACT_NOT_FOUND',
    message: 'The agreement does not exist or the API member may not see it.',
    hint: 'Check the agreement, and the rights and the level of the API member.',
    where: menu.agreements,
  },
  agreementUnusable: {
    kind: 'protocol',
    code: 'FIELD_MISSING',
    message: 'ConnectWise answered an agreement without a start date or a company.',
    hint: 'Open the agreement in ConnectWise, complete it and save it, then try again.',
    where: menu.agreements,
  },
  agreementOfOtherCompany: {
    kind: 'precondition',
    code: 'CONTRACT_OF_OTHER_COMPANY',
    message: 'The agreement belongs to another company than the mapping.',
    hint: 'Map the subscription to an agreement of the mapped company.',
    where: menu.agreements,
  },
  productNotFound: {
    kind: 'notFound',
    code: 'SERVICE_NOT_FOUND',
    message: 'The product does not exist or the API member may not see it.',
    hint: 'Check the product and the right to see the catalog, or map the offer to another product.',
    where: menu.products,
  },
  productTwice: {
    kind: 'precondition',
    code: 'SERVICE_TWICE_ON_CONTRACT',
    message: 'More than one addition of the product bills on the agreement at the same time.',
    hint: 'Leave one billable addition of this product on the agreement; the gateway cannot tell which one is meant.',
    where: menu.additions,
  },
  lineGone: {
    kind: 'precondition',
    code: 'LINE_GONE',
    message: 'The addition of this mapping is no longer on the agreement.',
    hint: 'Map the subscription again.',
    where: menu.additions,
  },
  additionUnusable: {
    kind: 'protocol',
    code: 'UNITS_INCOMPLETE',
    message: 'An addition of this product has no effective date or no quantity.',
    hint: 'Open the additions of the agreement in ConnectWise, complete the addition and save it.',
    where: menu.additions,
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
