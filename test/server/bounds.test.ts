import { connect as connectSocket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { RequestPolicy, ServerOptions } from '../../src/server/options.js';
import { DEFAULT_POLICY } from '../../src/server/policy.js';
import { GOOD, openSignedIn, openSocket, type Probe, SLOW, startProbe, subscribe, VIEWING } from './support.js';

let probe: Probe;
afterEach(() => {
  probe?.letGo();
  return probe?.server.close();
});
const start = async (policy: Partial<RequestPolicy>, more: Pick<ServerOptions, 'unread' | 'admit'> = {}) => {
  probe = await startProbe(undefined, { policy: { ...DEFAULT_POLICY, ...policy }, ...more });
};

async function ask(body: object, accept = 'application/json', token = GOOD) {
  const response = await fetch(probe.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
}

describe('the deadline of an operation', () => {
  test.each(['hanging', 'deaf'])('ends a field that is %s, with its code, over HTTP and a socket', async (field) => {
    await start({ deadlineMs: 300 });
    expect(await ask({ query: `{ ${field} }` })).toMatchObject({ status: 504, code: 'DEADLINE_EXCEEDED' });
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', `{ ${field} }`));
    expect(JSON.stringify(await socket.next())).toContain('DEADLINE_EXCEEDED');
    expect(await ask({ query: '{ hello }' })).toMatchObject({ status: 200 });
    socket.destroy();
  });

  test('holds for the signing in as well, over HTTP and a socket', async () => {
    await start({ deadlineMs: 300 });
    const late = { status: 504, code: 'DEADLINE_EXCEEDED' };
    expect(await ask({ query: '{ hello }' }, 'application/json', SLOW)).toMatchObject(late);
    const socket = await openSocket(probe.url);
    socket.send({ type: 'connection_init', payload: { apiKey: SLOW } });
    expect((await socket.closed).code).toBe(1013);
  });

  test('holds for the waiting to be admitted as well', async () => {
    let admitted: (seconds: number) => void = () => undefined;
    let asked = 0;
    const admit = () => (++asked === 1 ? Promise.resolve(0) : new Promise<number>((resolve) => (admitted = resolve)));
    await start({ deadlineMs: 300 }, { admit });
    expect((await ask({ query: '{ hello }' })).status).toBe(200);
    expect(await ask({ query: '{ hello }' })).toMatchObject({ status: 504, code: 'DEADLINE_EXCEEDED' });
    admitted(0);
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', '{ hello }'));
    expect(JSON.stringify(await socket.next())).toContain('DEADLINE_EXCEEDED');
    admitted(0);
    socket.destroy();
  });

  test('does not end a live field that has begun', async () => {
    await start({ deadlineMs: 300 });
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', 'subscription { waiting }'));
    await socket.next();
    expect((await ask({ query: '{ hanging }' })).status).toBe(504);
    probe.push('second');
    expect(await socket.next()).toMatchObject({ payload: { data: { waiting: 'second' } } });
    socket.destroy();
  });
});

test('a caller has so many operations under way over all that brings them, and no more', async () => {
  await start({ operationsPerCaller: 3 });
  const one = await openSignedIn(probe.url);
  const other = await openSignedIn(probe.url);
  one.send(subscribe('1', 'subscription { waiting }'));
  await one.next();
  other.send(subscribe('1', 'subscription { waiting }'));
  await other.next();
  const abort = new AbortController();
  await fetch(probe.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${GOOD}` },
    body: JSON.stringify({ query: 'subscription { waiting }' }),
    signal: abort.signal,
  });
  expect(await ask({ query: '{ hello }' })).toMatchObject({ status: 429, code: 'TOO_MANY_OPERATIONS' });
  one.send(subscribe('2', 'subscription { waiting }'));
  expect(JSON.stringify(await one.next())).toContain('TOO_MANY_OPERATIONS');
  while ((await one.next()).type !== 'complete');
  one.destroy();
  other.destroy();
  abort.abort();
  await probe.allEnded();
  expect(await ask({ query: '{ hello }' })).toMatchObject({ status: 200 });
  // What failed is counted out as well.
  for (let at = 0; at < 4; at += 1) expect((await ask({ query: '{ failing }' })).code).toBe('INTERNAL');
});

describe('persisted operations', () => {
  const documents = new Map([
    ['hello', 'query Hello { hello }'],
    ['live', 'subscription { three }'],
    ['wrong', '{ nothing }'],
  ]);
  const byId = (sha256Hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

  test.each(['nobody', 'everyone'] as const)(
    'are found by their id over HTTP, events and sockets (others by %s)',
    async (others) => {
      await start({ persisted: { documents, others } });
      expect((await ask(byId('hello'))).text).toBe('{"data":{"hello":"world"}}');
      const query = new URLSearchParams({ extensions: JSON.stringify(byId('hello').extensions) });
      const got = await fetch(`${probe.url}?${query}`, { headers: { authorization: `Bearer ${GOOD}` } });
      expect(await got.json()).toEqual({ data: { hello: 'world' } });
      expect((await ask(byId('live'), 'text/event-stream')).text).toContain('{"data":{"three":"three"}}');
      const socket = await openSignedIn(probe.url);
      socket.send({ id: '1', type: 'subscribe', payload: { query: '', ...byId('live') } });
      expect(await socket.next()).toMatchObject({ payload: { data: { three: 'one' } } });
      socket.destroy();
    },
  );

  test.each([
    ['an unknown id', byId('nothing'), 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['an id of every object', byId('__proto__'), 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['no id', {}, 'PERSISTED_QUERY_ID_REQUIRED'],
    ['a document', { query: '{ hello }' }, 'PERSISTED_QUERY_ONLY'],
    ['a document beside an id', { query: '{ hello }', ...byId('hello') }, 'PERSISTED_QUERY_ONLY'],
    ['a live document', { query: 'subscription { three }' }, 'PERSISTED_QUERY_ONLY'],
    ['a document of the file that does not fit the schema', byId('wrong'), 'GRAPHQL_VALIDATION_FAILED'],
  ])('are the only ones where that is set: %s is refused', async (_name, body, code) => {
    await start({ persisted: { documents, others: 'nobody' } });
    for (const accept of ['application/graphql-response+json', 'text/event-stream']) {
      expect(await ask(body, accept)).toMatchObject({ code });
    }
    expect((await ask(body, 'application/graphql-response+json')).status).toBe(400);
    const socket = await openSignedIn(probe.url);
    socket.send({ id: '1', type: 'subscribe', payload: { query: '', ...body } });
    expect(await socket.next()).toMatchObject({ type: 'error', payload: [{ extensions: { code } }] });
    socket.destroy();
  });

  test('are the only ones of a viewer where that is set, over HTTP and sockets, and of who signed in with nothing', async () => {
    await start({ persisted: { documents, others: 'administrators' } });
    const own = { query: '{ hello }' };
    expect((await ask(own)).status).toBe(200);
    expect((await ask(byId('hello'), 'application/json', VIEWING)).text).toBe('{"data":{"hello":"world"}}');
    const refused = { status: 400, code: 'PERSISTED_QUERY_ONLY' };
    expect(await ask(own, 'application/graphql-response+json', VIEWING)).toMatchObject(refused);
    const nobody = await fetch(probe.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    expect(await nobody.text()).toContain('PERSISTED_QUERY_ONLY');
    const answers: unknown[] = [];
    for (const token of [GOOD, VIEWING]) {
      const socket = await openSignedIn(probe.url, token);
      socket.send({ id: '1', type: 'subscribe', payload: own });
      answers.push(await socket.next());
      socket.destroy();
    }
    expect(answers).toMatchObject([
      { payload: { data: { hello: 'world' } } },
      { type: 'error', payload: [{ extensions: { code: 'PERSISTED_QUERY_ONLY' } }] },
    ]);
  });

  test('stand beside other documents where it is not', async () => {
    await start({ persisted: { documents, others: 'everyone' } });
    expect((await ask({ query: '{ hello }' })).status).toBe(200);
    expect((await ask({ query: '{ hello }', ...byId('nothing') })).status).toBe(200);
  });

  test('leave GraphiQL nothing to do', async () => {
    await start({ graphiql: true, persisted: { documents, others: 'nobody' } });
    const page = await fetch(probe.url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type') ?? '').not.toContain('text/html');
  });
});

describe('a client that does not read', () => {
  const TEXT = 'x'.repeat(1024 * 1024);

  test.each([
    ['leaves too much unread', { bytes: 1024 * 1024, ms: 60_000 }],
    ['takes too long', { bytes: 1024 * 1024 * 1024, ms: 500 }],
  ])('of a socket and %s is cut off with a code it comes back after', async (_name, unread) => {
    await start({}, { unread });
    const socket = new WebSocket(probe.url.replace('http', 'ws'), ['graphql-transport-ws']);
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    const acknowledged = new Promise((resolve) => socket.once('message', resolve));
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: GOOD } })));
    await acknowledged;
    const begun = new Promise<void>((resolve) => {
      let count = 0;
      socket.on('message', () => ++count === 20 && resolve());
    });
    for (let at = 0; at < 20; at += 1) socket.send(JSON.stringify(subscribe(String(at), 'subscription { waiting }')));
    await begun;
    socket.pause();
    probe.push(TEXT);
    await probe.allEnded();
    socket.resume();
    // 1006 when it was cut off before it read the goodbye.
    expect([1013, 1006]).toContain(await closed);
  });

  test('of events slows its source, and is cut off when it takes nothing for too long', async () => {
    await start({}, { unread: { bytes: 0, ms: 300 } });
    const { hostname, port } = new URL(probe.url);
    const socket = connectSocket(Number(port), hostname);
    const body = JSON.stringify({ query: 'subscription { waiting }' });
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${GOOD}\r\nAccept: text/event-stream\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    for (let at = 0; at < 30; at += 1) probe.push(TEXT);
    expect(probe.open()).toBe(1);
    await probe.allEnded();
    socket.destroy();
  });
});
