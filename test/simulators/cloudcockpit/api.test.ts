import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CloudCockpitSimulator,
  sampleWorld,
  startCloudCockpitSimulator,
  uuid,
} from '../../../simulators/cloudcockpit/index.js';

/** The simulator by itself, over plain HTTP: what it refuses, what it gives, what it keeps. */
const world = sampleWorld();
const [client] = world.clients;
const GOOD = {
  client_id: client?.clientId ?? '',
  client_secret: client?.clientSecret ?? '',
  scope: world.scope,
  grant_type: 'client_credentials',
};
const LICENSES = 'v1/Offers?OfferTypes=License&Segment=Commercial';

let portal: CloudCockpitSimulator;
let token = '';
beforeAll(async () => {
  portal = await startCloudCockpitSimulator();
});
beforeEach(async () => {
  portal.admin.reset();
  token = (await tokenFor(GOOD)).body.access_token as string;
});
afterAll(() => portal.close());

type Body = Record<string, unknown>;
async function tokenFor(form: Record<string, string>, init: RequestInit = {}) {
  const response = await fetch(portal.tokenUrl, { method: 'POST', body: new URLSearchParams(form), ...init });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
}
async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const given = { Authorization: `Bearer ${token}`, 'X-Tenant': 'portal.cockpit.test', ...headers };
  const response = await fetch(`${portal.url}/${path}`, {
    method,
    headers: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== '')),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Body };
}
const idsOf = ({ body }: { body: Body }) => (body.items as { id: string }[]).map(({ id }) => id);

describe('a token', () => {
  test('is given for a form with the right credentials', async () => {
    expect(await tokenFor(GOOD)).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3599 } });
  });

  test.each([
    ['another secret', { ...GOOD, client_secret: 'x' }, 401, 'invalid_client'],
    ['another client', { ...GOOD, client_id: 'x' }, 400, 'unauthorized_client'],
    ['another scope', { ...GOOD, scope: 'x' }, 400, 'invalid_scope'],
    ['another flow', { ...GOOD, grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['a field too many', { ...GOOD, resource: 'x' }, 400, 'invalid_request'],
  ])('is refused for %s', async (_what, form, status, error) => {
    expect(await tokenFor(form)).toMatchObject({ status, body: { error } });
  });

  test('is refused for JSON, and by GET', async () => {
    const body = JSON.stringify(GOOD);
    const json = await tokenFor(GOOD, { body, headers: { 'content-type': 'application/json' } });
    expect([json.status, (await fetch(portal.tokenUrl)).status]).toEqual([415, 405]);
  });

  test('ends, and can be revoked', async () => {
    portal.admin.clock.advance(3600 * 1000);
    expect((await get('v1/Customers')).status).toBe(401);
    token = (await tokenFor(GOOD)).body.access_token as string;
    expect((await get('v1/Customers')).status).toBe(200);
    portal.admin.revokeTokens();
    expect((await get('v1/Customers')).status).toBe(401);
  });
});

