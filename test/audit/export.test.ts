import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CursorError } from '../../src/audit/cursor.js';
import type { Scope } from '../../src/audit/entry.js';
import type { ExportCursor } from '../../src/audit/export/cursor.js';
import { parseCursor, printCursor } from '../../src/audit/export/cursor.js';
import { type Exported, type ExportOptions, exportAudit } from '../../src/audit/export/export.js';
import { EXPORT_FORMATS } from '../../src/audit/export/formats.js';
import { auditLog } from '../../src/audit/log.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\n=1'];
const scope: Scope = organization();
const other: Scope = organization();
let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase(database.url);
  for (const { organizationId: id, tenantId } of [scope, other]) {
    await db.client.organization.create({ data: { id, tenantId, kind: 'CSP', name: id, externalId: null } });
  }
  for (const summary of [...FORMULAS, 'a "quoted", text\r\nof two lines']) await write(scope, summary);
  await write(other, 'of another organization');
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

function organization(): Scope {
  const id = newId();
  return { tenantId: id, organizationId: id };
}

async function write(of: Scope, summary: string): Promise<void> {
  const actor = { kind: 'USER' as const, id: 'u', name: summary };
  const entry = {
    id: newId(),
    operation: 'UpsertCustomers',
    status: 'PENDING' as const,
    actor,
    correlationId: newId(),
  };
  await db.transaction((tx) => auditLog.open(tx, of, { ...entry, summary }));
}

const actor = { kind: 'USER' as const, id: 'auditor', name: 'Auditor' };

