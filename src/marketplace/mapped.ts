import { Prisma } from '../storage/database.js';
import type { Scope } from './visibility.js';

type Source = 'customerId' | 'offerVariantId' | 'cloudSubscriptionId';

const KINDS = { customerId: 'CUSTOMER', offerVariantId: 'OFFER', cloudSubscriptionId: 'SUBSCRIPTION' } as const;

/**
 * Rows (`t`) that are, or are not, mapped on a connection of the caller. Without a connection: cloud subscriptions, anywhere
 * in the tenant, since one is mapped once in it (R37).
 */
export function isMapped(scope: Scope, source: Source, mapped: boolean, connectionId: string | null): Prisma.Sql {
  const not = Prisma.raw(mapped ? 'EXISTS' : 'NOT EXISTS');
  if (!connectionId) {
    return Prisma.sql`${not} (SELECT 1 FROM "MappedSubscription" m
      WHERE m."tenantId" = t."tenantId" AND m."cloudSubscriptionId" = t."id")`;
  }
  // The kind is a literal, so that the planner can prove the partial unique index of this kind.
  return Prisma.sql`${not} (SELECT 1 FROM "Mapping" m
    WHERE m."tenantId" = t."tenantId" AND m.${Prisma.raw(`"${source}"`)} = t."id"
      AND m."kind" = ${Prisma.raw(`'${KINDS[source]}'`)} AND m."deletedAt" IS NULL
      AND m."connectionId" = ${connectionId}::uuid AND m."organizationId" = ${scope.organizationId}::uuid)`;
}
