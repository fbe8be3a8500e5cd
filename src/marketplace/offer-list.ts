import type { Offer, OfferVariant } from '../../prisma/generated/client/client.js';
import { Prisma, type Queries } from '../storage/database.js';
import { createKeyset, type Page, type PageArguments } from '../storage/keyset.js';
import { isMapped } from './mapped.js';
import { nameStartsWith } from './name-key.js';
import { boughtVariants, type Scope, visibleOffers, visibleVariants } from './visibility.js';

export interface OfferVariantFilter {
  /** The offer name's first characters, in either case. */
  readonly prefix?: string | null;
  /** R30: only what somebody in the caller's context has bought. Absent: true. */
  readonly onlyBought?: boolean | null;
  /** R31: a connection of the caller whose mapped variants are hidden, unless `hideMapped` is false. */
  readonly connectionId?: string | null;
  readonly hideMapped?: boolean | null;
}

export const offerVariantKeyset = createKeyset<OfferVariant>({
  list: 'offerVariants',
  keys: [
    { column: 't."nameKey"', type: 'text', value: ({ nameKey }) => nameKey },
    { column: 't."id"', type: 'uuid', value: ({ id }) => id },
  ],
});

export const offerKeyset = createKeyset<Offer>({
  list: 'offers',
  keys: [{ column: 't."id"', type: 'uuid', value: ({ id }) => id }],
});

/** Offer variants by the name of their offer. */
export function listOfferVariants(
  queries: Queries,
  scope: Scope,
  { filter, ...page }: PageArguments & { readonly filter?: OfferVariantFilter | null },
): Promise<Page<OfferVariant>> {
  return offerVariantKeyset.read(queries, '"OfferVariant"', conditionsOf(scope, filter ?? {}), page);
}

export async function countOfferVariants(
  queries: Queries,
  scope: Scope,
  filter?: OfferVariantFilter | null,
): Promise<number> {
  const [row] = await queries.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "OfferVariant" t
    WHERE ${Prisma.join(conditionsOf(scope, filter ?? {}), ' AND ')}`;
  return row?.count ?? 0;
}

/** Offers in the order they were recorded. */
export function listOffers(queries: Queries, scope: Scope, page: PageArguments): Promise<Page<Offer>> {
  return offerKeyset.read(queries, '"Offer"', [visibleOffers(scope)], page);
}

export async function countOffers(queries: Queries, scope: Scope): Promise<number> {
  const [row] = await queries.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "Offer" t WHERE ${visibleOffers(scope)}`;
  return row?.count ?? 0;
}

function conditionsOf(scope: Scope, filter: OfferVariantFilter): Prisma.Sql[] {
  const { prefix, onlyBought, connectionId, hideMapped } = filter;
  return [
    (onlyBought ?? true) ? boughtVariants(scope) : visibleVariants(scope),
    ...nameStartsWith(prefix),
    ...(connectionId && (hideMapped ?? true) ? [isMapped(scope, 'offerVariantId', false, connectionId)] : []),
  ];
}
