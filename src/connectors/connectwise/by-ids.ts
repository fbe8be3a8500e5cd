import { oneOf } from './conditions.js';
import type { Tools } from './lookups.js';
import type { Row } from './wire.js';

/** So many ids fit into one address. */
const IDS_A_CALL = 80;

/** What is made of the records with these ids, those that exist and may be seen, by id. */
export async function readByIds<T>(
  { client }: Tools,
  path: string,
  fields: string,
  ids: readonly string[],
  permissionId: string,
  factsOf: (row: Row) => T,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, T>> {
  const found = new Map<string, T>();
  for (const some of chunks([...new Set(ids)])) {
    const { rows } = await client.list(path, { conditions: [oneOf('id', some)], fields, permissionId, signal });
    for (const row of rows) found.set(row.id('id') ?? '', factsOf(row));
  }
  return found;
}

export function chunks(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / IDS_A_CALL);
  return Array.from({ length: count }, (_, at) => ids.slice(at * IDS_A_CALL, (at + 1) * IDS_A_CALL));
}
