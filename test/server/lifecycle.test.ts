import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createTestApp } from '../support/app.js';
import { GOOD, openSignedIn, startProbe, subscribe } from './support.js';

describe('stopping', () => {
  test('sockets get 1012 without a complete, so that their clients come back', async () => {
    const app = await createTestApp();
    const socket = await openSignedIn(app.url, app.csp.key);
    socket.send(subscribe('1', 'subscription { auditLogEvents { type } }'));
    expect(await socket.next()).toMatchObject({ payload: { data: { auditLogEvents: { type: 'CHECKPOINT' } } } });
    const next = socket.next();
    const closed = app.close();
    await expect(next).rejects.toThrow('Closed with 1012');
    await closed;
  });

  test('nothing that is sent into a kept connection fails: it is not cut while one is idle', async () => {
    const probe = await startProbe();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = async () => {
      const asked = request(`${probe.url}?query=%7Bhello%7D`, { agent, headers: { authorization: `Bearer ${GOOD}` } });
      const [response] = (await once(asked.end(), 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'close');
      return [response.statusCode, response.headers.connection, asked.reusedSocket];
    };
    expect(await ask()).toEqual([200, 'keep-alive', false]);
    const left = probe.server.drain(50).then(() => probe.server.close());
    // Long after the drain that was asked for, long before a client gives an idle connection up.
    await new Promise((waited) => setTimeout(waited, 500));
    expect(await ask()).toEqual([200, 'close', true]);
    await left;
    agent.destroy();
  });

  test('a stream of server-sent events is cut, not completed', async () => {
    const probe = await startProbe();
    const response = await fetch(`${probe.url}?query=subscription%7Bwaiting%7D`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${GOOD}` },
    });
    const read = response.text().then(
      (text) => text,
      () => 'cut',
    );
    const began = performance.now();
    await probe.server.close();
    expect(await read).toBe('cut');
    expect(performance.now() - began).toBeLessThan(2_000);
    await probe.allEnded();
  });

  test.each(['text/event-stream', '*/*', 'text/*', 'TEXT/EVENT-STREAM', null])(
    'a live field of a client that accepts %s is one of them',
    async (accept) => {
      const probe = await startProbe();
      const url = `${probe.url}?query=subscription%7Bwaiting%7D`;
      const asked = request(url, { headers: { authorization: `Bearer ${GOOD}`, ...(accept && { accept }) } });
      asked.on('error', () => undefined);
      asked.end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.on('error', () => undefined);
      await once(response, 'data');
      expect(response.headers['content-type']).toContain('text/event-stream');
      expect(probe.server.live().streams).toBe(1);
      await probe.server.close();
      await probe.allEnded();
      expect(probe.server.live().streams).toBe(0);
    },
  );

  test('what is answered as one event is no live field', async () => {
    const probe = await startProbe();
    const asked = fetch(`${probe.url}?query=%7Bdeaf%7D`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${GOOD}` },
    });
    while (probe.hanging() === 0) await new Promise((turn) => setImmediate(turn));
    expect(probe.server.live().streams).toBe(0);
    const closed = probe.server.close();
    probe.letGo();
    expect(await (await asked).text()).toContain('at last');
    await closed;
  });

  test('a socket that does not answer the farewell is cut off', async () => {
    const probe = await startProbe();
    const socket = connect(Number(new URL(probe.url).port), '127.0.0.1');
    socket.write(
      'GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toContain('101');
    const began = performance.now();
    await probe.server.close();
    expect(performance.now() - began).toBeLessThan(5_000);
    socket.destroy();
  });

  test('a request under way is answered first', async () => {
    let letIn: () => void = () => undefined;
    const entered = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    let answer: (unready: string[]) => void = () => undefined;
    const probe = await startProbe(() => {
      letIn();
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    const asked = fetch(new URL('/ready', probe.url));
    await entered;
    const closed = probe.server.close();
    answer([]);
    expect(await (await asked).json()).toEqual({ ready: true });
    await closed;
  });
});

test('/ready says 503 when the database does not answer', async () => {
  const probe = await startProbe(() => Promise.reject(new Error('away')));
  const answer = await fetch(new URL('/ready', probe.url));
  expect([answer.status, await answer.json()]).toEqual([503, { ready: false, failing: ['database'] }]);
  expect((await fetch(new URL('/health', probe.url))).status).toBe(200);
  await probe.server.close();
});

describe('slow clients', () => {
  const patience = { headersMs: 1_000, requestMs: 2_000 };

  test('thirty that never end their headers are closed in time, and others are served meanwhile', async () => {
    const probe = await startProbe(undefined, { patience });
    const began = performance.now();
    const port = Number(new URL(probe.url).port);
    const closed = Array.from({ length: 30 }, async () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      socket.resume();
      await once(socket, 'close');
    });
    expect((await fetch(new URL('/health', probe.url))).status).toBe(200);
    await Promise.all(closed);
    expect(performance.now() - began).toBeLessThan(patience.headersMs + 1_500);
    await probe.server.close();
  });

  test('one that never ends its body is closed in time', async () => {
    const probe = await startProbe(undefined, { patience });
    const began = performance.now();
    const slow = request(probe.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 1000 },
    });
    slow.on('error', () => undefined);
    slow.write('{"query":"');
    await once(slow, 'close');
    expect(performance.now() - began).toBeLessThan(patience.requestMs + 1_500);
    await probe.server.close();
  });
});
