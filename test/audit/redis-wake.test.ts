import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createRedisWake } from '../../src/audit/redis-wake.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

/** CI and most machines of developers have none: the tests say that they were skipped. */
const there = await new Promise<boolean>((resolve) => {
  const socket = connect(6379, '127.0.0.1');
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  socket.once('connect', () => socket.destroy());
});

test.skipIf(!there)('a word reaches those who wait for that organization, also after Redis was away', async () => {
  const proxy = await startTcpProxy({ host: '127.0.0.1', port: 6379 });
  const one = createRedisWake('redis://127.0.0.1:6379');
  const other = createRedisWake(`redis://127.0.0.1:${proxy.port}`);
  let woken: () => void = () => undefined;
  const next = () =>
    new Promise<void>((resolve) => {
      woken = resolve;
    });
  const strangers: string[] = [];
  other.onWake('somebody else', () => strangers.push('woken'));
  const first = next();
  other.onWake('mine', () => woken());
  // Subscribing wakes everybody once: what was said before was told to nobody.
  await first;
  const said = strangers.length;

  const again = next();
  one.announce('mine');
  await again;
  expect(strangers).toHaveLength(said);

  const back = next();
  proxy.cut();
  await back;
  expect(strangers.length).toBeGreaterThan(said);
  await one.close();
  await other.close();
  await proxy.close();
});
