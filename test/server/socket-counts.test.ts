import { afterEach, describe, expect, test } from 'vitest';
import type { RequestPolicy } from '../../src/server/options.js';
import { DEFAULT_POLICY } from '../../src/server/policy.js';
import { openSignedIn, openSocket, type Probe, SLOW, startProbe } from './support.js';

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
