import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, connectionOf, GOOD, settled, unique } from '../support/acts.js';
import { autotaskAt, createTestApp, startGateway, type TestApp } from '../support/app.js';
import { createCaller } from '../support/caller.js';
import type { Entry } from '../support/documents.js';
import { API_USER, testWorld } from '../support/world.js';

let app: TestApp;
const SECOND = { ...API_USER, username: 'second@psa.test' };

beforeAll(async () => {
  app = await createTestApp({ world: testWorld({ users: [SECOND] }) });
});
afterEach(() => {
  app.simulator.admin.faults.clear();
  app.simulator.admin.journal.clear();
});
afterAll(() => app?.close());

interface Failed {
  readonly entry: Entry;
  readonly status: string;
  readonly statusCode: string | null;
}

async function failing(input: Parameters<typeof connect>[1]): Promise<Failed> {
  const { connection, auditLog } = await connect(app.csp, input);
  const entry = await settled(app.csp, auditLog.id);
  const { status, statusCode } = await connectionOf(app.csp, connection?.id ?? '');
  return { entry, status, statusCode };
}

const withCredentials = (changes: object) => ({ credentials: { autotask: { ...GOOD, ...changes } } });
const failedLine = ({ diagnostics }: Entry) => diagnostics.find(({ status }) => status === 'FAIL');

describe('a connection that cannot be used says why and what to do', () => {
  it('when the user is unknown', async () => {
    const { entry, status, statusCode } = await failing(withCredentials({ username: 'nobody@psa.test' }));
    expect([entry.status, status, statusCode]).toEqual(['FAILED', 'INVALID', 'USER_UNKNOWN']);
    expect(entry.error).toMatchObject({ class: 'authInvalid', code: 'USER_UNKNOWN', retryable: false });
    expect(entry.error?.hint).toContain('Username (Key)');
    expect(failedLine(entry)?.where.length).toBeGreaterThan(0);
  });

  it('when the secret is wrong, which it tries exactly once', async () => {
    const { entry, status } = await failing(withCredentials({ password: 'Wrong-Secret#1' }));
    expect([entry.error?.code, status]).toEqual(['SECRET_REJECTED', 'INVALID']);
    expect(entry.error?.hint).toContain('generate a new secret');
    const withSecret = app.simulator.admin.journal
      .list()
      .filter(({ headers }) => headers.some((name) => name.toLowerCase() === 'secret'));
    expect(withSecret.map(({ status: answered }) => answered)).toEqual([401]);
    expect(app.simulator.admin.users.get(API_USER.username)).toMatchObject({ badSecrets: 1, locked: false });
    app.simulator.admin.users.patch(API_USER.username, { badSecrets: 0 });
  });

  it('when the user is locked', async () => {
    app.simulator.admin.users.patch(SECOND.username, { locked: true });
    const { entry } = await failing(withCredentials({ username: SECOND.username }));
    // Autotask answers it like a wrong secret, so the advice names both.
    expect(entry.error).toMatchObject({ class: 'authInvalid', code: 'SECRET_REJECTED' });
    expect(entry.error?.hint).toMatch(/locked/);
    app.simulator.admin.users.patch(SECOND.username, { locked: false });
  });

  it('when the integration code is wrong', async () => {
    const { entry } = await failing(withCredentials({ integrationCode: 'ANOTHERCODE' }));
    expect(entry.error).toMatchObject({ class: 'authInvalid', code: 'INTEGRATION_CODE_REJECTED' });
    expect(entry.error?.hint).toContain('integration vendor');
  });

  it('when there is no integration code at all, before anything is asked', async () => {
    const { entry } = await failing({
      credentials: { raw: { connectorId: 'autotask', credentials: { username: 'a', password: 'b' } } },
    });
    expect(entry.error).toMatchObject({ code: 'INTEGRATION_CODE_MISSING' });
    expect(app.simulator.admin.journal.list()).toEqual([]);
  });

  it.each([
    ['Contracts', 'query', 'See all contracts'],
    ['ContractServiceAdjustments', 'create', 'Adjust units and prices'],
    ['ContractServiceUnits', 'query', 'See billed units'],
  ])('when the right %s %s is missing, with the setting to change', async (entity, verb, title) => {
    app.simulator.admin.users.patch(SECOND.username, { permissions: { [entity]: { [verb]: 'None' } } });
    const { entry, status, statusCode } = await failing(withCredentials({ username: SECOND.username }));
    app.simulator.admin.users.patch(SECOND.username, { permissions: {} });
    expect([entry.error?.class, statusCode, status]).toEqual(['permissionMissing', 'PERMISSION_MISSING', 'INVALID']);
    const failures = entry.diagnostics.filter(({ status: line }) => line === 'FAIL');
    expect(failures.map((line) => line.title)).toEqual([title]);
    expect(failures[0]?.where.join(' > ')).toMatch(/Security Levels/i);
    expect(failures[0]?.action).toContain(`allow ${verb}`);
  });

  it('when the PSA does not use its currency', async () => {
    const { entry, status } = await failing({ currency: 'CHF' });
    expect([entry.error?.code, status]).toEqual(['WRONG_CURRENCY', 'INVALID']);
    expect(failedLine(entry)?.detail).toContain('USD, EUR');
  });

  it('when the PSA cannot be reached', async () => {
    const closed = createServer();
    const port = await listening(closed);
    await new Promise((done) => closed.close(done));
    const other = await startGateway({
      databaseUrl: app.database.url,
      discoveryUrl: `http://127.0.0.1:${port}/atservicesrest`,
      secretKey: app.secretKey,
    });
    const caller = createCaller(other.url, app.stranger.key);
    try {
      // Testing what is not stored runs in the instance that was asked.
      const document = `mutation ($input: TestConnectorConnectionInput!) {
        testConnectorConnection(input: $input) { auditLog { id } } }`;
      const input = { currency: 'USD', credentials: { autotask: GOOD } };
      const { testConnectorConnection } = await caller.query<{
        testConnectorConnection: { auditLog: { id: string } };
      }>(document, { input });
      const entry = await settled(caller, testConnectorConnection.auditLog.id);
      expect(entry.error).toMatchObject({ class: 'unavailable', code: 'UNREACHABLE', retryable: true });
      expect(entry.error?.hint).toContain('network');
    } finally {
      await caller.close();
      await other.app.close();
    }
  });

  it('when the zone answer names a foreign host, which then receives nothing', async () => {
    let received = 0;
    const foreign = createServer((_request, response) => {
      received += 1;
      response.end();
    });
    foreign.on('connection', () => {
      received += 1;
    });
    const port = await listening(foreign);
    app.simulator.admin.faults.add({
      match: { path: 'zoneinformation' },
      action: { kind: 'zoneRedirect', url: `http://localhost:${port}/ATServicesRest/` },
    });
    const { entry } = await failing({});
    await new Promise((done) => foreign.close(done));
    expect(entry.error).toMatchObject({ class: 'egressRefused', code: 'FOREIGN_HOST' });
    expect(entry.error?.hint).toContain('No secret was sent');
    expect(received).toBe(0);
  });

  it('when the PSA refuses because of volume', async () => {
    app.simulator.admin.faults.add({ match: { path: 'thresholdinformation' }, action: 'status429', times: 0 });
    const { entry } = await failing({});
    expect(entry.error).toMatchObject({ class: 'rateLimited', retryable: true });
  });

  it('when a web page comes instead of JSON', async () => {
    app.simulator.admin.faults.add({ match: { path: 'zoneinformation' }, action: 'html502', times: 0 });
    const { entry } = await failing({});
    expect(entry.error).toMatchObject({ code: 'SERVER_ERROR_HTML' });
    expect(entry.error?.message).not.toContain('<');
  });
});

