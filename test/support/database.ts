import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { dropDatabase } from '../../src/storage/databases.js';

export interface TestDatabase {
  readonly url: string;
  /** Runs some SQL on the server by a connection of its own. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  /** Close what uses it first; who has not gone within two seconds is cut off. */
  drop(): Promise<void>;
}

/** A fresh, migrated, empty database: a clone of the one global-setup.ts made. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { TEST_DATABASE_SERVER_URL: server, TEST_DATABASE_TEMPLATE: template } = process.env;
  if (!server || !template) throw new Error('No test server: is test/support/global-setup.ts in the vitest config?');
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await run(server, `CREATE DATABASE ${pg.escapeIdentifier(name)} TEMPLATE ${pg.escapeIdentifier(template)}`);
  // Nobody needs it after a power cut.
  await run(server, `ALTER DATABASE ${pg.escapeIdentifier(name)} SET synchronous_commit = off`);
  const made = new URL(server);
  made.pathname = `/${name}`;
  return {
    url: made.href,
    sql: (text, values) => run(made.href, text, values),
    async drop() {
      // A closed pool says goodbye a moment later; being cut off meanwhile would be an error nobody catches.
      for (const until = Date.now() + 2_000; Date.now() < until && (await isUsed(server, name)); );
      await dropDatabase(server, name);
    },
  };
}

async function isUsed(server: string, name: string): Promise<boolean> {
  const rows = await run(server, 'SELECT FROM pg_stat_activity WHERE datname = $1', [name]);
  return rows.length > 0;
}

async function run<Row extends pg.QueryResultRow>(
  connectionString: string,
  text: string,
  values?: unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}
