import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cursorOf } from '../../src/audit/cursor.js';
import { type AuditStatus, outcomeOf, type Scope } from '../../src/audit/entry.js';
import { type AuditLogFilter, matcher } from '../../src/audit/filter.js';
import { createAuditReader } from '../../src/audit/reader.js';
import type { AuditLogEventRow, AuditLogRow } from '../../src/audit/rows.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRandom, createScope, moveEntry, openEntry } from './support/log.js';
import { statementsOf } from './support/statements.js';

let test: TestDatabase;
let db: Database;
let scope: Scope;
let all: AuditLogRow[];

const STATUSES: AuditStatus[] = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED', 'NEEDS_REVIEW'];
const OPERATIONS = ['CreateConnectorConnection', 'ResyncSubscription', 'DeleteConnectorConnection'];
const [CONNECTIONS, TARGETS, CORRELATIONS] = [ids(3), ids(4), ids(5)];
const NAMES = ['Aérospatiale SA', 'AÉROSPATIALE Nord', '100 % Kaffee_GmbH', null];
const START = Date.UTC(2026, 2, 1);

function ids(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}

beforeAll(async () => {
  test = await createTestDatabase();
  db = createDatabase(test.url);
  scope = await createScope(db);
  const random = createRandom(1);
  const pick = <T>(some: readonly T[]) => some[Math.floor(random() * some.length)]!;
  const rows = Array.from({ length: 60 }, () => ({
    ...scope,
    id: newId(),
    operation: pick(OPERATIONS),
    status: pick(STATUSES),
    actorKind: 'USER' as const,
    actorName: 'Ann',
    targetId: pick([...TARGETS, null]),
    connectionId: pick([...CONNECTIONS, null]),
    customerName: pick(NAMES),
    correlationId: pick(CORRELATIONS),
    dryRun: random() < 0.3,
    summary: `Synchronise ${pick(['10% of seats', 'a_seat', 'ALL seats'])}`,
    // Few moments, so that many entries share one and only the id tells their order.
    createdAt: new Date(START + 1000 * Math.floor(random() * 12)),
  }));
  await db.client.auditLog.createMany({ data: rows });
  // Neighbours whose rows must never show: another tenant, and a Reseller of the same one.
  for (const other of [await createScope(db), { ...scope, organizationId: newId() }]) {
    await db.client.auditLog.createMany({ data: rows.map((row) => ({ ...row, ...other, id: newId() })) });
  }
  all = await db.client.auditLog.findMany({ where: scope });
  all.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));
});

afterAll(async () => {
  await db?.close();
  await test?.drop();
});

async function walk(filter: AuditLogFilter, size: number, direction: 'down' | 'up'): Promise<AuditLogRow[]> {
  const reader = createAuditReader(db);
  const seen: AuditLogRow[] = [];
  for (let cursor: string | null = null; ; ) {
    const where = direction === 'down' ? { first: size, after: cursor } : { last: size, before: cursor };
    const page = await reader.page(scope, { filter, ...where });
    direction === 'down' ? seen.push(...page.rows) : seen.unshift(...page.rows);
    expect(direction === 'down' ? page.hasPrevious : page.hasNext).toBe(cursor !== null);
    if (!(direction === 'down' ? page.hasNext : page.hasPrevious)) return seen;
    expect(page.rows).toHaveLength(size);
    cursor = direction === 'down' ? page.endCursor : page.startCursor;
  }
}