describe('a request', () => {
  test.each([
    ['without a token', 'v1/Customers', { Authorization: '' }, 401],
    ['with another one', 'v1/Customers', { Authorization: 'Bearer x' }, 401],
    ['without a portal', 'v1/Customers', { 'X-Tenant': '' }, 400],
    ['of another portal', 'v1/Customers', { 'X-Tenant': 'x.test' }, 403],
    ['with a correlation id that is none', 'v1/Customers', { 'X-Correlation-Id': 'x' }, 400],
    ['for nothing', 'v1/Nothing', {}, 404],
    ['for page 0', 'v1/Customers?pageNumber=0', {}, 400],
    ['for 2001 rows', 'v1/Customers?pageSize=2001', {}, 400],
    ['with a parameter that is none', 'v1/Customers?page=1', {}, 400],
    ['sorted by what cannot be', 'v1/Customers?sortPropertyName=Name', {}, 400],
    ['for offers of no type', 'v1/Offers?Segment=Commercial', {}, 400],
    ['for offers of another type', 'v1/Offers?OfferTypes=License|Free&Segment=Commercial', {}, 400],
    ['for offers of no segment', 'v1/Offers?OfferTypes=License', {}, 400],
    ['for subscriptions of no customer', `v1/customers/${uuid(1, 99)}/subscriptions`, {}, 404],
    ['for subscriptions of what is no id', 'v1/customers/x/subscriptions', {}, 400],
  ])('%s is refused', async (_what, path, headers, status) => {
    expect((await get(path, headers)).status).toBe(status);
  });

  test('that writes is refused, and a refusal says what and why', async () => {
    expect((await get('v1/Customers', {}, 'POST')).status).toBe(405);
    expect((await get('v1/Customers?pageSize=0')).body).toMatchObject({
      statusCode: 400,
      correlationId: expect.any(String),
      errors: [{ propertyName: 'pageSize', description: [expect.any(String)] }],
    });
  });

  test('too many in a minute is refused with when to come again', async () => {
    portal.admin.switches.patch({ requestsPerMinute: 1, retryAfter: 3 });
    await get('v1/Customers');
    const { status, headers } = await get('v1/Customers');
    expect([status, headers.get('retry-after')]).toEqual([429, '3']);
  });
});

describe('lists', () => {
  test('have 25 rows a page by default, in any casing of their names', async () => {
    for (let at = 10; at < 40; at += 1) portal.admin.add('customers', { id: uuid(1, at), companyName: `N${at}` });
    expect(idsOf(await get('v1/Customers'))).toHaveLength(25);
    expect(idsOf(await get('v1/customers?PageNumber=2'))).toHaveLength(8);
    expect(idsOf(await get('v1/Customers?pageNumber=3'))).toEqual([]);
    expect(idsOf(await get('v1/Customers?pageNumber=2&pageSize=1&sortPropertyName=Company.Name'))).toEqual([
      uuid(1, 2),
    ]);
  });

  test('of offers are of one segment, with its prices only', async () => {
    expect(idsOf(await get(LICENSES))).toEqual([uuid(2, 4), uuid(2, 1)]);
    expect(idsOf(await get(LICENSES.replace('Commercial', 'Education')))).toEqual([uuid(2, 2)]);
  });

  test('of subscriptions are one customer’s', async () => {
    const path = `v1/customers/${uuid(1, 1)}/subscriptions?sortPropertyName=StartDate`;
    expect(idsOf(await get(path))).toEqual([uuid(3, 1), uuid(3, 2), uuid(3, 3)]);
  });
});

test('the journal keeps no secret, and a wrong switch or record is told', async () => {
  const text = JSON.stringify(portal.admin.journal.list());
  expect(text).toContain('client_secret');
  expect(text).not.toContain(GOOD.client_secret);
  expect(text).not.toContain(token);
  expect(() => portal.admin.switches.patch({ retryafter: 1 } as object)).toThrow("unknown switch 'retryafter'");
  expect(() => portal.admin.edit('offers', 'x', {})).toThrow('no offers x');
});

test('the admin side does the same over HTTP', async () => {
  const admin = (path: string, method = 'GET', body?: object) =>
    fetch(`${portal.adminUrl}/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  await admin(`rows/subscriptions/${uuid(3, 1)}`, 'PATCH', { quantity: 8 });
  const { subscriptions } = (await (await admin('state')).json()) as { subscriptions: { quantity: number }[] };
  expect(subscriptions[0]?.quantity).toBe(8);
  await admin('faults', 'POST', { action: 'json500' });
  expect((await get('v1/Customers')).status).toBe(500);
  expect((await admin('rows/nothing/1', 'PATCH', {})).status).toBe(400);
  expect((await admin('faults', 'POST', { action: 'none' })).status).toBe(400);
  expect((await admin(`rows/offers/${uuid(2, 1)}`, 'DELETE')).status).toBe(200);
  expect(idsOf(await get(LICENSES))).toEqual([uuid(2, 4)]);
});
