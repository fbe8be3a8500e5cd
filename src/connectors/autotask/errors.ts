import type { HttpResponse } from '../contract.js';
import { ConnectorError } from '../errors.js';
import { menu } from './menu.js';
import { type KnownRefusal, knownRefusals, volumeRefusals } from './refusals.js';
import { errorTexts, hasErrorList, isHtml, jsonObject } from './wire.js';

export interface CallFacts {
  /** True for the call that changes something: then an untrustworthy answer is an unknown outcome. */
  readonly write: boolean;
  /** The permission to name when Autotask says one is missing. */
  readonly permissionId?: string;
  /** Takes the credentials out of a text before it is kept. */
  readonly redact: (text: string) => string;
  readonly now: () => Date;
}

const MESSAGE_LIMIT = 500;
/** After an hourly stop that names no time. */
export const HOURLY_WAIT_SECONDS = 300;
/** Said by a proxy or a busy server, not by Autotask's own rules: a write behind it may have run. */
const PASSING = [408, 502, 503, 504];

/**
 * The answer as an error, or undefined when it is a success: 2xx, a JSON object, no `errors`.
 *
 * Autotask: HTTP 500 with an `errors` list that is known is a definite refusal; a write answered with any other 500 has an
 * unknown outcome, a read may be tried again. 401 is left to the client, which knows the zone.
 */
export function failureOf(response: HttpResponse, facts: CallFacts): ConnectorError | undefined {
  const body = jsonObject(response);
  const texts = errorTexts(body);
  const said = facts.redact((texts ?? []).join(' | ').replace(/\s+/g, ' ')).slice(0, MESSAGE_LIMIT);
  const remote = { status: response.status, ...(said && { message: said }) };
  const ok = response.status >= 200 && response.status < 300;

  if (ok && body && !hasErrorList(body)) return undefined;
  const volume = volumeRefusals.find((each) => texts?.some((text) => each.says.test(text)));
  if (response.status === 429 || volume) return rateLimited(response, volume, facts.now(), remote);
  if (response.status === 401) return secretRejected(remote, said);

  const passing = PASSING.includes(response.status);
  const known = knownRefusals.find((each) => texts?.some((text) => each.says.test(text)));
  if (known && !passing) return toError(known, remote, facts.permissionId);
  if (hasErrorList(body) && !passing) return unknownText(response.status, facts, remote);
  return withoutErrorList(response, facts, remote, ok);
}

/**
 * A refusal in words that are not in the table. Of a read, or with a status that blames the request, it is definite. A write
 * that a server failed with such words may have run: nobody knows whether they are said before or after the effect.
 */
function unknownText(status: number, facts: CallFacts, remote: object): ConnectorError {
  if (status === 403) return permissionMissing(facts.permissionId, remote);
  return new ConnectorError('invalid', 'Autotask refused the request.', {
    code: 'REFUSED',
    hint: 'Autotask says why in its own words; mend that there or in the mapping, then try again.',
    outcome: facts.write && status >= 500 ? 'unknown' : 'notApplied',
    remote,
  });
}

