import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { newId } from '../../src/storage/ids.js';
import { createLocalKeys } from '../../src/storage/key-provider.js';
import { sealingKeys } from '../../src/storage/sealing-keys.js';
import { createVault } from '../../src/storage/vault.js';
import { entries } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { root } from '../support/root.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

test('a rotation of the key stands in the log of each organization that has secrets, without a key', async () => {
  const [before = '', after = ''] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
  const config = readConfig({ GATEWAY_SECRET_KEY: before }, []);
  const provider = await createLocalKeys(() => sealingKeys(config, '/nowhere'));
  const { db } = app.app;
  const reseller = await db.client.organization.findFirstOrThrow({ where: { name: 'First Reseller' } });
  const place = { tenantId: reseller.tenantId, organizationId: reseller.id, rowId: newId() };
  await createVault({ db, provider, newId }).seal('hunter2', {
    ...place,
    table: 'Connection',
    column: 'sealedCredentials',
  });

  const env = {
    ...process.env,
    DATABASE_URL: app.database.url,
    GATEWAY_SECRET_KEY: after,
    GATEWAY_SECRET_KEYS_ACCEPTED: before,
  };
  const out = await new Promise<string>((resolve, reject) => {
    const command = ['scripts/run.mjs', 'src/cli.ts', 'secrets', 'rotate', '--json'];
    execFile(process.execPath, command, { cwd: root, env }, (error, text) => (error ? reject(error) : resolve(text)));
  });
  expect(JSON.parse(out)).toMatchObject({ rewrapped: 1, failed: [] });
  const told = await entries(app.reseller, { operations: ['RotateSecrets'] });
  expect(told).toMatchObject([{ status: 'SUCCEEDED', actor: { name: expect.stringMatching(/command line/) } }]);
  expect(await entries(app.csp, { operations: ['RotateSecrets'] })).toEqual([]);
  // How much there was is that of all organizations.
  const said = await app.database.sql<{ message: string }>(
    `SELECT e."message" FROM "AuditLogEvent" e JOIN "AuditLog" a ON a."id" = e."auditLogId" WHERE a."operation" = 'RotateSecrets'`,
  );
  for (const { message } of said) expect(message).not.toMatch(/\d+ (data keys|secrets|made)/);
  for (const key of [before, after]) expect(JSON.stringify(told) + out).not.toContain(key);
});
