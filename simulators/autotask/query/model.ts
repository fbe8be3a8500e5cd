import type { Database } from '../database.js';
import type { EntityDef, FieldDef } from '../entities/define.js';
import { findField } from '../entities/index.js';
import { message, Refusal, refuse } from '../replies.js';
import { isObject, isPresent, pick } from '../rows.js';
import { OPERATORS, type Operator } from './operators.js';
import { checkValue } from './values.js';

export interface Condition {
  readonly op: Operator;
  readonly field: FieldDef | null;
  /** Name of the user-defined field when `udf` was set. */
  readonly udf: string | null;
  /** A set where the operator takes a list. */
  readonly value: unknown;
}
export interface Group {
  readonly op: 'and' | 'or';
  readonly items: readonly (Condition | Group)[];
}

export interface Query {
  readonly filter: Group;
  readonly includeFields: readonly string[] | null;
  readonly pageSize: number;
}

/** autotask: page size default and maximum. */
export const PAGE_SIZE = 500;
/** autotask: OR conditions in one call. inferred: each value of an `in` is one, over all lists of the call. */
const OR_LIMIT = 500;

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(message(400, 'The request is invalid. The JSON could not be read.'));
  }
}

/** Reads `{ MaxRecords, IncludeFields, filter }` in any casing. */
export function parseQuery(db: Database, def: EntityDef, raw: unknown): Query {
  if (!isObject(raw)) throw new Refusal(message(400, 'The request is invalid. A query object is expected.'));
  const filter = pick(raw, 'filter');
  const items = Array.isArray(filter) ? filter : [];
  if (items.length === 0 && !def.listable) refuse('Invalid query syntax: a filter with at least one item is required.');
  const counts = { or: 0, udf: 0 };
  const group: Group = { op: 'and', items: items.map((item) => parseItem(db, def, item, counts, false)) };
  if (counts.or > OR_LIMIT) refuse(`Invalid query syntax: the query has more than ${OR_LIMIT} OR conditions.`);
  if (counts.udf > 1) refuse('Invalid query syntax: only one user-defined field can be queried at a time.');
  return { filter: group, includeFields: parseInclude(db, def, pick(raw, 'IncludeFields')), pageSize: parseSize(raw) };
}

function parseSize(raw: Record<string, unknown>): number {
  const wanted = pick(raw, 'MaxRecords');
  if (!isPresent(wanted)) return PAGE_SIZE;
  const size = typeof wanted === 'string' ? Number(wanted) : wanted;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1) {
    refuse(`MaxRecords must be a whole number from 1 to ${PAGE_SIZE}.`);
  }
  return Math.min(size, PAGE_SIZE);
}

function parseInclude(db: Database, def: EntityDef, raw: unknown): string[] | null {
  if (!isPresent(raw)) return null;
  if (!Array.isArray(raw)) refuse('IncludeFields must be a list of field names.');
  if (raw.length === 0) return null;
  return raw.map((name) => {
    const field = findField(def, String(name));
    if (field) return field.name;
    const udf = (db.userDefinedFields[def.name] ?? []).find((candidate) => candidate.name === name);
    if (!udf) refuse(`Unable to find ${name} in the ${def.singular} Entity.`);
    return udf.name;
  });
}

type Counts = { or: number; udf: number };

function parseItem(db: Database, def: EntityDef, raw: unknown, counts: Counts, inOr: boolean): Condition | Group {
  if (!isObject(raw)) refuse('Invalid query syntax: each filter item must be an object.');
  const op = String(pick(raw, 'op') ?? '');
  if (/^(and|or)$/i.test(op)) {
    const items = pick(raw, 'items');
    if (!Array.isArray(items) || items.length === 0) refuse(`Invalid query syntax: '${op}' needs items.`);
    const kind = op.toLowerCase() as 'and' | 'or';
    return { op: kind, items: items.map((item) => parseItem(db, def, item, counts, inOr || kind === 'or')) };
  }
  const operator = OPERATORS.find((candidate) => candidate.toLowerCase() === op.toLowerCase());
  if (!operator) refuse(`Invalid query syntax: unknown operator '${op}'.`);
  if (inOr) counts.or += 1;
  return condition(db, def, operator, raw, counts);
}

function condition(
  db: Database,
  def: EntityDef,
  op: Operator,
  raw: Record<string, unknown>,
  counts: Counts,
): Condition {
  const name = String(pick(raw, 'field') ?? '');
  const value = pick(raw, 'value');
  if (op === 'in' || op === 'notIn') {
    if (!Array.isArray(value)) refuse(`Invalid query syntax: '${op}' needs a list of values.`);
    counts.or += value.length;
  }
  if (pick(raw, 'udf') === true) {
    counts.udf += 1;
    const udf = (db.userDefinedFields[def.name] ?? []).find((item) => item.name.toLowerCase() === name.toLowerCase());
    if (!udf) refuse(`Unable to find ${name} in the ${def.singular} Entity.`);
    return { op, field: null, udf: udf.name, value };
  }
  const field = findField(def, name);
  if (!field) refuse(`Unable to find ${name} in the ${def.singular} Entity.`);
  if (!field.queryable || field.writeOnly) refuse(`The field ${field.name} of ${def.singular} cannot be queried.`);
  const checked = checkValue(field, op, value);
  return { op, field, udf: null, value: Array.isArray(checked) ? new Set(checked) : checked };
}
