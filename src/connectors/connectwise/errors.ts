import type { ErrorKind, HttpResponse } from '../contract.js';
import { ConnectorError, refuse } from '../errors.js';
import { retryAfter } from './limit-hit.js';
import { menu } from './menu.js';
import { isObject, jsonBody, rowOf } from './wire.js';

export interface CallFacts {
  /** True for the call that changes something: then an untrustworthy answer is an unknown outcome. */
  readonly write: boolean;
  /** The permission to name when ConnectWise says one is missing. */
  readonly permissionId?: string | undefined;
  /** Takes the credentials out of a text before it is kept. */
  readonly redact: (text: string) => string;
  readonly now: () => Date;
}

const MESSAGE_LIMIT = 500;

/** What a refused field means, by field and code of the error list; first match wins. */
const FIELD_REFUSALS: readonly (readonly [
  RegExp,
  { kind: ErrorKind; code: string; message: string; hint: string; where: readonly string[] },
])[] = [
  [
    /^effectiveDate OutOfRange/i,
    {
      kind: 'precondition',
      code: 'EFFECTIVE_DATE_OUTSIDE_AGREEMENT',
      message: 'The date is outside the agreement.',
      hint: 'Extend the agreement in ConnectWise or map the subscription to another one.',
      where: menu.agreements,
    },
  ],
  [
    /^agreementId /i,
    {
      kind: 'precondition',
      code: 'AGREEMENT_CLOSED',
      message: 'ConnectWise takes no changes of this agreement any more.',
      hint: 'Map the subscription to an active agreement.',
      where: menu.agreements,
    },
  ],
  [
    /^product /i,
    {
      kind: 'precondition',
      code: 'PRODUCT_REFUSED',
      message: 'ConnectWise does not take this product: it is inactive, a bundle, or gone.',
      hint: 'Activate the product, or map the offer to another one.',
      where: menu.products,
    },
  ],
];

/**
 * The answer as an error, or undefined when it is a success: 2xx with JSON.
 *
 * ConnectWise: 400, 403, 404, 405, 409, 415 and 429 are definite refusals; 500 is "a network fault or an undefined error" and
 * time-outs are a 500 with the word in its text, so a write behind any 5xx may have run.
 */
export function failureOf(response: HttpResponse, facts: CallFacts): ConnectorError | undefined {
  const { status } = response;
  const body = jsonBody(response);
  if (status >= 200 && status < 300 && body !== undefined) return undefined;
  const said = saidBy(body);
  const message = facts.redact(said.texts.join(' | ').replace(/\s+/g, ' ')).slice(0, MESSAGE_LIMIT);
  const remote = { status, ...(message && { message }) };
  if (status === 401) return rejected(remote, message);
  if (status === 403) return permissionMissing(facts.permissionId, remote);
  if (status === 429) {
    return refuse('rateLimited', 'RATE_LIMITED', 'ConnectWise refused the call because of volume.', {
      retryAfterSeconds: retryAfter(response, facts.now()),
      remote,
    });
  }
  if (status === 409) {
    return refuse('unavailable', 'RECORD_IN_USE', 'The record is in use in ConnectWise; nothing was changed.', {
      remote,
    });
  }
  if (status === 404) return missing(body !== undefined, remote);
  if (status >= 400 && status < 500 && status !== 408) return refused(said.fields, remote);
  if (facts.write) {
    return new ConnectorError('unknownOutcome', `The write was sent; the answer was HTTP ${status}.`, {
      code: 'WRITE_ANSWER_UNREADABLE',
      hint: 'It may have taken effect. The additions tell, after the time ConnectWise may still need.',
      outcome: 'unknown',
      remote,
    });
  }
  if (status >= 400) return refuse('unavailable', 'SERVER_ERROR', `ConnectWise answered HTTP ${status}.`, { remote });
  return refuse('protocol', 'NOT_JSON', 'The answer is not from the API of ConnectWise.', {
    hint: 'Check the site, and any proxy on the way.',
    remote,
  });
}

/** `{code, message, errors: [{code, message, resource, field}]}`; a 429 has `error` in place of `code`. */
function saidBy(body: unknown): { readonly texts: readonly string[]; readonly fields: readonly string[] } {
  if (!isObject(body)) return { texts: [], fields: [] };
  const row = rowOf(body);
  const errors = row.rows('errors') ?? [];
  const fields = errors.map((each) => `${each.text('field') ?? ''} ${each.text('code') ?? ''}`);
  const texts = [row.text('message'), ...errors.map((each) => each.text('message'))].filter((text) => text !== null);
  return { texts, fields };
}

/** ConnectWise: the company, either key, an inactive member and a client id that is not registered all look like this. */
export function rejected(remote: object, message = ''): ConnectorError {
  if (/client ?id/i.test(message)) {
    return refuse('authInvalid', 'CLIENT_ID_REJECTED', 'ConnectWise does not accept the client id.', {
      hint: 'Use the client id that is registered for this integration.',
      where: menu.apiMembers,
      remote,
    });
  }
  return refuse('authInvalid', 'SECRET_REJECTED', 'ConnectWise does not accept the keys of this API member.', {
    hint: 'Check company, public and private key, and that the API member is active; create new keys if in doubt.',
    where: menu.apiKeys,
    remote,
  });
}

export function permissionMissing(permissionId: string | undefined, remote: object): ConnectorError {
  return refuse('permissionMissing', 'PERMISSION_MISSING', 'The security role of the API member does not allow this.', {
    where: menu.securityRoles,
    ...(permissionId !== undefined && { permissionId }),
    remote,
  });
}

function missing(isJson: boolean, remote: object): ConnectorError {
  if (isJson) {
    return refuse('notFound', 'NOT_FOUND', 'ConnectWise has no such record, or the API member may not see it.', {
      remote,
    });
  }
  return refuse('protocol', 'ENDPOINT_NOT_FOUND', 'ConnectWise does not serve this address.', {
    hint: 'Check the site, and any proxy on the way.',
    remote,
  });
}

function refused(fields: readonly string[], remote: object): ConnectorError {
  const known = FIELD_REFUSALS.find(([says]) => fields.some((field) => says.test(field)))?.[1];
  if (known) {
    const { kind, code, message, hint, where } = known;
    return refuse(kind, code, message, { hint, where, remote });
  }
  return refuse('invalid', 'REFUSED', 'ConnectWise refused the request.', {
    hint: 'ConnectWise says why in its own words; mend that there or in the mapping, then try again.',
    remote,
  });
}
