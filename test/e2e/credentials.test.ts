import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, connected, done, GOOD, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { root } from '../support/root.js';
import { API_USER } from '../support/world.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const STATE = `query ($id: ID!) { connection(id: $id) {
  status statusCode credentialsVersion credentialsPending credentialsFingerprint } remoteCompanies(connectionId: $id) { name } }`;

interface State {
  readonly status: string;
  readonly statusCode: string | null;
  readonly credentialsVersion: number;
  readonly credentialsPending: boolean;
  readonly credentialsFingerprint: string;
}

/** How the connection stands; it was asked for companies with its credentials too. */
async function stateOf(id: string): Promise<State> {
  const { connection, remoteCompanies } = await app.csp.query<{ connection: State; remoteCompanies: object[] }>(STATE, {
    id,
  });
  expect(remoteCompanies.length).toBeGreaterThan(0);
  return connection;
}

const replace = (id: string, password: string) =>
  act(app.csp, 'updateConnectorConnection', { id, credentials: { autotask: { ...GOOD, password } } });

describe('new credentials', () => {
  it('that fail their check change nothing: the old ones go on', async () => {
    const { id } = await connected(app.csp);
    const before = await stateOf(id);
    const { auditLog } = await replace(id, 'Wrong-Secret#1');
    expect(await settled(app.csp, auditLog.id)).toMatchObject({
      status: 'FAILED',
      summary: expect.stringContaining('(the old ones stay in use) cannot be used'),
      error: { code: 'SECRET_REJECTED' },
    });
    expect(await stateOf(id)).toEqual(before);
    expect(before).toMatchObject({ status: 'ACTIVE', credentialsVersion: 1, credentialsPending: false });
  });

  it('that pass are swapped in, and the audit log tells them apart without knowing them', async () => {
    const { id } = await connected(app.csp);
    const before = await stateOf(id);
    app.simulator.admin.users.patch(API_USER.username, { secret: 'Rotated-Secret#2' });
    const { auditLog } = await replace(id, 'Rotated-Secret#2');
    const entry = await settled(app.csp, auditLog.id);
    const after = await stateOf(id);
    app.simulator.admin.users.patch(API_USER.username, { secret: GOOD.password });
    expect(after).toMatchObject({ status: 'ACTIVE', credentialsVersion: 2, credentialsPending: false });
    expect(after.credentialsFingerprint).not.toBe(before.credentialsFingerprint);
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: {
        changed: ['credentials'],
        fingerprint: { before: before.credentialsFingerprint, after: after.credentialsFingerprint },
      },
    });
    const stored = await app.database.sql('SELECT * FROM "Connection"');
    expect(JSON.stringify(stored)).not.toMatch(/Rotated-Secret|v1\./);
  });

  it('that are replaced before their check give way to the newer ones', async () => {
    const { id } = await connected(app.csp);
    const answers = await Promise.all(['Wrong-Secret#1', 'Wrong-Secret#2'].map((password) => replace(id, password)));
    const good = await replace(id, GOOD.password);
    const ended = await Promise.all([...answers, good].map(({ auditLog }) => settled(app.csp, auditLog.id)));
    expect(ended.at(-1)).toMatchObject({ status: 'SUCCEEDED' });
    for (const { status } of ended.slice(0, -1)) expect(['CANCELED', 'FAILED']).toContain(status);
    expect(await stateOf(id)).toMatchObject({ status: 'ACTIVE', credentialsVersion: 2, credentialsPending: false });
  });

  it('that wait are erased with the connection', async () => {
    const { id } = await connected(app.csp);
    await Promise.all([replace(id, GOOD.password), done(app.csp, 'deleteConnectorConnection', { id })]);
    const rows = await app.database.sql(
      `SELECT FROM "Connection" WHERE "deletedAt" IS NOT NULL
         AND ("pendingCredentials" IS NOT NULL OR "sealedCredentials" IS NOT NULL)`,
    );
    expect(rows).toEqual([]);
  });
});

describe('a gateway without the right key', () => {
  it.each([
    ['another key', { GATEWAY_SECRET_KEY: 'ff'.repeat(32) }],
    ['no key, because its file was lost', {}],
  ])('does not start with %s, says why, and changes nothing', async (_what, env) => {
    await connected(app.csp);
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'));
    const before = await app.database.sql('SELECT * FROM "_prisma_migrations"');
    const { code, out } = await start({ ...env, GATEWAY_DATA_DIR: dataDir, DATABASE_URL: app.database.url });
    expect(code).toBe(1);
    expect(out).toMatch(/The secrets of this database were sealed with the key test, and .*Nothing was changed/);
    expect(await readdir(dataDir)).toEqual([]);
    expect(await app.database.sql('SELECT * FROM "_prisma_migrations"')).toEqual(before);
    await rm(dataDir, { recursive: true });
  });
});

function start(settings: Record<string, string>): Promise<{ code: number | null; out: string }> {
  const env = { ...process.env, GATEWAY_PORT: '0', ...settings };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', 'tsx', 'src/main.ts'], { cwd: root, env }, (_e, out, err) =>
      resolve({ code: child.exitCode, out: out + err }),
    );
  });
}