/** An export that is read to its end, or given up after so many writes. */
async function exported(
  more: Partial<ExportOptions> = {},
  writes = Number.POSITIVE_INFINITY,
): Promise<Exported & { text: string }> {
  let text = '';
  let left = writes;
  const result = await exportAudit({
    ...{ db, newId, scopes: [scope], actor, format: 'ndjson', filter: {}, after: new Map() as ExportCursor, ...more },
    write: async (part) => {
      if (left-- <= 0) return false;
      text += part;
      return true;
    },
  });
  return { ...result, text };
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const ONLY = { filter: { operations: ['UpsertCustomers'] } };

describe('the formats', () => {
  test('NDJSON: one event a line, in order, of the organizations that were named', async () => {
    const lines = linesOf((await exported(ONLY)).text);
    expect(lines.map(({ actorName }) => actorName)).toEqual([...FORMULAS, 'a "quoted", text\r\nof two lines']);
    expect(lines.map(({ seq }) => Number(seq))).toEqual(lines.map((_line, at) => Number(lines[0].seq) + at));
    for (const line of lines) {
      expect(line).toMatchObject({
        ...scope,
        operation: 'UpsertCustomers',
        toStatus: 'PENDING',
        outcome: 'PROCESSING',
      });
      expect(line.hash).toMatch(/^[0-9a-f]{64}$/);
    }
    const both = linesOf((await exported({ ...ONLY, scopes: [scope, other] })).text);
    expect(both).toHaveLength(lines.length + 1);
  });

  test('CSV: a heading, and nothing that a spreadsheet would take for a formula', async () => {
    const { text } = await exported({ ...ONLY, format: 'csv' });
    expect(text).toMatch(/^organizationId,seq,at,operation,/);
    for (const formula of FORMULAS) expect(text).toContain(`'${formula}`);
    expect(text).toContain('"a ""quoted"", text\r\nof two lines"');
  });

  test('CloudEvents: what version 1.0 asks for, each with a name of its own; a batch is one array of them', async () => {
    const events = linesOf((await exported({ ...ONLY, format: 'cloudevents' })).text);
    for (const event of events) {
      expect(event).toMatchObject({
        specversion: '1.0',
        id: expect.stringMatching(/^\d+$/),
        source: `/connector-gateway/organizations/${scope.organizationId}/audit-log`,
        type: 'connector-gateway.audit.status.v1',
        datacontenttype: 'application/json',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        data: { operation: 'UpsertCustomers' },
      });
    }
    expect(new Set(events.map(({ source, id }) => `${source} ${id}`)).size).toBe(events.length);
    expect(JSON.parse((await exported({ ...ONLY, format: 'cloudevents-batch' })).text)).toEqual(events);
  });

  test.each(EXPORT_FORMATS)('%s of nothing is a whole document', async (format) => {
    const { text, rows } = await exported({ format, filter: { operations: ['Nothing'] } });
    expect(rows).toBe(0);
    if (format === 'cloudevents-batch') expect(JSON.parse(text)).toEqual([]);
    else expect(text.split('\r\n').slice(1).join('')).toBe('');
  });
});

describe('the cursor', () => {
  test('goes on where an export ended, over pauses: nothing is missing and nothing comes twice', async () => {
    const seen: string[] = [];
    let after: ExportCursor = new Map();
    for (let round = 0; round < 3; round += 1) {
      await write(scope, `round ${round}`);
      // As it is kept in a file.
      const kept = parseCursor(printCursor(after), [scope]);
      const { text, cursor, complete } = await exported({ after: kept });
      expect(complete).toBe(true);
      seen.push(...linesOf(text).map(({ seq }) => seq));
      after = cursor;
    }
    expect(seen.map(Number)).toEqual(seen.map((_seq, at) => Number(seen[0]) + at));
    expect(seen.length).toBeGreaterThan(10);
  });

  test('of an export that was given up names what was written, and goes on behind it', async () => {
    const broken = await exported({}, 1);
    expect(broken).toMatchObject({ rows: 0, complete: false });
    const whole = await exported({ after: broken.cursor });
    expect(Number(linesOf(whole.text)[0].seq)).toBe(1);
  });

  test.each(['nonsense', '-1', '99999999999', `${newId()}:1`])('%s is refused', async (text) => {
    await expect((async () => exported({ after: parseCursor(text, [scope]) }))()).rejects.toThrow(CursorError);
  });
});

test('reading by export is itself in the log, before the first event leaves, and says how it ended', async () => {
  let recorded = false;
  await exportAudit({
    ...{ db, newId, scopes: [other], actor, format: 'ndjson', filter: {}, after: new Map() as ExportCursor },
    write: async () => {
      recorded ||= (await read(other)).some(({ status }) => status === 'RUNNING');
      return true;
    },
  });
  expect(recorded).toBe(true);
  await exported({ scopes: [other] }, 1);
  const [whole, broken] = (await read(other)).slice(-2);
  const details = { format: 'ndjson', rows: expect.any(Number) };
  expect(whole).toMatchObject({ actorName: 'Auditor', status: 'SUCCEEDED', details });
  expect(broken).toMatchObject({ status: 'FAILED', errorCode: 'INTERRUPTED' });
});

test('the log of each organization tells of its own part only, of no other organization', async () => {
  const third = organization();
  const { organizationId: thirdId, tenantId: thirdTenant } = third;
  await db.client.organization.create({ data: { id: thirdId, tenantId: thirdTenant, kind: 'CSP', name: 'third' } });
  const connections = new Map<string, string>();
  for (const owner of [other, third]) {
    const id = newId();
    await db.client.connection.create({ data: { ...owner, id, connectorId: 'x', alias: id, currency: 'EUR' } });
    connections.set(owner.organizationId, id);
  }
  for (let round = 0; round < 3; round += 1) await write(third, 'of a third');
  const after = new Map([
    [other.organizationId, 1n],
    [third.organizationId, 2n],
  ]);
  const both = { scopes: [other, third], after };
  const connectionIds = [...connections.values()];
  await exported({ ...both, filter: { connectionIds, statuses: ['PENDING'] } });
  await exported({ ...both, filter: { operations: ['UpsertCustomers'] } });
  await exported(both, 1);
  for (const [own, foreign] of [
    [other, third],
    [third, other],
  ] as const) {
    const [filtered, whole, broken] = (await read(own)).slice(-3);
    const ends = await events(own, [filtered, whole, broken]);
    expect(filtered?.details).toMatchObject({
      filter: { connectionIds: [connections.get(own.organizationId)], statuses: ['PENDING'] },
      after: `${own.organizationId}:${after.get(own.organizationId)}`,
    });
    expect(whole).toMatchObject({ details: { rows: own === third ? 1 : 0 } });
    expect(whole?.details).toMatchObject({ cursor: expect.stringMatching(`^${own.organizationId}:\\d+$`) });
    const said = JSON.stringify([filtered, whole, broken, ends], (_key, value) =>
      typeof value === 'bigint' ? `${value}` : value,
    );
    expect(said).not.toContain(foreign.organizationId);
    expect(said).not.toContain(connections.get(foreign.organizationId));
    expect(ends.filter(({ toStatus }) => toStatus === 'SUCCEEDED').map(({ message }) => message)).toContain(
      `${own === third ? 1 : 0} events exported`,
    );
  }
});

const events = ({ organizationId }: Scope, entries: readonly ({ readonly id: string } | undefined)[]) =>
  db.client.auditLogEvent.findMany({
    where: { organizationId, auditLogId: { in: entries.map((entry) => entry?.id ?? '') } },
    orderBy: { seq: 'asc' },
  });

const read = ({ organizationId }: Scope) =>
  db.client.auditLog.findMany({ where: { organizationId, operation: 'ExportAuditLogs' }, orderBy: { id: 'asc' } });
