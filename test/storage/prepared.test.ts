import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const TENANT = '00000000-0000-7000-8000-000000000001';

let server: TestDatabase;
beforeAll(async () => {
  server = await createTestDatabase();
});
afterAll(() => server?.drop());

/** What the session of a pool of one has prepared, after a statement was sent often. */
async function prepared(url: string, statement: (db: ReturnType<typeof createDatabase>) => Promise<unknown>) {
  const db = createDatabase(url, { poolSize: 1 });
  try {
    for (let times = 0; times < 12; times += 1) await statement(db);
    const rows = await db.client.$queryRaw<{ statement: string }[]>`
      SELECT "statement" FROM pg_prepared_statements WHERE NOT "from_sql"`;
    return rows.map(({ statement: text }) => text);
  } finally {
    await db.close();
  }
}

test('a statement that is sent often is prepared, alone and in transactions', async () => {
  const texts = await prepared(server.url, (db) => db.client.$queryRaw`SELECT ${TENANT}::uuid::text AS "alone"`);
  expect(texts).toEqual([expect.stringContaining('"alone"')]);
  const inside = await prepared(server.url, (db) =>
    db.transaction((tx) => tx.$queryRaw`SELECT ${TENANT}::uuid::text AS "inside"`),
  );
  expect(inside).toEqual([expect.stringContaining('"inside"')]);
});

test('it still runs as its organization, each time', async () => {
  const db = createDatabase(server.url, { poolSize: 1 });
  const owners = Array.from({ length: 16 }, (_, at) => ({
    tenantId: TENANT,
    organizationId: TENANT.replace(/.$/, (at % 4).toString()),
  }));
  const seen: unknown[] = [];
  for (const owner of owners) {
    const [row] = await db.of(owner).client.$queryRaw<{ organization: string }[]>`
      SELECT current_setting('app.organization') AS "organization", ${1}::int AS "one"`;
    seen.push(row?.organization);
  }
  await db.close();
  expect(seen).toEqual(owners.map(({ organizationId }) => organizationId));
});

test('one that asks for every column is not: a column may come while it is kept', async () => {
  const all = await prepared(
    server.url,
    (db) => db.client.$queryRaw`SELECT t.* FROM "Organization" t WHERE t."tenantId" = ${TENANT}::uuid`,
  );
  expect(all).toEqual([]);
});

test('behind a pooler nothing is prepared: the next statement may reach another session', async () => {
  const pooler = await startPooler(server.url);
  const texts = await prepared(pooler.url, (db) => db.client.$queryRaw`SELECT ${TENANT}::uuid::text AS "pooled"`);
  await pooler.close();
  expect(texts).toEqual([]);
});

/** As a pooler does: passes everything on, but greets with a process id of its own. */
async function startPooler(url: string) {
  const own = new URL(url);
  const { hostname } = own;
  const folder = own.searchParams.get('host');
  const port = own.searchParams.get('port') ?? own.port;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const session = connect(folder ? { path: `${folder}/.s.PGSQL.${port}` } : { host: hostname, port: Number(port) });
    for (const socket of [client, session]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.pipe(session);
    session.on('data', (data: Buffer) => client.write(greeting(data)));
    session.on('end', () => client.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  own.search = '';
  own.hostname = '127.0.0.1';
  own.port = String((server.address() as AddressInfo).port);
  return {
    url: own.href,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      return once(server, 'close');
    },
  };
}

/** BackendKeyData: "K", its length of 12, the process id, the key. */
function greeting(data: Buffer): Buffer {
  const at = data.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at >= 0) data.writeInt32BE(1, at + 5);
  return data;
}
