import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cursorOf } from '../../src/audit/cursor.js';
import type { Scope } from '../../src/audit/entry.js';
import type { AuditLogFilter } from '../../src/audit/filter.js';
import { createAuditReader } from '../../src/audit/reader.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createScope } from './support/log.js';
import { planOf, statementsOf } from './support/statements.js';

/** Each page reads about what it shows, however long the log and rare the filter: no list is read to be sorted. */

let test: TestDatabase;
let db: Database;
let scope: Scope;
const RARE = randomUUID();
const ENTRIES = 20_000;

beforeAll(async () => {
  test = await createTestDatabase();
  db = createDatabase(test.url);
  scope = await createScope(db);
  // Rare things are old, where a walk from the newest entry would find them last.
  await test.sql(
    `INSERT INTO "AuditLog" ("tenantId", "organizationId", "id", "operation", "status", "actorKind", "actorName",
       "correlationId", "targetId", "connectionId", "summary", "createdAt")
     SELECT $1::uuid, $2::uuid, gen_random_uuid(),
       CASE WHEN n % 1000 = 7 AND n < 10000 THEN 'Rare' ELSE 'Common' || n % 3 END,
       (CASE WHEN n % 1000 = 7 AND n < 10000 THEN 'NEEDS_REVIEW' WHEN n % 50 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END)::"AuditStatus",
       'USER', 'Ann', CASE WHEN n = 7 THEN $3::uuid ELSE gen_random_uuid() END,
       CASE WHEN n = 7 THEN $3::uuid ELSE gen_random_uuid() END,
       CASE WHEN n % 1000 = 7 AND n < 10000 THEN $3::uuid ELSE $2::uuid END, 'x', '2026-03-01'::timestamptz + n * interval '1s'
     FROM generate_series(1, $4::int) n`,
    [scope.tenantId, scope.organizationId, RARE, ENTRIES],
  );
  await test.sql('ANALYZE "AuditLog"');
});

afterAll(async () => {
  await db?.close();
  await test?.drop();
});

it.each<[string, AuditLogFilter, number, string]>([
  ['nothing', {}, 60, 'AuditLog_tenantId_organizationId_createdAt_id_idx'],
  ['a rare operation', { operations: ['Rare'] }, 20, 'AuditLog_tenantId_organizationId_operation_createdAt_id_idx'],
  [
    'operations',
    { operations: ['Rare', 'Common1'] },
    80,
    'AuditLog_tenantId_organizationId_operation_createdAt_id_idx',
  ],
  ['a rare status', { statuses: ['NEEDS_REVIEW'] }, 20, 'AuditLog_tenantId_organizationId_status_createdAt_id_idx'],
  ['an outcome', { outcomes: ['PROCESSING'] }, 20, 'AuditLog_tenantId_organizationId_status_createdAt_id_idx'],
  [
    'a rare connection',
    { connectionIds: [RARE] },
    20,
    'AuditLog_tenantId_organizationId_connectionId_createdAt_id_idx',
  ],
  ['a correlation', { correlationId: RARE }, 5, 'AuditLog_tenantId_organizationId_correlationId_idx'],
  ['targets', { targetIds: [RARE, randomUUID()] }, 5, 'AuditLog_tenantId_organizationId_targetId_idx'],
])('a page filtered by %s reads little more than it shows', async (_, filter, most, index) => {
  const { page } = createAuditReader(db);
  const { result, statements } = await statementsOf(() => page(scope, { filter, first: 50 }));
  expect(result.rows.length).toBeGreaterThan(0);
  const plan = await planOf(test.url, statements[0]!);
  expect(plan.seqScans).toBe(0);
  expect(plan.rows).toBeLessThanOrEqual(most + 3 * result.rows.length);
  expect(plan.indexes).toContain(index);
});

it('a page from the depth reads no more than the first', async () => {
  const { page } = createAuditReader(db);
  const [row] = await db.client.auditLog.findMany({
    where: scope,
    orderBy: { createdAt: 'desc' },
    skip: 15_000,
    take: 1,
  });
  const { result, statements } = await statementsOf(() => page(scope, { first: 50, after: cursorOf(row!) }));
  expect(result.rows).toHaveLength(50);
  expect((await planOf(test.url, statements[0]!)).rows).toBeLessThanOrEqual(210);
});
