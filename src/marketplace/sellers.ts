import type { Queries } from '../storage/database.js';
import { isCsp, type Scope, seesSale } from './visibility.js';

export interface Seller {
  readonly organizationId: string;
  readonly cspParty: boolean;
}

export type SellerDecision = Seller | { readonly code: string; readonly message: string; readonly field: string };

/** Why a row is refused that another seller has, seen or not: code, message, field. */
export const EXTERNAL_ID_IN_USE = [
  'EXTERNAL_ID_IN_USE',
  'This externalId is in use by another seller of your tenant.',
  'externalId',
] as const;

/** Answers the organization id of a Reseller the caller may name, by id or externalId; null for any other. */
export type FindReseller = (reference: string) => string | null;

/** One statement for a whole push; none when no row names a Reseller. */
export async function loadResellers(
  tx: Queries,
  scope: Scope,
  references: readonly (string | null | undefined)[],
): Promise<FindReseller> {
  const wanted = [...new Set(references.filter((reference) => reference != null))];
  if (wanted.length === 0) return () => null;
  const found = await tx.$queryRaw<{ id: string; externalId: string | null }[]>`
    SELECT "id", "externalId" FROM "Organization"
    WHERE "tenantId" = ${scope.tenantId}::uuid AND "kind" = 'RESELLER'
      AND (${isCsp(scope)} OR "id" = ${scope.organizationId}::uuid)
      AND ("id"::text = ANY(${wanted}::text[]) OR "externalId" = ANY(${wanted}::text[]))`;
  const byExternalId = new Map(found.map(({ id, externalId }) => [externalId, id]));
  const ids = new Set(found.map(({ id }) => id));
  return (reference) => (ids.has(reference) ? reference : (byExternalId.get(reference) ?? null));
}

/**
 * Who a row is sold by. A new row belongs to the caller, or to the Reseller its CSP names. A stored row keeps its seller: it
 * is never moved to another one, and who neither sells it nor takes part in it cannot write it. A CSP that names the
 * Reseller of a stored row begins to take part.
 */
export function decideSeller(
  scope: Scope,
  reference: string | null | undefined,
  findReseller: FindReseller,
  stored: Seller | undefined,
): SellerDecision {
  const reseller = reference == null ? null : findReseller(reference);
  if (reference != null && reseller === null) {
    return {
      code: 'NOT_YOUR_RESELLER',
      message: 'resellerId names no Reseller you may sell through.',
      field: 'resellerId',
    };
  }
  if (stored === undefined) {
    const organizationId = reseller ?? scope.organizationId;
    return { organizationId, cspParty: organizationId !== scope.organizationId };
  }
  const allowed = reseller === null ? seesSale(scope, stored) : stored.organizationId === reseller;
  if (!allowed) {
    const [code, message, field] = EXTERNAL_ID_IN_USE;
    return { code, message, field };
  }
  const { organizationId } = stored;
  return { organizationId, cspParty: stored.cspParty || organizationId !== scope.organizationId };
}