const FILTERS: [string, AuditLogFilter, (row: AuditLogRow) => boolean][] = [
  ['nothing', {}, () => true],
  ['nothing, by nulls', { operations: null, createdFrom: null, dryRun: null, search: '' }, () => true],
  ['one operation', { operations: [OPERATIONS[0]!] }, (row) => row.operation === OPERATIONS[0]],
  ['operations', { operations: OPERATIONS.slice(1) }, (row) => row.operation !== OPERATIONS[0]],
  ['an operation twice', { operations: [OPERATIONS[0]!, OPERATIONS[0]!] }, (row) => row.operation === OPERATIONS[0]],
  ['one status', { statuses: ['FAILED'] }, (row) => row.status === 'FAILED'],
  ['statuses', { statuses: ['FAILED', 'RUNNING'] }, (row) => ['FAILED', 'RUNNING'].includes(row.status)],
  ['outcome', { outcomes: ['PROCESSING'] }, (row) => outcomeOf(row.status) === 'PROCESSING'],
  ['outcomes', { outcomes: ['FAILED', 'SUCCEEDED'] }, (row) => outcomeOf(row.status) !== 'PROCESSING'],
  [
    'outcome and status',
    { outcomes: ['FAILED'], statuses: ['CANCELED', 'PENDING'] },
    (row) => row.status === 'CANCELED',
  ],
  ['outcome without status', { outcomes: ['FAILED'], statuses: ['PENDING'] }, () => false],
  ['connections', { connectionIds: CONNECTIONS.slice(1) }, (row) => CONNECTIONS.indexOf(row.connectionId ?? '') > 0],
  ['targets', { targetIds: TARGETS.slice(2) }, (row) => TARGETS.indexOf(row.targetId ?? '') > 1],
  ['a correlation', { correlationId: CORRELATIONS[0]! }, (row) => row.correlationId === CORRELATIONS[0]],
  ['its capitals', { correlationId: CORRELATIONS[0]!.toUpperCase() }, (row) => row.correlationId === CORRELATIONS[0]],
  ['from', { createdFrom: new Date(START + 5000) }, (row) => row.createdAt.getTime() >= START + 5000],
  ['to', { createdTo: new Date(START + 5000) }, (row) => row.createdAt.getTime() < START + 5000],
  ['all times', { createdFrom: new Date(-8.64e15), createdTo: new Date(8.64e15) }, () => true],
  ['customer', { customerName: 'aérosp' }, (row) => row.customerName?.[0] === 'A'],
  ['a customer with signs', { customerName: '% kaffee_' }, (row) => row.customerName?.[0] === '1'],
  ['signs are no wildcards', { customerName: 'a%a' }, () => false],
  ['summary', { search: 'all SEATS' }, (row) => row.summary.includes('ALL seats')],
  ['dry runs', { dryRun: true }, (row) => row.dryRun],
  ['real runs', { dryRun: false }, (row) => !row.dryRun],
  ['no operation', { operations: [] }, () => false],
  ['what cannot be', { operations: ['\0'], connectionIds: ['no uuid'] }, () => false],
  ['a correlation that cannot be', { correlationId: "' OR true --" }, () => false],
  ['NUL', { search: '\0' }, () => false],
  [
    'everything',
    { operations: OPERATIONS, statuses: STATUSES, connectionIds: CONNECTIONS, dryRun: false, search: 'SEAT' },
    (row) => row.connectionId !== null && !row.dryRun,
  ],
  [
    'a target and lists',
    { targetIds: TARGETS, operations: OPERATIONS.slice(1), statuses: ['FAILED', 'PENDING'] },
    (row) => row.targetId !== null && row.operation !== OPERATIONS[0] && ['FAILED', 'PENDING'].includes(row.status),
  ],
];

describe('a walk through the pages', () => {
  it.each(FILTERS)(
    'filtered by %s shows each entry once, newest first, down and up (R74, R76)',
    async (_, filter, has) => {
      const expected = all.filter(has);
      expect(await walk(filter, 16, 'down')).toEqual(expected);
      expect(await walk(filter, 16, 'up')).toEqual(expected);
      expect(await createAuditReader(db).count(scope, filter)).toBe(expected.length);
    },
  );

  it('ends at the other cursor', async () => {
    const [after, before] = [cursorOf(all[10]!), cursorOf(all[20]!)];
    const { page } = createAuditReader(db);
    const [down, up, few] = await Promise.all([
      page(scope, { first: 50, after, before }),
      page(scope, { last: 50, after, before }),
      page(scope, { last: 3, after, before }),
    ]);
    expect(down.rows).toEqual(all.slice(11, 20));
    expect(up.rows).toEqual(all.slice(11, 20));
    expect(few.rows).toEqual(all.slice(17, 20));
    expect([down.hasNext, up.hasPrevious, few.hasPrevious]).toEqual([false, false, true]);
  });
});

