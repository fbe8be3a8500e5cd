import { isObject, type Row } from '../rows.js';
import type { Condition, Group } from './model.js';
import { stored } from './values.js';

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
  if (op === 'in') return (wanted as unknown[]).includes(value);
  if (op === 'notIn') return !(wanted as unknown[]).includes(value);
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
  return [form(value), Array.isArray(condition.value) ? condition.value.map(form) : form(condition.value)];
}

const isNumeric = (value: unknown): boolean => value !== null && value !== '' && !Number.isNaN(Number(value));
