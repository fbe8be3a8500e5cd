import type { Database } from '../../storage/database.js';
import type { NewId } from '../../storage/ids.js';
import type { Actor, Scope } from '../entry.js';
import { auditLog } from '../log.js';
import type { Checkpoints } from './checkpoint-writer.js';
import type { Finding } from './finding.js';
import type { PublicKeys } from './key.js';
import { verifyAudit } from './verify.js';

export interface RetentionOptions {
  readonly db: Database;
  readonly checkpoints: Checkpoints;
  /** Whose checkpoints are believed. */
  readonly keys: PublicKeys;
  readonly now: () => Date;
  readonly newId: NewId;
}

/** What goes, or would go, of one log. */
export interface Removal extends Scope {
  /** The last month removed, such as 2026-10. */
  readonly period: string;
  readonly floor: number;
  readonly events: number;
  /** Null: nobody counted which stay. */
  readonly entries: number | null;
}

export interface Retained {
  readonly removals: readonly Removal[];
  /** Nothing is removed from a log that does not verify. */
  readonly findings: readonly Finding[];
}

const REMOVE_WITHIN_MS = 600_000;

/**
 * Gives up whole months. A month goes when a signed checkpoint at its end lies outside; that checkpoint is where the log
 * begins from then on. First the floor is signed and delivered, then what is below it is removed: a crash in between leaves
 * a log that is longer than it must be.
 */
export function createRetention({ db, checkpoints, keys, now, newId }: RetentionOptions) {
  return { plan, apply };

  /** What `apply` would remove. */
  async function plan(months: number): Promise<readonly Removal[]> {
    const due = await dueOf(months);
    return Promise.all(
      due.map(async ({ tenantId, organizationId, period, seq }) => {
        const where = { tenantId, organizationId, seq: { lte: seq } };
        const events = await db.client.auditLogEvent.count({ where });
        return { tenantId, organizationId, period, floor: Number(seq), events, entries: null };
      }),
    );
  }

  /** Keeps so many whole months before the present one. Throws when the place outside does not take a checkpoint. */
  async function apply(months: number, actor: Actor): Promise<Retained> {
    const removals: Removal[] = [];
    const findings: Finding[] = [];
    for (const { period, seq, ...scope } of await dueOf(months)) {
      const found = await verifyOne(scope);
      findings.push(...found);
      if (found.length > 0) continue;
      await checkpoints.declareFloor(scope, seq);
      await checkpoints.deliver();
      removals.push(await remove(scope, period, seq, actor));
    }
    // Floors that a crash has left above events.
    for (const { period, seq, ...scope } of await pending()) removals.push(await remove(scope, period, seq, actor));
    return { removals, findings };
  }

  /** The last month of each log that is over for so long and lies above its floor. */
  function dueOf(months: number): Promise<(Scope & { period: string; seq: bigint })[]> {
    return db.client.$queryRaw`
      SELECT DISTINCT ON (c."tenantId", c."organizationId") c."tenantId"::text, c."organizationId"::text, c."period", c."seq"
      FROM "AuditCheckpoint" c WHERE c."period" IS NOT NULL AND c."deliveredAt" IS NOT NULL
        AND c."period" < to_char(${now()}::timestamptz AT TIME ZONE 'UTC' - make_interval(months => ${months}::int), 'YYYY-MM')
        AND c."seq" > audit_floor(c."tenantId", c."organizationId")
      ORDER BY c."tenantId", c."organizationId", c."seq" DESC`;
  }

  function pending(): Promise<(Scope & { period: string; seq: bigint })[]> {
    return db.client.$queryRaw`
      SELECT f."tenantId"::text, f."organizationId"::text, f."seq", to_char(f."at" AT TIME ZONE 'UTC', 'YYYY-MM') AS "period"
      FROM (SELECT "tenantId", "organizationId", max("floor") AS "seq", max("floorAt") AS "at" FROM "AuditCheckpoint"
        WHERE "deliveredAt" IS NOT NULL AND "floor" > 0 GROUP BY 1, 2) f
      WHERE EXISTS (SELECT FROM "AuditLogEvent" e WHERE e."tenantId" = f."tenantId" AND e."organizationId" = f."organizationId"
        AND e."seq" <= f."seq")`;
  }

  async function verifyOne({ organizationId }: Scope): Promise<Finding[]> {
    const found: Finding[] = [];
    const onFinding = (finding: Finding) => found.push(finding);
    await verifyAudit({ url: db.url, keys, outside: null, organizationIds: [organizationId], onFinding });
    return found;
  }

  /** In one transaction with the entry that tells it. */
  function remove(scope: Scope, period: string, floor: bigint, actor: Actor): Promise<Removal> {
    return db.transaction(
      async (tx) => {
        const [gone] = await tx.$queryRaw<{ events: bigint; entries: bigint }[]>`
          SELECT * FROM audit_remove(${scope.tenantId}::uuid, ${scope.organizationId}::uuid)`;
        const [events, entries] = [Number(gone?.events ?? 0), Number(gone?.entries ?? 0)];
        const id = newId();
        const summary = `Audit events up to ${period} removed`;
        const details = { period, floor: floor.toString(), events, entries };
        const opened = { id, operation: 'ApplyAuditRetention', status: 'PENDING' as const, correlationId: id };
        await auditLog.open(tx, scope, { ...opened, actor, summary, details });
        await auditLog.move(tx, scope, id, 'SUCCEEDED', `${events} events and ${entries} entries removed`);
        return { ...scope, period, floor: Number(floor), events, entries };
      },
      { timeoutMs: REMOVE_WITHIN_MS },
    );
  }
}
