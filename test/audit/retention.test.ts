import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Scope, SYSTEM } from '../../src/audit/entry.js';
import { exportAudit } from '../../src/audit/export/export.js';
import { createCheckpoints } from '../../src/audit/proof/checkpoint-writer.js';
import { createRetention } from '../../src/audit/proof/retention.js';
import { newId } from '../../src/storage/ids.js';
import { fillLog, finishAt } from './support/filled-log.js';
import { createScope, moveEntry, openEntry } from './support/log.js';
import { createProof, type Proof, remade } from './support/proof.js';

/** Keeps twelve whole months: January 2025 goes, February stays. */
const NOW = new Date('2026-02-10T12:00:00Z');

let proof: Proof;
let scope: Scope;
/** Three entries of January 2025, events 1 to 9; two of February, 10 to 15; then one of today, 16 to 18. */
let january: string[];
beforeAll(async () => {
  proof = await createProof();
});
afterAll(() => proof.close());
beforeEach(async () => {
  scope = await createScope(proof.db);
  await writeFile(proof.file, '');
  january = await fillLog(proof.test.url, scope, 3, '2025-01-20T10:00:00.000Z');
  await fillLog(proof.test.url, scope, 2, '2025-02-03T10:00:00.000Z');
  await fillLog(proof.test.url, scope, 1);
});

const here = () => `"organizationId" = '${scope.organizationId}'`;
const seqs = async () =>
  (await proof.test.sql<{ seq: string }>(`SELECT "seq" FROM "AuditLogEvent" WHERE ${here()} ORDER BY 1`)).map(
    ({ seq }) => Number(seq),
  );
const entries = async (ids: readonly string[]) =>
  (await proof.test.sql(`SELECT "id" FROM "AuditLog" WHERE "id" = ANY($1)`, [ids])).map(({ id }) => String(id)).sort();
const ofThis = <T extends Scope>(all: readonly T[]) =>
  all.filter(({ organizationId }) => organizationId === scope.organizationId);
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);

/** A checkpoint at the end of each month, then what retention does. */
async function retain(now = NOW) {
  await proof.checkpoints().make();
  const { removals, findings } = await proof.retention(now).apply(12, SYSTEM);
  return { removals: ofThis(removals), findings: ofThis(findings) };
}

