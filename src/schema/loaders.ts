import DataLoader from 'dataloader';
import type { ApiKey, AuditLog, AuditLogEvent, Connection, Mapping } from '../../prisma/generated/client/client.js';
import type { Scope } from '../audit/entry.js';
import { newestUsage } from '../marketplace/azure-usage.js';
import {
  cloudSubscriptionsByIds,
  customersByIds,
  offersByIds,
  pricesBySubscriptionIds,
  variantsByIds,
} from '../marketplace/loaders.js';
import { actionsOf, type OperatorAction } from '../operations/operator-access.js';
import { readVendorQuotas, type VendorQuotaState } from '../operations/read-vendor-quotas.js';
import { createDriftLoaders } from './drift-loaders.js';
import { createMappingLoaders } from './mapping-loaders.js';
import type { SchemaServices } from './services.js';

/** One statement per kind and request, whatever the number of parents. Every batch sees only the caller's rows. */
export function createLoaders(
  { operations, audit }: SchemaServices,
  scope: Scope,
  { live }: { readonly live: boolean },
) {
  const db = operations.db.client;
  const batch = <Row>(load: (ids: readonly string[]) => Promise<(Row | null)[]>) =>
    new DataLoader<string, Row | null>((ids) => load(ids), { cache: !live });

  return {
    apiKey: batch<ApiKey>(async (ids) => {
      const rows = await db.$queryRaw<ApiKey[]>`
        SELECT * FROM "ApiKey" WHERE "tenantId" = ${scope.tenantId}::uuid
          AND "organizationId" = ${scope.organizationId}::uuid AND "id" = ANY(${[...ids]}::uuid[])`;
      return inOrder(ids, rows);
    }),
    connection: batch<Connection>(async (ids) => {
      const rows = await db.$queryRaw<Connection[]>`
        SELECT * FROM "Connection" WHERE "tenantId" = ${scope.tenantId}::uuid
          AND "organizationId" = ${scope.organizationId}::uuid AND "id" = ANY(${[...ids]}::uuid[])`;
      return inOrder(ids, rows);
    }),
    vendorQuota: new DataLoader<Connection, VendorQuotaState | null, string>(
      (connections) => readVendorQuotas(operations, connections),
      { cacheKeyFn: ({ id }) => id, cache: !live },
    ),
    mapping: batch<Mapping>(async (ids) => {
      const rows = await db.$queryRaw<Mapping[]>`
        SELECT * FROM "Mapping" WHERE "tenantId" = ${scope.tenantId}::uuid
          AND "organizationId" = ${scope.organizationId}::uuid AND "id" = ANY(${[...ids]}::uuid[])`;
      return inOrder(ids, rows);
    }),
    /** The live mapping of one marketplace object on one connection, by `${connectionId} ${sourceId}`. */
    mappingOf: batch<Mapping>(async (keys) => {
      const pairs = keys.map((key) => key.split(' ') as [string, string]);
      const rows = await db.$queryRaw<(Mapping & { sourceId: string })[]>`
        SELECT m.*, coalesce("customerId", "offerVariantId", "cloudSubscriptionId")::text AS "sourceId" FROM "Mapping" m
        WHERE "tenantId" = ${scope.tenantId}::uuid AND "organizationId" = ${scope.organizationId}::uuid
          AND "deletedAt" IS NULL AND ("connectionId", coalesce("customerId", "offerVariantId", "cloudSubscriptionId"))
            IN (SELECT * FROM unnest(${pairs.map(([connection]) => connection)}::uuid[], ${pairs.map(([, source]) => source)}::uuid[]))`;
      const found = new Map(rows.map((row) => [`${row.connectionId} ${row.sourceId}`, row]));
      return keys.map((key) => found.get(key) ?? null);
    }),
    /** The live mapping of a cloud subscription, on whichever connection of the caller. */
    subscriptionMapping: batch<Mapping>(async (ids) => {
      const rows = await db.$queryRaw<Mapping[]>`
        SELECT * FROM "Mapping" WHERE "tenantId" = ${scope.tenantId}::uuid
          AND "organizationId" = ${scope.organizationId}::uuid AND "kind" = 'SUBSCRIPTION' AND "deletedAt" IS NULL
          AND "cloudSubscriptionId" = ANY(${[...ids]}::uuid[])`;
      const found = new Map(rows.map((row) => [row.cloudSubscriptionId ?? '', row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    customer: batch((ids) => customersByIds(db, scope, ids)),
    offer: batch((ids) => offersByIds(db, scope, ids)),
    offerVariant: batch((ids) => variantsByIds(db, scope, ids)),
    cloudSubscription: batch((ids) => cloudSubscriptionsByIds(db, scope, ids)),
    price: batch((ids) => pricesBySubscriptionIds(db, scope, ids)),
    /** A month's newest figure, by `${cloudSubscriptionId} ${month}`. */
    azureUsage: batch((keys) =>
      newestUsage(
        db,
        scope,
        keys.map((key) => ({ cloudSubscriptionId: key.slice(0, -11), month: key.slice(-10) })),
      ),
    ),
    auditLog: batch((ids) => audit.byIds(scope, ids)),
    auditHistory: new DataLoader<string, AuditLogEvent[]>(
      async (ids) => (await audit.eventsOf(scope, ids, { first: 100 })).map(({ rows }) => rows),
      { cache: !live },
    ),
    /** What a person can do with the operation behind an entry. */
    actions: new DataLoader<string, OperatorAction[]>((ids) => actionsOf(db, scope, ids), { cache: !live }),
    /** The entry an operation waits behind: the failed, doubtful or held one at the head of its lane (R72). */
    blockedBy: batch<AuditLog>(async (ids) => {
      const rows = await db.$queryRaw<(AuditLog & { waitingId: string })[]>`
        SELECT DISTINCT ON (o."auditLogId") o."auditLogId"::text AS "waitingId", a.* FROM "LaneOperation" o
        JOIN "LaneOperation" h ON h."tenantId" = o."tenantId" AND h."laneId" = o."laneId" AND h."position" < o."position"
          AND h."state" IN ('FAILED', 'NEEDS_REVIEW', 'HELD')
        JOIN "AuditLog" a ON a."tenantId" = h."tenantId" AND a."id" = h."auditLogId"
        WHERE o."tenantId" = ${scope.tenantId}::uuid AND o."organizationId" = ${scope.organizationId}::uuid
          AND o."state" = 'PENDING' AND o."auditLogId" = ANY(${[...ids]}::uuid[])
        ORDER BY o."auditLogId", h."position"`;
      const found = new Map(rows.map(({ waitingId, ...row }) => [waitingId, row]));
      return ids.map((id) => found.get(id) ?? null);
    }),
    ...createMappingLoaders(db, scope, live),
    ...createDriftLoaders(db, scope, live),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;

function inOrder<Row extends { id: string }>(ids: readonly string[], rows: readonly Row[]): (Row | null)[] {
  const found = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => found.get(id) ?? null);
}
