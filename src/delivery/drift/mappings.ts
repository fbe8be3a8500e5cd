import type { MappingState } from '../../../prisma/generated/client/client.js';
import type { Scope } from '../../audit/entry.js';
import type { Session } from '../../connectors/contract.js';
import type { Queries } from '../../storage/database.js';
import type { MappingUpdate } from './drift-store.js';
import { lookAgain, type MappingRules, type Unfit, unfitCompany, unfitService } from './records.js';

interface MappingRow {
  readonly id: string;
  readonly state: MappingState;
  readonly remoteId: string;
  readonly remoteName: string;
  /** Of an offer mapping. */
  readonly offerType: string | null;
  readonly billingFrequency: string | null;
}

export interface StaleMapping extends Pick<Unfit, 'code' | 'message'> {
  readonly mappingId: string;
  readonly name: string;
}

/** What became of the customer and offer mappings of a connection. */
export interface MappingsSeen {
  readonly updates: readonly MappingUpdate[];
  readonly stale: readonly StaleMapping[];
}

/**
 * Looks again at the companies and services that customers and offers are mapped to: STALE is a mapping whose PSA object is not
 * what could be mapped, MAPPED one that is right again (1.8). Of the cloud subscriptions their lines tell.
 */
export async function seeMappings(
  db: Queries,
  scope: Scope,
  connection: { readonly id: string; readonly currency: string },
  session: Session,
  rules: MappingRules,
): Promise<MappingsSeen> {
  const rows = await db.$queryRaw<MappingRow[]>`
    SELECT m."id"::text AS "id", m."state"::text AS "state", m."remoteId", m."remoteName", v."offerType"::text AS "offerType",
      v."billingFrequency"::text AS "billingFrequency"
    FROM "Mapping" m LEFT JOIN "OfferVariant" v ON v."tenantId" = m."tenantId" AND v."id" = m."offerVariantId"
    WHERE m."tenantId" = ${scope.tenantId}::uuid AND m."organizationId" = ${scope.organizationId}::uuid
      AND m."connectionId" = ${connection.id}::uuid AND m."kind" IN ('CUSTOMER', 'OFFER') AND m."deletedAt" IS NULL
      AND m."state" IN ('MAPPED', 'STALE') ORDER BY m."id"`;
  const idsOf = (offers: boolean) =>
    rows.filter((row) => (row.offerType !== null) === offers).map((row) => row.remoteId);
  const companies = await lookAgain(session, 'company', idsOf(false));
  const services = await lookAgain(session, 'service', idsOf(true));
  const known = rows.filter(({ offerType }) => (offerType === null ? companies : services) !== null);
  const seen = known.map(({ offerType, billingFrequency, ...row }) => {
    const unfit =
      offerType === null || billingFrequency === null
        ? unfitCompany(companies, row.remoteId, rules, connection.currency)
        : unfitService(services, row.remoteId, rules, { offerType, billingFrequency });
    return { ...row, unfit };
  });
  return {
    updates: seen.flatMap(({ id, state, unfit }) => {
      const now = unfit ? ('STALE' as const) : ('MAPPED' as const);
      return now === state ? [] : [{ id, state: now, pending: false }];
    }),
    stale: seen.flatMap(({ id, remoteName: name, unfit }) =>
      unfit ? [{ mappingId: id, name, code: unfit.code, message: unfit.message }] : [],
    ),
  };
}
