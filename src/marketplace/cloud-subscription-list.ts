import type { CloudSubscription } from '../../prisma/generated/client/client.js';
import type { CloudSubscriptionStatus } from '../../prisma/generated/client/enums.js';
import { Prisma, type Queries } from '../storage/database.js';
import { createKeyset, type Page, type PageArguments } from '../storage/keyset.js';
import { isMapped } from './mapped.js';
import { type Scope, type SoldBy, visibleSales } from './visibility.js';

export interface CloudSubscriptionFilter {
  /** R38. Absent: DIRECT. */
  readonly soldBy?: SoldBy | null;
  readonly customerId?: string | null;
  readonly offerVariantId?: string | null;
  /** The name's first characters, in either case. */
  readonly prefix?: string | null;
  readonly statuses?: readonly CloudSubscriptionStatus[] | null;
  /** Absent: both. Counts on `connectionId`, a connection of the caller, or without one anywhere in the tenant. */
  readonly mapped?: boolean | null;
  readonly connectionId?: string | null;
}

export const cloudSubscriptionKeyset = createKeyset<CloudSubscription>({
  list: 'cloudSubscriptions',
  keys: [{ column: 't."id"', type: 'uuid', value: ({ id }) => id }],
});

/** Cloud subscriptions in the order they were recorded. */
export function listCloudSubscriptions(
  queries: Queries,
  scope: Scope,
  { filter, ...page }: PageArguments & { readonly filter?: CloudSubscriptionFilter | null },
): Promise<Page<CloudSubscription>> {
  return cloudSubscriptionKeyset.read(queries, '"CloudSubscription"', conditionsOf(scope, filter ?? {}), page);
}

export async function countCloudSubscriptions(
  queries: Queries,
  scope: Scope,
  filter?: CloudSubscriptionFilter | null,
): Promise<number> {
  const [row] = await queries.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "CloudSubscription" t
    WHERE ${Prisma.join(conditionsOf(scope, filter ?? {}), ' AND ')}`;
  return row?.count ?? 0;
}

function conditionsOf(scope: Scope, filter: CloudSubscriptionFilter): Prisma.Sql[] {
  const { soldBy, customerId, offerVariantId, prefix, statuses, mapped, connectionId } = filter;
  return [
    visibleSales(scope, soldBy ?? 'DIRECT'),
    ...(customerId ? [Prisma.sql`t."customerId" = ${customerId}::uuid`] : []),
    ...(offerVariantId ? [Prisma.sql`t."offerVariantId" = ${offerVariantId}::uuid`] : []),
    ...(statuses ? [Prisma.sql`t."status" = ANY(${statuses}::text[]::"CloudSubscriptionStatus"[])`] : []),
    ...startsWith(prefix),
    ...(mapped == null ? [] : [isMapped(scope, 'cloudSubscriptionId', mapped, connectionId ?? null)]),
  ];
}

/** No stored key here: both sides are folded by the database, within one customer or one page of rows. */
function startsWith(prefix: string | null | undefined): Prisma.Sql[] {
  const text = (prefix ?? '').trimStart();
  if (text === '') return [];
  if (text.includes('\0')) return [Prisma.sql`false`];
  return [Prisma.sql`starts_with(lower(normalize(t."name", NFKC)), lower(normalize(${text}, NFKC)))`];
}
