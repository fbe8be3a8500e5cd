import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { ensureRoles } from './roles.js';

/** Prisma's own key: a runner here and a `prisma migrate deploy` wait for each other. */
const lockKey = 72707369;

/**
 * Why the database cannot be brought to this code's schema. EDITED: an applied file was changed. FAILED: another tool left
 * a migration unfinished. NEWER: the database knows migrations this code does not. BROKEN: a file or the folder is
 * unusable, or its SQL was refused; nothing of it was kept.
 */
export type MigrationErrorCode = 'EDITED' | 'FAILED' | 'NEWER' | 'BROKEN';

export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: MigrationErrorCode;

  constructor(code: MigrationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

type MigrationFile = { readonly name: string; readonly file: string; readonly sql: string };
type AppliedRow = { migration_name: string; checksum: string; finished_at: Date | null };

/**
 * Applies the folders `<directory>/<name>/migration.sql` in the order of their names, each in one transaction, and keeps
 * Prisma's table `_prisma_migrations`, so that `prisma migrate status` and `deploy` agree with it. Own runner because
 * `migrate deploy` downloads a native engine. Several processes may call it at once: one works, the others wait and find
 * everything done. Needs a direct or session-pooled connection (an advisory lock lives as long as its session).
 *
 * Returns the names applied by this call. Throws MigrationError, or IsolationError when the roles of row level security
 * cannot be made; every check comes before the first change.
 */
export async function migrate(
  database: string | pg.ClientConfig,
  options: { directory: string; log?: (message: string) => void },
): Promise<{ applied: string[] }> {
  const files = await readMigrations(options.directory);
  const client = new pg.Client(typeof database === 'string' ? { connectionString: database } : database);
  // A lost connection also rejects the running query, which is where it is reported.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await resetSession(client);
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const rows = await readApplied(client);
    const pending = pendingOf(files, rows);
    await ensureRoles(client);
    for (const file of pending) {
      await apply(client, file);
      options.log?.(`migration ${file.name} applied`);
    }
    return { applied: pending.map(({ name }) => name) };
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * The names `migrate` would apply now. Changes nothing and waits for nobody. Throws MigrationError as `migrate` does.
 */
export async function pendingMigrations(database: string, options: { directory: string }): Promise<string[]> {
  const files = await readMigrations(options.directory);
  const client = new pg.Client({ connectionString: database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "found"`);
    const applied = rows[0]?.found ? await readRows(client) : [];
    return pendingOf(files, applied).map(({ name }) => name);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readMigrations(directory: string): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((cause: unknown) => {
    throw new MigrationError('BROKEN', `The migrations folder ${directory} cannot be read.`, { cause });
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = join(directory, name, 'migration.sql');
      const sql = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new MigrationError('BROKEN', `The migration ${name} has no readable ${file}. Restore it.`, { cause });
      });
      return { name, file, sql };
    }),
  );
}

async function readApplied(client: pg.Client): Promise<AppliedRow[]> {
  // Asked first: who does not own the schema may use it, but not even say "if not exists".
  const { rows } = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "found"`);
  if (rows[0]?.found) return readRows(client);
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY NOT NULL,
      checksum varchar(64) NOT NULL,
      finished_at timestamptz,
      migration_name varchar(255) NOT NULL,
      logs text,
      rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(),
      applied_steps_count integer NOT NULL DEFAULT 0
    )`);
  return readRows(client);
}

async function readRows(client: pg.Client): Promise<AppliedRow[]> {
  const { rows } = await client.query<AppliedRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at',
  );
  return rows;
}

function pendingOf(files: readonly MigrationFile[], rows: readonly AppliedRow[]): MigrationFile[] {
  const known = new Map(files.map((file) => [file.name, file]));
  for (const { migration_name: name, checksum, finished_at } of rows) {
    const file = known.get(name);
    if (file === undefined) {
      throw new MigrationError(
        'NEWER',
        `The database has the migration ${name}, which this version of the gateway does not know: a newer version has ` +
          'used it. Start that version or a later one, or restore a backup made before the upgrade.',
      );
    }
    if (finished_at === null) {
      throw new MigrationError(
        'FAILED',
        `The migration ${name} was begun by another tool and never finished. Repair the schema by hand, then mark it with ` +
          `"prisma migrate resolve --applied ${name}" or "--rolled-back ${name}".`,
      );
    }
    if (!checksumsOf(file.sql).includes(checksum)) {
      throw new MigrationError(
        'EDITED',
        `${file.file} was changed after it had been applied to this database. Restore the file as it was (version control ` +
          'has it) and put the change into a new migration.',
      );
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return files.filter(({ name }) => !applied.has(name));
}

/** Prisma's checksum is that of the file; as Prisma does, a checkout with the other line ends counts as the same file. */
function checksumsOf(sql: string): string[] {
  const unix = sql.replaceAll('\r\n', '\n');
  return [sql, unix, unix.replaceAll('\n', '\r\n')].map((text) => createHash('sha256').update(text).digest('hex'));
}

/** A default timeout of the server must not cut off a long wait for the lock or a long migration. */
async function resetSession(client: pg.Client): Promise<void> {
  await client.query('RESET ROLE; RESET ALL; SET statement_timeout = 0; SET lock_timeout = 0');
  await client.query('SET idle_in_transaction_session_timeout = 0');
}

async function apply(client: pg.Client, { name, file, sql }: MigrationFile): Promise<void> {
  await client.query('BEGIN');
  try {
    const { rows: before } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    await client.query(sql);
    await client.query('RESET ROLE; RESET search_path');
    const { rows: after } = await client.query<{ id: string }>('SELECT pg_current_xact_id()::text AS id');
    if (before[0]?.id !== after[0]?.id) {
      throw new MigrationError(
        'BROKEN',
        `${file} ends the transaction it runs in. Take BEGIN, COMMIT and ROLLBACK out.`,
      );
    }
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count)
       VALUES ($1, $2, clock_timestamp(), $3, now(), 1)`,
      [randomUUID(), checksumsOf(sql)[0], name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    if (error instanceof MigrationError) throw error;
    const mayNot = error instanceof pg.DatabaseError && error.code === '42501';
    const hint = mayNot ? '. If this user does not own the tables, set DATABASE_OWNER_URL for the one that does.' : '';
    throw new MigrationError('BROKEN', `${file}${lineOf(sql, error)} was refused: ${messageOf(error)}${hint}`, {
      cause: error,
    });
  }
  await resetSession(client);
}

function lineOf(sql: string, error: unknown): string {
  const position = error instanceof pg.DatabaseError ? Number(error.position) : Number.NaN;
  return position > 0 ? `:${sql.slice(0, position).split('\n').length}` : '';
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
