import type { Json } from '../contract.js';
import type { Client } from './client.js';
import { numeric } from './ids.js';
import type { Row } from './wire.js';

/** Autotask: at most 500 conditions in a call, each value of an `in` counted as one (inferred for several lists). */
export const MAX_VALUES = 500;
/** Autotask: three calls at once for an entity; a slot frees slightly after the answer, so two. */
const AT_ONCE = 2;

export interface BatchQuery {
  readonly entity: string;
  /** The filter besides the ids. */
  readonly also?: readonly Json[];
  readonly permissionId: string;
  readonly signal?: AbortSignal | undefined;
}

/** The records with these ids, those that exist and may be seen, by id: one call for up to 500. */
export async function readByIds(client: Client, ids: readonly string[], query: BatchQuery): Promise<Map<string, Row>> {
  const unique = [...new Set(ids)];
  const batches = Array.from({ length: Math.ceil(unique.length / MAX_VALUES) }, (_, index) =>
    unique.slice(index * MAX_VALUES, (index + 1) * MAX_VALUES),
  );
  const { entity, permissionId, signal } = query;
  const pages = await inTurns(batches, (batch) =>
    client.query(entity, [anyOf('id', batch), ...(query.also ?? [])], { pages: 2, permissionId, signal }),
  );
  return new Map(
    pages
      .flatMap((page) => page.rows)
      .flatMap((row) => {
        const id = row.id('id');
        return id === null ? [] : [[id, row] as const];
      }),
  );
}

export function anyOf(field: string, ids: readonly string[]): Json {
  return ids.length === 1
    ? { op: 'eq', field, value: numeric(ids[0] as string) }
    : { op: 'in', field, value: ids.map(numeric) };
}

/** Works through the items, a few at once, and answers in their order. The first failure ends it. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  let failed = false;
  async function worker(): Promise<void> {
    while (next < items.length && !failed) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
