import { Logger, runMigrations } from 'graphile-worker';
import pg from 'pg';
import { ROLES } from '../storage/roles.js';

/** Whoever grants the same at the same moment would fail. */
const LOCK = 72707370;

/** The tables the role lacks rights to; the engine has row level security of its own on some, with no policy at all. */
const LACKING = `
  SELECT c.oid::regclass::text AS "name", c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p
    WHERE p.polrelid = c.oid AND p.polroles @> ARRAY[$1::regrole::oid]) AS "closed"
  FROM pg_class c WHERE c.relnamespace = 'graphile_worker'::regnamespace AND c.relkind = 'r'
    AND (NOT has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE') OR c.relrowsecurity AND NOT EXISTS (
      SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polroles @> ARRAY[$1::regrole::oid]))`;

/**
 * Makes the engine's own tables, as their owner, and opens them to the gateway's own work; safe to run from several
 * instances at once. Who does not own them finds everything done, or fails.
 */
export async function migrateJobs(ownerUrl: string): Promise<void> {
  await runMigrations({ connectionString: ownerUrl, logger: new Logger(() => () => {}) });
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const { rows } = await client.query<{ name: string; closed: boolean }>(LACKING, [ROLES.system]);
    if (rows.length > 0) await open(client, rows);
    await client.query('COMMIT');
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function open(client: pg.Client, tables: readonly { readonly name: string; readonly closed: boolean }[]) {
  await client.query(`GRANT USAGE ON SCHEMA graphile_worker TO ${ROLES.system}`);
  for (const what of ['TABLES', 'SEQUENCES', 'FUNCTIONS']) {
    await client.query(`GRANT ALL ON ALL ${what} IN SCHEMA graphile_worker TO ${ROLES.system}`);
  }
  for (const { name, closed } of tables) {
    if (closed) await client.query(`CREATE POLICY gateway ON ${name} TO ${ROLES.system} USING (true)`);
  }
}
