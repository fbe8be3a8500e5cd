import { Prisma, type Queries } from './database.js';

/**
 * INVALID_CURSOR: not a cursor of this list. INVALID_PAGE: `first` and `last` together, or a size outside the bounds.
 */
export type CursorErrorCode = 'INVALID_CURSOR' | 'INVALID_PAGE';

export class CursorError extends Error {
  override readonly name = 'CursorError';
  readonly code: CursorErrorCode;

  constructor(code: CursorErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Relay's arguments; null is absent. Without `first` and `last` the page is the first one of the default size. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Page<Row> {
  /** In the order of the list, whichever end they were read from. */
  readonly rows: readonly Row[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
}

/** One member of the sort order; the last one must make it total. */
export interface SortKey<Row> {
  /** As it stands in the statement, such as `t."nameKey"`: a constant, never input. */
  readonly column: string;
  readonly type: 'text' | 'uuid';
  value(row: Row): string;
}

export interface Keyset<Row> {
  cursorOf(row: Row): string;
  /** One statement: `SELECT t.* FROM <table> t WHERE <conditions>`, one page of it. Throws CursorError. */
  read(queries: Queries, table: string, conditions: readonly Prisma.Sql[], page: PageArguments): Promise<Page<Row>>;
  /**
   * The same page below each of many parents, whose ids `column` holds, in one statement: LATERAL with a limit, so that only
   * the rows of the pages are read. In the order of the ids.
   */
  readBelow(
    queries: Queries,
    table: string,
    parents: { readonly column: keyof Row & string; readonly ids: readonly string[] },
    conditions: readonly Prisma.Sql[],
    page: PageArguments,
  ): Promise<Page<Row>[]>;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Pages by row comparison: page 1,000 costs what page 1 costs. A cursor is opaque: the list's name and the sort values of
 * its row, so that the row itself may vanish, and a cursor of another list is refused.
 */
export function createKeyset<Row>(options: {
  readonly list: string;
  readonly keys: readonly SortKey<Row>[];
  readonly descending?: boolean;
  readonly defaultSize?: number;
  readonly maxSize?: number;
}): Keyset<Row> {
  const { list, keys, descending = false, defaultSize = 50, maxSize = 200 } = options;
  const tuple = keys.map((key) => key.column).join(', ');

  function encode(row: Row): string {
    return Buffer.from(JSON.stringify([list, ...keys.map((key) => key.value(row))])).toString('base64url');
  }

  function decode(cursor: string): readonly string[] {
    const [name, ...values] = parsed(cursor);
    const known = keys.every(({ type }, at) => {
      const value = values[at];
      return typeof value === 'string' && !value.includes('\0') && (type !== 'uuid' || UUID.test(value));
    });
    if (name !== list || values.length !== keys.length || !known) {
      throw new CursorError('INVALID_CURSOR', 'This is not a cursor of this list.');
    }
    return values as string[];
  }

  /** The rows on one side of a cursor. */
  function beside(cursor: string, sign: '<' | '>'): Prisma.Sql {
    const values = decode(cursor).map((value, at) => Prisma.sql`${value}::${Prisma.raw(keys[at]!.type)}`);
    return Prisma.sql`(${Prisma.raw(tuple)}) ${Prisma.raw(sign)} (${Prisma.join(values)})`;
  }

  function sizeOf({ first, last }: PageArguments): number {
    if (first != null && last != null) throw new CursorError('INVALID_PAGE', 'Give first or last, not both.');
    const size = first ?? last ?? defaultSize;
    if (Number.isInteger(size) && size >= 1 && size <= maxSize) return size;
    throw new CursorError('INVALID_PAGE', `A page has 1 to ${maxSize} rows.`);
  }

  /** The statement of a page, and the page that its rows are. */
  function pageOf(table: string, conditions: readonly Prisma.Sql[], page: PageArguments) {
    const size = sizeOf(page);
    const backward = page.last != null;
    const [later, earlier] = descending ? (['<', '>'] as const) : (['>', '<'] as const);
    const bounds = [
      ...(page.after ? [beside(page.after, later)] : []),
      ...(page.before ? [beside(page.before, earlier)] : []),
    ];
    const direction = backward === descending ? 'ASC' : 'DESC';
    const order = keys.map((key) => `${key.column} ${direction}`).join(', ');
    const statement = Prisma.sql`
      SELECT t.* FROM ${Prisma.raw(table)} t WHERE ${Prisma.join([...conditions, ...bounds], ' AND ')}
      ORDER BY ${Prisma.raw(order)} LIMIT ${size + 1}`;
    function of(found: readonly Row[]): Page<Row> {
      const rows = found.slice(0, size);
      const more = found.length > size;
      return backward
        ? { rows: rows.reverse(), hasNext: page.before != null, hasPrevious: more }
        : { rows, hasNext: more, hasPrevious: page.after != null };
    }
    return { statement, of };
  }

  return {
    cursorOf: encode,
    async read(queries, table, conditions, page) {
      const { statement, of } = pageOf(table, conditions, page);
      return of(await queries.$queryRaw<Row[]>(statement));
    },
    async readBelow(queries, table, { column, ids }, conditions, page) {
      const ofParent = Prisma.sql`t.${Prisma.raw(`"${column}"`)} = parent."id"`;
      const { statement, of } = pageOf(table, [...conditions, ofParent], page);
      const found = await queries.$queryRaw<Row[]>`
        SELECT p.* FROM unnest(${[...new Set(ids)]}::uuid[]) parent("id"), LATERAL (${statement}) p`;
      const below = new Map<unknown, Row[]>(ids.map((id) => [id, []]));
      for (const row of found) below.get(row[column])?.push(row);
      return ids.map((id) => of(below.get(id) ?? []));
    },
  };
}

function parsed(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
