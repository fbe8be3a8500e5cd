import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, dropDatabase } from '../../src/storage/databases.js';
import { createTestApp, startGateway, type TestApp } from '../support/app.js';
import { createCaller } from '../support/caller.js';
import { root } from '../support/root.js';
import { createStage, type Staged, standing } from '../support/stage.js';

const ENTRIES = '{ auditLogs(first: 50) { nodes { id operation status summary } } }';
let app: TestApp;
let folder: string;
let staged: Staged;
beforeAll(async () => {
  app = await createTestApp();
  folder = await mkdtemp(join(tmpdir(), 'gateway-backup-'));
  staged = await (await createStage(app)).subscribe();
});
afterAll(async () => {
  await app?.close();
  await rm(folder, { recursive: true, force: true });
});

function cli(databaseUrl: string, ...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, GATEWAY_DATA_DIR: join(folder, 'data') };
  return new Promise((resolve) => {
    const command = ['scripts/run.mjs', 'src/cli.ts', ...args];
    const child = execFile(process.execPath, command, { cwd: root, env }, (_error, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

describe('a backup of a gateway that works', () => {
  test('goes back as it was: log verified, credentials opened, changes delivered', async () => {
    const backup = join(folder, 'first');
    const made = await cli(app.database.url, 'backup', backup, '--json');
    expect(made).toMatchObject({ code: 0 });
    expect(JSON.parse(made.out)).toMatchObject({ folder: backup, keyIds: ['test'] });
    expect(await cli(app.database.url, 'backup', backup)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is there already'),
    });
    expect(await cli(app.database.url, 'restore', backup)).toMatchObject({
      code: 1,
      err: expect.stringContaining('not empty'),
    });

    const name = `restored_${process.pid}`;
    const url = await createDatabase(app.database.url, name);
    const restored = await cli(url, 'restore', backup);
    expect(restored, restored.err).toMatchObject({ code: 0 });
    const wanted = await app.csp.query(ENTRIES);

    const { simulator, secretKey } = app;
    const gateway = await startGateway({ databaseUrl: url, discoveryUrl: simulator.discoveryUrl, secretKey });
    const csp = createCaller(gateway.url, app.csp.key);
    expect(await csp.query(ENTRIES)).toEqual(wanted);
    const input = {
      eventId: 'after',
      externalId: staged.externalId,
      kind: 'QUANTITY',
      quantity: 11,
      effectiveDate: null,
    };
    await csp.query(
      'mutation ($input: RecordSubscriptionChangeInput!) { recordSubscriptionChange(input: $input) { auditLog { id } } }',
      { input },
    );
    const open =
      '{ auditLogs(first: 1, filter: { statuses: [PENDING, RUNNING, RETRYING, VERIFYING] }) { nodes { id } } }';
    while ((await csp.query<{ auditLogs: { nodes: object[] } }>(open)).auditLogs.nodes.length > 0);
    const today = new Date().toISOString().slice(0, 10);
    expect(standing(app, staged.contractId, today)?.units).toBe(11);
    await csp.close();
    await gateway.app.close();
    await dropDatabase(app.database.url, name);
  });

  test('is refused when a file of it was changed, before anything is made', async () => {
    const backup = join(folder, 'second');
    await cli(app.database.url, 'backup', backup);
    await appendFile(join(backup, 'public.AuditLog.copy.gz'), 'x');
    expect(await cli(app.database.url, 'restore', backup)).toMatchObject({
      code: 1,
      err: expect.stringContaining('was changed'),
    });
    await rm(join(backup, 'public.AuditLog.copy.gz'));
    expect(await cli(app.database.url, 'restore', backup)).toMatchObject({
      code: 1,
      err: expect.stringContaining('public.AuditLog.copy.gz is missing'),
    });
    await writeFile(join(backup, 'manifest.json'), '{"format":1}');
    expect(await cli(app.database.url, 'restore', backup)).toMatchObject({
      code: 1,
      err: expect.stringContaining('manifest.json was changed or is damaged'),
    });
    expect(await cli(app.database.url, 'restore', folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is no backup'),
    });
  });
});
