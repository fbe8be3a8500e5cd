import type { Customer } from '../../prisma/generated/client/client.js';
import { Prisma, type Queries } from '../storage/database.js';
import { createKeyset, type Page, type PageArguments } from '../storage/keyset.js';
import { isMapped } from './mapped.js';
import { nameStartsWith } from './name-key.js';
import { type Scope, type SoldBy, visibleSales } from './visibility.js';

export interface CustomerFilter {
  /** The name's first characters, in either case (R21). */
  readonly prefix?: string | null;
  /** Absent: DIRECT. */
  readonly soldBy?: SoldBy | null;
  /** A connection of the caller: only customers mapped on it, or with `hideMapped` only the others. */
  readonly mappedOn?: string | null;
  readonly hideMapped?: boolean | null;
}

export const customerKeyset = createKeyset<Customer>({
  list: 'customers',
  keys: [
    { column: 't."nameKey"', type: 'text', value: ({ nameKey }) => nameKey },
    { column: 't."id"', type: 'uuid', value: ({ id }) => id },
  ],
});

/** Customers that are not deleted, by name (R21). */
export function listCustomers(
  queries: Queries,
  scope: Scope,
  { filter, ...page }: PageArguments & { readonly filter?: CustomerFilter | null },
): Promise<Page<Customer>> {
  return customerKeyset.read(queries, '"Customer"', conditionsOf(scope, filter ?? {}), page);
}

export async function countCustomers(queries: Queries, scope: Scope, filter?: CustomerFilter | null): Promise<number> {
  const [row] = await queries.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "Customer" t
    WHERE ${Prisma.join(conditionsOf(scope, filter ?? {}), ' AND ')}`;
  return row?.count ?? 0;
}

function conditionsOf(scope: Scope, { prefix, soldBy, mappedOn, hideMapped }: CustomerFilter): Prisma.Sql[] {
  return [
    visibleSales(scope, soldBy ?? 'DIRECT'),
    Prisma.sql`t."deletedAt" IS NULL`,
    ...nameStartsWith(prefix),
    ...(mappedOn ? [isMapped(scope, 'customerId', !hideMapped, mappedOn)] : []),
  ];
}
