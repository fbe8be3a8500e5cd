import type { MappingState } from '../../../prisma/generated/client/client.js';
import type { Scope } from '../../audit/entry.js';
import { recordset } from '../../marketplace/bulk.js';
import type { Queries } from '../../storage/database.js';

export type MappingUpdate = {
  readonly id: string;
  /** MAPPED or STALE; null: as it is. */
  readonly state: MappingState | null;
  /** A correction was put into its lane. */
  readonly pending: boolean;
};

export async function updateMappings(tx: Queries, tenantId: string, updates: readonly MappingUpdate[]): Promise<void> {
  if (updates.length === 0) return;
  const columns = { id: 'uuid', state: '"MappingState"', pending: 'boolean' };
  await tx.$executeRaw`
    UPDATE "Mapping" t SET "updatedAt" = now(), "state" = coalesce(x."state", t."state"),
      "syncState" = CASE WHEN x."pending" AND t."syncState" = 'SYNCED' THEN 'PENDING' ELSE t."syncState" END
    FROM ${recordset({ columns }, updates)}
    WHERE t."tenantId" = ${tenantId}::uuid AND t."id" = x."id" AND t."deletedAt" IS NULL AND t."state" IN ('MAPPED', 'STALE')`;
}

/** A drift as it is after a look. `auditLogId` null: the one it has stays. */
export type DriftRow = {
  readonly id: string;
  readonly mappingId: string;
  readonly field: string;
  readonly marketplaceValue: string | null;
  readonly psaValue: string | null;
  readonly lastWrittenValue: string | null;
  readonly day: string;
  readonly cause: string;
  readonly state: string;
  readonly rule: string;
  readonly auditLogId: string | null;
};

const COLUMNS = {
  id: 'uuid',
  mappingId: 'uuid',
  field: '"DriftField"',
  marketplaceValue: 'text',
  psaValue: 'text',
  lastWrittenValue: 'text',
  day: 'date',
  cause: '"DriftCause"',
  state: '"DriftState"',
  rule: '"DriftRule"',
  auditLogId: 'uuid',
};

export interface DriftWrites {
  readonly closed: readonly { readonly id: string; readonly state: string }[];
  readonly seenAgain: readonly DriftRow[];
  readonly raised: readonly DriftRow[];
}

/** Three statements at most, whatever the number. Closed first: one of them may make room for one that is raised. */
export async function writeDrifts(
  tx: Queries,
  scope: Scope,
  connectionId: string,
  now: Date,
  { closed, seenAgain, raised }: DriftWrites,
): Promise<void> {
  if (closed.length > 0) {
    await tx.$executeRaw`
      UPDATE "Drift" t SET "state" = x."state", "closedAt" = ${now}
      FROM ${recordset({ columns: { id: 'uuid', state: '"DriftState"' } }, closed)}
      WHERE t."tenantId" = ${scope.tenantId}::uuid AND t."id" = x."id" AND t."closedAt" IS NULL`;
  }
  if (seenAgain.length > 0) {
    await tx.$executeRaw`
      UPDATE "Drift" t SET "marketplaceValue" = x."marketplaceValue", "psaValue" = x."psaValue",
        "lastWrittenValue" = x."lastWrittenValue", "day" = x."day", "cause" = x."cause", "state" = x."state", "rule" = x."rule",
        "lastSeenAt" = ${now}, "auditLogId" = coalesce(x."auditLogId", t."auditLogId")
      FROM ${recordset({ columns: COLUMNS }, seenAgain)}
      WHERE t."tenantId" = ${scope.tenantId}::uuid AND t."id" = x."id" AND t."closedAt" IS NULL`;
  }
  if (raised.length > 0) {
    await tx.$executeRaw`
      INSERT INTO "Drift" ("tenantId", "organizationId", "connectionId", "id", "mappingId", "field", "marketplaceValue",
        "psaValue", "lastWrittenValue", "day", "cause", "state", "rule", "firstSeenAt", "lastSeenAt", "auditLogId")
      SELECT ${scope.tenantId}::uuid, ${scope.organizationId}::uuid, ${connectionId}::uuid, x."id", x."mappingId", x."field",
        x."marketplaceValue", x."psaValue", x."lastWrittenValue", x."day", x."cause", x."state", x."rule", ${now}, ${now}, x."auditLogId"
      FROM ${recordset({ columns: COLUMNS }, raised)}
      ON CONFLICT ("tenantId", "mappingId", "field") WHERE "closedAt" IS NULL DO NOTHING`;
  }
}
