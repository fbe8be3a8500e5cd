import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '../../../src/audit/entry.js';
import type { SignedCheckpoint, Statement } from '../../../src/audit/proof/checkpoint.js';
import { createCheckpoints } from '../../../src/audit/proof/checkpoint-writer.js';
import type { Finding } from '../../../src/audit/proof/finding.js';
import { publicKeyOf, publicKeys, type SigningKey, signingKey } from '../../../src/audit/proof/key.js';
import { createOutside, readOutside } from '../../../src/audit/proof/outside.js';
import { createRetention } from '../../../src/audit/proof/retention.js';
import { type Verified, verifyAudit } from '../../../src/audit/proof/verify.js';
import { createDatabase, type Database } from '../../../src/storage/database.js';
import { newId } from '../../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';

export interface Proof {
  readonly test: TestDatabase;
  readonly db: Database;
  readonly key: SigningKey;
  /** Where checkpoints are written outside. */
  readonly file: string;
  checkpoints(options?: { now?: Date; key?: SigningKey; outside?: string }): ReturnType<typeof createCheckpoints>;
  retention(now?: Date): ReturnType<typeof createRetention>;
  /** With `outside` also against the file; `meanwhile` happens when that was read and the database not yet. */
  verify(
    scope: Scope,
    options?: { outside?: boolean; part?: boolean; meanwhile?: () => Promise<void> },
  ): Promise<{ verified: Verified; findings: Finding[] }>;
  /** What the file says. */
  written(): Promise<{ signed: SignedCheckpoint; statement: Statement }[]>;
  /** As somebody who is above triggers. */
  secretly(...statements: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** A database, a key and a place outside. */
export async function createProof(): Promise<Proof> {
  const test = await createTestDatabase();
  const db = createDatabase(test.url);
  const folder = await mkdtemp(join(tmpdir(), 'gateway-audit-'));
  const file = join(folder, 'checkpoints.ndjson');
  const key = signingKey(Buffer.alloc(32, 7));
  const keys = publicKeys(publicKeyOf(key));
  const checkpoints: Proof['checkpoints'] = ({ now = new Date(), key: other = key, outside = file } = {}) =>
    createCheckpoints({ db, key: other, outside: createOutside(outside), now: () => now });
  return {
    ...{ test, db, key, file, checkpoints },
    retention: (now = new Date()) =>
      createRetention({ db, checkpoints: checkpoints({ now }), keys, now: () => now, newId }),
    async verify(scope, { outside = false, part = false, meanwhile = async () => undefined } = {}) {
      const findings: Finding[] = [];
      const onFinding = (finding: Finding) => findings.push(finding);
      const read = async () => {
        const logs = await readOutside(file, keys, onFinding);
        await meanwhile();
        return logs;
      };
      const { organizationId } = scope;
      const verified = await verifyAudit({
        url: test.url,
        keys,
        outside: outside ? read : null,
        part,
        organizationIds: [organizationId],
        onFinding,
      });
      return { verified, findings };
    },
    async written() {
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      return lines.map((line) => {
        const signed = JSON.parse(line) as SignedCheckpoint;
        return { signed, statement: JSON.parse(signed.statement) as Statement };
      });
    },
    secretly: (...statements) =>
      test.sql(`BEGIN; SET LOCAL session_replication_role = replica; ${statements.join(';')}; COMMIT`),
    async close() {
      await db.close();
      await test.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes a log anew from an event on, as somebody would who can do everything in the database but sign. */
export function remade({ organizationId }: Scope, from: number, change: string): string {
  const here = `"organizationId" = '${organizationId}'`;
  return `UPDATE "AuditLogEvent" SET ${change} WHERE ${here} AND "seq" = ${from};
    DO $do$ DECLARE e "AuditLogEvent"; before bytea; BEGIN
      SELECT "prevHash" INTO before FROM "AuditLogEvent" WHERE ${here} AND "seq" = ${from};
      FOR e IN SELECT * FROM "AuditLogEvent" WHERE ${here} AND "seq" >= ${from} ORDER BY "seq" LOOP
        UPDATE "AuditLogEvent" SET "prevHash" = before, "hash" = audit_event_hash(before, e."tenantId", e."organizationId", e."seq",
          e."auditLogId", e."type", e."fromStatus", e."toStatus", e."message", e."data", e."at", e."entryHash")
          WHERE ${here} AND "seq" = e."seq" RETURNING "hash" INTO before;
      END LOOP;
      UPDATE "AuditHead" SET "hash" = before WHERE ${here};
    END $do$`;
}
