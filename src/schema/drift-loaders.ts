import DataLoader from 'dataloader';
import type { Drift, Reconciliation } from '../../prisma/generated/client/client.js';
import type { Scope } from '../audit/entry.js';
import type { Queries } from '../storage/database.js';

export interface ReconciliationsKey {
  readonly connectionId: string;
  readonly first: number;
}

/** One statement per kind and request; every batch sees only the caller's rows. */
export function createDriftLoaders(db: Queries, scope: Scope, live: boolean) {
  const { tenantId, organizationId } = scope;
  return {
    drift: new DataLoader<string, Drift | null>(
      async (ids) => {
        const rows = await db.$queryRaw<Drift[]>`
          SELECT * FROM "Drift" WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid
            AND "id" = ANY(${[...ids]}::uuid[])`;
        return ids.map((id) => rows.find((row) => row.id === id) ?? null);
      },
      { cache: !live },
    ),
    reconciliation: new DataLoader<string, Reconciliation | null>(
      async (ids) => {
        const rows = await db.$queryRaw<Reconciliation[]>`
          SELECT * FROM "Reconciliation" WHERE "tenantId" = ${tenantId}::uuid
            AND "organizationId" = ${organizationId}::uuid AND "id" = ANY(${[...ids]}::uuid[])`;
        return ids.map((id) => rows.find((row) => row.id === id) ?? null);
      },
      { cache: !live },
    ),
    /** What stands of some mappings: at most one a field. */
    standingDrifts: new DataLoader<string, Drift[]>(
      async (mappingIds) => {
        const rows = await db.$queryRaw<Drift[]>`
          SELECT * FROM "Drift" WHERE "tenantId" = ${tenantId}::uuid AND "organizationId" = ${organizationId}::uuid
            AND "mappingId" = ANY(${[...mappingIds]}::uuid[]) AND "closedAt" IS NULL ORDER BY "field"`;
        return mappingIds.map((id) => rows.filter(({ mappingId }) => mappingId === id));
      },
      { cache: !live },
    ),
    /** The newest of some connections. Only the rows that are shown are read. */
    reconciliations: new DataLoader<ReconciliationsKey, Reconciliation[], string>(
      async (keys) => {
        const most = Math.max(...keys.map(({ first }) => first));
        const ids = [...new Set(keys.map(({ connectionId }) => connectionId))];
        const rows = await db.$queryRaw<Reconciliation[]>`
          SELECT p.* FROM unnest(${ids}::uuid[]) c("id"), LATERAL (
            SELECT r.* FROM "Reconciliation" r WHERE r."tenantId" = ${tenantId}::uuid
              AND r."organizationId" = ${organizationId}::uuid AND r."connectionId" = c."id"
            ORDER BY r."id" DESC LIMIT ${most}::int) p`;
        return keys.map((key) => rows.filter((row) => row.connectionId === key.connectionId).slice(0, key.first));
      },
      { cacheKeyFn: ({ connectionId, first }) => `${connectionId} ${first}`, cache: !live },
    ),
  };
}