describe('a zone', () => {
  it('that has moved is found again', async () => {
    const { connection, auditLog } = await connect(app.csp);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
    const companies = 'query ($id: ID!) { remoteCompanies(connectionId: $id, prefix: "con") { name } }';
    // So that the old zone is the one it knows.
    await app.csp.query(companies, { id: connection?.id });
    app.simulator.admin.moveZone('zone2');
    app.simulator.admin.journal.clear();
    try {
      const { remoteCompanies } = await app.csp.query<{ remoteCompanies: { name: string }[] }>(companies, {
        id: connection?.id,
      });
      expect(remoteCompanies.map(({ name }) => name)).toEqual(['Contoso', 'contoso Annex']);
      const paths = app.simulator.admin.journal.list().map(({ path, status }) => [path.split('/')[1], status]);
      expect(paths.some(([first, status]) => first === 'zone2' && status === 200)).toBe(true);
      expect(paths.filter(([, status]) => status === 401)).toHaveLength(1);
    } finally {
      app.simulator.admin.moveZone('');
    }
  });
});

describe('a connector that is not registered', () => {
  it('is refused with the names of those that are', async () => {
    const raw = { connectorId: unique('nonesuch'), credentials: {} };
    const { userErrors } = await connect(app.csp, { credentials: { raw } });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'UNKNOWN_CONNECTOR' })]);
    expect(userErrors[0]?.message).toContain(autotaskAt(app.simulator.discoveryUrl).descriptor.id);
  });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}
