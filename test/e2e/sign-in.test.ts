import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createLiveClient } from '../../client/live.js';
import { openSocket, subscribe } from '../server/support.js';
import { done, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { type Caller, createCaller } from '../support/caller.js';
import { type Issuer, startIssuer } from '../support/issuer.js';

let app: TestApp;
let issuer: Issuer;
let tenant = '';
const callers: Caller[] = [];

beforeAll(async () => {
  issuer = await startIssuer();
  app = await createTestApp({ oidc: issuer.settings });
  const { viewer } = await app.csp.query<{ viewer: { organization: { id: string } } }>(
    '{ viewer { organization { id } } }',
  );
  tenant = viewer.organization.id;
});
afterAll(async () => {
  for (const caller of callers) await caller.close();
  await app?.close();
  await issuer?.close();
});

const inSeconds = (later: number) => Math.floor(Date.now() / 1000) + later;

async function person(claims: object = {}): Promise<Caller> {
  const caller = createCaller(app.url, await issuer.sign({ organization: tenant, name: 'Ada', ...claims }));
  callers.push(caller);
  return caller;
}

/** A socket that is signed in and follows the audit log from now on. */
async function following(token: string) {
  const socket = await openSocket(app.url);
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  expect(await socket.next()).toEqual({ type: 'connection_ack' });
  socket.send(subscribe('1', 'subscription { auditLogEvents { type message } }'));
  expect(await socket.next()).toMatchObject({ payload: { data: { auditLogEvents: { type: 'CHECKPOINT' } } } });
  return socket;
}

const happen = () => done(app.csp, 'upsertCustomers', { items: [{ externalId: unique('c'), companyName: 'C' }] });

describe('a person with a token', () => {
  it('is told what it may do, and acts in its own name', async () => {
    const document = '{ viewer { kind name role expiresAt canAct mutations organization { name } } }';
    const [admin, viewer] = [await person({ exp: inSeconds(90) }), await person({ role: 'VIEWER' })];
    const { viewer: seen } = await admin.query<{ viewer: { expiresAt: string; mutations: string[] } }>(document);
    expect(seen).toMatchObject({ kind: 'USER', name: 'Ada', role: 'ADMINISTRATOR', canAct: true });
    expect(Math.abs(Date.parse(seen.expiresAt) - Date.now() - 90_000)).toBeLessThan(5_000);
    expect(seen.mutations).toContain('createConnectorConnection');
    expect(await viewer.query(document)).toMatchObject({ viewer: { role: 'VIEWER', canAct: false, mutations: [] } });
    const { auditLog } = await done(admin, 'upsertCustomers', { items: [{ externalId: 'c-1', companyName: 'C' }] });
    expect(auditLog.actor).toEqual({ kind: 'USER', name: 'Ada' });
  });

  it('makes keys that end by themselves', async () => {
    const { apiKey } = await done(await person(), 'createApiKey', { name: 'by a person', role: 'VIEWER' });
    const days = (Date.parse(apiKey?.expiresAt ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(366);
  });

  it('reaches its Reseller by externalId, and nothing of the CSP', async () => {
    const reseller = await person({ organization: 'reseller', tenant });
    expect(await reseller.query('{ viewer { organization { name } } apiKeys { nodes { name } } }')).toEqual({
      viewer: { organization: { name: 'First Reseller' } },
      apiKeys: { nodes: [{ name: 'reseller' }] },
    });
  });
});

describe('whoever may not come in', () => {
  it.each([
    ['with an expired token', { exp: 1 }, 401, 'UNAUTHENTICATED', 4403],
    ['with a token for somebody else', { aud: 'else' }, 401, 'UNAUTHENTICATED', 4403],
    ['as a customer (R1)', { context: 'CUSTOMER' }, 403, 'CUSTOMER_CONTEXT', 4401],
    ['for an unknown organization', { organization: 'nobody' }, 403, 'UNKNOWN_ORGANIZATION', 4401],
  ])('%s is refused over HTTP, server-sent events and WebSocket', async (_what, claims, status, code, close) => {
    const caller = await person(claims);
    for (const document of ['{ viewer { name } }', '{ __typename }', 'mutation { __typename }']) {
      const answer = await caller.ask(document);
      expect([answer.status, answer.body.errors?.[0]?.extensions?.code]).toEqual([status, code]);
    }
    const events = await fetch(app.url, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${caller.key}`, accept: 'text/event-stream', 'content-type': 'application/json' },
      },
      body: JSON.stringify({ query: 'subscription { auditLogEvents { type } }' }),
    });
    expect(events.status).toBe(status);
    expect(await events.text()).toContain(code);
    const socket = await openSocket(app.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.key}` } });
    expect((await socket.closed).code).toBe(close);
  });

  it('while the issuer cannot be asked is told to try again', async () => {
    const other = await startIssuer();
    other.fail(true);
    const elsewhere = await app.another({ oidc: other.settings });
    const ask = (token: string) =>
      fetch(elsewhere.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"query":"{ viewer { name } }"}',
      });
    const answer = await ask(await other.sign({ organization: tenant }));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.text()).toContain('SIGN_IN_UNAVAILABLE');
    expect((await ask(app.csp.key)).status).toBe(200);
    const socket = await openSocket(elsewhere.url);
    socket.send({ type: 'connection_init', payload: { apiKey: await other.sign({ organization: tenant }) } });
    expect((await socket.closed).code).toBe(1013);
    await other.close();
  });
});

