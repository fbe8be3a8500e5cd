import type { Database } from '../storage/database.js';
import type { Principal } from './principal.js';

export type Organization = Pick<Principal, 'tenantId' | 'organizationId' | 'organizationKind' | 'organizationName'>;

const ID = /^(?:org_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/;

/**
 * The CSP or Reseller that a token names, by id or externalId; null when there is none, or more than one. An externalId
 * counts within one tenant only: a CSP names its Resellers as it likes, and must not reach another tenant's people by that.
 * So it needs the tenant beside it, unless the gateway has one tenant only.
 */
export async function findOrganization(
  db: Database,
  named: { readonly organization: string; readonly tenant: string | null },
): Promise<Organization | null> {
  const organizationId = uuidOf(named.organization);
  const { tenant } = named;
  const tenantId = tenant === null ? null : uuidOf(tenant);
  const rows = await db.client.$queryRaw<Organization[]>`
    SELECT o."tenantId"::text AS "tenantId", o."id"::text AS "organizationId", o."kind"::text AS "organizationKind",
      o."name" AS "organizationName"
    FROM "Organization" o JOIN "Organization" t ON t."id" = o."tenantId"
    WHERE CASE WHEN ${organizationId}::uuid IS NULL THEN o."externalId" = ${named.organization}
        AND (${tenant}::text IS NOT NULL OR (SELECT count(*) FROM "Organization" WHERE "kind" = 'CSP') = 1)
      ELSE o."id" = ${organizationId}::uuid END
      AND (${tenant}::text IS NULL
        OR CASE WHEN ${tenantId}::uuid IS NULL THEN t."externalId" = ${tenant} ELSE t."id" = ${tenantId}::uuid END)
    LIMIT 2`;
  return rows.length === 1 ? (rows[0] ?? null) : null;
}

function uuidOf(text: string): string | null {
  const found = ID.exec(text);
  return found ? found.slice(1).join('-') : null;
}
