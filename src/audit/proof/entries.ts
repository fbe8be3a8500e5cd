import type pg from 'pg';
import { ENTRY_TEXT, isEntryHash } from './chain.js';
import type { Finding, Report } from './finding.js';
import { pagesOf } from './pages.js';

/** An organization of a tenant, and which numbers of its log count. */
export interface Bounds {
  readonly organizationId: string;
  /** The last event. */
  readonly last: number;
  /** What was kept of entries without events is vouched for up to here; null: of none. */
  readonly floor: number | null;
}

type EntryColumns = [
  id: string,
  organizationId: string,
  text: string,
  more: string,
  status: string,
  errorCode: string | null,
  seq: string | null,
  eventOrganizationId: string | null,
  toStatus: string | null,
  entryHash: string | null,
  eventErrorCode: string | null,
  keptSeq: string | null,
  keptHash: string | null,
  hashedBefore: string | null,
];

const WANTED = `jsonb_to_recordset($2::jsonb) AS w("organizationId" uuid, "last" bigint, "floor" bigint)`;

/** An entry beside its last event, or where its history is gone beside what was kept of it. */
const ENTRIES = `
  SELECT a."id"::text, a."organizationId"::text, ${ENTRY_TEXT}, a."status"::text, a."errorCode",
    l."seq"::text, l."organizationId"::text, l."toStatus"::text, encode(l."entryHash", 'hex'), l."data"->'error'->>'code',
    k."seq"::text, encode(k."entryHash", 'hex'),
    CASE WHEN l."entryHash" IS NULL THEN (SELECT max(h."seq")::text FROM "AuditLogEvent" h
      WHERE h."tenantId" = a."tenantId" AND h."auditLogId" = a."id" AND h."entryHash" IS NOT NULL) END
  FROM "AuditLog" a
  JOIN ${WANTED} ON w."organizationId" = a."organizationId"
  LEFT JOIN LATERAL (
    SELECT e.* FROM "AuditLogEvent" e WHERE e."tenantId" = a."tenantId" AND e."auditLogId" = a."id"
      AND e."seq" <= w."last" ORDER BY e."seq" DESC LIMIT 1
  ) l ON true
  LEFT JOIN LATERAL (
    SELECT k.* FROM "AuditKeptEntry" k WHERE l."seq" IS NULL AND k."tenantId" = a."tenantId" AND k."auditLogId" = a."id"
      AND k."organizationId" = a."organizationId" AND k."seq" <= w."floor" ORDER BY k."seq" DESC LIMIT 1
  ) k ON true
  WHERE a."tenantId" = $1 AND a."id" > $3::uuid ORDER BY a."id" LIMIT $4`;

const ORPHANS = `
  SELECT max(e."seq")::text, e."auditLogId"::text, e."organizationId"::text FROM (
    SELECT "tenantId", "organizationId", "auditLogId", "seq" FROM "AuditLogEvent" WHERE "tenantId" = $1
    UNION ALL SELECT "tenantId", "organizationId", "auditLogId", "seq" FROM "AuditKeptEntry" WHERE "tenantId" = $1
  ) e JOIN ${WANTED} ON w."organizationId" = e."organizationId" AND e."seq" <= w."last"
  WHERE NOT EXISTS (SELECT FROM "AuditLog" a WHERE a."tenantId" = e."tenantId" AND a."id" = e."auditLogId"
    AND a."organizationId" = e."organizationId")
  GROUP BY 2, 3`;

/** Are the entries of a tenant what their last events say? Answers how many there are. */
export async function checkEntries(
  client: pg.Client,
  tenantId: string,
  bounds: readonly Bounds[],
  report: Report,
  signal?: AbortSignal,
): Promise<number> {
  const wanted = JSON.stringify(bounds);
  let count = 0;
  const start = '00000000-0000-0000-0000-000000000000';
  for await (const rows of pagesOf<EntryColumns>(client, 'audit_entries', ENTRIES, [tenantId, wanted], start)) {
    count += rows.length;
    for (const row of rows) checkEntry(tenantId, row, report);
    if (signal?.aborted) return count;
  }
  const orphans = { text: ORPHANS, values: [tenantId, wanted], rowMode: 'array' as const };
  const { rows } = await client.query<[seq: string, auditLogId: string, organizationId: string]>(orphans);
  for (const [seq, auditLogId, organizationId] of rows) {
    const message = 'is the last event of an entry that was deleted, or given to another organization';
    report({ kind: 'ENTRY', tenantId, organizationId, seq, auditLogId, message });
  }
  return count;
}

function checkEntry(tenantId: string, columns: EntryColumns, report: Report): void {
  const [auditLogId, organizationId] = columns;
  const fault = faultOf(columns);
  if (fault) report({ tenantId, organizationId, auditLogId, ...fault });
}

function faultOf(columns: EntryColumns): Pick<Finding, 'kind' | 'seq' | 'message'> | null {
  const [, organizationId, text, more, status, errorCode, seq, eventOrganizationId] = columns;
  const [, , , , , , , , toStatus, entryHash, eventErrorCode, keptSeq, keptHash, hashedBefore] = columns;
  const fault = (message: string) => ({ kind: 'ENTRY' as const, seq: seq ?? keptSeq, message });
  if (seq === null && keptSeq === null) return { ...fault('is an entry without any event'), kind: 'INSERTED' };
  if (seq !== null && eventOrganizationId !== organizationId) {
    return fault('is the last event of an entry that was given to another organization');
  }
  const wanted = seq === null ? keptHash : entryHash;
  if (wanted === null) {
    if (hashedBefore !== null) return fault('is the last event of an entry, and does not prove it any more');
    // Older than the hash of entries: its status and error are all that is told.
    const told = toStatus === null || (toStatus === status && (toStatus !== 'FAILED' || eventErrorCode === errorCode));
    return told ? null : fault(`says ${toStatus}, its entry says ${status}`);
  }
  if (isEntryHash(wanted, text, more)) return null;
  const how = toStatus !== null && toStatus !== status ? ` (${status} instead of ${toStatus})` : '';
  return fault(`is the last event of an entry that was changed after it${how}`);
}
