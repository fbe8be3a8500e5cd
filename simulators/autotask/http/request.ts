import type { IncomingMessage } from 'node:http';
import { message, Refusal } from '../replies.js';

export interface ApiRequest {
  readonly method: string;
  /** As sent, query included. */
  readonly target: string;
  /** Doubled slashes folded, query removed, casing kept. */
  readonly path: string;
  readonly params: URLSearchParams;
  readonly origin: string;
  readonly headers: IncomingMessage['headers'];
  readonly headerNames: string[];
  readonly body: string;
}

export function toRequest(incoming: IncomingMessage, body: string, fallbackHost: string): ApiRequest {
  const target = incoming.url ?? '/';
  const cut = target.indexOf('?');
  const path = (cut < 0 ? target : target.slice(0, cut)).replace(/\/{2,}/g, '/');
  return {
    method: (incoming.method ?? 'GET').toUpperCase(),
    target,
    path,
    params: new URLSearchParams(cut < 0 ? '' : target.slice(cut + 1)),
    origin: `http://${incoming.headers.host ?? fallbackHost}`,
    headers: incoming.headers,
    headerNames: incoming.rawHeaders.filter((_, index) => index % 2 === 0),
    body,
  };
}

export const header = (request: ApiRequest, name: string): string => {
  const value = request.headers[name.toLowerCase()];
  return (Array.isArray(value) ? value[0] : value) ?? '';
};

/** autotask: bodies need `Content-Type: application/json`. */
export function requireJson(request: ApiRequest): void {
  const type = header(request, 'content-type');
  if (/^(application|text)\/(json|[\w.+-]+\+json)\b/i.test(type)) return;
  const text = type
    ? `The request entity's media type '${type}' is not supported for this resource.`
    : 'The request contains an entity body but no Content-Type header.';
  throw new Refusal(message(415, text));
}
