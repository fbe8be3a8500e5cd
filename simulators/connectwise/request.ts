import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { failure, Refusal } from './replies.js';

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

/** Reads at most `limit` bytes. What is beyond is refused, not kept. */
export async function readBody(incoming: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size <= limit) chunks.push(chunk as Buffer);
  }
  if (size > limit) throw new Refusal(failure(413, 'TooLarge', 'The body is too large.'));
  return Buffer.concat(chunks).toString('utf8');
}
