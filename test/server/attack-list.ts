import { once } from 'node:events';
import { WebSocket } from 'ws';
import { BODIES, DOCUMENTS, type Fate, FORMS, RAW, sendRaw, TOKENS } from './attacks-support.js';
import { openSocket, subscribe } from './support.js';

/** The only site whose pages may ask; the gateway under attack must be set up so, and open to introspection by nobody. */
export const PORTAL = 'https://portal.example.com';

export type Attack = readonly [name: string, attack: () => Promise<Fate>];

/** A gateway and a key that is good there. */
export interface Target {
  readonly url: string;
  readonly key: string;
}

/** A request by this key, unless the headers name another. */
export async function post(
  { url, key }: Target,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<Fate> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${key}`,
      ...headers,
    },
    body: body as string,
  });
  return { status: response.status, text: await response.text() };
}

async function get({ url, key }: Target, query: string): Promise<Fate> {
  const response = await fetch(`${url}?query=${encodeURIComponent(query)}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  return { status: response.status, text: await response.text() };
}

async function upgrade({ url }: Target, origin: string): Promise<Fate> {
  const socket = new WebSocket(url.replace('http', 'ws'), ['graphql-transport-ws'], { origin });
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number);
  const status = await Promise.race([refused, once(socket, 'open').then(() => 200)]);
  socket.terminate();
  return { status, text: '' };
}

async function closed({ url }: Target, ...frames: readonly (object | string)[]): Promise<Fate> {
  const socket = await openSocket(url);
  for (const frame of frames) socket.send(frame);
  const { code, reason } = await socket.closed;
  return { status: code % 4000, text: reason };
}

/** Requests that a gateway must refuse, each by a name of its own. */
export function attacksOn(target: Target): readonly Attack[] {
  const ask = (query: string, headers?: Record<string, string>) => post(target, JSON.stringify({ query }), headers);
  const from = (origin: string) => () => ask('{ viewer { name } }', { origin });
  const init = () => ({ type: 'connection_init', payload: { apiKey: target.key } });
  const mutation = 'mutation { revokeApiKey(input: { id: "x" }) { userErrors { code } } }';
  return [
    ...Object.entries(DOCUMENTS).map(([name, document]) => [name, () => ask(document)] as const),
    ...Object.entries(BODIES).map(([name, body]) => [name, () => post(target, body)] as const),
    ...Object.entries(FORMS).map(
      ([name, [type, body]]) => [name, () => post(target, body, { 'content-type': type ?? '' })] as const,
    ),
    ...Object.entries(TOKENS).map(
      ([name, authorization]) => [name, () => ask('{ __typename }', { authorization })] as const,
    ),
    ...Object.entries(RAW).map(([name, bytes]) => [name, () => sendRaw(target.url, bytes(target.key))] as const),
    ['no token', () => ask('{ viewer { name } }', { authorization: '' })],
    ['a mutation by GET', () => get(target, mutation)],
    ['a document of 20,000 characters by GET', () => get(target, `{ ${'__typename '.repeat(2_000)} }`)],
    [
      'a body whose coding nobody asked for',
      () => post(target, '{"query":"{ __typename }"}', { 'content-encoding': 'gzip' }),
    ],
    ['a page of another site', from('https://evil.example')],
    ['a page of a longer name', from(`${PORTAL}.evil.example`)],
    ['a page of another port', from(`${PORTAL}:8443`)],
    ['a page without TLS', from('http://portal.example.com')],
    ['a page of no origin', from('null')],
    ['a socket of another site', () => upgrade(target, 'https://evil.example')],
    ['a socket without a token', () => closed(target, { type: 'connection_init' })],
    ['a socket with a bad token', () => closed(target, { type: 'connection_init', payload: { apiKey: 'cgk_bad' } })],
    ['a socket that asks first', () => closed(target, subscribe('1', '{ viewer { name } }'))],
    ['a socket that signs in twice', () => closed(target, init(), init())],
    ['a socket that sends no JSON', () => closed(target, init(), 'hello')],
    [
      'a socket that sends 101 KiB',
      () => closed(target, init(), subscribe('1', `{ __typename } #${'x'.repeat(101 * 1024)}`)),
    ],
  ];
}

/** A close of a socket by its own protocol counts from 4000 on; 1009 is that of a frame too large. */
export const isRefused = ({ status }: Fate): boolean =>
  status === 0 || status === 1009 || (status >= 400 && status < 500);
