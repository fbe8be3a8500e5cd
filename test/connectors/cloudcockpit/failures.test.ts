import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FaultAction, sampleWorld, uuid } from '../../../simulators/cloudcockpit/index.js';
import { secretOf } from '../../../src/connectors/cloudcockpit/secret.js';
import { type Simulated, startSimulated } from './simulated.js';

const SECRET = sampleWorld().clients[0]?.clientSecret ?? '';
const OFFERS = JSON.stringify({ list: 'offers' });
const SUBSCRIPTIONS = JSON.stringify({ list: 'subscriptions' });

let portal: Simulated;
beforeEach(async () => {
  portal = await startSimulated();
});
afterEach(() => portal.close());

const breakNext = (action: FaultAction | FaultAction['kind'], entity = 'customers', times = 1) =>
  portal.simulator.admin.faults.add({ match: { entity }, action, times });

/** Whoever listens where nothing of ours may come. */
let stranger: Server;
let strangerUrl = '';
let connections = 0;
beforeAll(async () => {
  stranger = createServer((_request, response) => response.end('{"items":[]}'));
  stranger.on('connection', () => {
    connections += 1;
  });
  stranger.listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  strangerUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/v1/Customers?pageNumber=2`;
});
afterAll(async () => {
  stranger.closeAllConnections();
  stranger.close();
});

describe('a page that does not come', () => {
  test.each([
    ['a cut connection', 'drop', 'unavailable', 'CONNECTION_BROKEN', true],
    ['no answer', 'hang', 'unavailable', 'TIMEOUT', true],
    ['half an answer', 'truncated', 'unavailable', 'CONNECTION_BROKEN', true],
    ['half an answer that says it is whole', 'halfJson', 'protocol', 'NOT_A_PAGE', false],
    ['a web page', 'html200', 'protocol', 'NOT_A_PAGE', false],
    ['a gateway in between', 'html502', 'unavailable', 'SERVER_ERROR', true],
    ['an error of the server', 'json500', 'unavailable', 'SERVER_ERROR', true],
    ['a refusal', 'status403', 'permissionMissing', 'PERMISSION_MISSING', false],
    ['a list in another form', { kind: 'body', value: { items: { a: 1 } } }, 'protocol', 'LIST_MISSING', false],
    ['no list', { kind: 'body', value: {} }, 'protocol', 'LIST_MISSING', false],
    ['a list in the place of a page', { kind: 'body', value: [] }, 'protocol', 'NOT_A_PAGE', false],
    [
      'more rows than asked for',
      { kind: 'body', value: { items: Array(501).fill({}) } },
      'protocol',
      'PAGE_TOO_LONG',
      false,
    ],
  ] as const)('%s', async (_what, action, kind, code, retryable) => {
    breakNext(action as FaultAction);
    expect(await portal.failure()).toMatchObject({ kind, code, retryable });
    // The same cursor again, and the page is there.
    expect((await portal.session.pull(null)).rows).toHaveLength(3);
  });

  test('tells the correlation id for support, and nothing else of the vendor', async () => {
    breakNext('json500');
    const { message } = await portal.failure();
    expect(message).toBe('CloudCockpit answered 500 (correlation id 7d0c6d0a-0000-4000-8000-000000000001).');
  });

  test('a caller who gives up is heard', async () => {
    breakNext('hang');
    const stop = new AbortController();
    const failure = portal.failure(null, stop.signal);
    stop.abort();
    expect((await failure).kind).toBe('aborted');
  });

  test('a list without an end is told as that', async () => {
    const items = Array.from({ length: 100 }, (_, at) => ({ id: uuid(2, at) }));
    breakNext({ kind: 'body', value: { items } }, 'offers', 0);
    expect((await portal.session.pull(JSON.stringify({ list: 'offers', page: 1999 }))).more).toBe(true);
    expect(await portal.failure(JSON.stringify({ list: 'offers', page: 2000 }))).toMatchObject({
      code: 'ENDLESS_LIST',
    });
  });
});

describe('too many calls', () => {
  test.each([
    [7, 7],
    [100_000, 3600],
    [0, 1],
  ])('Retry-After %d is %d seconds', async (retryAfter, seconds) => {
    breakNext({ kind: 'status429', retryAfter });
    const { kind, detail, retryable } = await portal.failure();
    expect([kind, detail.retryAfterSeconds, retryable]).toEqual(['rateLimited', seconds, true]);
  });

  test('without a time it is half a minute; the token endpoint may say it too', async () => {
    breakNext('status429');
    expect((await portal.failure()).detail.retryAfterSeconds).toBe(30);
    await portal.close();
    portal = await startSimulated();
    breakNext({ kind: 'status429', retryAfter: 5 }, 'token');
    expect(await portal.failure()).toMatchObject({ kind: 'rateLimited', detail: { retryAfterSeconds: 5 } });
  });

  test('what was read before is kept: the next page begins with the customer that failed', async () => {
    portal.simulator.admin.faults.add({ match: { path: `${uuid(1, 2)}/subscriptions` }, action: 'status429' });
    const first = await portal.session.pull(SUBSCRIPTIONS);
    expect([first.rows.length, first.more]).toEqual([3, true]);
    const second = await portal.session.pull(first.cursor);
    expect([second.rows.length, second.more]).toEqual([2, false]);
    const asked = portal.calls('subscriptions').map(({ path, status }) => `${/(\d)\/sub/.exec(path)?.[1]}: ${status}`);
    expect(asked).toEqual(['1: 200', '2: 429', '2: 200', '3: 200']);
  });
});

describe('a token', () => {
  test('that was revoked is asked for anew, once, and the page is read', async () => {
    await portal.session.pull(null);
    portal.simulator.admin.revokeTokens();
    expect((await portal.session.pull(OFFERS)).rows).toHaveLength(3);
    expect(portal.calls('token')).toHaveLength(2);
  });

  test('that is refused although fresh stops the pull', async () => {
    breakNext('status401', 'customers', 0);
    expect(await portal.failure()).toMatchObject({ kind: 'authInvalid', code: 'TOKEN_REJECTED', retryable: false });
    expect([portal.calls('token').length, portal.calls('customers').length]).toEqual([2, 2]);
  });

  test.each([
    ['another secret', { clientSecret: 'another' }, 'SECRET_REJECTED'],
    ['another client', { clientId: 'another' }, 'CLIENT_UNKNOWN'],
    ['another scope', { scope: 'another' }, 'SCOPE_REJECTED'],
  ])('is not given for %s', async (_what, options, code) => {
    await portal.close();
    portal = await startSimulated({ options });
    expect(await portal.failure()).toMatchObject({ kind: 'authInvalid', code, detail: { hint: expect.any(String) } });
    expect(portal.calls('customers')).toEqual([]);
  });

  test.each([
    ['drop', 'unavailable', 'CONNECTION_BROKEN'],
    ['html502', 'unavailable', 'TOKEN_ERROR'],
    ['html200', 'protocol', 'TOKEN_MISSING'],
    ['status404', 'protocol', 'TOKEN_REFUSED'],
    [{ kind: 'body', value: { access_token: 7 } }, 'protocol', 'TOKEN_MISSING'],
    [{ kind: 'body', value: { access_token: 'a\r\nX-Tenant: b' } }, 'protocol', 'TOKEN_MISSING'],
  ] as const)('does not come: %o', async (action, kind, code) => {
    breakNext(action as FaultAction, 'token');
    expect(await portal.failure()).toMatchObject({ kind, code });
  });

  test('of another portal is refused with what to check', async () => {
    await portal.close();
    portal = await startSimulated({ options: { tenant: 'other.example' } });
    const { kind, detail } = await portal.failure();
    expect([kind, detail.hint]).toEqual(['permissionMissing', expect.stringContaining('CLOUDCOCKPIT_TENANT')]);
  });
});

describe('another host', () => {
  test('that an answer names as the next page, or redirects to, is never called', async () => {
    portal.simulator.admin.switches.patch({ nextLink: strangerUrl });
    const kinds = (await portal.pages()).map(({ kind }) => kind);
    expect(kinds).toHaveLength(6);
    for (const entity of ['customers', 'token']) {
      portal.simulator.admin.revokeTokens();
      breakNext({ kind: 'redirect', to: strangerUrl }, entity);
      expect((await portal.failure()).kind).toBe('protocol');
    }
    expect(connections).toBe(0);
  });

  test('is not allowed, nor is another path of the same one', () => {
    const { source, simulator } = portal;
    const { url, tokenUrl } = simulator;
    const allowed = (text: string) => source.allows(new URL(text));
    expect([`${url}/v1/Customers?pageNumber=1`, tokenUrl].map(allowed)).toEqual([true, true]);
    const foreign = [
      ...[strangerUrl, `${url}/v2/Customers`, `${url}/v1/../admin/reset`, `${url}/admin`, `${tokenUrl}/x`],
      ...[`${tokenUrl}?a=b`, url.replace('127.0.0.1', 'localhost'), `${url.replace('//', '//user@')}/v1/x`],
      ...['https://api.cloudcockpit.com/v1/Customers', `https://evil.example/?${url}/v1/`],
    ];
    expect(foreign.map(allowed)).toEqual(foreign.map(() => false));
    expect(source.mayBePrivate?.(new URL(url))).toBe(true);
    expect(source.mayBePrivate?.(new URL('https://login.microsoftonline.com/'))).toBe(false);
  });
});

