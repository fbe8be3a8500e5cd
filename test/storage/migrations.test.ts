import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, dropDatabase } from '../../src/storage/databases.js';
import type { EmbeddedPostgres } from '../../src/storage/embedded-postgres.js';
import { MigrationError, migrate } from '../../src/storage/migrations.js';
import { createSandbox, query } from './support/sandbox.js';

const sandbox = createSandbox();
let server: EmbeddedPostgres;
let directory: string;
let url: string;
let count = 0;

beforeAll(async () => {
  server = await sandbox.start(await sandbox.folder());
});
afterAll(() => sandbox.clear());
beforeEach(async () => {
  count += 1;
  url = await createDatabase(server.url, `migrations ${count}`);
  directory = await sandbox.folder();
  await write('20260101000000_first', 'CREATE TABLE first (id int);\nINSERT INTO first VALUES (1);\n');
  await write('20260102000000_second', 'CREATE TABLE second (id int);\n');
});

async function write(name: string, sql: string): Promise<string> {
  await mkdir(join(directory, name), { recursive: true });
  const file = join(directory, name, 'migration.sql');
  await writeFile(file, sql);
  return file;
}

const run = () => migrate(url, { directory });
const tables = async () =>
  (await query<{ name: string }>(url, "SELECT relname AS name FROM pg_class WHERE relkind = 'r' ORDER BY 1"))
    .map(({ name }) => name)
    .filter((name) => !/^(pg_|sql_|_prisma)/.test(name));
const refusal = async (code: string) => {
  const failure = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(MigrationError);
  expect(failure).toMatchObject({ code });
  return (failure as MigrationError).message;
};