describe('a live field', () => {
  it('ends with 4403 when its token does, though nothing happens', async () => {
    const exp = inSeconds(3);
    const socket = await following(await issuer.sign({ organization: tenant, exp }));
    expect(await socket.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(Date.now()).toBeGreaterThanOrEqual(exp * 1000);
    expect(Date.now()).toBeLessThan(exp * 1000 + 2_000);
  });

  it('ends over server-sent events too, with the reason as its last message', async () => {
    const token = await issuer.sign({ organization: tenant, exp: inSeconds(2) });
    const response = await fetch(app.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'subscription { auditLogEvents { type } }' }),
    });
    const text = await response.text();
    expect(text).toContain('CHECKPOINT');
    expect(text).toMatch(/UNAUTHENTICATED[\s\S]*event: complete/);
  });

  it('brings a client of graphql-ws back by itself, with a fresh token and without a gap', async () => {
    const signed: string[] = [];
    const client = createLiveClient({
      url: app.url,
      apiKey: async () => {
        signed.push(await issuer.sign({ organization: tenant, exp: inSeconds(signed.length === 0 ? 2 : 300) }));
        return signed.at(-1) ?? '';
      },
      webSocketImpl: WebSocket,
    });
    const events = client.iterate<{ auditLogEvents: { cursor: string; type: string; toStatus: string } }>({
      query: 'subscription ($after: String) { auditLogEvents(after: $after) { cursor type toStatus } }',
      variables: {},
    });
    const cursors: number[] = [];
    for await (const { data } of events) {
      const { cursor = '', type, toStatus } = data?.auditLogEvents ?? {};
      if (type === 'CHECKPOINT') await happen();
      else cursors.push(Number(cursor));
      if (signed.length === 2 && toStatus === 'SUCCEEDED') break;
    }
    expect(cursors.length).toBeGreaterThan(3);
    expect(signed).toHaveLength(2);
    expect(cursors).toEqual(cursors.map((_, at) => (cursors[0] ?? 0) + at));
    await client.dispose();
  });

  it('of a plain graphql-ws client comes back too, because the code is not a final one', async () => {
    let connects = 0;
    const client = createClient({
      url: app.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: async () => {
        connects += 1;
        return { apiKey: await issuer.sign({ organization: tenant, exp: inSeconds(connects === 1 ? 2 : 300) }) };
      },
    });
    let checkpoints = 0;
    for await (const _ of client.iterate({ query: 'subscription { auditLogEvents { type } }' })) {
      checkpoints += 1;
      if (checkpoints === 2) break;
    }
    expect(connects).toBe(2);
    await client.dispose();
  });

  it('of a key ends at the first message after the key was revoked, and the message is not sent', async () => {
    const { apiKey, token } = await done(app.csp, 'createApiKey', { name: 'live', role: 'VIEWER' });
    const socket = await following(token ?? '');
    await happen();
    expect(await socket.next()).toMatchObject({ type: 'next' });
    await done(app.csp, 'revokeApiKey', { id: apiKey?.id });
    const rest: unknown[] = [];
    const heard = (async () => {
      for (;;) rest.push(await socket.next());
    })();
    await expect(heard).rejects.toThrow('Closed with 4403');
    expect(JSON.stringify(rest)).not.toContain('Revoked the API key');
  });
});
