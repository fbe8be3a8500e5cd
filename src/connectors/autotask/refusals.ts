import type { ErrorKind } from '../contract.js';
import { menu } from './menu.js';

/** One text Autotask is known to answer, and what it means. */
export interface KnownRefusal {
  readonly says: RegExp;
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly where?: readonly string[];
}

/** Autotask: refused before execution because of volume, in whatever status (429 or 500). Safe to try again. */
export const volumeRefusals: readonly KnownRefusal[] = [
  {
    says: /itgenatr005|thread threshold|threads? has been exceeded/i,
    kind: 'rateLimited',
    code: 'THREAD_LIMIT',
    message: 'Autotask refused the call: too many requests at once for this part of its API.',
  },
  {
    says: /request threshold|threshold (?:has been )?exceeded|too many requests|rate limit/i,
    kind: 'rateLimited',
    code: 'HOURLY_LIMIT',
    message: 'Autotask refused the call: the hourly allowance of the Autotask database is used up.',
    hint: 'All integrations share this allowance. It recovers within the hour.',
  },
];

/** Autotask: validation failures are HTTP 500 with a text per rule. First match wins. */
export const knownRefusals: readonly KnownRefusal[] = [
  {
    says: /zone information could not be determined/i,
    kind: 'authInvalid',
    code: 'USER_UNKNOWN',
    message: 'Autotask does not know this user name.',
    hint: 'Copy the Username (Key) of the API user again; it looks like an e-mail address but is generated.',
    where: menu.credentials,
  },
  {
    says: /\block(?:ed|out)\b.*\b(?:user|resource|account|login)\b|\b(?:user|resource|account|login)\b.*\block(?:ed|out)\b/i,
    kind: 'authInvalid',
    code: 'USER_LOCKED',
    message: 'Autotask has locked this API user.',
    hint: 'Unlock the user in Autotask, correct the secret here, then test the connection again.',
    where: menu.users,
  },
  {
    says: /integration ?code|tracking identifier|integration vendor/i,
    kind: 'authInvalid',
    code: 'INTEGRATION_CODE_REJECTED',
    message: 'Autotask does not accept the integration code for this user.',
    hint: 'The code must belong to the integration vendor chosen on the API user.',
    where: menu.trackingIdentifier,
  },
  {
    says: /adequate permissions?|does not have (?:the )?(?:adequate |sufficient )?permission|insufficient permission|not authori[sz]ed/i,
    kind: 'permissionMissing',
    code: 'PERMISSION_MISSING',
    message: 'The API user lacks a permission for this.',
    where: menu.securityLevels,
  },
  {
    says: /effective ?date must be between|effective ?date .*(?:outside|before the start|after the end)/i,
    kind: 'precondition',
    code: 'EFFECTIVE_DATE_OUTSIDE_CONTRACT',
    message: 'The effective date is outside the contract.',
    hint: 'Extend the contract in Autotask or choose another date.',
    where: menu.contracts,
  },
  {
    says: /insert duplicate data into contract_service_period|duplicate data.*contract.?service/i,
    kind: 'precondition',
    code: 'DUPLICATE_PERIOD',
    message: 'Autotask already holds an adjustment of this line for this date.',
    hint: 'Read the units before doing anything: an earlier adjustment of this date may have taken effect.',
    where: menu.contracts,
  },
  {
    says: /already approved and posted|approved and posted (?:contract )?period/i,
    kind: 'precondition',
    code: 'PERIOD_POSTED',
    message: 'The billing period of this date is approved and posted.',
    hint: 'Date the change at the start of the next period, or let a person un-post the period in Autotask.',
    where: ['Contracts', 'Approve & Post'],
  },
  {
    says: /allowrepeatservice|service .*already exists on/i,
    kind: 'precondition',
    code: 'SERVICE_ALREADY_ON_CONTRACT',
    message: 'The service is on the contract already.',
    hint: 'Look at the services of the contract; then try again, the gateway reads the line anew.',
    where: menu.contracts,
  },
  {
    says: /period ?type.*(?:match|same)|(?:match|same).*period ?type/i,
    kind: 'precondition',
    code: 'PERIOD_MISMATCH',
    message: 'The billing period of the service does not fit the contract.',
    hint: 'Choose a contract with the same billing period as the service.',
    where: menu.contracts,
  },
  {
    says: /\bserviceid\b.*(?:does not exist|is invalid|inactive|not active)|existing entity for serviceid|\bservice\b.* is (?:inactive|not active)/i,
    kind: 'precondition',
    code: 'SERVICE_INACTIVE',
    message: 'Autotask does not take this service: it is inactive, or the API user may not see it.',
    hint: 'Activate the service, or map the offer to another one.',
    where: menu.services,
  },
  {
    says: /contract\b.* is (?:inactive|not active)/i,
    kind: 'precondition',
    code: 'CONTRACT_INACTIVE',
    message: 'Autotask does not take changes of an inactive contract.',
    hint: 'Activate the contract, or map the subscription to another one.',
    where: menu.contracts,
  },
  {
    says: /must be (?:of type|a) recurring service/i,
    kind: 'precondition',
    code: 'CONTRACT_NOT_RECURRING',
    message: 'The contract is not of the type Recurring Service.',
    hint: 'Map the subscription to a contract of the type Recurring Service.',
    where: menu.contracts,
  },
  {
    says: /\bcontractserviceid\b.*(?:does not exist|is invalid)|existing entity for contractserviceid/i,
    kind: 'precondition',
    code: 'LINE_GONE',
    message: 'The line of this mapping is no longer on the contract.',
    hint: 'Map the subscription again.',
  },
  {
    says: /does not reference an existing|does not exist or is invalid|reference value on field/i,
    kind: 'invalid',
    code: 'REFERENCE_INVALID',
    message: 'A record this refers to does not exist in Autotask, is inactive, or cannot be seen by the API user.',
    hint: 'Autotask names the field; check that record and the rights and lines of business of the API user.',
    where: menu.lineOfBusiness,
  },
  {
    says: /no matching records/i,
    kind: 'notFound',
    code: 'NOT_FOUND',
    message: 'Autotask found no such record, or the API user may not see it.',
    hint: 'Check the record and the rights and lines of business of the API user.',
    where: menu.lineOfBusiness,
  },
  {
    says: /units?\b.*(?:negative|less than (?:zero|0)|below (?:zero|0))|(?:negative|below (?:zero|0)).*units?\b/i,
    kind: 'precondition',
    code: 'UNITS_BELOW_ZERO',
    message: 'The change would take the units below zero.',
    hint: 'Look at the units that are planned for later dates of this line in Autotask, then try again.',
    where: menu.contracts,
  },
  {
    says: /exceeds? (?:the )?maximum length/i,
    kind: 'invalid',
    code: 'TEXT_TOO_LONG',
    message: 'A text is longer than Autotask allows.',
    hint: 'Autotask names the field; shorten that text.',
  },
];
