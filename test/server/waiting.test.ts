import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchGateway } from '../rolling/gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

let database: TestDatabase;
let direct: PostgresProxy;
let proxy: TcpProxy;
beforeAll(async () => {
  database = await createTestDatabase();
  direct = await startPostgresProxy(database.url);
  proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(direct.url).port) });
});
afterAll(async () => {
  await proxy?.close();
  await direct?.close();
  await database?.drop();
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Status and body as soon as the status is that one. */
async function answered(url: string, wanted: number): Promise<unknown> {
  for (;;) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === wanted) return answer.json();
    await delay(20);
  }
}

describe('a gateway whose database is down', () => {
  test('waits and says so, starts when it is there, and serves again after it was away', async () => {
    proxy.set({ mode: 'refuse' });
    const port = await freePort();
    const url = new URL(direct.url);
    url.port = String(proxy.port);
    const gateway = launchGateway({
      DATABASE_URL: url.href,
      GATEWAY_PORT: String(port),
      GATEWAY_SECRET_KEY: 'ab'.repeat(32),
      GATEWAY_AUDIT_KEY: 'ab'.repeat(32),
    });
    const at = (path: string) => `http://127.0.0.1:${port}${path}`;
    expect(await answered(at('/health'), 200)).toEqual({ alive: true });
    expect(await answered(at('/ready'), 503)).toMatchObject({ failing: ['database'] });
    expect(await answered(at('/graphql'), 503)).toMatchObject({ errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    expect(gateway.log.join('\n')).toContain('The database does not answer; waiting for it.');

    proxy.set({ mode: 'pass' });
    const running = await gateway.listening();
    expect(await answered(at('/ready'), 200)).toEqual({ ready: true });

    proxy.set({ mode: 'refuse' });
    proxy.cut();
    const asked = await fetch(at('/graphql'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer cgk_nobody' },
      body: JSON.stringify({ query: '{ viewer { role } }' }),
    });
    expect([asked.status, await asked.json()]).toMatchObject([
      503,
      { errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
    ]);
    expect(await answered(at('/ready'), 503)).toEqual({ ready: false, failing: ['database'] });
    expect(await answered(at('/health'), 200)).toEqual({ alive: true });
    proxy.set({ mode: 'pass' });
    expect(await answered(at('/ready'), 200)).toEqual({ ready: true });
    expect((await running.stop()).code).toBe(0);
  });

  test('ends at once when it is told to while it waits', async () => {
    proxy.set({ mode: 'refuse' });
    const port = await freePort();
    const url = new URL(direct.url);
    url.port = String(proxy.port);
    const gateway = launchGateway({ DATABASE_URL: url.href, GATEWAY_PORT: String(port) });
    await answered(`http://127.0.0.1:${port}/health`, 200);
    expect(await gateway.end()).toBe(0);
  });
});
