import type pg from 'pg';
import type { Queries } from '../../storage/database.js';
import type { Scope } from '../entry.js';
import { createKeptDigest, type Floor, type KeptEntry } from './checkpoint.js';
import type { Report } from './finding.js';
import { PAGE, pagesOf, SMALLEST } from './pages.js';

/**
 * Entries that outlive their events, because they are not finished or something refers to them. What they must look like
 * stands in rows of their own; a signed floor says how many there are and has their digest, so nobody adds one unseen.
 */

/** Before the events up to here may go: remembers which entries stay, and tells how to recognize them. */
export async function keepUpTo(tx: Queries, { tenantId, organizationId }: Scope, seq: bigint): Promise<Floor> {
  const [event] = await tx.$queryRaw<{ hash: string; at: Date }[]>`
    SELECT encode("hash", 'hex') AS "hash", "at" FROM "AuditLogEvent"
    WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid AND "seq" = ${seq}`;
  if (!event) throw new Error(`The event ${seq} is gone.`);
  await tx.$queryRaw`SELECT audit_keep(${tenantId}::uuid, ${organizationId}::uuid, ${seq})::text`;
  const digest = createKeptDigest();
  for (let behind = BigInt(SMALLEST); ; ) {
    const rows = await tx.$queryRaw<{ seq: bigint; auditLogId: string; hash: string | null }[]>`
      SELECT k."seq", k."auditLogId"::text, encode(k."entryHash", 'hex') AS "hash" FROM "AuditKeptEntry" k
      WHERE k."tenantId" = ${tenantId}::uuid AND k."organizationId" = ${organizationId}::uuid
        AND k."seq" > ${behind} AND k."seq" <= ${seq} ORDER BY k."seq" LIMIT ${PAGE}::int`;
    for (const row of rows) digest.add([`${row.seq}`, row.auditLogId, row.hash]);
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) break;
    behind = last.seq;
  }
  return { seq: Number(seq), hash: event.hash, at: event.at.toISOString(), ...digest.end() };
}

/** Above the floor a row is harmless while its event is there and says the same: a crash before the floor was signed. */
const KEPT = `
  SELECT k."seq"::text, k."auditLogId"::text, encode(k."entryHash", 'hex'),
    CASE WHEN k."seq" <= $3::bigint THEN 'below' WHEN EXISTS (SELECT FROM "AuditLogEvent" e
      WHERE e."tenantId" = k."tenantId" AND e."organizationId" = k."organizationId" AND e."seq" = k."seq"
        AND e."auditLogId" = k."auditLogId" AND e."entryHash" IS NOT DISTINCT FROM k."entryHash") THEN 'proven' END
  FROM "AuditKeptEntry" k
  WHERE k."tenantId" = $1 AND k."organizationId" = $2 AND k."seq" > $4::bigint ORDER BY k."seq" LIMIT $5`;

/** Is what is known of them what the newest floor says, and is nothing there beside it? Without a floor nothing may be. */
export async function checkKept(client: pg.Client, scope: Scope, floor: Floor | null, report: Report): Promise<void> {
  const digest = createKeptDigest();
  const values = [scope.tenantId, scope.organizationId, `${floor?.seq ?? SMALLEST}`];
  for await (const rows of pagesOf<[...KeptEntry, place: string | null]>(
    client,
    'audit_kept',
    KEPT,
    values,
    SMALLEST,
  )) {
    for (const [seq, auditLogId, entryHash, place] of rows) {
      if (place === 'below') digest.add([seq, auditLogId, entryHash]);
      else if (place === null) {
        const message = 'is said to be the last event of an entry that outlived it, and no checkpoint says so';
        report({ ...scope, kind: 'INSERTED', seq, auditLogId, message });
      }
    }
  }
  const { kept, keptDigest } = digest.end();
  if (!floor || (kept === floor.kept && keptDigest === floor.keptDigest)) return;
  const message = `What is known of the ${floor.kept} entries that outlived their events up to ${floor.seq} was changed.`;
  report({ ...scope, kind: 'CHECKPOINT', seq: null, auditLogId: null, message });
}
