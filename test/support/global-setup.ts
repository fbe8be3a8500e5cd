import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrateJobs } from '../../src/jobs/tables.js';
import { createDatabase, dropDatabase } from '../../src/storage/databases.js';
import { startEmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { migrate } from '../../src/storage/migrations.js';

/**
 * One PostgreSQL for the whole run, the server of DATABASE_URL or an embedded one, with one migrated database that each test
 * file clones (see database.ts). The workers inherit where it is through the environment.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startServer();
  const template = `gateway_test_${randomBytes(6).toString('hex')}`;
  try {
    const url = await createDatabase(server.url, template);
    await migrate(url, { directory: join(import.meta.dirname, '../../prisma/migrations') });
    await migrateJobs(url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  process.env.TEST_DATABASE_SERVER_URL = server.url;
  process.env.TEST_DATABASE_TEMPLATE = template;
  return async () => {
    await dropDatabase(server.url, template);
    await server.stop();
  };
}

/** Nobody needs this server after a power cut; a disk is waited for at each database that is made or dropped. */
async function carelessly(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes']) await client.query(`ALTER SYSTEM SET ${setting} = off`);
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL;
  if (given) return { url: given, stop: async () => undefined };
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  const { url, home, stop } = await startEmbeddedPostgres({ dataDir });
  await carelessly(url);
  return {
    url,
    async stop() {
      await stop();
      for (const folder of [home, dataDir]) await rm(folder, { recursive: true, force: true });
    },
  };
}
