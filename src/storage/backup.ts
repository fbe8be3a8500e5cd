import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** What a backup holds, written last: a folder without it is no backup. */
export interface Manifest {
  readonly format: 1;
  readonly madeAt: string;
  /** The migrations the database had. It is restored by a gateway that knows just these. */
  readonly migrations: readonly string[];
  /** The keys that open its secrets. They are not in it. */
  readonly keyIds: readonly string[];
  readonly tables: readonly BackupTable[];
}

export interface BackupTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly file: string;
  readonly rows: number;
  /** Of the file's bytes. */
  readonly sha256: string;
}

export class BackupError extends Error {
  override readonly name = 'BackupError';
}

export interface BackupOptions {
  readonly signal?: AbortSignal;
  /** Tables that are done, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

const MANIFEST = 'manifest.json';

/** Everything but what belongs to running processes: who is alive, and which vendor calls are under way. */
const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS "name",
    ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' ORDER BY a.attnum) AS "columns"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND ((n.nspname = 'public' AND c.relname NOT IN ('_prisma_migrations', 'Instance', 'VendorCall'))
    OR (n.nspname = 'graphile_worker' AND c.relname IN ('_private_tasks', '_private_job_queues', '_private_jobs')))
  ORDER BY 1`;

const MIGRATIONS = `SELECT "migration_name" AS "name" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL ORDER BY 1`;

/**
 * Copies a database into a new folder as of one moment, while gateways work on it: one read-only transaction reads all tables.
 * Rows come as PostgreSQL writes them, so that they go back exactly as they were, hashes of the audit log included.
 */
export async function backUp(url: string, folder: string, now: Date, options: BackupOptions = {}): Promise<Manifest> {
  await mkdir(dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new BackupError(`${folder} is there already. Name a new folder.`) : error;
  });
  return withClient(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: found } = await client.query<{ name: string; columns: string[] }>(TABLES);
    const migrations = await namesOf(client, MIGRATIONS);
    const keyIds = await namesOf(client, 'SELECT DISTINCT "kekId" AS "name" FROM "DataKey" ORDER BY 1');
    const tables: BackupTable[] = [];
    for (const { name, columns } of found) {
      options.signal?.throwIfAborted();
      const file = `${name.replaceAll('"', '')}.copy.gz`;
      const source = client.query(copyTo(`COPY ${name} (${columns.join(', ')}) TO STDOUT`));
      const sha256 = createHash('sha256');
      const hashed = new PassThrough().on('data', (piece) => sha256.update(piece));
      await pipeline(source, createGzip(), hashed, createWriteStream(join(folder, file), { mode: 0o600, flush: true }));
      tables.push({ name, columns, file, rows: source.rowCount, sha256: sha256.digest('hex') });
      options.onProgress?.(tables.length, found.length);
    }
    await client.query('COMMIT');
    const manifest: Manifest = { format: 1, madeAt: now.toISOString(), migrations, keyIds, tables };
    await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flush: true });
    return manifest;
  });
}

/** Reads what a backup says of itself, and that each file is as it was written. Throws BackupError. */
export async function readBackup(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => null);
  if (text === null)
    throw new BackupError(`${folder} is no backup, or one that was not finished: it has no ${MANIFEST}.`);
  const manifest = manifestOf(text);
  if (!manifest) throw new BackupError(`${join(folder, MANIFEST)} was changed or is damaged.`);
  if (manifest.format !== 1) throw new BackupError('This backup was made by another version of the gateway.');
  for (const { file, sha256 } of manifest.tables) {
    const hash = createHash('sha256');
    const pieces = createReadStream(join(folder, file)).on('data', (piece) => hash.update(piece));
    await finished(pieces).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new BackupError(`${join(folder, file)} is missing.`) : error;
    });
    if (hash.digest('hex') !== sha256) throw new BackupError(`${join(folder, file)} was changed or is damaged.`);
  }
  return manifest;
}

function manifestOf(text: string): Manifest | null {
  try {
    const manifest = JSON.parse(text) as Manifest;
    return Array.isArray(manifest.tables) ? manifest : null;
  } catch {
    return null;
  }
}

/**
 * Puts a backup into a migrated database that holds nothing yet, all or nothing. Needs the rights of a superuser, as the
 * embedded database gives them: triggers and references are not asked for rows that have passed them once.
 */
export async function restore(url: string, folder: string, options: BackupOptions = {}): Promise<Manifest> {
  const manifest = await readBackup(folder);
  return withClient(url, async (client) => {
    const present = await namesOf(client, MIGRATIONS);
    if (present.join() !== manifest.migrations.join()) {
      const last = manifest.migrations.at(-1);
      throw new BackupError(
        `The backup is of another version: its last migration is ${last}. Restore it with that version.`,
      );
    }
    if ((await namesOf(client, 'SELECT "id"::text AS "name" FROM "Organization" LIMIT 1')).length > 0) {
      throw new BackupError('The database is not empty. A backup is restored into a new one.');
    }
    await client.query('BEGIN');
    await client.query(`SET LOCAL session_replication_role = 'replica'`).catch((error: { code?: string }) => {
      if (error.code !== '42501') throw error;
      throw new BackupError('Only a superuser of the database may restore: name one in DATABASE_URL for this command.');
    });
    for (const [at, { name, columns, file, rows }] of manifest.tables.entries()) {
      options.signal?.throwIfAborted();
      // The engine fills its tables as it starts; a database made by migrations alone has rows in some others too.
      await client.query(`DELETE FROM ${name}`);
      const target = client.query(copyFrom(`COPY ${name} (${columns.join(', ')}) FROM STDIN`));
      await pipeline(createReadStream(join(folder, file)), createGunzip(), target);
      if (target.rowCount !== rows) throw new BackupError(`${name} got ${target.rowCount} of ${rows} rows.`);
      options.onProgress?.(at + 1, manifest.tables.length);
    }
    await client.query(RELEASE);
    for (const setting of await namesOf(client, SEQUENCES)) await client.query(setting);
    await client.query('COMMIT');
    return manifest;
  });
}

/** What processes held that do not live in this database. */
const RELEASE = `
  UPDATE graphile_worker._private_jobs SET "locked_by" = NULL, "locked_at" = NULL;
  UPDATE graphile_worker._private_job_queues SET "locked_by" = NULL, "locked_at" = NULL;
  UPDATE "Lane" SET "leaseOwner" = NULL, "leaseUntil" = NULL`;

/** A statement for each column that counts by itself: it goes on behind what is there. */
const SEQUENCES = `
  SELECT format('SELECT setval(%L, (SELECT coalesce(max(%I), 0) + 1 FROM %I.%I), false)', s.oid::regclass, a.attname, n.nspname,
    t.relname) AS "name"
  FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE s.relkind = 'S' AND n.nspname IN ('public', 'graphile_worker')`;

async function namesOf(client: pg.Client, statement: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(statement);
  return rows.map(({ name }) => name);
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
