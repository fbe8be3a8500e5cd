import { Prisma } from '../storage/database.js';

/** Whose eyes. A CSP is the root of its tenant: there both ids are one. */
export interface Scope {
  readonly tenantId: string;
  readonly organizationId: string;
}

export const isCsp = ({ tenantId, organizationId }: Scope) => tenantId === organizationId;

/** Sold by the caller itself, by a Reseller with the CSP taking part, or either. A Reseller has direct sales only. */
export type SoldBy = 'DIRECT' | 'RESELLERS' | 'ANY';

type Alias = 't' | 's';

/**
 * The customers and cloud subscriptions an organization may see (R4, R38): those it is the seller of, and, for a CSP, those
 * of its Resellers in which it takes part. The only place that says so.
 */
export function visibleSales(scope: Scope, soldBy: SoldBy = 'ANY', alias: Alias = 't'): Prisma.Sql {
  const t = Prisma.raw(alias);
  const tenant = Prisma.sql`${t}."tenantId" = ${scope.tenantId}::uuid`;
  const own = Prisma.sql`${tenant} AND ${t}."organizationId" = ${scope.organizationId}::uuid`;
  if (!isCsp(scope)) return soldBy === 'RESELLERS' ? Prisma.sql`false` : own;
  const party = Prisma.sql`${tenant} AND ${t}."cspParty" AND ${t}."organizationId" <> ${scope.organizationId}::uuid`;
  if (soldBy === 'DIRECT') return own;
  return soldBy === 'RESELLERS' ? party : Prisma.sql`((${own}) OR (${party}))`;
}

/** The same rule for a row at hand. */
export function seesSale(scope: Scope, row: { organizationId: string; cspParty: boolean }): boolean {
  return row.organizationId === scope.organizationId || (isCsp(scope) && row.cspParty);
}

/** R30: variants (`t`) bought in the caller's context. */
export function boughtVariants(scope: Scope): Prisma.Sql {
  return Prisma.sql`t."tenantId" = ${scope.tenantId}::uuid AND EXISTS (SELECT 1 FROM "CloudSubscription" s
    WHERE s."offerVariantId" = t."id" AND ${visibleSales(scope, 'ANY', 's')})`;
}

/** Variants (`t`) of offers the organization recorded, or that one of its subscriptions is of. */
export function visibleVariants(scope: Scope): Prisma.Sql {
  return Prisma.sql`t."tenantId" = ${scope.tenantId}::uuid
    AND (t."organizationId" = ${scope.organizationId}::uuid OR (${boughtVariants(scope)}))`;
}

/** The same for offers (`t`). */
export function visibleOffers(scope: Scope): Prisma.Sql {
  return Prisma.sql`t."tenantId" = ${scope.tenantId}::uuid AND (t."organizationId" = ${scope.organizationId}::uuid
    OR EXISTS (SELECT 1 FROM "OfferVariant" v
      JOIN "CloudSubscription" s ON s."tenantId" = v."tenantId" AND s."offerVariantId" = v."id"
      WHERE v."tenantId" = t."tenantId" AND v."offerId" = t."id" AND ${visibleSales(scope, 'ANY', 's')}))`;
}
