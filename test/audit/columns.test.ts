import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scope, SYSTEM } from '../../src/audit/entry.js';
import { fillLog } from './support/filled-log.js';
import { createScope } from './support/log.js';
import { createProof, type Proof, remade } from './support/proof.js';

/** Whatever is written down is proven: each column of each row, changed to anything else. */

const TABLES = ['AuditLog', 'AuditLogEvent', 'AuditHead', 'AuditCheckpoint', 'AuditKeptEntry'] as const;

/** What nobody proves: who works on an entry just now, and whether a checkpoint must still be delivered. */
const FREE = ['AuditLog.instanceId', 'AuditCheckpoint.deliveredAt'];

/** The same digits, long before; and what is no moment. */
const MOMENTS = [
  `coalesce("c", now()) + interval '1 millisecond'`,
  `"c" - make_interval(years => 2 * extract(year FROM "c" AT TIME ZONE 'UTC')::int - 1)`,
  `'infinity'`,
  `'-infinity'`,
];
const CHANGES: { readonly [type: string]: readonly string[] } = {
  uuid: ['gen_random_uuid()'],
  text: [`coalesce("c", '') || 'x'`, `nullif("c", "c")`],
  integer: ['"c" + 1000'],
  bigint: ['"c" + 1000'],
  boolean: ['NOT "c"'],
  jsonb: [`"c" || '{"x": 1}'`],
  bytea: [`sha256('x')`],
  'timestamp with time zone': MOMENTS,
};

let proof: Proof;
let scope: Scope;
/** A month was given up: there is an entry that outlived it, one that is finished, one that has not begun. */
beforeAll(async () => {
  proof = await createProof();
  scope = await createScope(proof.db);
  await writeFile(proof.file, '');
  await fillLog(proof.test.url, scope, 1, '2025-01-20T10:00:00.000Z', 1);
  await fillLog(proof.test.url, scope, 1, '2025-02-03T10:00:00.000Z');
  await fillLog(proof.test.url, scope, 1, '2025-02-03T11:00:00.000Z', 1);
  await proof.checkpoints().make();
  await proof.retention(new Date('2026-02-10T12:00:00Z')).apply(12, SYSTEM);
  await proof.checkpoints().make();
  for (const table of TABLES) await proof.test.sql(`CREATE TABLE "before${table}" AS TABLE "${table}"`);
});
afterAll(() => proof.close());

const columnsOf = (table: string) =>
  proof.test.sql<{ name: string; type: string; nullable: string; udt: string }>(
    `SELECT column_name AS "name", data_type AS "type", is_nullable AS "nullable", udt_name AS "udt"
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1`,
    [table],
  );

async function changesOf(type: string, udt: string): Promise<readonly string[]> {
  if (type !== 'USER-DEFINED') return CHANGES[type] ?? [];
  const [first, second] = await proof.test.sql<{ value: string }>(
    `SELECT unnest(enum_range(NULL::"${udt}"))::text AS "value"`,
  );
  return [`CASE WHEN "c" = '${first?.value}' THEN '${second?.value}' ELSE '${first?.value}' END::"${udt}"`];
}

/** The rows a change would change, each by its place in the table. */
async function placesOf(table: string, column: string, change: string): Promise<readonly number[]> {
  const rows = await proof.test.sql<{ place: number; changes: boolean }>(
    `SELECT (row_number() OVER (ORDER BY t::text) - 1)::int AS "place", (${change}) IS DISTINCT FROM "${column}" AS "changes"
     FROM "${table}" t`,
  );
  return rows.filter(({ changes }) => changes).map(({ place }) => place);
}

/** Is it found when one row says something else? */
async function isFound(table: string, column: string, change: string, place: number): Promise<boolean> {
  await proof.secretly(
    `UPDATE "${table}" SET "${column}" = ${change} WHERE ctid = (SELECT ctid FROM "${table}" t ORDER BY t::text OFFSET ${place} LIMIT 1)`,
  );
  const { findings } = await proof.verify(scope, { outside: true });
  await proof.secretly(`DELETE FROM "${table}"`, `INSERT INTO "${table}" TABLE "before${table}"`);
  return findings.length > 0;
}

describe.each(TABLES)('of %s', (table) => {
  it('every column is proven', async () => {
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
    const unseen: string[] = [];
    for (const { name, type, udt, nullable } of await columnsOf(table)) {
      if (FREE.includes(`${table}.${name}`)) continue;
      const changes = await changesOf(type, udt);
      expect(changes, `${type} of ${name}`).not.toEqual([]);
      for (const change of changes.map((text) => text.replaceAll('"c"', `"${name}"`))) {
        if (change.startsWith('nullif') && nullable === 'NO') continue;
        const places = await placesOf(table, name, change);
        // A moment that is absent is another case than one that is there.
        for (const place of type.startsWith('timestamp') ? places : places.slice(0, 2)) {
          if (!(await isFound(table, name, change, place))) unseen.push(`${name} = ${change}`);
        }
      }
    }
    expect(unseen).toEqual([]);
  });
});

it('an entry that was hashed without its trace still verifies, by what was hashed', async () => {
  const form1 =
    (await proof.test.sql<{ text: string }>(`SELECT pg_get_functiondef('audit_entry_hash'::regproc) AS "text"`))[0]
      ?.text ?? '';
  const older = form1
    .replace('audit_entry_hash(', 'audit_entry_hash_1(')
    .replace('\\x02', '\\x01')
    .replace(', a."traceId"', '');
  await proof.test.sql(older);
  const here = `"organizationId" = '${scope.organizationId}'`;
  const [last] = await proof.test.sql<{ seq: string; auditLogId: string }>(
    `SELECT "seq", "auditLogId" FROM "AuditLogEvent" WHERE ${here} ORDER BY 1 DESC LIMIT 1`,
  );
  await proof.secretly(
    `UPDATE "AuditLogEvent" SET "entryHash" = (SELECT audit_entry_hash_1(a) FROM "AuditLog" a WHERE a."id" = '${last?.auditLogId}') WHERE ${here} AND "seq" = ${last?.seq}`,
    remade(scope, Number(last?.seq), `"message" = "message"`),
    `DELETE FROM "AuditCheckpoint" WHERE ${here} AND "seq" >= ${last?.seq}`,
  );
  expect((await proof.verify(scope)).findings).toEqual([]);
  await proof.secretly(`UPDATE "AuditLog" SET "summary" = 'x' WHERE "id" = '${last?.auditLogId}'`);
  expect((await proof.verify(scope)).findings).toMatchObject([{ kind: 'ENTRY', auditLogId: last?.auditLogId }]);
});
