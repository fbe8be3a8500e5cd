import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFaultSwitch, FAULTS } from '../../src/cli/dev/faults.js';
import type { Connector, ConnectorContext, HttpClient, HttpRequest } from '../../src/connectors/contract.js';
import { createHttpClient } from '../../src/connectors/http.js';

/** How often the vendor was asked. */
let asked = 0;
const vendor = createServer((_, response) => {
  asked += 1;
  response.end('{"units": 12}');
});
const http = createHttpClient({ allows: () => true });
let url = '';
beforeAll(async () => {
  vendor.listen(0, '127.0.0.1');
  await once(vendor, 'listening');
  url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  await http.close();
  vendor.close();
});

const faults = createFaultSwitch();
/** The client that a connector is handed. */
let client = http as HttpClient;
const connector = {
  async connect(context: ConnectorContext) {
    client = context.http;
  },
} as unknown as Connector;
await faults.of(connector).connect({ http } as unknown as ConnectorContext);

/** What a connector is told of one call, and how often it reached the vendor. */
async function call(more: Pick<HttpRequest, 'method' | 'write'> & { readonly timeoutMs?: number }) {
  const before = asked;
  const told = await client
    .send({ url, ...more })
    .then(({ status, text }) => [status, text])
    .catch(({ kind, code }: { kind: string; code: string }) => [kind, code]);
  return [...told, asked - before];
}
const write = { method: 'POST', write: true } as const;
const read = { method: 'GET', write: false } as const;

const GOOD = [200, '{"units": 12}', 1];
const CASES: { readonly [fault in keyof typeof FAULTS]: { readonly write: unknown[]; readonly read: unknown[] } } = {
  hang: { write: ['unknownOutcome', 'WRITE_TIMEOUT', 0], read: ['unavailable', 'TIMEOUT', 0] },
  down: { write: ['unavailable', 'UNREACHABLE', 0], read: ['unavailable', 'UNREACHABLE', 0] },
  429: { write: [429, '{"error":"fault"}', 0], read: [429, '{"error":"fault"}', 0] },
  500: { write: [500, '{"error":"fault"}', 0], read: GOOD },
  drop: { write: ['unknownOutcome', 'WRITE_TIMEOUT', 1], read: GOOD },
  lose: { write: ['unknownOutcome', 'WRITE_TIMEOUT', 0], read: GOOD },
  half: { write: [200, '{"unit', 1], read: [200, '{"unit', 1] },
  twice: { write: [200, '{"units": 12}', 2], read: GOOD },
};

it.each(Object.keys(FAULTS) as (keyof typeof FAULTS)[])(
  'the fault %s strikes what it says, until it is off',
  async (fault) => {
    faults.set(String(fault));
    expect({ write: await call({ ...write, timeoutMs: 50 }), read: await call({ ...read, timeoutMs: 50 }) }).toEqual(
      CASES[fault],
    );
    faults.set(null);
    expect([await call(write), await call(read)]).toEqual([GOOD, GOOD]);
  },
);

it('a call that hangs is let go when the fault is off', async () => {
  faults.set('hang');
  const hanging = call(write);
  faults.set(null);
  expect(await hanging).toEqual(['unknownOutcome', 'WRITE_TIMEOUT', 0]);
});
