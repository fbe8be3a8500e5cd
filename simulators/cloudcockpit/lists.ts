import { failure, Refusal } from './replies.js';
import type { Row } from './world.js';

/** What a list takes. Names are compared as the vendor's framework does: in any casing. */
export interface ListRules {
  readonly sorts: readonly string[];
  readonly filters: readonly string[];
  readonly required?: readonly string[];
}

export interface ListQuery {
  readonly page: number;
  readonly size: number;
  readonly sort: string | null;
  filter(name: string): string | null;
}

/** CloudCockpit: pages from 1 on, 1 to 2000 rows, 25 by default. */
const DEFAULT_SIZE = 25;
const LARGEST_SIZE = 2000;

export function readQuery(params: URLSearchParams, rules: ListRules, refuseUnknown: boolean): ListQuery {
  const values = new Map([...params].map(([name, value]) => [name.toLowerCase(), value]));
  const known = ['pageNumber', 'pageSize', 'sortPropertyName', ...rules.filters].map((name) => name.toLowerCase());
  const unknown = [...values.keys()].find((name) => !known.includes(name));
  if (refuseUnknown && unknown !== undefined) refuse(unknown, 'There is no such parameter.');
  const missing = rules.required?.find((name) => !values.get(name.toLowerCase()));
  if (missing !== undefined) refuse(missing, `The ${missing} field is required.`);
  const sort = values.get('sortpropertyname') ?? null;
  if (sort !== null && !rules.sorts.includes(sort)) refuse('sortPropertyName', 'The value is not possible.');
  return {
    page: whole('pageNumber', values, 1, Number.MAX_SAFE_INTEGER, 1),
    size: whole('pageSize', values, 1, LARGEST_SIZE, DEFAULT_SIZE),
    sort,
    filter: (name) => values.get(name.toLowerCase()) ?? null,
  };
}

function whole(name: string, values: ReadonlyMap<string, string>, low: number, high: number, usual: number): number {
  const text = values.get(name.toLowerCase());
  if (text === undefined) return usual;
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < low || number > high) refuse(name, `Between ${low} and ${high}.`);
  return number;
}

/** One page of rows, sorted by what the parameter stands for. */
export function pageOf(rows: readonly Row[], { page, size }: ListQuery, key: (row: Row) => unknown): Row[] {
  const sorted = [...rows].sort((a, b) => compare(String(key(a)), String(key(b))) || compare(a.id, b.id));
  return sorted.slice((page - 1) * size, page * size);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export function refuse(property: string, description: string): never {
  throw new Refusal(failure(400, 'ValidationError', description, property));
}
