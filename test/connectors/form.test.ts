import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createHttpClient } from '../../src/connectors/http.js';
import { referenceSubject } from '../../src/connectors/kit/index.js';
import { createWire } from '../../src/connectors/kit/wire.js';
import { Secret } from '../../src/storage/secret.js';

interface Heard {
  readonly type: string | undefined;
  readonly body: string;
}

const SECRET = 'p&q=r+s t%ü';
const NOTHING = { now: '2026-11-23T12:00:00.000Z', companies: [], services: [], contracts: [], lines: [] };
let server: Server;
let url = '';
let heard: Heard[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    heard.push({ type: request.headers['content-type'], body: Buffer.concat(chunks).toString('utf8') });
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
});
beforeEach(() => {
  heard = [];
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
});

test('a form goes out encoded, with its content type and its secrets revealed', async () => {
  const http = createHttpClient({ allows: () => true });
  const form = { grant_type: 'client_credentials', client_secret: new Secret(SECRET) };
  await http.send({ method: 'POST', url, headers: { accept: 'application/json' }, form });
  await http.send({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: { a: 1 } });
  await http.close();
  expect(heard.map(({ type }) => type)).toEqual(['application/x-www-form-urlencoded', 'application/json']);
  expect(Object.fromEntries(new URLSearchParams(heard[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    client_secret: SECRET,
  });
  expect(heard[1]?.body).toBe('{"a":1}');
});

test('a form for a foreign host is refused before its secrets are revealed', async () => {
  const http = createHttpClient({ allows: () => false });
  let revealed = false;
  const secret = {
    reveal() {
      revealed = true;
      return SECRET;
    },
  };
  await expect(http.send({ method: 'POST', url, form: { secret } })).rejects.toMatchObject({ kind: 'egressRefused' });
  await http.close();
  expect([revealed, heard]).toEqual([false, []]);
});

test('the kit knows that a form carries a secret', async () => {
  const simulation = await referenceSubject.start({ ...NOTHING, currency: 'EUR' });
  const wire = createWire();
  const client = wire.client({ ...simulation.connector, allows: () => true, mayBePrivate: () => true });
  await client.send({ method: 'POST', url, form: { scope: 'long enough', secret: new Secret(SECRET) } });
  await client.send({ method: 'POST', url, form: { scope: 'long enough' } });
  expect(wire.calls.map(({ carriesSecret }) => carriesSecret)).toEqual([true, false]);
  expect([...wire.secrets]).toEqual([SECRET]);
  await wire.close();
  await simulation.close();
});
