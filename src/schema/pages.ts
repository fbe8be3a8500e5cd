import { badRequest, withBadRequests } from './errors.js';

export const DEFAULT_PAGE = 25;
export const MAX_PAGE = 100;

/** Relay's arguments as they arrive. */
export interface PageInput {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

interface Read<Row> {
  readonly rows: readonly Row[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

/** One page in Relay's shape; `totalCount` is asked of the database only when a client asks for it. */
export async function pageOf<Row, Extra extends object>(
  input: PageInput,
  cursorOf: (row: Row) => string,
  read: (page: PageInput) => Promise<Read<Row> & Partial<Extra>>,
  totalCount: () => Promise<number>,
) {
  const page = await withBadRequests(() => read(bounded(input)));
  const edges = page.rows.map((node) => ({ node, cursor: cursorOf(node) }));
  return {
    ...page,
    edges,
    totalCount,
    pageInfo: {
      hasNextPage: page.hasNext,
      hasPreviousPage: page.hasPrevious,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** 1 to 100 rows; 25 when nothing is said. */
export function bounded({ first, after, last, before }: PageInput): PageInput {
  if (first != null && last != null) throw badRequest('INVALID_PAGE_SIZE', 'Give either "first" or "last", not both.');
  if (after === '' || before === '') throw badRequest('INVALID_CURSOR', 'This is not a cursor of this list.');
  const size = first ?? last ?? DEFAULT_PAGE;
  if (size < 1 || size > MAX_PAGE) throw badRequest('INVALID_PAGE_SIZE', `A page has 1 to ${MAX_PAGE} rows.`);
  return { ...(last != null ? { last: size } : { first: size }), after: after ?? null, before: before ?? null };
}
