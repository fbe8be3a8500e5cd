import {
  type ConnectorContext,
  ConnectorError,
  type HttpRequest,
  type HttpResponse,
  type Json,
} from '../../contract.js';

export type Row = { readonly [name: string]: Json };

export interface Client {
  /** The answer, or null for 404. Throws `ConnectorError` for everything that is neither. */
  call(method: HttpRequest['method'], path: string, more?: More): Promise<Row | null>;
  /** All rows of a list, page by page, until there are `atLeast`. */
  list(path: string, atLeast: number, signal?: AbortSignal): Promise<Row[]>;
}

interface More {
  readonly body?: Json;
  readonly write?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export function createClient({ credentials, http }: ConnectorContext, origin: string): Client {
  const { token } = credentials;
  const secret = typeof token === 'string' ? token : (token?.reveal() ?? '');

  async function call(method: HttpRequest['method'], path: string, more: More = {}): Promise<Row | null> {
    const response = await http.send({
      method,
      url: `${origin}${path}`,
      // The host reveals it when the request is written; nothing that is kept holds it.
      headers: { authorization: { reveal: () => `Bearer ${secret}` }, 'content-type': 'application/json' },
      ...(more.body !== undefined && { body: more.body }),
      ...(more.write && { write: true }),
      ...(more.signal && { signal: more.signal }),
    });
    if (response.status === 404 && !more.write) return null;
    return rowOf(response, more.write ?? false, (text) => (secret ? text.replaceAll(secret, '[redacted]') : text));
  }

  return {
    call,
    async list(path, atLeast, signal) {
      const rows: Row[] = [];
      let next: string | null = path;
      while (next !== null && rows.length < atLeast) {
        const page: Row | null = await call('GET', next, { signal });
        if (!Array.isArray(page?.items)) throw failed('protocol', 'ITEMS_MISSING', 'A list came without its items.');
        rows.push(...(page.items as unknown as Row[]));
        next = typeof page.next === 'string' ? page.next : null;
      }
      return rows;
    },
  };
}

/** Answers that say yes; everything else is thrown as what it means for the caller. */
function rowOf(response: HttpResponse, write: boolean, redact: (text: string) => string): Row {
  const { status, headers } = response;
  const body = jsonOf(response.text);
  if (status >= 200 && status < 300 && body) return body;
  const said = redact(typeof body?.error === 'string' ? body.error : '').slice(0, 300);
  const remote = { status, ...(said && { message: said }) };
  if (status === 401) throw failed('authInvalid', 'TOKEN_REFUSED', 'The token is not accepted.', remote);
  if (status === 403) {
    const detail = { code: 'RIGHT_MISSING', permissionId: 'permission.agreements', remote };
    throw new ConnectorError('permissionMissing', 'The API user lacks a right for this.', detail);
  }
  if (status === 429) {
    const retryAfterSeconds = Number(headers['retry-after'] ?? 60);
    throw new ConnectorError('rateLimited', 'Too many calls.', { code: 'TOO_MANY', retryAfterSeconds, remote });
  }
  if (status === 409 || status === 422) throw failed('precondition', 'REFUSED', said || 'It was refused.', remote);
  if (status >= 400 && status < 500 && status !== 408) {
    throw failed('invalid', 'REFUSED', 'The request was refused.', remote);
  }
  if (write) throw failed('unknownOutcome', 'ANSWER_UNREADABLE', 'No clear answer came to the write.', remote);
  if (status >= 400) throw failed('unavailable', 'SERVER_ERROR', `It answered HTTP ${status}.`, remote);
  throw failed('protocol', 'ANSWER_UNREADABLE', 'The answer is not the JSON that was expected.', remote);
}

export function failed(
  kind: ConnectorError['kind'],
  code: string,
  message: string,
  remote: { status?: number; message?: string } = {},
): ConnectorError {
  return new ConnectorError(kind, message, { code, remote });
}

function jsonOf(text: string): Row | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : null;
  } catch {
    return null;
  }
}