function withoutErrorList(response: HttpResponse, facts: CallFacts, remote: object, ok: boolean): ConnectorError {
  const { status } = response;
  const html = isHtml(response);
  if (status === 403) return permissionMissing(facts.permissionId, remote);
  if (status === 404 || status === 405) {
    // Nothing can have run behind a path or verb that is not served, so this is definite for writes, too.
    return new ConnectorError('protocol', 'Autotask does not serve this address.', {
      code: status === 405 ? 'METHOD_NOT_ALLOWED' : 'ENDPOINT_NOT_FOUND',
      hint: 'Check AUTOTASK_DISCOVERY_URL and any proxy on the way.',
      outcome: 'notApplied',
      remote,
    });
  }
  if (status >= 400 && status < 500 && !PASSING.includes(status)) {
    return new ConnectorError('invalid', `Autotask refused the request with HTTP ${status}.`, {
      code: 'REFUSED',
      outcome: 'notApplied',
      remote,
    });
  }
  if (facts.write) return unknown(response, remote);
  if (status >= 400) {
    const seconds = retryAfter(response, facts.now());
    return new ConnectorError('unavailable', `Autotask answered HTTP ${status} without saying why.`, {
      code: html ? 'SERVER_ERROR_HTML' : 'SERVER_ERROR',
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
      remote,
    });
  }
  const what = html ? 'a web page (HTML)' : ok ? 'something else' : `HTTP ${status}`;
  return new ConnectorError('protocol', `JSON was expected from Autotask, ${what} came.`, {
    code: html ? 'HTML_ANSWER' : ok ? 'ANSWER_NOT_JSON' : 'REDIRECT_REFUSED',
    hint: 'A proxy, a maintenance page or a wrong AUTOTASK_DISCOVERY_URL gives such answers.',
    remote,
  });
}

function unknown(response: HttpResponse, remote: object): ConnectorError {
  const html = isHtml(response) ? ' with a web page' : '';
  return new ConnectorError('unknownOutcome', `The write was sent; the answer was HTTP ${response.status}${html}.`, {
    code: 'WRITE_ANSWER_UNREADABLE',
    hint: 'It may have taken effect. The units tell, after the time Autotask may still need.',
    outcome: 'unknown',
    remote,
  });
}

/** Autotask: a wrong secret, a locked user, an inactive user and a wrong zone all look like this. */
export function secretRejected(remote: object, said = ''): ConnectorError {
  const known = knownRefusals.find((each) => each.kind === 'authInvalid' && each.says.test(said));
  if (known) return toError(known, remote, undefined);
  return new ConnectorError('authInvalid', 'Autotask does not accept the secret of this user.', {
    code: 'SECRET_REJECTED',
    hint:
      'A wrong secret, a locked and an inactive user look the same. Check that the user is active and not locked, ' +
      'generate a new secret if in doubt, and wait five minutes after creating a user. Nothing more is sent until then.',
    where: menu.credentials,
    outcome: 'notApplied',
    remote,
  });
}

export function permissionMissing(permissionId: string | undefined, remote: object): ConnectorError {
  return new ConnectorError('permissionMissing', 'The API user lacks a permission for this.', {
    code: 'PERMISSION_MISSING',
    where: menu.securityLevels,
    ...(permissionId !== undefined && { permissionId }),
    outcome: 'notApplied',
    remote,
  });
}

function rateLimited(
  response: HttpResponse,
  known: KnownRefusal | undefined,
  now: Date,
  remote: object,
): ConnectorError {
  const seconds = retryAfter(response, now) ?? (known?.code === 'HOURLY_LIMIT' ? HOURLY_WAIT_SECONDS : undefined);
  return new ConnectorError('rateLimited', known?.message ?? 'Autotask refused the call because of volume.', {
    code: known?.code ?? 'RATE_LIMITED',
    ...(known?.hint && { hint: known.hint }),
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    outcome: 'notApplied',
    remote,
  });
}

function toError(known: KnownRefusal, remote: object, permissionId: string | undefined): ConnectorError {
  return new ConnectorError(known.kind, known.message, {
    code: known.code,
    ...(known.hint && { hint: known.hint }),
    ...(known.where && { where: known.where }),
    ...(known.kind === 'permissionMissing' && permissionId !== undefined && { permissionId }),
    outcome: 'notApplied',
    remote,
  });
}

/** Seconds or an HTTP date; at most an hour, because the vendor's window is an hour. */
export function retryAfter(response: HttpResponse, now: Date): number | undefined {
  const name = Object.keys(response.headers).find((each) => each.toLowerCase() === 'retry-after');
  const value = name === undefined ? '' : (response.headers[name] ?? '').trim();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isFinite(seconds) ? Math.min(3600, Math.max(0, Math.ceil(seconds))) : undefined;
}
