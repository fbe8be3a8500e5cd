import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BASIC, BASIC_LINE, call, client, credentials, firstUser, MONTHLY, NOW, start, worldWith } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'autotask-simulator-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const change = { serviceID: BASIC, unitChange: 2, effectiveDate: '2026-08-01' };

describe('the admin side over HTTP', () => {
  it('lists its calls', async () => {
    const { adminUrl } = await start();
    const index = (await call('GET', adminUrl)).body.map((entry: { call: string }) => entry.call);
    expect(index).toEqual(expect.arrayContaining(['POST /admin/reset', 'GET /admin/journal', 'POST /admin/faults']));
  });

  it('goes back to the seed, data and switches and faults alike', async () => {
    const simulator = await start();
    const before = simulator.admin.state().tables;
    await client(simulator).adjust(MONTHLY, change);
    await call('PATCH', `${simulator.adminUrl}/switches`, { threads: 1 });
    await call('POST', `${simulator.adminUrl}/faults`, { times: 0, action: 'html502' });
    expect((await call('POST', `${simulator.adminUrl}/reset`)).status).toBe(200);
    expect(simulator.admin.state().tables).toEqual(before);
    expect((await call('GET', `${simulator.adminUrl}/switches`)).body.threads).toBe(3);
    expect((await client(simulator).get('Companies/0')).status).toBe(200);
  });

  it('takes a new world, or more of it', async () => {
    const simulator = await start();
    const { adminUrl, admin } = simulator;
    const more = { users: [], companies: [{ id: 900, companyName: 'Merged' }] };
    expect((await call('POST', `${adminUrl}/seed?merge=true`, more)).status).toBe(200);
    expect(admin.state().tables.Companies).toHaveLength(13);
    const world = {
      users: [firstUser()],
      companies: [{ id: 1 }],
      services: [{ id: 1, unitPrice: 2 }],
      contracts: [{ id: 1, companyID: 1 }],
      lines: [{ contractID: 1, serviceID: 1, units: 3 }],
    };
    expect((await call('POST', `${adminUrl}/seed`, world)).status).toBe(200);
    expect(admin.state().tables.Companies).toHaveLength(1);
    expect((await call('GET', `${adminUrl}/contracts/1/units`)).body[0]).toMatchObject({ units: 3, price: 6 });
    const bad = await call('POST', `${adminUrl}/seed`, { ...world, lines: [{ contractID: 5, serviceID: 1 }] });
    expect(bad.status).toBe(400);
    expect(admin.state().tables.Companies).toHaveLength(1);
  });

  it('sets, advances and frees the clock', async () => {
    const { adminUrl } = await start();
    const clock = async (body: object) => (await call('POST', `${adminUrl}/clock`, body)).body.now;
    expect(await clock({ advanceDays: 1 })).toBe('2026-07-21T10:00:00.000Z');
    expect(await clock({ set: '2026-01-01T00:00:00Z' })).toBe('2026-01-01T00:00:00.000Z');
    expect(await clock({ advanceMs: 1000 })).toBe('2026-01-01T00:00:01.000Z');
    expect(await clock({ set: null })).toBe(new Date(NOW).toISOString());
    expect((await call('POST', `${adminUrl}/clock`, { set: 'soon' })).status).toBe(400);
  });

  it('posts a period, moves the zone, and locks, changes and restricts users without ever giving a secret', async () => {
    const simulator = await start();
    const { adminUrl } = simulator;
    const posted = await call('POST', `${adminUrl}/post-period`, { contractID: MONTHLY, throughDate: '2026-01-31' });
    expect(posted.body).toMatchObject({ units: [50_000, 50_036] });
    expect((await call('POST', `${adminUrl}/move-zone`, { name: 'zone2' })).body).toEqual({ zonePath: '/zone2' });
    const user = `${adminUrl}/users/${encodeURIComponent(firstUser().username)}`;
    const patched = await call('PATCH', user, {
      secret: 'another-secret',
      permissions: { Companies: { query: 'None' } },
    });
    expect(patched.body).toMatchObject({ username: firstUser().username, locked: false });
    const all = [
      patched,
      await call('GET', user),
      await call('GET', `${adminUrl}/users`),
      await call('GET', `${adminUrl}/state`),
    ];
    for (const answer of all) expect(answer.text).not.toContain('-secret');
    const url = `${simulator.url}/zone2/ATServicesRest/V1.0/Companies/0`;
    expect((await call('GET', url, undefined, credentials())).status).toBe(401);
    expect((await call('GET', url, undefined, { ...credentials(), Secret: 'another-secret' })).status).toBe(403);
  });

  it('refuses unknown calls, wrong verbs, unknown switches and unreadable bodies', async () => {
    const { adminUrl } = await start();
    expect((await call('GET', `${adminUrl}/bogus`)).status).toBe(404);
    expect((await call('GET', `${adminUrl}/reset`)).status).toBe(405);
    expect((await call('PATCH', `${adminUrl}/switches`, { bogus: 1 })).status).toBe(400);
    expect((await call('POST', `${adminUrl}/faults`, '{')).status).toBe(400);
  });
});

