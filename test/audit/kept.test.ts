import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Scope, SYSTEM } from '../../src/audit/entry.js';
import { fillLog } from './support/filled-log.js';
import { createScope } from './support/log.js';
import { createProof, type Proof } from './support/proof.js';

/** January 2025 goes, later months stay. */
const NOW = new Date('2026-02-10T12:00:00Z');

let proof: Proof;
let scope: Scope;
/** Begun in January and not finished: event 1. */
let open: string;
beforeAll(async () => {
  proof = await createProof();
});
afterAll(() => proof.close());
beforeEach(async () => {
  scope = await createScope(proof.db);
  await writeFile(proof.file, '');
  [open = ''] = await fillLog(proof.test.url, scope, 1, '2025-01-20T10:00:00.000Z', 1);
  await fillLog(proof.test.url, scope, 2, '2025-02-03T10:00:00.000Z');
});

async function retain() {
  await proof.checkpoints().make();
  const { removals, findings } = await proof.retention(NOW).apply(12, SYSTEM);
  return [...removals, ...findings].filter(({ organizationId }) => organizationId === scope.organizationId);
}

/** An entry that never happened, and a row that says it has outlived its events. Answers its id. */
async function forge(seq: number, kept = scope.organizationId): Promise<string> {
  const id = randomUUID();
  await proof.secretly(
    `INSERT INTO "AuditLog" ("tenantId", "organizationId", "id", "operation", "status", "actorKind", "actorName", "correlationId", "summary")
     VALUES ('${scope.tenantId}', '${scope.organizationId}', '${id}', 'Forged', 'SUCCEEDED', 'SYSTEM', 'nobody', '${id}', 'never happened')`,
    `INSERT INTO "AuditKeptEntry" VALUES ('${scope.tenantId}', '${kept}', ${seq}, '${id}', NULL)`,
  );
  return id;
}

const found = async () =>
  (await proof.verify(scope)).findings.map(({ kind, seq, auditLogId }) => [kind, seq, auditLogId]);

describe('an entry that is said to have outlived its events', () => {
  it.each([4, 999, 0, -3])('is found where nothing was removed yet, at %i', async (seq) => {
    const id = await forge(seq);
    expect(await found()).toEqual(
      expect.arrayContaining([
        ['INSERTED', `${seq}`, id],
        ['INSERTED', null, id],
      ]),
    );
    expect(await retain()).toContainEqual(expect.objectContaining({ kind: 'INSERTED', auditLogId: id }));
  });

  it.each([3, 999])('is found above the floor, at %i', async (seq) => {
    await retain();
    const id = await forge(seq);
    expect(await found()).toEqual(
      expect.arrayContaining([
        ['INSERTED', `${seq}`, id],
        ['INSERTED', null, id],
      ]),
    );
  });

  it.each([0, -3])('is found below it, at %i, because the floor counts them', async (seq) => {
    await retain();
    await forge(seq);
    expect(await found()).toEqual([['CHECKPOINT', null, null]]);
  });

  it('is found when the row is put into the log of another organization', async () => {
    const { organizationId: other } = await createScope(proof.db);
    const id = await forge(4, other);
    expect(await found()).toEqual([['INSERTED', null, id]]);
    await proof.secretly(`DELETE FROM "AuditKeptEntry" WHERE "auditLogId" = '${id}'`);
  });

  it('is believed where a crash came before the floor was signed: its event is still there', async () => {
    await proof.test.sql('SELECT audit_keep($1, $2, 1)', [scope.tenantId, scope.organizationId]);
    expect(await found()).toEqual([]);
    expect(await retain()).toMatchObject([{ period: '2025-01', events: 1, entries: 0 }]);
    expect(await found()).toEqual([]);
    await proof.secretly(`UPDATE "AuditLog" SET "status" = 'FAILED' WHERE "id" = '${open}'`);
    expect(await found()).toEqual([['ENTRY', '1', open]]);
  });

  it('is remembered together with the floor, or not at all', async () => {
    await proof.checkpoints().make();
    await proof.test.sql(`CREATE FUNCTION refuse_floor() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF NEW."floor" > 0 THEN RAISE EXCEPTION 'no floor today'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse_floor BEFORE INSERT ON "AuditCheckpoint" FOR EACH ROW EXECUTE FUNCTION refuse_floor()`);
    await expect(proof.checkpoints().declareFloor(scope, 1n)).rejects.toThrow('no floor today');
    await proof.test.sql('DROP TRIGGER refuse_floor ON "AuditCheckpoint"; DROP FUNCTION refuse_floor()');
    const here = `WHERE "organizationId" = '${scope.organizationId}'`;
    expect(await proof.test.sql(`SELECT FROM "AuditKeptEntry" ${here}`)).toEqual([]);
  });
});
