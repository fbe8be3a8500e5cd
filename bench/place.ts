import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createDatabase, dropDatabase } from '../src/storage/databases.js';
import { startEmbeddedPostgres } from '../src/storage/embedded-postgres.js';
import { migrate } from '../src/storage/migrations.js';

export interface Place {
  readonly url: string;
  sql<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** A fresh, migrated database on the server of DATABASE_URL or on one started for it. */
export async function createPlace(): Promise<Place> {
  const server = await startServer();
  const name = `gateway_bench_${randomBytes(6).toString('hex')}`;
  const url = await createDatabase(server.url, name);
  await migrate(url, { directory: join(import.meta.dirname, '../prisma/migrations') });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    url,
    sql: async <Row extends pg.QueryResultRow>(text: string) => (await client.query<Row>(text)).rows,
    async close() {
      await client.end();
      await dropDatabase(server.url, name);
      await server.stop();
    },
  };
}

async function startServer(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => undefined };
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-bench-'));
  const { url, home, stop } = await startEmbeddedPostgres({ dataDir });
  return {
    url,
    async stop() {
      await stop();
      for (const folder of [home, dataDir]) await rm(folder, { recursive: true, force: true });
    },
  };
}
