import { once } from 'node:events';
import { getIntrospectionQuery } from 'graphql';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RequestPolicy } from '../../src/server/options.js';
import { DEFAULT_POLICY } from '../../src/server/policy.js';
import { GOOD, openSignedIn, openSocket, type Probe, startProbe, subscribe } from './support.js';

let probe: Probe;
afterEach(() => probe?.server.close());

const PORTAL = 'https://portal.example.com';
const start = async (policy: Partial<RequestPolicy>, admit?: () => Promise<number>) => {
  probe = await startProbe(undefined, { policy: { ...DEFAULT_POLICY, ...policy }, ...(admit && { admit }) });
};

async function ask(query: string, { headers = {}, token = GOOD as string | null } = {}) {
  const response = await fetch(probe.url, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
}

describe('origins', () => {
  const preflight = (origin: string) =>
    fetch(probe.url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  const upgrade = async (origin: string) => {
    const socket = new WebSocket(probe.url.replace('http', 'ws'), ['graphql-transport-ws'], { origin });
    socket.on('error', () => undefined);
    const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
    const answer = await Promise.race([refused, once(socket, 'open').then(() => 101)]);
    socket.terminate();
    return answer;
  };

  test('any may ask by default, and none gets credentials', async () => {
    await start({});
    expect((await ask('{ hello }', { headers: { origin: 'https://evil.example' } })).status).toBe(200);
    const { headers } = await preflight('https://evil.example');
    expect(['*', 'https://evil.example']).toContain(headers.get('access-control-allow-origin'));
    expect(headers.get('access-control-allow-credentials')).not.toBe('true');
    expect(await upgrade('https://evil.example')).toBe(101);
  });

  test('of a list are exact, for requests, pre-flights and sockets; the own one always may', async () => {
    await start({ origins: [PORTAL] });
    const own = new URL(probe.url).origin;
    for (const origin of [PORTAL, own]) {
      expect((await ask('{ hello }', { headers: { origin } })).status).toBe(200);
      expect(await upgrade(origin)).toBe(101);
    }
    expect((await ask('{ hello }')).status).toBe(200);
    expect((await preflight(PORTAL)).headers.get('access-control-allow-origin')).toBe(PORTAL);
    for (const origin of [
      ...['https://evil.example', `${PORTAL}.evil.example`, `${PORTAL}:8443`, 'http://portal.example.com', 'null'],
      'https://portal.example.comx',
    ]) {
      expect(await ask('{ hello }', { headers: { origin } })).toMatchObject({
        status: 403,
        code: 'ORIGIN_NOT_ALLOWED',
      });
      expect((await preflight(origin)).headers.get('access-control-allow-origin')).not.toBe(origin);
      expect(await upgrade(origin)).toBe(403);
    }
  });
});

describe('the schema', () => {
  test.each([
    ['everyone', 200, 200],
    ['signed-in', 401, 200],
    ['nobody', 401, 403],
  ] as const)('is told to %s: %d without a key, %d with one', async (introspection, without, signedIn) => {
    await start({ introspection });
    const whole = [getIntrospectionQuery(), 'query { ...A } fragment A on Query { __schema { types { name } } }'];
    for (const query of whole) {
      expect((await ask(query, { token: null })).status).toBe(without);
      const { status, text } = await ask(query);
      expect(status).toBe(signedIn);
      if (signedIn !== 200) expect(text).not.toContain('types');
    }
    const named = ['{ __type(name: "Query") { name } }', 'query ($n: String! = "Query") { __type(name: $n) { name } }'];
    for (const query of [...named, 'query { ...A } fragment A on Query { a: __type(name: "Query") { name } }']) {
      const told = async (token: string | null) => (await ask(query, { token })).text.includes('"name":"Query"');
      expect([await told(null), await told(GOOD)]).toEqual([without === 200, signedIn === 200]);
    }
    expect((await ask('{ __typename }', { token: null })).status).toBe(200);
  });

  test('is not told over a socket either', async () => {
    await start({ introspection: 'nobody' });
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', '{ __schema { types { name } } }'));
    expect(JSON.stringify(await socket.next())).toContain('INTROSPECTION_DISABLED');
    socket.destroy();
  });

  test.each([
    [true, 'text/html'],
    [false, null],
  ])('GraphiQL: %s', async (graphiql, type) => {
    await start({ graphiql });
    const page = await fetch(probe.url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')?.startsWith('text/html') ?? false).toBe(type !== null);
    const html = await page.text();
    if (type === null) return;
    // Nothing of the page is fetched from elsewhere, and nothing could be.
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="?(https?:)?\/\//);
  });
});

describe('a caller', () => {
  test('who asks too often waits, over HTTP and on a socket', async () => {
    let wait = 0;
    await start({}, async () => wait);
    const socket = await openSignedIn(probe.url);
    expect((await ask('{ hello }')).status).toBe(200);
    wait = 7;
    const refused = await ask('{ hello }');
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(refused.headers.get('retry-after')).toBe('7');
    expect((await ask('{ __typename }', { token: null })).status).toBe(200);
    socket.send(subscribe('1', '{ hello }'));
    expect(JSON.stringify(await socket.next())).toContain('RATE_LIMITED');
    socket.destroy();
  });

  test('has so many sockets at once and no more', async () => {
    await start({ socketsPerCaller: 2 });
    const [one, two] = [await openSignedIn(probe.url), await openSignedIn(probe.url)];
    const third = await openSocket(probe.url);
    third.send({ type: 'connection_init', payload: { apiKey: GOOD } });
    expect((await third.closed).code).toBe(1013);
    one.destroy();
    await one.closed;
    // The server hears of it a moment later, at the latest with its answer to something after it.
    await ask('{ hello }');
    (await openSignedIn(probe.url)).destroy();
    two.destroy();
  });
});
