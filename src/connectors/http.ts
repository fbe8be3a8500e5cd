import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import type { HttpClient, HttpRequest, HttpResponse, LimitHit, SecretText } from './contract.js';
import { ConnectorError } from './errors.js';
import { isPublic, lookUpPublic } from './public-addresses.js';

export interface HttpClientOptions {
  /** The connector's egress rule; asked before every request. */
  readonly allows: (url: URL) => boolean;
  /** Was this host named by the operator, so that it may be an address inside? Absent: so were all. */
  readonly mayBePrivate?: (url: URL) => boolean;
  /** Waits for the vendor budget and a free slot in the buckets; the answer gives the slot back. */
  readonly admit?: (request: HttpRequest) => Promise<(end: CallEnd) => void>;
  /** Which of the vendor's limits refused a call, by its answer. */
  readonly limitHit?: (response: HttpResponse) => LimitHit | undefined;
  /** Told after each request that was sent, for metrics and the audit's call count. Never sees headers or bodies. */
  readonly onCall?: (call: { method: string; path: string; status: number | null; milliseconds: number }) => void;
  readonly timeoutMs?: number;
  readonly maxBodyBytes?: number;
}

/** How a call ended, for the budget. */
export interface CallEnd {
  /** False: the vendor certainly never saw it. */
  readonly sent: boolean;
  /** The answer was read to its end. */
  readonly answered: boolean;
  readonly limitHit?: LimitHit | undefined;
}

export const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_MAX_BODY = 20 * 1024 * 1024;

/** Failures that happen before a request can have left: name lookup, refused or timed-out connect, TLS. */
const NOT_SENT =
  /^(PRIVATE_ADDRESS|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ERR_TLS_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|ERR_SSL_.*|EPROTO)$/;

/**
 * The host's client for vendor calls. It owns the socket, so it alone can tell "not sent" from "sent, no answer":
 * the first is `unavailable`, the second an `unknownOutcome` for writes (a blind retry would double a change).
 * Redirects are answers like any other: the credentials in the headers must not follow one.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient & { close(): Promise<void> } {
  const agentOf = (lookup: { lookup?: LookupFunction }) =>
    new Agent({ connect: { timeout: 10_000, ...lookup }, keepAliveTimeout: 4_000, pipelining: 1 });
  const [anywhere, outside] = [agentOf({}), agentOf({ lookup: lookUpPublic })];
  const mayBePrivate = options.mayBePrivate ?? (() => true);
  const maxBody = options.maxBodyBytes ?? DEFAULT_MAX_BODY;
  let closed = false;

  async function send(request: HttpRequest): Promise<HttpResponse> {
    const url = checkedUrl(request.url, options.allows);
    const inside = mayBePrivate(url);
    if (!inside && isIP(hostOf(url)) !== 0 && !isPublic(hostOf(url))) throw privateAddress(url);
    const release = (await options.admit?.(request)) ?? (() => {});
    if (closed) {
      release({ sent: false, answered: false });
      throw new ConnectorError('unavailable', 'The connection was opened anew meanwhile; nothing was sent.', {
        code: 'SESSION_REPLACED',
      });
    }
    const timeout = AbortSignal.timeout(request.timeoutMs ?? options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    const started = performance.now();
    let status: number | null = null;
    let end: CallEnd = { sent: false, answered: false };
    try {
      request.signal?.throwIfAborted();
      end = { sent: true, answered: false };
      const answer = await undiciRequest(url, {
        dispatcher: inside ? anywhere : outside,
        method: request.method,
        ...written(request),
        signal,
      });
      status = answer.statusCode;
      const response = { status, headers: flat(answer.headers), text: await boundedText(answer.body, maxBody) };
      end = { sent: true, answered: true, limitHit: options.limitHit?.(response) };
      return response;
    } catch (error) {
      if (NOT_SENT.test(errorCode(error))) end = { sent: false, answered: false };
      throw failure(error, request, url, timeout.aborted);
    } finally {
      release(end);
      options.onCall?.({
        method: request.method,
        path: url.pathname,
        status,
        milliseconds: Math.round(performance.now() - started),
      });
    }
  }

  return {
    send,
    async close() {
      closed = true;
      await Promise.all([anywhere.close(), outside.close()]);
    },
  };
}

/** An address that cannot be read is refused like a foreign one. */
function checkedUrl(text: string, allows: (url: URL) => boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && url.username === '' && url.password === '' && allows(url)) return url;
  throw new ConnectorError(
    'egressRefused',
    'An address outside the allowed hosts was refused; nothing was sent to it.',
    {
      code: 'FOREIGN_HOST',
      hint: 'If this host is right, the operator of the gateway must name it in the configuration.',
      remote: url ? { message: `host ${url.host}` } : {},
    },
  );
}

const hostOf = (url: URL) => url.hostname.replace(/^\[|\]$/g, '');

function privateAddress(url: URL): ConnectorError {
  return new ConnectorError(
    'egressRefused',
    `${url.host} leads to an address inside the network; nothing was sent to it.`,
    {
      code: 'PRIVATE_ADDRESS',
      hint: 'If that is right, because of a proxy for example, the operator of the gateway must name the host in the configuration.',
    },
  );
}

/** Headers and body as they go out: the only place where secrets are revealed. */
function written({ headers = {}, body, form }: HttpRequest): { headers: Record<string, string>; body: string | null } {
  if (!form) return { headers: revealed(headers), body: body === undefined ? null : JSON.stringify(body) };
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return { headers: { ...revealed(headers), ...type }, body: new URLSearchParams(revealed(form)).toString() };
}

function revealed(values: { readonly [name: string]: string | SecretText }): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? value : value.reveal()]),
  );
}

function flat(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

async function boundedText(body: Dispatcher.ResponseData['body'], limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > limit) {
      body.destroy();
      throw Object.assign(new Error('answer too large'), { code: 'ANSWER_TOO_LARGE' });
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Nobody waits for the answer of a read any more; the reason of the signal may have a code of its own. */
export function givenUp({ reason }: AbortSignal): ConnectorError {
  const { code } = reason as { code?: unknown };
  const told = reason instanceof Error && typeof code === 'string';
  return new ConnectorError('aborted', told ? reason.message : 'The call was given up.', {
    code: told ? code : 'ABORTED',
  });
}

/** Names the failure by its code only: an HTTP error object may hold the request headers, and they hold the secrets. */
function failure(error: unknown, request: HttpRequest, url: URL, timedOut: boolean): ConnectorError {
  const code = errorCode(error);
  if (!timedOut && request.signal?.aborted && !request.write) {
    return givenUp(request.signal);
  }
  if (code === 'PRIVATE_ADDRESS') return privateAddress(url);
  if (NOT_SENT.test(code)) {
    return new ConnectorError('unavailable', `${url.host} cannot be reached (${code}); nothing was sent.`, {
      code: 'UNREACHABLE',
      hint: 'Check the network, the proxy and the name server of the gateway, then try again.',
    });
  }
  const reason = timedOut ? 'no answer within the time limit' : `the connection broke (${code})`;
  if (request.write) {
    return new ConnectorError('unknownOutcome', `The write to ${url.host} was sent, but ${reason}.`, {
      code: timedOut ? 'WRITE_TIMEOUT' : 'WRITE_ANSWER_LOST',
      outcome: 'unknown',
    });
  }
  return new ConnectorError('unavailable', `${url.host} did not answer: ${reason}.`, {
    code: timedOut ? 'TIMEOUT' : 'CONNECTION_BROKEN',
  });
}

function errorCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return error instanceof Error ? error.name : 'UNKNOWN';
}
