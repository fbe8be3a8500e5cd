import type { ConnectorContext, HttpResponse, Json, SecretText } from '../contract.js';
import type { ConnectorError } from '../errors.js';
import { refuse } from '../errors.js';
import { failureOf, secretRejected } from './errors.js';
import { menu } from './menu.js';
import type { Settings } from './settings.js';
import { jsonObject, type Row, rowOf } from './wire.js';
import { discoverZone, type Zone } from './zone.js';

export interface Call {
  readonly method: 'GET' | 'POST';
  /** Below the version, with a leading slash, or a whole address (the next page of a query). */
  readonly path: string;
  readonly body?: Json;
  /** Autotask counts threads per entity; a call on a child counts for the parent and the child. */
  readonly buckets: readonly string[];
  readonly permissionId?: string;
  readonly write?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Client {
  /** The zone, looked up when it is not known; `fresh` asks again. Never sends credentials. */
  zone(fresh?: boolean): Promise<Zone>;
  /** The answer as a record. Throws `ConnectorError` for everything that is not a success. */
  call(call: Call): Promise<Row>;
  /** Rows of `POST /{entity}/query`, page by page with the same verb and body, at most `pages` pages. */
  query(entity: string, filter: Json, more: QueryOptions): Promise<{ rows: Row[]; more: boolean }>;
  /** Lets one call through again after a refused secret: a person asked for a new test. */
  reopen(): void;
}

export interface QueryOptions {
  readonly pages?: number;
  readonly maxRecords?: number;
  readonly permissionId?: string;
  readonly signal?: AbortSignal | undefined;
}

const ZONE_HOURS = 6;
/** Autotask works on a request for up to 300 s; after this the write counts as an unknown outcome. */
const WRITE_TIMEOUT_MS = 100_000;

/**
 * Calls with credentials. Holds three things in memory: the zone (hours), whether Autotask has accepted the secret
 * (until then calls go one at a time, so that a bad secret costs one attempt), and a refusal once there is one.
 *
 * Autotask: repeated bad secrets lock the user. So a 401 leads to one zone lookup without credentials; only if the
 * zone moved the call is made once more, otherwise this session sends nothing any more.
 */
export function createClient(context: ConnectorContext, settings: Settings): Client {
  const username = plain(context.credentials.username);
  const secret = context.credentials.password;
  const code = integrationCodeOf(context, settings);
  const redact = redactor([context.credentials.username, secret, code]);
  const facts = { redact, now: context.now };

  let known: { zone: Zone; at: number } | undefined;
  let lookup: Promise<Zone> | undefined;
  let refusal: ConnectorError | undefined;
  let accepted = false;
  let turn: Promise<unknown> = Promise.resolve();

  async function zone(fresh = false): Promise<Zone> {
    const age = known ? context.now().getTime() - known.at : Number.POSITIVE_INFINITY;
    if (known && !fresh && age < ZONE_HOURS * 3_600_000) return known.zone;
    lookup ??= discoverZone(context.http, settings, username, context.now)
      .then((found) => {
        known = { zone: found, at: context.now().getTime() };
        return found;
      })
      .finally(() => {
        lookup = undefined;
      });
    return lookup;
  }

  async function call(wanted: Call): Promise<Row> {
    if (code === undefined) throw integrationCodeMissing();
    return accepted ? checked(wanted) : inTurn(() => checked(wanted));
  }

  /** One at a time until the secret is known to be good. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work, work);
    turn = next.catch(() => undefined);
    return next;
  }

  async function checked(wanted: Call): Promise<Row> {
    if (refusal) throw refusal;
    const at = await zone();
    let response = await send(at, wanted);
    if (response.status === 401) {
      const moved = await movedFrom(at);
      if (!moved) throw stop(response);
      if (wanted.write) throw zoneMoved();
      response = await send(moved, wanted);
      if (response.status === 401) throw stop(response);
    }
    accepted = true;
    const failure = failureOf(response, {
      ...facts,
      write: wanted.write ?? false,
      ...(wanted.permissionId !== undefined && { permissionId: wanted.permissionId }),
    });
    if (failure?.code === 'USER_LOCKED') refusal = failure;
    if (failure) throw failure;
    return rowOf(jsonObject(response) ?? {});
  }

  function send(at: Zone, wanted: Call): Promise<HttpResponse> {
    return context.http.send({
      method: wanted.method,
      url: new URL(wanted.path.startsWith('/') ? `${at.base}${wanted.path}` : wanted.path, `${at.base}/`).href,
      headers: {
        Accept: 'application/json',
        ...(wanted.body !== undefined && { 'Content-Type': 'application/json' }),
        ApiIntegrationCode: code ?? '',
        UserName: context.credentials.username ?? '',
        Secret: secret ?? '',
      },
      ...(wanted.body !== undefined && { body: wanted.body }),
      buckets: wanted.buckets,
      ...(wanted.write && { write: true, timeoutMs: WRITE_TIMEOUT_MS }),
      ...(wanted.signal && { signal: wanted.signal }),
    });
  }

  /** The new zone, or undefined when it is the same one or could not be learnt: then the 401 stands. */
  async function movedFrom(old: Zone): Promise<Zone | undefined> {
    try {
      const now = await zone(true);
      return now.base.toLowerCase() === old.base.toLowerCase() ? undefined : now;
    } catch (error) {
      if ((error as ConnectorError).kind === 'egressRefused') throw error;
      return undefined;
    }
  }

  function stop(response: HttpResponse): ConnectorError {
    refusal = failureOf(response, { ...facts, write: false }) ?? secretRejected({ status: 401 });
    accepted = false;
    return refusal;
  }

  async function query(entity: string, filter: Json, more: QueryOptions): Promise<{ rows: Row[]; more: boolean }> {
    const body: Json = { MaxRecords: more.maxRecords ?? 500, filter };
    const rows: Row[] = [];
    let path: string | null = `/${entity}/query`;
    for (let page = 0; path !== null && page < (more.pages ?? 1); page += 1) {
      const answer = await call({ method: 'POST', path, body, buckets: [entity], ...permissionOf(more) });
      const items = answer.rows('items');
      if (!items) throw refuse('protocol', 'ITEMS_MISSING', `The answer to a query of ${entity} holds no items.`);
      rows.push(...items);
      path = answer.row('pageDetails')?.text('nextPageUrl') || null;
    }
    return { rows, more: path !== null };
  }

  return {
    zone,
    call,
    query,
    reopen: () => {
      refusal = undefined;
      accepted = false;
    },
  };
}

function permissionOf(more: QueryOptions): { permissionId?: string; signal?: AbortSignal | undefined } {
  return { ...(more.permissionId !== undefined && { permissionId: more.permissionId }), signal: more.signal };
}

/** The connection's own code, else the one of the instance (R7). */
export function integrationCodeOf(context: ConnectorContext, settings: Settings): string | SecretText | undefined {
  const own = context.credentials.integrationCode;
  return plain(own) === '' ? settings.integrationCode : own;
}

export function integrationCodeMissing(): ConnectorError {
  return refuse('authInvalid', 'INTEGRATION_CODE_MISSING', 'No integration code is known for this connection.', {
    hint: 'Enter the API tracking identifier with the connection, or set AUTOTASK_INTEGRATION_CODE for the instance.',
    where: menu.trackingIdentifier,
  });
}

function zoneMoved(): ConnectorError {
  return refuse('unavailable', 'ZONE_MOVED', 'Autotask moved this customer to another zone; nothing was written.', {
    hint: 'The new zone is known now; the next try uses it.',
  });
}

function plain(value: string | SecretText | undefined): string {
  return typeof value === 'string' ? value : (value?.reveal() ?? '');
}

function redactor(values: readonly (string | SecretText | undefined)[]): (text: string) => string {
  return (text) => {
    let clean = text;
    for (const value of values) {
      const each = plain(value);
      if (each.length >= 3) clean = clean.replaceAll(each, '[redacted]');
    }
    return clean;
  };
}