describe('retention', () => {
  it('removes whole months with their entries, and the log verifies from there on', async () => {
    expect(ofThis(await proof.retention(NOW).plan(12))).toEqual([]);
    await proof.checkpoints().make();
    const planned = { period: '2025-01', floor: 9, events: 9, entries: null };
    expect(ofThis(await proof.retention(NOW).plan(12))).toMatchObject([planned]);
    expect(await retain()).toMatchObject({
      removals: [{ period: '2025-01', floor: 9, events: 9, entries: 3 }],
      findings: [],
    });
    // Two more tell what was done.
    expect(await seqs()).toEqual(upTo(10, 20));
    expect(await entries(january)).toEqual([]);
    const { verified, findings } = await proof.verify(scope, { outside: true });
    expect(findings).toEqual([]);
    expect(verified.begins).toMatchObject([{ ...scope, floor: 9, at: '2025-01-20T10:00:00.000Z' }]);
    const [told] = await proof.test.sql(
      `SELECT * FROM "AuditLog" WHERE ${here()} AND "operation" = 'ApplyAuditRetention'`,
    );
    expect(told).toMatchObject({
      status: 'SUCCEEDED',
      actorKind: 'SYSTEM',
      details: { period: '2025-01', floor: '9', events: 9 },
    });
    expect(await retain()).toMatchObject({ removals: [], findings: [] });
    await proof.checkpoints().make();
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
    expect((await proof.written()).at(-1)?.statement.floor).toMatchObject({ seq: 9, kept: 0 });
  });

  it('goes on where it was, month after month', async () => {
    await retain();
    await proof.retention(new Date('2026-03-01T00:00:00Z')).apply(12, SYSTEM);
    expect((await seqs())[0]).toBe(16);
    const { verified, findings } = await proof.verify(scope, { outside: true });
    expect([findings, verified.begins[0]?.floor]).toEqual([[], 15]);
  });

  it('keeps the entries that are not finished or that something refers to, and proves them without their events', async () => {
    const [referred = '', parent = '', plain = ''] = january;
    await openEntry(proof.db, scope, { parentId: parent });
    await proof.secretly(
      `INSERT INTO "LaneOperation" ("tenantId", "id", "organizationId", "laneId", "auditLogId", "kind", "effectiveDate", "target")
       VALUES ('${scope.tenantId}', gen_random_uuid(), '${scope.organizationId}', gen_random_uuid(), '${referred}', 'quantity', '2025-01-20', '{}')`,
    );
    expect((await retain()).removals).toMatchObject([{ events: 9, entries: 1 }]);
    expect(await entries(january)).toEqual([referred, parent].sort());
    expect(await entries([plain])).toEqual([]);
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
    expect((await proof.written()).at(-1)?.statement.floor?.kept).toBe(2);

    await proof.secretly(`UPDATE "AuditLog" SET "summary" = 'x' WHERE "id" = '${parent}'`);
    expect((await proof.verify(scope)).findings).toMatchObject([{ kind: 'ENTRY', auditLogId: parent }]);
    await proof.secretly(
      `UPDATE "AuditKeptEntry" SET "entryHash" = (SELECT audit_entry_hash(a) FROM "AuditLog" a WHERE a."id" = '${parent}') WHERE "auditLogId" = '${parent}'`,
    );
    expect((await proof.verify(scope)).findings).toMatchObject([{ kind: 'CHECKPOINT' }]);
  });

  it('lets an entry go on that it kept', async () => {
    scope = await createScope(proof.db);
    const [open = ''] = await fillLog(proof.test.url, scope, 1, '2025-01-05T00:00:00Z', 1);
    await retain();
    expect(await entries([open])).toEqual([open]);
    await moveEntry(proof.db, scope, open, 'RUNNING');
    await moveEntry(proof.db, scope, open, 'SUCCEEDED');
    expect((await proof.verify(scope)).findings).toEqual([]);
  });

  it('proves an entry that ended after it was kept by its end, also when that month is removed too', async () => {
    scope = await createScope(proof.db);
    const [open = ''] = await fillLog(proof.test.url, scope, 1, '2025-01-05T00:00:00Z', 1);
    await retain();
    await finishAt(proof.test.url, scope, open, '2025-04-05T00:00:00Z');
    // Done before the next month begins.
    await fillLog(proof.test.url, scope, 1, '2025-05-05T00:00:00Z');
    expect(await retain(new Date('2026-05-10T12:00:00Z'))).toMatchObject({
      removals: [{ period: '2025-04' }],
      findings: [],
    });
    expect((await proof.verify(scope, { outside: true })).findings).toEqual([]);
    expect(await retain(new Date('2026-06-10T12:00:00Z'))).toMatchObject({
      removals: [{ period: '2025-05' }],
      findings: [],
    });
    await proof.secretly(`UPDATE "AuditLog" SET "status" = 'FAILED' WHERE "id" = '${open}'`);
    expect((await proof.verify(scope)).findings).toMatchObject([{ kind: 'ENTRY', auditLogId: open }]);
  });

  it('removes an entry that a gateway made whose clock was ahead of the end of the month', async () => {
    scope = await createScope(proof.db);
    const made = await fillLog(proof.test.url, scope, 1, '2025-01-31T23:59:59.900Z');
    await proof.secretly(`UPDATE "AuditLog" SET "createdAt" = '2025-02-01T00:00:00.100Z' WHERE "id" = '${made[0]}'`);
    await proof.secretly(
      `UPDATE "AuditLogEvent" SET "entryHash" = (SELECT audit_entry_hash(a) FROM "AuditLog" a WHERE a."id" = '${made[0]}') WHERE ${here()}`,
      remade(scope, 1, `"message" = "message"`),
    );
    expect((await retain()).removals).toMatchObject([{ events: 3, entries: 1 }]);
    expect(await entries(made)).toEqual([]);
  });

  it('removes nothing of a log that does not verify', async () => {
    await proof.checkpoints().make();
    await proof.secretly(`UPDATE "AuditLogEvent" SET "message" = 'x' WHERE ${here()} AND "seq" = 2`);
    const { removals, findings } = await retain();
    expect([removals, findings.map(({ kind, seq }) => [kind, seq])]).toEqual([[], [['ALTERED', '2']]]);
    expect((await seqs())[0]).toBe(1);
    await proof.secretly(
      `DELETE FROM "AuditLogEvent" WHERE ${here()}`,
      `DELETE FROM "AuditLog" WHERE ${here()}`,
      `DELETE FROM "AuditHead" WHERE ${here()}`,
      `DELETE FROM "AuditCheckpoint" WHERE ${here()}`,
    );
  });

  it('removes nothing that no checkpoint outside covers', async () => {
    const { db, key } = proof;
    const outside = { name: 'nowhere', deliver: () => Promise.reject(new Error('nowhere')) };
    const checkpoints = createCheckpoints({ db, key, outside, now: () => new Date() });
    await expect(checkpoints.make()).rejects.toThrow('nowhere');
    const retention = createRetention({ db, checkpoints, keys: new Map(), now: () => NOW, newId });
    expect(ofThis((await retention.apply(12, SYSTEM)).removals)).toEqual([]);
    await proof.checkpoints().make();
    await expect(retention.apply(12, SYSTEM)).resolves.toMatchObject({ removals: [] });
    expect((await seqs())[0]).toBe(1);
  });

  it('finishes what a crash left half done', async () => {
    await proof.checkpoints().make();
    await proof.checkpoints().declareFloor(scope, 9n);
    await proof.checkpoints().deliver();
    expect((await proof.verify(scope)).findings).toEqual([]);
    expect((await seqs())[0]).toBe(1);
    expect((await retain()).removals).toMatchObject([{ period: '2025-01', events: 9, entries: 3 }]);
    expect((await proof.verify(scope)).findings).toEqual([]);
  });
});

