import { afterEach, describe, expect, test } from 'vitest';
import type { RequestPolicy } from '../../src/server/options.js';
import { DEFAULT_POLICY } from '../../src/server/policy.js';
import { openSignedIn, openSocket, type Probe, SLOW, startProbe, subscribe } from './support.js';

let probe: Probe;
afterEach(async () => {
  probe?.letGo();
  await probe?.server.close();
});
const start = async (policy: Partial<RequestPolicy> = {}) => {
  probe = await startProbe(undefined, { policy: { ...DEFAULT_POLICY, ...policy } });
};

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((turn) => setImmediate(turn));
}

describe('sockets of a caller', () => {
  test('that are gone before they were signed in do not count', async () => {
    await start({ socketsPerCaller: 2 });
    const sockets = await Promise.all(Array.from({ length: 5 }, () => openSocket(probe.url)));
    for (const socket of sockets) socket.send({ type: 'connection_init', payload: { apiKey: SLOW } });
    await until(() => probe.hanging() === 5);
    for (const socket of sockets) socket.destroy();
    await until(() => probe.server.live().sockets === 0);
    probe.letGo();
    const two = [await openSignedIn(probe.url), await openSignedIn(probe.url)];
    await expect(openSignedIn(probe.url)).rejects.toThrow('Closed with 1013');
    for (const socket of two) socket.destroy();
  });
});

describe('operations of a socket', () => {
  test('count until they are carried out, whether somebody still waits for them or not', async () => {
    await start();
    const socket = await openSignedIn(probe.url);
    for (let at = 1; at <= 50; at += 1) {
      socket.send(subscribe(`q${at}`, '{ deaf }'));
      await until(() => probe.hanging() === at);
      socket.send({ id: `q${at}`, type: 'complete' });
    }
    socket.send(subscribe('one more', '{ hello }'));
    expect(JSON.stringify(await socket.next())).toContain('TOO_MANY_OPERATIONS');
    probe.letGo();
    const other = await openSignedIn(probe.url);
    other.send(subscribe('1', '{ hello }'));
    expect(await other.next()).toMatchObject({ payload: { data: { hello: 'world' } } });
    socket.send(subscribe('again', '{ hello }'));
    expect(await socket.next()).toMatchObject({ id: 'again', payload: { data: { hello: 'world' } } });
    for (const each of [socket, other]) each.destroy();
  });

  test('are counted out when they fail, are refused, or end', async () => {
    await start();
    const socket = await openSignedIn(probe.url);
    for (let at = 0; at < 60; at += 1) {
      for (const document of ['{ failing }', '{ nothing }', 'subscription { three }', 'subscription { unopened }']) {
        socket.send(subscribe('1', document));
        let frame = await socket.next();
        while (frame.type === 'next') frame = await socket.next();
        expect(JSON.stringify(frame)).not.toContain('TOO_MANY');
      }
    }
    socket.destroy();
  });

  test('that are completed before they have begun are not carried out', async () => {
    await start();
    const socket = await openSignedIn(probe.url);
    for (let at = 0; at < 300; at += 1) {
      socket.send(subscribe(`q${at}`, '{ deaf }'));
      socket.send({ id: `q${at}`, type: 'complete' });
    }
    socket.send(subscribe('last', '{ hello }'));
    let frame = await socket.next();
    while (frame.id !== 'last') frame = await socket.next();
    expect(probe.hanging()).toBeLessThanOrEqual(50);
    socket.destroy();
  });

  test.each(['completes', 'leaves'])('a query is given up when its client %s it', async (how) => {
    await start({ operationsPerCaller: 1 });
    const socket = await openSignedIn(probe.url);
    const other = await openSignedIn(probe.url);
    socket.send(subscribe('q', '{ hanging }'));
    await until(() => probe.hanging() === 1);
    if (how === 'leaves') socket.destroy();
    else socket.send({ id: 'q', type: 'complete' });
    await until(() => probe.hanging() === 0);
    other.send(subscribe('1', '{ hello }'));
    expect(await other.next()).toMatchObject({ payload: { data: { hello: 'world' } } });
    socket.destroy();
    other.destroy();
  });
});
