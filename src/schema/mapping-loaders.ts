import DataLoader from 'dataloader';
import type { Mapping } from '../../prisma/generated/client/client.js';
import type { MappingKind } from '../../prisma/generated/client/enums.js';
import type { Scope } from '../audit/entry.js';
import { Prisma, type Queries } from '../storage/database.js';
import { createKeyset, type Page, type PageArguments } from '../storage/keyset.js';

export const mappingKeyset = createKeyset<Mapping>({
  list: 'mappings',
  keys: [{ column: 't."id"', type: 'uuid', value: ({ id }) => id }],
});

/** What is asked below a connection; null: all kinds. */
export interface BelowConnection {
  readonly connectionId: string;
  readonly kinds: readonly MappingKind[] | null;
}

export interface MappingPageKey extends BelowConnection {
  readonly page: PageArguments;
}

/** The caller's live mappings (`t`) of some kinds. */
export function mappingConditions({ tenantId, organizationId }: Scope, kinds?: readonly MappingKind[] | null) {
  return [
    Prisma.sql`t."tenantId" = ${tenantId}::uuid`,
    Prisma.sql`t."organizationId" = ${organizationId}::uuid`,
    Prisma.sql`t."deletedAt" IS NULL`,
    ...(kinds ? [Prisma.sql`t."kind" = ANY(${[...kinds]}::"MappingKind"[])`] : []),
  ];
}

/** Mappings below many connections: one statement for the pages of one size and place, one for all counts. */
export function createMappingLoaders(db: Queries, scope: Scope, live: boolean) {
  async function pages(keys: readonly MappingPageKey[]): Promise<(Page<Mapping> | Error)[]> {
    const answers = new Map<MappingPageKey, Page<Mapping> | Error>();
    for (const alike of grouped(keys, ({ kinds, page }) => JSON.stringify([kinds, page])).values()) {
      const { kinds = null, page = {} } = alike[0] ?? {};
      const parents = { column: 'connectionId', ids: alike.map(({ connectionId }) => connectionId) } as const;
      // A bad cursor is the fault of those that came with it, not of the others.
      const found = await mappingKeyset
        .readBelow(db, '"Mapping"', parents, mappingConditions(scope, kinds), page)
        .catch((fault: Error) => alike.map(() => fault));
      for (const [at, key] of alike.entries()) answers.set(key, found[at] ?? new Error('A page is missing.'));
    }
    return keys.map((key) => answers.get(key) ?? new Error('A page is missing.'));
  }

  async function counts(keys: readonly BelowConnection[]): Promise<number[]> {
    const ids = [...new Set(keys.map(({ connectionId }) => connectionId))];
    const conditions = [...mappingConditions(scope), Prisma.sql`t."connectionId" = ANY(${ids}::uuid[])`];
    const rows = await db.$queryRaw<{ connectionId: string; kind: MappingKind; count: number }[]>`
      SELECT t."connectionId"::text AS "connectionId", t."kind"::text AS "kind", count(*)::int AS "count"
      FROM "Mapping" t WHERE ${Prisma.join(conditions, ' AND ')} GROUP BY 1, 2`;
    return keys.map(({ connectionId, kinds }) =>
      rows
        .filter((row) => row.connectionId === connectionId && (kinds?.includes(row.kind) ?? true))
        .reduce((total, { count }) => total + count, 0),
    );
  }

  const options = { cacheKeyFn: (key: object) => JSON.stringify(key), cache: !live };
  return {
    mappingPages: new DataLoader<MappingPageKey, Page<Mapping>, string>(pages, options),
    mappingCounts: new DataLoader<BelowConnection, number, string>(counts, options),
  };
}

function grouped<Item>(items: readonly Item[], by: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(by(item));
    if (group) group.push(item);
    else groups.set(by(item), [item]);
  }
  return groups;
}
