import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export interface ApiRequest {
  readonly method: string;
  /** As sent, query included. */
  readonly target: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly origin: string;
  readonly headers: IncomingHttpHeaders;
  readonly headerNames: readonly string[];
  readonly body: string;
}

export function toRequest(incoming: IncomingMessage, body: string): ApiRequest {
  const target = incoming.url ?? '/';
  const origin = `http://${incoming.headers.host ?? 'localhost'}`;
  const url = new URL(target, origin);
  return {
    method: (incoming.method ?? 'GET').toUpperCase(),
    target,
    path: url.pathname,
    params: url.searchParams,
    origin,
    headers: incoming.headers,
    headerNames: incoming.rawHeaders.filter((_, index) => index % 2 === 0),
    body,
  };
}
