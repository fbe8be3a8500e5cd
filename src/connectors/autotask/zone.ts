import type { HttpClient, HttpResponse } from '../contract.js';
import type { ConnectorError } from '../errors.js';
import { refuse } from '../errors.js';
import { failureOf } from './errors.js';
import { menu } from './menu.js';
import type { Settings } from './settings.js';
import { isHtml, jsonObject, rowOf } from './wire.js';

/** Where the data of one API user lives. */
export interface Zone {
  /** The address all calls begin with: `https://webservices15.autotask.net/ATServicesRest/V1.0`. */
  readonly base: string;
  readonly host: string;
  readonly name: string | null;
  /** The customer's database instance (Autotask: `ci`). */
  readonly instance: string | null;
}

/** Autotask: V2.0 is listed since 2026 but has no zone lookup; the version is a constant, never the last of a list. */
const VERSION = 'V1.0';

/**
 * Asks which zone serves a user. Sends the user name and no credentials: it cannot lock an account, and whatever
 * address comes back has received nothing yet. A foreign address ends here.
 */
export async function discoverZone(
  http: HttpClient,
  settings: Settings,
  username: string,
  now: () => Date,
): Promise<Zone> {
  const response = await http.send({
    method: 'GET',
    url: `${settings.zoneLookup}?user=${encodeURIComponent(username)}`,
    headers: { Accept: 'application/json' },
  });
  const failure = failureOf(response, { write: false, redact: (text) => text.replaceAll(username, '[user]'), now });
  if (failure) throw lookupFailure(failure, response);
  const answer = rowOf(jsonObject(response) ?? {});
  const text = answer.text('url');
  if (text === null || text.trim() === '') throw unknownUser(response);
  const url = zoneUrl(text);
  if (!url) throw lookupFailure(refuse('protocol', 'ZONE_ANSWER_INVALID', 'The zone answer holds no usable address.'));
  if (!settings.allows(url)) throw foreignHost(url);
  return {
    base: url.href.replace(/\/$/, ''),
    host: url.host,
    name: answer.text('zoneName'),
    instance: answer.id('ci'),
  };
}

/**
 * The zone's address with the version. Autotask: it comes with a trailing slash, at times with a doubled one, and
 * without the version. Query and fragment are dropped; the parsed form is what is checked and what is called.
 */
export function zoneUrl(text: string): URL | undefined {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return undefined;
  }
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/+$/, '');
  url.pathname = `${path.replace(/\/v1\.0$/i, '')}/${VERSION}`;
  url.search = '';
  url.hash = '';
  return url;
}

function foreignHost(url: URL): ConnectorError {
  return refuse('egressRefused', 'FOREIGN_HOST', `The zone lookup named the host ${url.host}, which is not allowed.`, {
    hint:
      'No secret was sent to it. If this host is right, the operator of the gateway must name it in ' +
      'AUTOTASK_EXTRA_HOSTS; otherwise somebody answers in the place of Autotask.',
    remote: { message: `host ${url.host}` },
  });
}

/** Autotask: an unknown or blank user is HTTP 500 with an `errors` text; nothing else is asked, so nothing else can be wrong. */
function lookupFailure(failure: ConnectorError, response?: HttpResponse): ConnectorError {
  const said = failure.detail.remote?.message !== undefined;
  if (response && said && ['invalid', 'permissionMissing', 'notFound'].includes(failure.kind)) {
    return unknownUser(response, failure.detail.remote?.message);
  }
  if (failure.code === 'SECRET_REJECTED' || failure.kind === 'permissionMissing') {
    return refuse('protocol', 'ZONE_LOOKUP_REFUSED', 'The zone lookup asks for credentials; Autotask never does.', {
      hint: 'Check AUTOTASK_DISCOVERY_URL and any proxy on the way. No credentials were sent.',
    });
  }
  if (failure.code === 'ENDPOINT_NOT_FOUND' && response && isHtml(response)) {
    return refuse('protocol', 'DISCOVERY_NOT_FOUND', 'There is no zone lookup at the configured address.', {
      hint: 'Check AUTOTASK_DISCOVERY_URL.',
      remote: failure.detail.remote,
    });
  }
  return failure;
}

function unknownUser(response: HttpResponse, message?: string): ConnectorError {
  return refuse('authInvalid', 'USER_UNKNOWN', 'Autotask knows no zone for this user name.', {
    hint: 'Copy the Username (Key) of the API user again; it looks like an e-mail address but is generated.',
    where: menu.credentials,
    remote: { status: response.status, ...(message !== undefined && { message }) },
  });
}
