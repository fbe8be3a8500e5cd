import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOWN, GOOD, openSignedIn, openSocket, type Probe, startProbe, subscribe } from './support.js';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.server.close());

describe('signing in', () => {
  test.each([
    ['a header in the parameters', { headers: { Authorization: `Bearer ${GOOD}` } }],
    ['a parameter', { authorization: `Bearer ${GOOD}` }],
    ['a bare key', { apiKey: GOOD }],
  ])('is possible with %s', async (_name, payload) => {
    const socket = await openSocket(probe.url);
    socket.send({ type: 'connection_init', payload });
    expect(await socket.next()).toEqual({ type: 'connection_ack' });
    socket.destroy();
  });

  test.each([
    ['a bad token', { type: 'connection_init', payload: { authorization: 'Bearer cgk_bad' } }, 4403],
    ['no token', { type: 'connection_init' }, 4403],
    ['a token of the wrong kind', { type: 'connection_init', payload: { authorization: { a: 1 } } }, 4403],
    ['a subscribe before it', subscribe('1', '{ hello }'), 4401],
    ['a database that is away', { type: 'connection_init', payload: { apiKey: DOWN } }, 1013],
  ])('with %s is refused before any acknowledgement', async (_name, frame, code) => {
    const socket = await openSocket(probe.url);
    socket.send(frame);
    await expect(socket.next()).rejects.toThrow(`Closed with ${code}`);
  });

  test('a socket that does not sign in within three seconds is closed with 4408', async () => {
    const began = performance.now();
    const socket = await openSocket(probe.url);
    expect((await socket.closed).code).toBe(4408);
    expect(performance.now() - began).toBeGreaterThan(2_900);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('a second time is refused with 4429', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send({ type: 'connection_init', payload: { apiKey: GOOD } });
    expect((await socket.closed).code).toBe(4429);
  });

  test.each([[['graphql-ws']], [[]]])('with the subprotocol %j is refused with 4406', async (protocols) => {
    // A client of `ws` refuses a handshake that does not echo its protocol, so it is sent without one.
    const socket = protocols.length === 0 ? await openSocket(probe.url, []) : null;
    if (socket) expect((await socket.closed).code).toBe(4406);
    else await expect(openSocket(probe.url, protocols)).rejects.toThrow('Server sent no subprotocol');
  });
});

describe('operations', () => {
  test('a live field brings its messages in order, then completes', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('a', 'subscription { three }'));
    for (const three of ['one', 'two', 'three']) {
      expect(await socket.next()).toEqual({ id: 'a', type: 'next', payload: { data: { three } } });
    }
    expect(await socket.next()).toEqual({ id: 'a', type: 'complete' });
    socket.destroy();
  });

  test('a query is answered once and completes', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('q', '{ hello }'));
    expect(await socket.next()).toEqual({ id: 'q', type: 'next', payload: { data: { hello: 'world' } } });
    expect(await socket.next()).toEqual({ id: 'q', type: 'complete' });
    socket.destroy();
  });

  test('two run side by side on one socket, and an id may be used again when it is free', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('live', 'subscription { waiting }'));
    expect(await socket.next()).toMatchObject({ id: 'live', payload: { data: { waiting: 'first' } } });
    for (let round = 0; round < 2; round += 1) {
      socket.send(subscribe('q', '{ hello }'));
      expect(await socket.next()).toMatchObject({ id: 'q', type: 'next' });
      expect(await socket.next()).toMatchObject({ id: 'q', type: 'complete' });
    }
    probe.push('second');
    expect(await socket.next()).toMatchObject({ id: 'live', payload: { data: { waiting: 'second' } } });
    socket.send({ id: 'live', type: 'complete' });
    await probe.allEnded();
    socket.destroy();
  });

  test('a live field ends when its client completes it, and when its socket breaks', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', 'subscription { waiting }'));
    await socket.next();
    expect(probe.open()).toBe(1);
    socket.send({ id: '1', type: 'complete' });
    await probe.allEnded();
    socket.send(subscribe('2', 'subscription { waiting }'));
    await socket.next();
    socket.destroy();
    await probe.allEnded();
  });

  test('the id of one under way is refused with 4409', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', 'subscription { waiting }'));
    await socket.next();
    socket.send(subscribe('1', '{ hello }'));
    expect((await socket.closed).code).toBe(4409);
    await probe.allEnded();
  });

  test('the 51st under way is refused, and the socket stays', async () => {
    const socket = await openSignedIn(probe.url);
    for (let at = 1; at <= 50; at += 1) {
      socket.send(subscribe(String(at), 'subscription { waiting }'));
      expect(await socket.next()).toMatchObject({ type: 'next' });
    }
    socket.send(subscribe('51', 'subscription { waiting }'));
    expect(await socket.next()).toMatchObject({
      id: '51',
      type: 'error',
      payload: [{ extensions: { code: 'TOO_MANY_OPERATIONS' } }],
    });
    socket.destroy();
    await probe.allEnded();
  });

  test('a ping is answered with its payload, a pong is not', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send({ type: 'ping', payload: { n: 1 } });
    expect(await socket.next()).toEqual({ type: 'pong', payload: { n: 1 } });
    socket.send({ type: 'pong' });
    socket.send({ type: 'ping' });
    expect(await socket.next()).toEqual({ type: 'pong' });
    socket.destroy();
  });
});