describe('applying', () => {
  test('runs what is missing, in the order of the names, and later only what is new', async () => {
    await writeFile(join(directory, 'migration_lock.toml'), 'provider = "postgresql"\n');
    const lines: string[] = [];
    const first = await migrate(url, { directory, log: (line) => lines.push(line) });
    expect(first.applied).toEqual(['20260101000000_first', '20260102000000_second']);
    expect(lines).toHaveLength(2);
    expect(await run()).toEqual({ applied: [] });
    await write('20260103000000_third', 'ALTER TABLE first ADD COLUMN name text;');
    expect(await run()).toEqual({ applied: ['20260103000000_third'] });
    expect(await query(url, 'SELECT * FROM first')).toEqual([{ id: 1, name: null }]);
  });

  test('takes a client configuration as well as a URL', async () => {
    expect((await migrate({ connectionString: url }, { directory })).applied).toHaveLength(2);
  });

  test("leaves rows as Prisma's own engine does", async () => {
    await run();
    const columns = await query<{ line: string }>(
      url,
      `SELECT column_name || ' ' || data_type || ' ' || is_nullable AS line FROM information_schema.columns
       WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
    );
    expect(columns.map(({ line }) => line)).toEqual([
      'id character varying NO',
      'checksum character varying NO',
      'finished_at timestamp with time zone YES',
      'migration_name character varying NO',
      'logs text YES',
      'rolled_back_at timestamp with time zone YES',
      'started_at timestamp with time zone NO',
      'applied_steps_count integer NO',
    ]);
    const bytes = await readFile(join(directory, '20260101000000_first', 'migration.sql'));
    const [row] = await query(url, 'SELECT * FROM _prisma_migrations ORDER BY migration_name');
    expect(row).toMatchObject({
      checksum: createHash('sha256').update(bytes).digest('hex'),
      migration_name: '20260101000000_first',
      rolled_back_at: null,
      applied_steps_count: 1,
    });
    expect(row?.finished_at.getTime()).toBeGreaterThanOrEqual(row?.started_at.getTime());
  });

  test('counts a migration that Prisma marked as rolled back as not applied', async () => {
    await run();
    await query(url, "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name LIKE '%second'");
    await query(url, 'DROP TABLE second');
    expect(await run()).toEqual({ applied: ['20260102000000_second'] });
  });

  test('several runners at once: one applies, the others find everything done', async () => {
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(72707369)');
    const runs = [run(), run(), run()];
    const waiting = `SELECT count(*)::int AS waiting FROM pg_locks JOIN pg_database ON oid = database
                     WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`;
    await expect.poll(() => query(url, waiting), { timeout: 10_000 }).toEqual([{ waiting: 3 }]);
    await holder.end();
    const applied = (await Promise.all(runs)).map((result) => result.applied.length);
    expect(applied.sort()).toEqual([0, 0, 2]);
  });

  test('does not let settings of one file reach the next', async () => {
    await write(
      '20260101500000_settings',
      "SELECT set_config('search_path', 'pg_catalog', false); SET lock_timeout = 1;",
    );
    await write('20260103000000_third', "CREATE TABLE third AS SELECT current_setting('lock_timeout') AS value;");
    expect((await run()).applied).toHaveLength(4);
    expect(await query(url, 'SELECT value FROM public.third')).toEqual([{ value: '0' }]);
  });
});

describe('refusing', () => {
  test('a file that fails leaves nothing of itself, keeps those before it, and can be corrected', async () => {
    const file = await write('20260103000000_third', 'CREATE TABLE third (id int);\n\nCREATE TABLE first (id int);\n');
    expect(await refusal('BROKEN')).toContain(`${file} was refused: relation "first" already exists`);
    expect(await tables()).toEqual(['first', 'second']);
    await write('20260103000000_third', 'CREATE TABLE third (id int);');
    expect(await run()).toEqual({ applied: ['20260103000000_third'] });
  });

  test('names the line where PostgreSQL points at one', async () => {
    const file = await write('20260103000000_third', 'SELECT 1;\n\nSELEKT 2;\n');
    expect(await refusal('BROKEN')).toContain(`${file}:3 was refused: syntax error`);
  });

  test('a file that ends its transaction', async () => {
    const file = await write('20260103000000_third', 'SELECT 1;\nCOMMIT;\n');
    expect(await refusal('BROKEN')).toContain(`${file} ends the transaction it runs in`);
  });

  test('an edited file, with its name and the fix, before anything new is applied', async () => {
    await run();
    const file = await write('20260101000000_first', 'CREATE TABLE first (id bigint);\n');
    await write('20260103000000_third', 'CREATE TABLE third (id int);');
    expect(await refusal('EDITED')).toMatch(/was changed after it had been applied.*Restore the file.*new migration/s);
    expect(await refusal('EDITED')).toContain(file);
    expect(await tables()).toEqual(['first', 'second']);
  });

  test('but not a checkout with other line ends', async () => {
    await run();
    await write('20260101000000_first', 'CREATE TABLE first (id int);\r\nINSERT INTO first VALUES (1);\r\n');
    expect(await run()).toEqual({ applied: [] });
  });

  test('a migration another tool left unfinished', async () => {
    await run();
    await query(url, "UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name LIKE '%second'");
    expect(await refusal('FAILED')).toContain('prisma migrate resolve --applied 20260102000000_second');
  });

  test('a database that a newer version of the gateway has used', async () => {
    await write('20990101000000_future', 'CREATE TABLE future (id int);');
    await run();
    await rm(join(directory, '20990101000000_future'), { recursive: true });
    expect(await refusal('NEWER')).toMatch(/20990101000000_future, which this version .* Start that version/);
  });

  test('a folder without its file, and a missing directory', async () => {
    await rm(join(directory, '20260102000000_second', 'migration.sql'));
    expect(await refusal('BROKEN')).toContain('20260102000000_second has no readable');
    expect(await tables()).toEqual([]);
    directory = join(directory, 'nowhere');
    expect(await refusal('BROKEN')).toContain('cannot be read');
  });
});

describe('databases', () => {
  test('are made once, by several at once, and dropped while in use', async () => {
    const name = 'odd "name" %41';
    const urls = await Promise.all([1, 2, 3].map(() => createDatabase(server.url, name)));
    expect(new Set(urls).size).toBe(1);
    expect(await query(urls[0]!, 'SELECT current_database() AS name')).toEqual([{ name }]);
    const user = new pg.Client({ connectionString: urls[0]! });
    const cutOff = new Promise((resolve) => user.on('error', resolve));
    await user.connect();
    await dropDatabase(server.url, name);
    await cutOff;
    await expect(query(urls[0]!, 'SELECT 1')).rejects.toThrow('does not exist');
  });
});
