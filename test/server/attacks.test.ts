import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApp, type TestApp } from '../support/app.js';
import { BODIES, DOCUMENTS, type Fate, FORMS, RAW, sendRaw, TOKENS } from './attacks-support.js';
import { openSignedIn, openSocket, subscribe } from './support.js';

const PORTAL = 'https://portal.example.com';
let app: TestApp;
let url: string;
/** A gateway whose callers may ask thirty times a minute. */
let narrow: string;
beforeAll(async () => {
  app = await createTestApp();
  url = (await app.another({ policy: { origins: [PORTAL], introspection: 'nobody', graphiql: false } })).url;
  narrow = (await app.another({ policy: { origins: [PORTAL] }, requestsPerMinute: 30 })).url;
});
afterAll(() => app?.close());

async function post(body: string | Buffer, headers: Record<string, string> = {}, to = url): Promise<Fate> {
  const response = await fetch(to, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      authorization: `Bearer ${app.csp.key}`,
      ...headers,
    },
    body: body as string,
  });
  return { status: response.status, text: await response.text() };
}

const ask = (query: string, headers: Record<string, string> = {}) => post(JSON.stringify({ query }), headers);

async function get(query: string): Promise<Fate> {
  const response = await fetch(`${url}?query=${encodeURIComponent(query)}`, {
    headers: { authorization: `Bearer ${app.csp.key}` },
  });
  return { status: response.status, text: await response.text() };
}

async function upgrade(origin: string): Promise<Fate> {
  const socket = new WebSocket(url.replace('http', 'ws'), ['graphql-transport-ws'], { origin });
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number);
  const status = await Promise.race([refused, once(socket, 'open').then(() => 200)]);
  socket.terminate();
  return { status, text: '' };
}

async function closed(...frames: readonly (object | string)[]): Promise<Fate> {
  const socket = await openSocket(url);
  for (const frame of frames) socket.send(frame);
  const { code, reason } = await socket.closed;
  return { status: code % 4000, text: reason };
}

const from = (origin: string) => () => ask('{ viewer { name } }', { origin });
const init = () => ({ type: 'connection_init', payload: { apiKey: app.csp.key } });
const mutation = 'mutation { revokeApiKey(input: { id: "x" }) { userErrors { code } } }';

const attacks: readonly (readonly [name: string, attack: () => Promise<Fate>])[] = [
  ...Object.entries(DOCUMENTS).map(([name, document]) => [name, () => ask(document)] as const),
  ...Object.entries(BODIES).map(([name, body]) => [name, () => post(body)] as const),
  ...Object.entries(FORMS).map(
    ([name, [type, body]]) => [name, () => post(body, { 'content-type': type ?? '' })] as const,
  ),
  ...Object.entries(TOKENS).map(
    ([name, authorization]) => [name, () => ask('{ __typename }', { authorization })] as const,
  ),
  ...Object.entries(RAW).map(([name, bytes]) => [name, () => sendRaw(url, bytes(app.csp.key))] as const),
  ['no token', () => ask('{ viewer { name } }', { authorization: '' })],
  ['a mutation by GET', () => get(mutation)],
  ['a document of 20,000 characters by GET', () => get(`{ ${'__typename '.repeat(2_000)} }`)],
  ['a body whose coding nobody asked for', () => post('{"query":"{ __typename }"}', { 'content-encoding': 'gzip' })],
  ['a page of another site', from('https://evil.example')],
  ['a page of a longer name', from(`${PORTAL}.evil.example`)],
  ['a page of another port', from(`${PORTAL}:8443`)],
  ['a page without TLS', from('http://portal.example.com')],
  ['a page of no origin', from('null')],
  ['a socket of another site', () => upgrade('https://evil.example')],
  ['a socket without a token', () => closed({ type: 'connection_init' })],
  ['a socket with a bad token', () => closed({ type: 'connection_init', payload: { apiKey: 'cgk_bad' } })],
  ['a socket that asks first', () => closed(subscribe('1', '{ viewer { name } }'))],
  ['a socket that signs in twice', () => closed(init(), init())],
  ['a socket that sends no JSON', () => closed(init(), 'hello')],
  ['a socket that sends 300 KiB', () => closed(init(), subscribe('1', `{ __typename } #${'x'.repeat(300 * 1024)}`))],
];

test('there are more than 71 attacks, each with a name of its own', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(71);
  expect(new Set(attacks.map(([name]) => name)).size).toBe(attacks.length);
});

/** A close of a socket by its own protocol counts from 4000 on; 1009 is that of a frame too large. */
function expectRefused({ status, text }: Fate): void {
  expect(status === 0 || status === 1009 || (status >= 400 && status < 500), `${status} ${text}`).toBe(true);
  expect(text).not.toMatch(/did you mean|node_modules|\bat .*\.[jt]s:|SELECT "|prisma/i);
}

test.each(attacks)('%s is refused', async (_name, attack) => {
  expectRefused(await attack());
});

test('everybody else is served meanwhile, and nothing of it is a fault of the gateway', async () => {
  const normal = async () => (await post('{"query":"{ viewer { name } }"}')).text;
  const under = Promise.all(attacks.map(([, attack]) => attack()));
  const answers: string[] = [];
  for (let at = 0; at < 50; at += 1) answers.push(await normal());
  expect(new Set(answers)).toEqual(new Set(['{"data":{"viewer":{"name":"csp"}}}']));
  for (const fate of await under) expectRefused(fate);
  const socket = await openSignedIn(url, app.csp.key);
  socket.send(subscribe('1', '{ viewer { name } }'));
  expect(await socket.next()).toMatchObject({ payload: { data: { viewer: { name: 'csp' } } } });
  socket.destroy();
});

test('who asks too often is refused with the time to wait, and others are not', async () => {
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => post('{"query":"{ viewer { name } }"}', {}, narrow)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(70);
  for (const { text } of refused) expect(text).toContain('RATE_LIMITED');
  const other = { authorization: `Bearer ${app.stranger.key}` };
  expect((await post('{"query":"{ viewer { name } }"}', other, narrow)).status).toBe(200);
});

test.each([PORTAL, 'https://evil.example'])(
  'a pre-flight of %s is answered by the list, without credentials',
  async (origin) => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const answer = (await fetch(url, { method: 'OPTIONS', headers })).headers;
    expect(answer.get('access-control-allow-origin') === origin).toBe(origin === PORTAL);
    expect(answer.get('access-control-allow-origin')).not.toBe('*');
    expect(answer.get('access-control-allow-credentials')).not.toBe('true');
  },
);
