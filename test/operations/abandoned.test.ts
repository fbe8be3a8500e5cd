import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditLog } from '../../src/audit/log.js';
import { present } from '../../src/cli/presence.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestApp, type TestApp } from '../support/app.js';

let app: TestApp;
let db: Database;
beforeAll(async () => {
  app = await createTestApp();
  db = createDatabase(app.database.url);
});
afterAll(async () => {
  await db?.close();
  await app?.close();
});

async function openedBy(instanceId: string, operation: string): Promise<string> {
  const [scope] = await db.client.organization.findMany({
    where: { kind: 'CSP' },
    select: { id: true, tenantId: true },
    take: 1,
  });
  const id = newId();
  const actor = { kind: 'SYSTEM' as const, id: null, name: 'a test' };
  const entry = { id, operation, status: 'RUNNING' as const, summary: operation, actor, correlationId: newId() };
  await db.transaction((tx) =>
    auditLog.open(tx, { tenantId: scope!.tenantId, organizationId: scope!.id }, { ...entry, instanceId }),
  );
  return id;
}

const entryOf = (id: string) => db.client.auditLog.findFirstOrThrow({ where: { id } });

test('open entries of an instance that nobody knows, as after a restore, are ended by the gateway that starts', async () => {
  const [mutation, command] = [await openedBy(newId(), 'UpsertCustomers'), await openedBy(newId(), 'ExportAuditLogs')];
  await present(db, async (instanceId) => {
    const working = await openedBy(instanceId, 'ExportAuditLogs');
    await app.another();
    expect(await entryOf(mutation)).toMatchObject({ status: 'FAILED', errorCode: 'INTERRUPTED' });
    expect((await entryOf(command)).errorMessage).toBe('The command was killed before its end; run it again to go on.');
    // A command that works is alive.
    expect(await entryOf(working)).toMatchObject({ status: 'RUNNING' });
  });
  expect(await db.client.instance.count({ where: { workers: { isEmpty: true } } })).toBe(0);
});
