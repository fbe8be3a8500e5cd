import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/audit/entry.js';
import { auditLog } from '../../src/audit/log.js';
import type { Finding } from '../../src/audit/proof/finding.js';
import { type Verified, verifyAudit } from '../../src/audit/proof/verify.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { fillLog } from './support/filled-log.js';
import { createRandom, createScope, moveEntry, openEntry } from './support/log.js';
import { TAMPERS, tamper, unnamed, wronglyNamed } from './support/tamper.js';

let test: TestDatabase;
let db: Database;
let scope: Scope;
beforeAll(async () => {
  test = await createTestDatabase();
  db = createDatabase(test.url);
});
afterAll(async () => {
  await db.close();
  await test.drop();
});
beforeEach(async () => {
  scope = await createScope(db);
});

async function verify(organizationIds = [scope.organizationId]): Promise<{ verified: Verified; findings: Finding[] }> {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => findings.push(finding);
  const verified = await verifyAudit({ url: test.url, keys: new Map(), outside: null, organizationIds, onFinding });
  return { verified, findings };
}

/** As somebody who is above triggers. */
const secretly = (...statements: string[]) =>
  test.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statements.join(';')}; COMMIT`);

const here = () => `"organizationId" = '${scope.organizationId}'`;

describe('a log nobody touched', () => {
  it('verifies, whatever stands in it', async () => {
    const odd = `${Array.from({ length: 0x2f }, (_, at) => String.fromCharCode(at + 1)).join('')}\u007f\u2028\u2029"\\/ü€😀`;
    const error = { class: 'vendor', code: 'ODD', message: odd, hint: odd };
    const id = await openEntry(db, scope, {
      summary: odd,
      details: { [odd]: odd, n: 1.5e300, list: [null, true, -0] },
    });
    await moveEntry(db, scope, id, 'RUNNING', { details: { more: odd }, attempts: 3 });
    await db.transaction((tx) => auditLog.report(tx, scope, { id, status: 'RUNNING' }, odd, { odd }));
    await moveEntry(db, scope, id, 'FAILED', { error, target: { kind: 'Connection', id: randomUUID(), name: odd } });
    const other = await openEntry(db, scope, { status: 'FAILED', error });
    const handed = await openEntry(db, scope);
    await db.transaction((tx) => auditLog.handOver(tx, scope, handed, { summary: odd, details: { a: 1 } }, null));
    await test.sql(`UPDATE "AuditLog" SET "instanceId" = gen_random_uuid() WHERE "id" = $1`, [handed]);
    const { verified, findings } = await verify();
    expect(findings).toEqual([]);
    expect(verified).toMatchObject({
      organizations: 1,
      events: 7,
      entries: 3,
      complete: true,
      begins: [],
    });
    expect(other).not.toBe(id);
  });

  it('verifies while it is written to', async () => {
    let writing = true;
    const writers = Array.from({ length: 4 }, async () => {
      while (writing) await moveEntry(db, scope, await openEntry(db, scope), 'RUNNING');
    });
    for (let round = 0; round < 10; round += 1) expect((await verify()).findings).toEqual([]);
    writing = false;
    await Promise.all(writers);
    expect((await verify()).verified.events).toBeGreaterThan(10);
  });

  it('verifies where events are older than the hash of entries, and still says when their entry was changed', async () => {
    const id = await openEntry(db, scope);
    await moveEntry(db, scope, id, 'RUNNING');
    await secretly(
      `UPDATE "AuditLogEvent" SET "entryHash" = NULL WHERE ${here()}`,
      `UPDATE "AuditLogEvent" SET "hash" = ${hashed()} WHERE ${here()} AND "seq" = 1`,
      `UPDATE "AuditLogEvent" e SET "prevHash" = (SELECT p."hash" FROM "AuditLogEvent" p WHERE p.${here()} AND p."seq" = 1) WHERE ${here()} AND "seq" = 2`,
      `UPDATE "AuditLogEvent" SET "hash" = ${hashed()} WHERE ${here()} AND "seq" = 2`,
      `UPDATE "AuditHead" SET "hash" = (SELECT "hash" FROM "AuditLogEvent" WHERE ${here()} AND "seq" = 2) WHERE ${here()}`,
    );
    expect((await verify()).findings).toEqual([]);
    await secretly(`UPDATE "AuditLog" SET "status" = 'SUCCEEDED' WHERE "id" = '${id}'`);
    expect((await verify()).findings).toMatchObject([{ kind: 'ENTRY', seq: '2', auditLogId: id }]);
  });
});

