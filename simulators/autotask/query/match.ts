import { isObject, type Row } from '../rows.js';
import type { Table } from '../table.js';
import { isIndexed } from '../table.js';
import type { Condition, Group } from './model.js';
import { stored } from './values.js';

/** Rows in id order among which all matches are: fewer than the table where an id or an indexed field is named. */
export function candidates(table: Table, group: Group): readonly Row[] {
  for (const item of group.op === 'and' ? group.items : []) {
    if ('items' in item || !item.field || (item.op !== 'in' && item.op !== 'eq')) continue;
    const { name } = item.field;
    const values = item.value instanceof Set ? [...item.value] : [item.value];
    if (name === 'id') return inOrder(values.map((id) => table.get(id as number)));
    if (isIndexed(name)) return inOrder(values.flatMap((value) => table.having(name, value)));
  }
  return table.byId();
}

const inOrder = (rows: readonly (Row | undefined)[]): Row[] =>
  rows.filter((row) => row !== undefined).sort((a, b) => a.id - b.id);

export const matches = (row: Row, group: Group): boolean => {
  const test = (item: Condition | Group): boolean => ('items' in item ? matches(row, item) : holds(row, item));
  return group.op === 'and' ? group.items.every(test) : group.items.some(test);
};

function holds(row: Row, condition: Condition): boolean {
  const { op } = condition;
  const [value, wanted] = condition.field
    ? [stored(condition.field, row[condition.field.name]), condition.value]
    : userDefined(row, condition);
  if (op === 'exist') return value !== null;
  if (op === 'notExist') return value === null;
  // inferred: as in SQL, a comparison with null is never true, `noteq` and `notIn` included.
  if (value === null) return false;
  if (op === 'in') return (wanted as ReadonlySet<unknown>).has(value);
  if (op === 'notIn') return !(wanted as ReadonlySet<unknown>).has(value);
  if (wanted === null) return false;
  switch (op) {
    case 'eq':
      return value === wanted;
    case 'noteq':
      return value !== wanted;
    case 'beginsWith':
      return String(value).startsWith(String(wanted));
    case 'endsWith':
      return String(value).endsWith(String(wanted));
    case 'contains':
      return String(value).includes(String(wanted));
    default:
      return ordered(op, value as number, wanted as number);
  }
}

function ordered(op: 'gt' | 'gte' | 'lt' | 'lte', value: number, wanted: number): boolean {
  if (op === 'gt') return value > wanted;
  if (op === 'gte') return value >= wanted;
  return op === 'lt' ? value < wanted : value <= wanted;
}

/** autotask: a user-defined value is always text; numbers are compared as numbers. */
function userDefined(row: Row, condition: Condition): [unknown, unknown] {
  const list = Array.isArray(row.userDefinedFields) ? row.userDefinedFields : [];
  const entry = list.find((item) => isObject(item) && item.name === condition.udf) as { value?: unknown } | undefined;
  const value = entry?.value ?? null;
  const sample = Array.isArray(condition.value) ? condition.value[0] : condition.value;
  const asNumbers = value !== null && isNumeric(value) && isNumeric(sample);
  const form = (item: unknown): unknown =>
    item === null || item === undefined ? null : asNumbers ? Number(item) : String(item).toLowerCase();
  return [form(value), Array.isArray(condition.value) ? new Set(condition.value.map(form)) : form(condition.value)];
}

const isNumeric = (value: unknown): boolean => value !== null && value !== '' && !Number.isNaN(Number(value));