describe('the feed', () => {
  it.each(FILTERS)('filtered by %s takes the same entries as the pages', (_, filter, has) => {
    const matches = matcher(filter);
    const event = (row: AuditLogRow) => ({ fromStatus: null, toStatus: row.status }) as AuditLogEventRow;
    expect(all.filter((row) => matches(event(row), row))).toEqual(all.filter(has));
  });
});

describe('a page', () => {
  it('is one statement, its stream cursor included', async () => {
    const { page } = createAuditReader(db);
    const filter = { operations: OPERATIONS, statuses: STATUSES };
    const { statements } = await statementsOf(() => page(scope, { filter, first: 50, after: cursorOf(all[3]!) }));
    expect(statements).toHaveLength(1);
  });

  it.each([{ first: 0 }, { first: 101 }, { last: 0 }, { last: 101 }, { first: 1.5 }, { first: 5, last: 5 }, {}])(
    'is refused with the size %o',
    async (size) => {
      const refused = expect.objectContaining({ name: 'PageSizeError', code: 'INVALID_PAGE_SIZE' });
      await expect(createAuditReader(db).page(scope, size)).rejects.toEqual(refused);
    },
  );

  it('takes 1 and 100', async () => {
    const { page } = createAuditReader(db);
    expect((await page(scope, { first: 1 })).rows).toEqual(all.slice(0, 1));
    expect((await page(scope, { first: 100 })).rows).toEqual(all.slice(0, 100));
  });

  it('is refused with a cursor of something else', async () => {
    const refused = expect.objectContaining({ name: 'CursorError', code: 'INVALID_CURSOR' });
    for (const bad of ['', '42', 'x'.repeat(5000), '\0']) {
      await expect(createAuditReader(db).page(scope, { first: 1, after: bad })).rejects.toEqual(refused);
      await expect(createAuditReader(db).page(scope, { last: 1, before: bad })).rejects.toEqual(refused);
    }
  });

  it('of an empty log still says where the feed stands', async () => {
    const page = await createAuditReader(db).page(await createScope(db), { first: 10 });
    expect(page).toEqual({
      rows: [],
      hasNext: false,
      hasPrevious: false,
      startCursor: null,
      endCursor: null,
      streamCursor: '0',
    });
  });
});

describe('entries and their history', () => {
  it('are read by id, in the order of the ids, of the own organization only, by one statement', async () => {
    const { byId, byIds } = createAuditReader(db);
    const foreign = await openEntry(db, await createScope(db));
    const wanted = [all[5]!.id, foreign, all[2]!.id, 'no uuid', all[5]!.id.toUpperCase()];
    const { result, statements } = await statementsOf(() => byIds(scope, wanted));
    expect(result).toEqual([all[5], null, all[2], null, all[5]]);
    expect(statements).toHaveLength(1);
    expect([await byId(scope, all[0]!.id), await byId(scope, foreign)]).toEqual([all[0], null]);
  });

  it('come in the order they happened, page by page, many entries by one statement', async () => {
    const own = await createScope(db);
    const [one, two] = [await openEntry(db, own), await openEntry(db, own)];
    for (const status of ['RUNNING', 'RETRYING', 'RUNNING', 'SUCCEEDED'] as const)
      await moveEntry(db, own, one, status);
    const { events, eventsOf } = createAuditReader(db);
    const start = await events(own, one, { first: 3 });
    expect(start.rows.map(({ toStatus }) => toStatus)).toEqual(['PENDING', 'RUNNING', 'RETRYING']);
    const rest = await events(own, one, { after: start.rows.at(-1)!.seq, first: 3 });
    expect(rest.rows.map(({ toStatus }) => toStatus)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect([start.hasNext, rest.hasNext]).toEqual([true, false]);
    const { result, statements } = await statementsOf(() => eventsOf(own, [two, 'no uuid', one], { first: 2 }));
    expect(result.map(({ rows, hasNext }) => [rows.length, hasNext])).toEqual([
      [1, false],
      [0, false],
      [2, true],
    ]);
    expect(statements).toHaveLength(1);
    expect((await events(scope, one, { first: 3 })).rows).toEqual([]);
  });

  it('use these operations', async () => {
    const { operations } = createAuditReader(db);
    expect(await operations(scope)).toEqual([...OPERATIONS].sort());
    expect(await operations(await createScope(db))).toEqual([]);
  });
});