describe('a log somebody touched', () => {
  it.each(Array.from({ length: TAMPERS }, (_, kind) => kind))('names every row, kind %i', async (only) => {
    const entries = await fillLog(test.url, scope, 60);
    const done = await tamper(test.url, { ...scope, entries, count: 8, random: createRandom(only), only });
    const { findings } = await verify();
    expect(unnamed(done, findings), done[0]?.kind).toEqual([]);
    expect(wronglyNamed(done, findings), done[0]?.kind).toEqual([]);
  });

  it('names every row of a thousand random tampers, and no other', async () => {
    const entries = await fillLog(test.url, scope, 2_500);
    const done = await tamper(test.url, { ...scope, entries, count: 1_000, random: createRandom(11) });
    const { findings } = await verify();
    expect(unnamed(done, findings)).toEqual([]);
    expect(wronglyNamed(done, findings)).toEqual([]);
    expect(new Set(findings.map(({ kind }) => kind)).size).toBeGreaterThan(6);
  });

  it('names the kind: what was done, where, and to which entry', async () => {
    const [first = '', second = ''] = await fillLog(test.url, scope, 40);
    await secretly(
      `UPDATE "AuditLogEvent" SET "message" = 'x' WHERE ${here()} AND "seq" = 10`,
      `DELETE FROM "AuditLogEvent" WHERE ${here()} AND "seq" BETWEEN 30 AND 32`,
      `UPDATE "AuditLogEvent" SET "message" = 'x' WHERE ${here()} AND "seq" = 50`,
      `UPDATE "AuditLogEvent" SET "hash" = ${hashed()} WHERE ${here()} AND "seq" = 50`,
      `UPDATE "AuditLogEvent" SET "seq" = -1 WHERE ${here()} AND "seq" = 70`,
      `UPDATE "AuditLogEvent" SET "seq" = 70 WHERE ${here()} AND "seq" = 71`,
      `UPDATE "AuditLogEvent" SET "seq" = 71 WHERE ${here()} AND "seq" = -1`,
      `UPDATE "AuditLog" SET "summary" = 'x' WHERE "id" = '${first}'`,
    );
    const { findings } = await verify();
    const found = findings.map(({ kind, seq, toSeq, message }) => [kind, seq, toSeq, message]);
    expect(found).toContainEqual(['ALTERED', '10', undefined, 'is not what its hash says']);
    expect(found).toContainEqual(['DELETED', '30', '32', 'to 32 are missing']);
    expect(found).toContainEqual(['REWRITTEN', '50', undefined, 'was changed together with its hash']);
    expect(found).toContainEqual(['SWAPPED', '70', undefined, 'holds what belongs to 71']);
    expect(found).toContainEqual(['SWAPPED', '71', undefined, 'holds what belongs to 70']);
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'ENTRY', auditLogId: first, ...scope }));
    expect(findings.some(({ auditLogId }) => auditLogId === second)).toBe(false);
  });

  it('sees an end that was cut off, a head that was moved, changed or removed', async () => {
    await fillLog(test.url, scope, 3);
    const hidden = async (...statements: string[]) => {
      await test.sql('DROP TABLE IF EXISTS "before"; CREATE TABLE "before" AS TABLE "AuditLogEvent"');
      await test.sql('DROP TABLE IF EXISTS "headBefore"; CREATE TABLE "headBefore" AS TABLE "AuditHead"');
      await secretly(...statements);
      const { findings } = await verify();
      await secretly(`DELETE FROM "AuditLogEvent"`, `INSERT INTO "AuditLogEvent" TABLE "before"`);
      await secretly(`DELETE FROM "AuditHead"`, `INSERT INTO "AuditHead" TABLE "headBefore"`);
      // Entries whose events are gone are another matter.
      const ofEvents = findings.filter(
        ({ kind, auditLogId, seq }) => kind !== 'ENTRY' && !(auditLogId && seq === null),
      );
      return ofEvents.map(({ kind, seq, toSeq }) => [kind, seq, toSeq]);
    };
    const cut = `DELETE FROM "AuditLogEvent" WHERE ${here()} AND "seq" > 6`;
    expect(await hidden(cut)).toEqual([
      ['UNPROVEN', '6', undefined],
      ['DELETED', '7', '9'],
    ]);
    const set = (text: string) => `UPDATE "AuditHead" SET ${text} WHERE ${here()}`;
    expect(await hidden(set(`"seq" = 4`))).toEqual([['HEAD', null, undefined]]);
    expect(await hidden(set(`"hash" = sha256("hash")`))).toEqual([['HEAD', '9', undefined]]);
    expect(await hidden(`DELETE FROM "AuditHead" WHERE ${here()}`)).toEqual([['HEAD', null, undefined]]);
    expect(await hidden(`DELETE FROM "AuditLogEvent" WHERE ${here()}`)).toEqual([['DELETED', '1', '9']]);
    expect((await verify()).findings).toEqual([]);
  });

  it('sees an event and an entry that were given to another organization', async () => {
    const other = await createScope(db);
    const [entry = ''] = await fillLog(test.url, scope, 4);
    await fillLog(test.url, other, 1);
    await secretly(
      `UPDATE "AuditLogEvent" SET "tenantId" = '${other.tenantId}', "organizationId" = '${other.organizationId}', "seq" = 4 WHERE ${here()} AND "seq" = 12`,
    );
    const { findings } = await verify([scope.organizationId, other.organizationId]);
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'DELETED', seq: '12', ...scope }));
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'INSERTED', seq: '4', ...other }));
    expect(entry).not.toBe('');
  });
});

const hashed = () =>
  `audit_event_hash("prevHash", "tenantId", "organizationId", "seq", "auditLogId", "type", "fromStatus", "toStatus", "message", "data", "at", "entryHash")`;
