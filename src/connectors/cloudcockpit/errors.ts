import { ConnectorError, type ErrorKind } from '../errors.js';
import type { HttpResponse } from '../transport.js';
import { isRow, objectOf, type Row } from './json.js';

/** After a 429 that names no time. */
const USUAL_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 3600;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The answer of the API as an error, or undefined when it is a page: 200 with a JSON object. Of the vendor's words only the
 * correlation id and the names of parameters are kept: they cannot repeat what was sent.
 */
export function failureOf(response: HttpResponse, now: Date): ConnectorError | undefined {
  const { status } = response;
  const body = objectOf(response.text);
  if (status === 200 && body) return undefined;
  const id = typeof body?.correlationId === 'string' && UUID.test(body.correlationId) ? body.correlationId : null;
  const told = id === null ? '' : ` (correlation id ${id})`;
  const refuse = (kind: ErrorKind, code: string, message: string, more: object = {}) =>
    new ConnectorError(kind, `${message}${told}.`, { code, remote: { status }, ...more });
  if (status === 401) {
    return refuse('authInvalid', 'TOKEN_REJECTED', 'CloudCockpit does not accept a fresh token', {
      hint: 'Check that the API access is still there on the portal, and that CLOUDCOCKPIT_SCOPE is right.',
    });
  }
  if (status === 403) {
    return refuse('permissionMissing', 'PERMISSION_MISSING', 'CloudCockpit does not let this API access read that', {
      hint: 'Check CLOUDCOCKPIT_TENANT, the domain of the portal, and the role of the API access.',
    });
  }
  if (status === 404) return refuse('notFound', 'NOT_FOUND', 'CloudCockpit has no such thing');
  if (status === 429) return tooMany(response, now);
  if (status === 408 || status >= 500) return refuse('unavailable', 'SERVER_ERROR', `CloudCockpit answered ${status}`);
  if (status >= 400) return refuse('invalid', 'REFUSED', `CloudCockpit refused the request${parametersOf(body)}`);
  return refuse('protocol', 'NOT_A_PAGE', `The answer (${status}) is not from the API of CloudCockpit`, {
    hint: 'Check CLOUDCOCKPIT_URL, and any proxy on the way.',
  });
}

/** Entra: `{error, error_description}`; the description names ids and is not kept. */
export function refusalOfToken(response: HttpResponse, body: Row | undefined, now: Date): ConnectorError {
  const { status } = response;
  if (status === 429) return tooMany(response, now);
  const remote = { status };
  if (status === 408 || status >= 500) {
    return new ConnectorError('unavailable', `The token endpoint answered ${status}.`, { code: 'TOKEN_ERROR', remote });
  }
  const known = TOKEN_REFUSALS[String(body?.error)];
  if (known) {
    return new ConnectorError('authInvalid', known.message, { code: known.code, hint: known.hint, remote });
  }
  const code = 'TOKEN_REFUSED';
  if (body?.error !== undefined) {
    const hint = 'Check CLOUDCOCKPIT_TOKEN_URL and the API access on the portal.';
    return new ConnectorError('authInvalid', 'No token was given for this API access.', { code, hint, remote });
  }
  const hint = 'Check CLOUDCOCKPIT_TOKEN_URL, and any proxy on the way.';
  return new ConnectorError('protocol', `The answer (${status}) is not from a token endpoint.`, { code, hint, remote });
}

const TOKEN_REFUSALS: { readonly [error: string]: Record<'code' | 'message' | 'hint', string> | undefined } = {
  invalid_client: {
    code: 'SECRET_REJECTED',
    message: 'The client secret is not accepted.',
    hint: 'Make a new secret for the API access on the portal and set CLOUDCOCKPIT_CLIENT_SECRET.',
  },
  unauthorized_client: {
    code: 'CLIENT_UNKNOWN',
    message: 'The client id is not known.',
    hint: 'Set CLOUDCOCKPIT_CLIENT_ID to the one of the API access on the portal.',
  },
  invalid_scope: {
    code: 'SCOPE_REJECTED',
    message: 'The scope is not accepted.',
    hint: 'Leave CLOUDCOCKPIT_SCOPE out, or set it to what the documentation of the API names.',
  },
};

/** Seconds or an HTTP date, at most an hour. */
function tooMany(response: HttpResponse, now: Date): ConnectorError {
  const name = Object.keys(response.headers).find((each) => each.toLowerCase() === 'retry-after') ?? '';
  const value = (response.headers[name] ?? '').trim();
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return new ConnectorError('rateLimited', 'CloudCockpit refused the call because of volume.', {
    code: 'RATE_LIMITED',
    retryAfterSeconds: Number.isFinite(seconds)
      ? Math.min(LONGEST_WAIT_SECONDS, Math.max(1, Math.ceil(seconds)))
      : USUAL_WAIT_SECONDS,
    remote: { status: 429 },
  });
}

/** CloudCockpit: `errors: [{propertyName, description}]`. */
function parametersOf(body: Row | undefined): string {
  const errors = Array.isArray(body?.errors) ? body.errors.filter(isRow) : [];
  const names = errors.map(({ propertyName }) => String(propertyName)).filter((name) => /^[\w.-]{1,60}$/.test(name));
  return names.length > 0 ? ` because of ${names.slice(0, 5).join(', ')}` : '';
}
