import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getDatamodel } from '../../prisma/generated/pothos.js';
import { auditLog } from '../../src/audit/log.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { models, prismaSchema } from '../support/prisma-schema.js';

let test_: TestDatabase;
let db: Database;
beforeAll(async () => {
  test_ = await createTestDatabase();
  db = createDatabase(test_.url);
});
afterAll(async () => {
  await db.close();
  await test_.drop();
});

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly required: boolean;
  readonly default: string | null;
}

const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS "type",
    a.attnotnull AS "required", pg_get_expr(d.adbin, d.adrelid) AS "default"
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname !~ '^_' AND a.attnum > 0 AND NOT a.attisdropped`;

const INDEXES = `
  SELECT c.relname AS "table", i.indisprimary AS "primary", i.indisunique AS "unique",
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.n ORDER BY k.o) AS "columns"
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  WHERE c.relnamespace = 'public'::regnamespace AND i.indpred IS NULL`;

describe('the migrated database equals schema.prisma', () => {
  test('in its tables, columns, types, nullability and defaults', async () => {
    const found = await test_.sql<Column>(COLUMNS);
    const plain = found.map((row) => ({ ...row, default: defaultOf(row.default) }));
    const inOrder = (rows: readonly Column[]) =>
      rows
        .map((row) => `${row.table}.${row.column} ${row.type}${row.required ? ' NOT NULL' : ''} ${row.default ?? ''}`)
        .sort();
    const wanted = models.flatMap((model) => model.columns.map((column) => ({ table: model.name, ...column })));
    expect(wanted.length).toBeGreaterThan(100);
    expect(inOrder(plain)).toEqual(inOrder(wanted));
  });

  test('in its keys', async () => {
    const found = await test_.sql<{ table: string; primary: boolean; unique: boolean; columns: string[] }>(INDEXES);
    for (const { name, id, uniques, indexes } of models) {
      const of = found.filter(({ table }) => table === name);
      expect(of.find(({ primary }) => primary)?.columns, name).toEqual(id);
      const unique = of.filter((index) => index.unique && !index.primary).map(({ columns }) => columns.join());
      expect(unique, name).toEqual(expect.arrayContaining(uniques.map((columns) => columns.join())));
      const plain = of.map(({ columns }) => columns.join());
      expect(plain, name).toEqual(expect.arrayContaining(indexes.map((columns) => columns.join())));
    }
  });

  test('in its enums', async () => {
    const found = await test_.sql<{ name: string; values: string[] }>(`
      SELECT t.typname AS "name", array_agg(e.enumlabel::text ORDER BY e.enumsortorder) AS "values"
      FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid WHERE t.typnamespace = 'public'::regnamespace GROUP BY 1`);
    expect(Object.fromEntries(found.map(({ name, values }) => [name, values]))).toEqual(prismaSchema.enums);
  });

  test('in the client: every model is read with every column', async () => {
    const generated = Object.keys((getDatamodel() as { datamodel: { models: object } }).datamodel.models);
    expect(models.map(({ name }) => name).sort()).toEqual(generated.sort());
    for (const { name, columns } of models) {
      const delegate = db.client[(name.charAt(0).toLowerCase() + name.slice(1)) as 'customer'];
      const select = Object.fromEntries(columns.map(({ column }) => [column, true]));
      await expect(delegate.findMany({ select, take: 1 }), name).resolves.toEqual([]);
    }
  });

  test('and in nothing more than a reader would see: a column too many is found', async () => {
    await test_.sql('ALTER TABLE "Customer" ADD COLUMN "extra" integer DEFAULT 7');
    const found = await test_.sql<Column>(COLUMNS);
    expect(found.find(({ column }) => column === 'extra')).toMatchObject({
      type: 'integer',
      required: false,
      default: '7',
    });
    await test_.sql('ALTER TABLE "Customer" DROP COLUMN "extra"');
  });
});

describe('the audit chain', () => {
  const scope = { tenantId: newId(), organizationId: newId() };
  const entry = (id: string) => ({
    id,
    operation: 'UpsertCustomers',
    status: 'PENDING' as const,
    actor: { kind: 'SYSTEM' as const, id: null, name: 'test "ß" \\' },
    correlationId: newId(),
    summary: 'Line one\nline “two”',
    details: { b: [1, { z: null, a: 1.5 }], a: 'ü', password: 'hunter2' },
  });

  beforeAll(async () => {
    const ids = Array.from({ length: 20 }, () => newId());
    await Promise.all(
      ids.map(async (id) => {
        await db.transaction((tx) => auditLog.open(tx, scope, entry(id)));
        await db.transaction((tx) => auditLog.move(tx, scope, id, 'RUNNING', 'Began'));
        await db.transaction((tx) => auditLog.move(tx, scope, id, 'SUCCEEDED', 'Done'));
      }),
    );
  });

  test.each([
    `UPDATE "AuditLogEvent" SET "message" = 'nothing happened'`,
    `DELETE FROM "AuditLogEvent"`,
    `TRUNCATE "AuditLogEvent"`,
    `DELETE FROM "AuditLog"`,
    `TRUNCATE "AuditLog" CASCADE`,
    `DELETE FROM "Step"`,
    `UPDATE "SubscriptionChange" SET "revision" = 0`,
    `DELETE FROM "SubscriptionChange"`,
  ])('refuses %s', async (statement) => {
    await expect(test_.sql(statement)).rejects.toThrow(/append-only/);
  });

  test('is gapless, and each hash is that of its event and the one before', async () => {
    const rows = await test_.sql<{ seq: string; prevHash: Buffer; hash: Buffer; canonical: string }>(`
      SELECT "seq", "prevHash", "hash", (jsonb_build_array("tenantId", "organizationId", "seq", "auditLogId", "type",
        "fromStatus", "toStatus", "message", "data", to_char("at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')) || jsonb_build_array(encode("entryHash", 'hex')))::text AS "canonical"
      FROM "AuditLogEvent" WHERE "organizationId" = '${scope.organizationId}' ORDER BY "seq"`);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    let previous = Buffer.alloc(32);
    for (const { prevHash, hash, canonical } of rows) {
      expect(prevHash.equals(previous)).toBe(true);
      previous = createHash('sha256').update(previous).update(canonical).digest();
      expect(hash.equals(previous)).toBe(true);
    }
    const [head] = await test_.sql<{ hash: Buffer; seq: string }>(
      `SELECT * FROM "AuditHead" WHERE "organizationId" = '${scope.organizationId}'`,
    );
    expect([head?.seq, head?.hash.equals(previous)]).toEqual(['60', true]);
  });

  test('breaks when an event is altered behind the back of the database', async () => {
    const verify = `
      SELECT count(*) FILTER (WHERE "hash" <> audit_event_hash("prevHash", "tenantId", "organizationId", "seq", "auditLogId",
        "type", "fromStatus", "toStatus", "message", "data", "at", "entryHash"))::int AS "broken" FROM "AuditLogEvent"`;
    expect(await test_.sql(verify)).toEqual([{ broken: 0 }]);
    await test_.sql(`BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE "AuditLogEvent" SET "message" = 'nothing happened' WHERE "seq" = 7; COMMIT`);
    expect(await test_.sql(verify)).toEqual([{ broken: 1 }]);
  });
});

/** `'PENDING'::"Status"` -> `PENDING`, `CURRENT_TIMESTAMP` -> `now`, a sequence -> `autoincrement`. */
function defaultOf(expression: string | null): string | null {
  if (expression === null) return null;
  if (expression === 'CURRENT_TIMESTAMP' || expression === 'now()') return 'now';
  if (expression.startsWith('nextval(')) return 'autoincrement';
  return /^'(.*)'::/.exec(expression)?.[1] ?? expression;
}
