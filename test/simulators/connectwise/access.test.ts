import { describe, expect, it } from 'vitest';
import { sampleWorld, type World } from '../../../simulators/connectwise/index.js';
import { basic, CLIENT_ID, client, start, worldWith } from './support.js';

const role = (area: string, rights: object): World => {
  const [member] = sampleWorld().members;
  return worldWith({ members: [{ ...(member as World['members'][0]), role: { [area]: rights } }] });
};

describe('who may call', () => {
  it.each([
    ['a good user name and a registered clientId', {}, 200],
    ['no clientId', { clientId: undefined }, 401],
    ['an unknown clientId', { clientId: CLIENT_ID.replace('1', '2') }, 401],
    ['no authorization', { authorization: undefined }, 401],
    ['no company in front of the key', { authorization: `Basic ${btoa('samplePublicKey1:samplePrivateKey1')}` }, 401],
    ['another company', { authorization: basic('other') }, 401],
    ['another private key', { authorization: basic(undefined, undefined, 'wrong') }, 401],
    ['a bearer token', { authorization: 'Bearer abc' }, 401],
  ])('%s: %j', async (_what, headers, status) => {
    const answer = await client(await start(), headers).call('GET', 'system/info');
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body).toMatchObject({ version: expect.stringMatching(/^v2025/), isCloud: true });
    else expect(answer.body).toMatchObject({ code: 'Unauthorized' });
  });

  it('may be told 404 for wrong keys, as in the cloud', async () => {
    const simulator = await start({ switches: { wrongKeysStatus: 404 } });
    expect((await client(simulator, { authorization: basic('other') }).call('GET', 'system/info')).status).toBe(404);
  });

  it('learns the code base without credentials', async () => {
    const { url } = await start();
    const found = await fetch(`${url}/login/companyinfo/Sample`);
    expect(await found.json()).toMatchObject({ CompanyID: 'sample', Codebase: 'v2025_1/' });
    expect((await fetch(`${url}/login/companyinfo/nobody`)).status).toBe(404);
  });

  it.each([
    ['companies', { inquire: 'None' }, 'GET', 'company/companies'],
    ['catalog', { inquire: 'None' }, 'GET', 'procurement/catalog/101'],
    ['agreements', { inquire: 'None' }, 'GET', 'finance/agreements/1001/additions'],
    ['agreements', { add: 'None' }, 'POST', 'finance/agreements/1001/additions'],
    ['agreements', { edit: 'None' }, 'PATCH', 'finance/agreements/1001/additions/501'],
    ['agreements', { delete: 'None' }, 'DELETE', 'finance/agreements/1001/additions/501'],
    ['tableSetup', { inquire: 'None' }, 'GET', 'finance/billingCycles'],
  ])('is refused by its role: %s %j', async (area, rights, method, path) => {
    const answer = await client(await start({ world: role(area, rights) })).call(method, path);
    expect(answer).toMatchObject({ status: 403, body: { code: 'Forbidden' } });
  });

  it('sees no company at level My', async () => {
    const api = client(await start({ world: role('companies', { inquire: 'My' }) }));
    expect(await api.ids('company/companies')).toEqual([]);
  });
});

describe('limits and addresses', () => {
  it('refuses what is above the number of a minute, with Retry-After, and takes calls again later', async () => {
    let now = Date.parse('2026-07-20T10:00:00Z');
    const simulator = await start({ clock: () => new Date(now), switches: { requestsPerMinute: 2, retryAfter: 7 } });
    const api = client(simulator);
    const statuses = [];
    for (let at = 0; at < 3; at += 1) statuses.push((await api.call('GET', 'system/info')).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await api.call('GET', 'system/info')).headers.get('retry-after')).toBe('7');
    now += 60_001;
    expect((await api.call('GET', 'system/info')).status).toBe(200);
  });

  it('answers under both code bases, with a request id and its version', async () => {
    const simulator = await start();
    const answer = await client(simulator).call('GET', `${simulator.url}/v2025_1/apis/3.0/system/info`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-cw-request-id')).toBeTruthy();
    expect(answer.headers.get('api-current-version')).toBe('2025.16');
  });

  it.each([
    ['GET', 'nothing/here', 404],
    ['POST', 'company/companies', 405],
    ['PATCH', 'finance/agreements/1001/additions', 405],
    ['GET', 'finance/agreements/9999/additions', 404],
    ['GET', `company/companies?conditions=${'x'.repeat(2100)}`, 404],
  ])('%s %.40s: %i', async (method, path, status) => {
    expect((await client(await start()).call(method, path)).status).toBe(status);
  });

  it('keeps no key in its journal', async () => {
    const simulator = await start();
    await client(simulator).call('GET', 'system/info');
    const text = JSON.stringify(simulator.admin.journal.list());
    expect(text).toContain('sample+samplePublicKey1');
    expect(text).not.toContain('samplePrivateKey1');
  });
});
