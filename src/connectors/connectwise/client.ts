import type { ConnectorContext, Json, SecretText } from '../contract.js';
import type { ConnectorError } from '../errors.js';
import { refuse } from '../errors.js';
import { queryOf } from './conditions.js';
import { failureOf } from './errors.js';
import { BUCKET } from './limit-hit.js';
import { menu } from './menu.js';
import type { Settings } from './settings.js';
import { type Site, siteOf } from './site.js';
import { headerOf, isObject, jsonBody, type Row, rowOf } from './wire.js';

/** The build whose answers this connector was written for; ConnectWise serves older forms on request. */
const ACCEPT = 'application/vnd.connectwise.com+json; version=2025.16';
/** No vendor time limit is known. */
const WRITE_TIMEOUT_MS = 60_000;

export interface Ask {
  readonly permissionId?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ListQuery extends Ask {
  readonly conditions?: readonly string[];
  readonly orderBy?: string;
  readonly fields?: string;
  readonly pageSize?: number;
  /** At most so many pages; absent: all. */
  readonly pages?: number;
}

export interface Client {
  readonly site: Site;
  /** One record below the version, such as `system/info`. Throws `ConnectorError` for everything that is no success. */
  get(path: string, ask?: Ask): Promise<Row>;
  /** Rows of a list, page by page; `more` when the reading was cut. */
  list(path: string, query: ListQuery): Promise<{ rows: Row[]; more: boolean }>;
  /** The one write, never repeated. */
  write(method: 'POST' | 'PATCH', path: string, body: Json, ask?: Ask): Promise<Row>;
  /** The page that tells the code base; no credentials are sent. */
  companyInfo(signal?: AbortSignal): Promise<Row>;
  /** Lets one call through again after refused keys: a person asked for a new test. */
  reopen(): void;
}

export function createClient(context: ConnectorContext, settings: Settings): Client {
  const { companyId, publicKey, privateKey } = context.credentials;
  const clientId = clientIdOf(context, settings);
  const site = siteOf(plain(context.credentials.site), plain(companyId));
  const authorization: SecretText = {
    reveal: () =>
      `Basic ${Buffer.from(`${plain(companyId)}+${plain(publicKey)}:${plain(privateKey)}`).toString('base64')}`,
  };
  const redact = redactor([privateKey, publicKey, clientId]);
  let refusal: ConnectorError | undefined;

  async function call(method: 'GET' | 'POST' | 'PATCH', path: string, ask: Ask, body?: Json) {
    if (clientId === undefined) throw clientIdMissing();
    if (refusal) throw refusal;
    const response = await context.http.send({
      method,
      url: `${site.api}/${path}`,
      headers: {
        Accept: ACCEPT,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        Authorization: authorization,
        clientId,
      },
      ...(body !== undefined && { body }),
      buckets: [BUCKET],
      ...(method !== 'GET' && { write: true, timeoutMs: WRITE_TIMEOUT_MS }),
      ...(ask.signal && { signal: ask.signal }),
    });
    const { permissionId } = ask;
    const failure = failureOf(response, { write: method !== 'GET', permissionId, redact, now: context.now });
    if (failure?.kind === 'authInvalid') refusal = failure;
    if (failure) throw failure;
    return { body: jsonBody(response), response };
  }

  async function record(method: 'GET' | 'POST' | 'PATCH', path: string, ask: Ask, body?: Json): Promise<Row> {
    const answer = await call(method, path, ask, body);
    if (isObject(answer.body)) return rowOf(answer.body);
    throw refuse('protocol', 'RECORD_MISSING', 'The answer of ConnectWise holds no record.', {
      ...(method !== 'GET' && { outcome: 'unknown' }),
    });
  }

  return {
    site,
    get: (path, ask = {}) => record('GET', path, ask),
    write: (method, path, body, ask = {}) => record(method, path, ask, body),
    async list(path, { conditions = [], orderBy, fields, pageSize = 500, pages = 100, ...ask }) {
      const rows: Row[] = [];
      let more = true;
      for (let page = 1; more && page <= pages; page += 1) {
        const parameters = {
          conditions: conditions.join(' and '),
          orderBy,
          fields,
          pageSize: String(pageSize),
          page: String(page),
        };
        const { body, response } = await call('GET', `${path}?${queryOf(parameters)}`, ask);
        if (!Array.isArray(body)) throw refuse('protocol', 'LIST_MISSING', 'The answer of ConnectWise holds no list.');
        rows.push(...body.filter(isObject).map(rowOf));
        more = /rel="?next"?/i.test(headerOf(response, 'link') ?? '');
      }
      return { rows, more };
    },
    async companyInfo(signal) {
      const response = await context.http.send({ method: 'GET', url: site.companyInfo, ...(signal && { signal }) });
      const body = jsonBody(response);
      if (response.status === 200 && isObject(body)) return rowOf(body);
      const failure = failureOf(response, { write: false, redact, now: context.now });
      if (failure && failure.kind !== 'notFound' && failure.kind !== 'protocol') throw failure;
      throw refuse('notFound', 'COMPANY_UNKNOWN', 'This site knows no such company.', {
        hint: 'Enter site and company as on the log-in page of ConnectWise PSA.',
        where: menu.login,
        remote: { status: response.status },
      });
    },
    reopen: () => {
      refusal = undefined;
    },
  };
}

/** The connection's own client id, else the one of the instance: it belongs to the integrator, not to the customer. */
export function clientIdOf(context: ConnectorContext, settings: Settings): string | SecretText | undefined {
  const own = context.credentials.clientId;
  return plain(own) === '' ? settings.clientId : own;
}

export function clientIdMissing(): ConnectorError {
  return refuse('authInvalid', 'CLIENT_ID_MISSING', 'No client id is known for this connection.', {
    hint: 'Enter the client id with the connection, or set CONNECTWISE_CLIENT_ID for the instance.',
  });
}

function plain(value: string | SecretText | undefined): string {
  return typeof value === 'string' ? value : (value?.reveal() ?? '');
}

function redactor(values: readonly (string | SecretText | undefined)[]): (text: string) => string {
  return (text) =>
    values
      .map(plain)
      .reduce((clean, value) => (value.length < 3 ? clean : clean.replaceAll(value, '[redacted]')), text);
}
