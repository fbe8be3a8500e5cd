import type pg from 'pg';

/** Below every number. */
export const SMALLEST = '-9223372036854775808';

/** Rows read at once: large enough to keep both sides busy, small enough to forget. */
export const PAGE = 4_000;

/**
 * Reads a long list in pages behind the last row's key, one page ahead of its reader: the database works on the next page
 * while this one is checked. `text` ends with what the page is limited by; its first column is the key, its last two
 * parameters are the key to go on behind and the size of a page. A reader that stops early waits for the page under way.
 */
export async function* pagesOf<Row extends (string | null)[]>(
  client: pg.Client,
  name: string,
  text: string,
  values: readonly string[],
  start: string,
): AsyncGenerator<readonly Row[], void> {
  const read = async (key: string): Promise<readonly Row[]> => {
    const { rows } = await client.query<Row>({ name, text, values: [...values, key, PAGE], rowMode: 'array' });
    return rows;
  };
  let next = read(start);
  try {
    for (;;) {
      const rows = await next;
      const key = rows.at(-1)?.[0];
      if (rows.length < PAGE || key == null) return yield rows;
      next = read(key);
      // Awaited above, or below when the reader stops.
      next.catch(() => undefined);
      yield rows;
    }
  } finally {
    await next.catch(() => undefined);
  }
}