describe('faults', () => {
  test.each([
    ['no JSON', 'hello'],
    ['JSON without a type', '{}'],
    ['an unknown type', '{"type":"start"}'],
    ['a message only a server sends', '{"type":"next","id":"1","payload":{"data":null}}'],
    ['a subscribe without an id', '{"type":"subscribe","payload":{"query":"{ hello }"}}'],
    ['a subscribe without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['a binary message', Buffer.from('{"type":"ping"}')],
  ])('%s closes the socket with 4400', async (_name, frame) => {
    const socket = await openSignedIn(probe.url);
    socket.send(frame);
    expect((await socket.closed).code).toBe(4400);
  });

  test.each(['connection_init', 'ping', 'pong', 'connection_ack'])(
    'a payload too deep in %s closes it with 4400',
    async (type) => {
      const socket = await openSocket(probe.url);
      socket.send(`{"type":"${type}","payload":${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}}`);
      expect((await socket.closed).code).toBe(4400);
    },
  );

  test('a frame over 100 KiB closes the socket with 1009', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', `{ hello } #${'x'.repeat(100 * 1024)}`));
    expect((await socket.closed).code).toBe(1009);
  });

  test.each([
    ['a syntax error', '{ hello', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ helo }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a document with two operations', 'query A { hello } query B { hello }', 'OPERATION_RESOLUTION_FAILURE'],
    ['10,000 brackets', '{a'.repeat(10_000), 'DOCUMENT_TOO_COMPLEX'],
    ['a live field that cannot be opened', 'subscription { unopened }', 'INTERNAL'],
    ['a resolver that fails', '{ failing }', 'INTERNAL'],
    ['a value that does not fit the schema', '{ misfit }', 'INTERNAL'],
    ['a refusal that is meant', '{ refusing }', 'NOT_TODAY'],
  ])('%s is an error of the operation, quiet, with code and request id', async (_name, query, code) => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', query));
    const frame = await socket.next();
    const errors = frame.type === 'error' ? frame.payload : (frame.payload as { errors: unknown }).errors;
    expect(errors).toMatchObject([{ extensions: { code, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) } }]);
    expect(JSON.stringify(frame)).not.toMatch(/hunter2|did you mean|secret\/place/i);
    socket.send({ type: 'ping' });
    while ((await socket.next()).type !== 'pong');
    socket.destroy();
  });

  test('a live field that breaks in the middle ends with a masked error, and the socket stays', async () => {
    const socket = await openSignedIn(probe.url);
    socket.send(subscribe('1', 'subscription { breaking }'));
    expect(await socket.next()).toMatchObject({ type: 'next', payload: { data: { breaking: 'first' } } });
    const frame = await socket.next();
    expect(JSON.stringify(frame)).toContain('"INTERNAL"');
    expect(JSON.stringify(frame)).not.toContain('hunter2');
    socket.send({ type: 'ping' });
    while ((await socket.next()).type !== 'pong');
    socket.destroy();
  });
});

test('no fault of a client is logged as one of the server', () => {
  expect(probe.logged.filter((line) => line.includes('A socket'))).toEqual([
    expect.stringContaining('could not be signed in'),
  ]);
});
