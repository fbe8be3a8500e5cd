import type { Row } from './rows.js';

/** Fields that never change once a row is stored, by which rows are found without a walk over the table. */
const INDEXED = ['contractID', 'contractServiceID', 'contractServiceBundleID', 'lineID'];

/** Rows of one entity. A large tenant has some hundred thousand unit rows, and every page of a query asks again. */
export interface Table {
  readonly size: number;
  get(id: number): Row | undefined;
  set(row: Row): void;
  delete(id: number): void;
  /** In no order. */
  values(): Iterable<Row>;
  /** autotask: results come in id order, always. */
  byId(): readonly Row[];
  /** Rows with this value of a field, in no order; quick for the indexed ones. */
  having(field: string, value: unknown): Row[];
}

export const isIndexed = (field: string): boolean => INDEXED.includes(field);

export function createTable(seed: Iterable<Row> = []): Table {
  const rows = new Map<number, Row>();
  const indexes = new Map<string, Map<unknown, Map<number, Row>>>();
  let sorted: Row[] | null = null;

  function note(index: Map<unknown, Map<number, Row>>, field: string, row: Row): void {
    const same = index.get(row[field]);
    if (same) same.set(row.id, row);
    else index.set(row[field], new Map([[row.id, row]]));
  }

  function indexOf(field: string): Map<unknown, Map<number, Row>> {
    let index = indexes.get(field);
    if (!index) {
      index = new Map();
      for (const row of rows.values()) note(index, field, row);
      indexes.set(field, index);
    }
    return index;
  }

  function remove(id: number): void {
    const row = rows.get(id);
    if (!row) return;
    rows.delete(id);
    sorted = null;
    for (const [field, index] of indexes) index.get(row[field])?.delete(id);
  }

  function set(row: Row): void {
    remove(row.id);
    rows.set(row.id, row);
    sorted = null;
    for (const [field, index] of indexes) note(index, field, row);
  }

  for (const row of seed) set(row);
  return {
    get size() {
      return rows.size;
    },
    get: (id) => rows.get(id),
    set,
    delete: remove,
    values: () => rows.values(),
    byId: () => {
      sorted ??= [...rows.values()].sort((a, b) => a.id - b.id);
      return sorted;
    },
    having: (field, value) =>
      isIndexed(field)
        ? [...(indexOf(field).get(value)?.values() ?? [])]
        : [...rows.values()].filter((row) => row[field] === value),
  };
}
