import { Refusal } from './refusal.js';

export interface Condition {
  readonly op: string;
  readonly field?: string;
  readonly value?: unknown;
  readonly items?: readonly Condition[];
}

export interface Row {
  readonly id: number;
}
type Scalar = string | number | boolean | null | undefined;

/** Does a row fit all conditions? Names of fields in any case; dates compare as the texts they are. */
export function fits(row: Row, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => fitsOne(row, condition));
}

function fitsOne(row: Row, { op, field = '', value, items = [] }: Condition): boolean {
  if (op === 'and') return fits(row, items);
  if (op === 'or') return items.some((each) => fitsOne(row, each));
  const found = fieldOf(row, field);
  const test = TESTS[op];
  if (!test) throw new Refusal(`Invalid query syntax: the operator ${op} is not known.`);
  return test(found, value);
}

const text = (value: unknown) => String(value ?? '').toLowerCase();
const same = (a: Scalar, b: unknown) => a === b || (typeof a === 'string' && text(a) === text(b));

/** A date without a time is midnight. */
function compare(a: Scalar, b: unknown): number {
  if (a == null || b == null) return Number.NaN;
  if (typeof a === 'number') return a - Number(b);
  const [left, right] = [String(a), String(b)].map((each) =>
    Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(each) ? `${each}T00:00:00Z` : each),
  );
  return (left ?? Number.NaN) - (right ?? Number.NaN);
}

const TESTS: { readonly [op: string]: (found: Scalar, value: unknown) => boolean } = {
  eq: same,
  noteq: (found, value) => !same(found, value),
  gt: (found, value) => compare(found, value) > 0,
  gte: (found, value) => compare(found, value) >= 0,
  lt: (found, value) => compare(found, value) < 0,
  lte: (found, value) => compare(found, value) <= 0,
  beginsWith: (found, value) => text(found).startsWith(text(value)),
  contains: (found, value) => text(found).includes(text(value)),
  exist: (found) => found != null,
  notExist: (found) => found == null,
  in: (found, value) => Array.isArray(value) && value.some((each) => same(found, each)),
};

function fieldOf(row: Row, name: string): Scalar {
  const key = Object.keys(row).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (row as unknown as Readonly<Record<string, Scalar>>)[key];
}