describe('the journal', () => {
  it('keeps every request with its header names, user, body and outcome, and no secret', async () => {
    const simulator = await start({ switches: { refuseSameDateAdjustment: 'always' } });
    const api = client(simulator);
    await api.get('Companies/0');
    await api.adjust(MONTHLY, change);
    await api.adjust(MONTHLY, change);
    const { body, text } = await call('GET', `${simulator.adminUrl}/journal`);
    expect(body.entries).toHaveLength(3);
    expect(body.entries[1]).toMatchObject({
      time: '2026-07-20T10:00:00.000Z',
      method: 'POST',
      path: `/ATServicesRest/V1.0/Contracts/${MONTHLY}/ServiceAdjustments`,
      entity: 'ContractServiceAdjustments',
      isWrite: true,
      user: firstUser().username,
      body: change,
      status: 200,
      committed: true,
      fault: null,
    });
    expect(body.entries[1].headers.map((name: string) => name.toLowerCase())).toContain('secret');
    expect(body.entries[2]).toMatchObject({ status: 500, committed: false });
    expect(text).not.toContain(firstUser().secret);
    expect(body.counters).toEqual({ requests: 3, writes: 2, commits: 1, 'commits.ContractServiceAdjustments': 1 });
    const writes = await call('GET', `${simulator.adminUrl}/journal?writes=true&committed=true`);
    expect(writes.body.entries).toHaveLength(1);
    await call('DELETE', `${simulator.adminUrl}/journal`);
    expect((await call('GET', `${simulator.adminUrl}/journal`)).body.entries).toEqual([]);
  });
});

describe('the state file', () => {
  it('holds a write before it is answered, and a new process goes on from it', async () => {
    const stateFile = join(folder, 'state.json');
    const first = await start({ stateFile, switches: { refuseSameDateAdjustment: 'always' } });
    first.admin.faults.add({ match: { writesOnly: true }, action: 'dropAfterCommit' });
    await client(first)
      .adjust(MONTHLY, change)
      .catch(() => undefined);
    expect(JSON.parse(readFileSync(stateFile, 'utf8')).counters.commits).toBe(1);
    const bad = client(first, { ...credentials(), Secret: 'x' });
    await bad.get('Companies/0');
    const tables = first.admin.state().tables;

    const second = await start({ stateFile, world: worldWith({ companies: [] }) });
    expect(second.admin.state().tables).toEqual(tables);
    expect(second.admin.users.get(firstUser().username).badSecrets).toBe(1);
    expect(second.admin.journal.counters()).toMatchObject({ commits: 1 });
    const api = client(second);
    expect((await api.adjust(MONTHLY, change)).body.errors[0]).toMatch(/duplicate data/);
    expect((await api.units(BASIC_LINE, '2026-08-01'))[0]).toBe('2026-08-01..2026-08-31 12 79.2');
    const created = await api.post(`Contracts/${MONTHLY}/Services`, { serviceID: 104 });
    expect(created.body).toEqual({ itemId: 8004 });
  });
});

describe('what nobody foresaw', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/atservicesrest'],
    ['GET', '/atservicesrest/v1.0/Companies/query?search=%7B%22filter%22%3A1%7D'],
    ['GET', '/atservicesrest/v1.0/Companies/query/next?paging=x&search=%7B%22filter%22%3A%5B%5D%7D'],
    ['GET', '/atservicesrest/v1.0/Companies/query/next?search=%7B%7D'],
    ['GET', '/%zz'],
    ['POST', '/atservicesrest/v1.0/Companies/query'],
    ['PUT', '/atservicesrest/v1.0/Companies'],
    ['DELETE', '/atservicesrest/v1.0/Companies/201'],
    ['OPTIONS', '/atservicesrest/v1.0/Companies'],
  ])("%s %s gets an answer of autotask's, and the simulator lives on", async (method, path) => {
    const simulator = await start();
    for (const body of method === 'GET'
      ? [undefined]
      : [undefined, 'null', '[]', '1', '{}', '{"filter":[{}]}', '\u0000']) {
      const answer = await call(method, `${simulator.url}${path}`, body, {
        ...credentials(),
        'Content-Type': 'application/json',
      });
      expect([400, 404, 405, 500]).toContain(answer.status);
      expect(answer.text).not.toContain('Internal server error');
    }
    expect((await client(simulator).get('Companies/0')).status).toBe(200);
  });
});