it('an export from which events are removed while it is read fails, and skips nothing', async () => {
  scope = await createScope(proof.db);
  // More than a page.
  await fillLog(proof.test.url, scope, 400, '2025-01-05T00:00:00Z');
  await fillLog(proof.test.url, scope, 1, '2025-02-05T00:00:00Z');
  const actor = { kind: 'USER', id: 'auditor', name: 'Auditor' } as const;
  let removals = 0;
  const write = async (text: string) => {
    if (text !== '' && removals === 0) removals = (await retain()).removals.length;
    return true;
  };
  const more = { newId, scopes: [scope], actor, format: 'ndjson', filter: {}, after: new Map(), write } as const;
  await expect(exportAudit({ db: proof.db, ...more })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  expect(removals).toBe(1);
});

describe('behind retention', () => {
  beforeEach(() => retain());

  it('an export begins with the oldest that is kept, and goes on behind no cursor that would skip what is gone', async () => {
    const exported = async (...after: readonly bigint[]) => {
      const { db } = proof;
      const cursor = new Map(after.map((seq) => [scope.organizationId, seq]));
      const actor = { kind: 'USER', id: 'auditor', name: 'Auditor' } as const;
      let text = '';
      const write = async (part: string) => {
        text += part;
        return true;
      };
      const more = { newId, scopes: [scope], actor, format: 'ndjson', filter: {}, after: cursor, write } as const;
      await exportAudit({ db, ...more });
      return Number(JSON.parse(text.slice(0, text.indexOf('\n'))).seq);
    };
    for (const gone of [8n, 1n, 0n]) {
      await expect(exported(gone)).rejects.toMatchObject({
        code: 'CURSOR_EXPIRED',
        message: expect.stringContaining('10'),
      });
    }
    expect(await exported(9n)).toBe(10);
    expect(await exported()).toBe(10);
  });

  it.each([
    ['DELETED', '10', () => `DELETE FROM "AuditLogEvent" WHERE ${here()} AND "seq" <= 12`],
    [
      'REWRITTEN',
      '10',
      () => `UPDATE "AuditLogEvent" SET "prevHash" = sha256('x') WHERE ${here()} AND "seq" = 10;
      UPDATE "AuditLogEvent" SET "hash" = ${HASHED} WHERE ${here()} AND "seq" = 10`,
    ],
    [
      'INSERTED',
      '4',
      () =>
        `INSERT INTO "AuditLogEvent" SELECT (jsonb_populate_record(e, '{"seq": 4}')).* FROM "AuditLogEvent" e WHERE ${here()} AND "seq" = 12`,
    ],
  ])('%s is still found', async (kind, seq, statement) => {
    await proof.secretly(statement());
    expect((await proof.verify(scope)).findings).toContainEqual(expect.objectContaining({ kind, seq }));
  });

  it.each([
    () => `DELETE FROM "AuditLogEvent" WHERE ${here()} AND "seq" = 10`,
    () => `DELETE FROM "AuditLog" WHERE ${here()}`,
    () => `UPDATE "AuditKeptEntry" SET "seq" = 0`,
    () => `TRUNCATE "AuditLogEvent"`,
  ])('the database refuses everybody else, statement %#', async (statement) => {
    await openEntry(proof.db, scope);
    if (statement().includes('Kept'))
      await proof.secretly(
        `INSERT INTO "AuditKeptEntry" VALUES ('${scope.tenantId}', '${scope.organizationId}', 99, gen_random_uuid(), NULL)`,
      );
    await expect(proof.test.sql(statement())).rejects.toThrow(/append-only/);
  });
});

const HASHED = `audit_event_hash("prevHash", "tenantId", "organizationId", "seq", "auditLogId", "type", "fromStatus", "toStatus", "message", "data", "at", "entryHash")`;