test('secret and token stand in no error, no page and nothing that is printed', async () => {
  const told: unknown[] = [portal.session, portal.source, await portal.pages()];
  const faults: FaultAction['kind'][] = ['drop', 'truncated', 'json500', 'status403', 'html200', 'status401'];
  for (const fault of faults) {
    breakNext(fault, 'offers', fault === 'status401' ? 2 : 1);
    told.push(await portal.failure(OFFERS));
  }
  const world = sampleWorld();
  world.clients = [{ clientId: uuid(9, 1), clientSecret: `${SECRET}-new` }];
  await portal.close();
  // This simulator repeats the secret it refuses, as Entra does not.
  portal = await startSimulated({ world, options: { clientSecret: SECRET } });
  told.push(await portal.failure(), portal.simulator.admin.journal.list());
  const text = told.map((each) => inspect(each, { depth: 20, showHidden: true }) + JSON.stringify(each)).join('\n');
  expect(text).toContain('SECRET_REJECTED');
  expect(text).not.toContain(SECRET.slice(0, 12));
  expect(text).not.toContain(encodeURIComponent(SECRET).slice(0, 16));
  expect(text).not.toContain('eyJ0eXAi.');
});

test('the text of a secret is given out by reveal alone', () => {
  const secret = secretOf(SECRET);
  expect(secret.reveal()).toBe(SECRET);
  expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual([
    ...['[redacted]', '"[redacted]"', '[redacted]'],
  ]);
});

test.each([
  ['CLOUDCOCKPIT_URL', { url: 'http://api.example.com' }],
  ['CLOUDCOCKPIT_URL', { url: 'api.example.com' }],
  ['CLOUDCOCKPIT_URL', { url: 'https://user:pass@api.example.com' }],
  ['CLOUDCOCKPIT_TOKEN_URL', { tokenUrl: 'http://login.example.com/token' }],
  ['CLOUDCOCKPIT_TOKEN_URL', { tokenUrl: 'https://login.example.com/token?a=b' }],
])('%s that would not be safe stops the start: %o', async (variable, options) => {
  await expect(startSimulated({ options })).rejects.toThrow(`${variable} must be an https address`);
});
