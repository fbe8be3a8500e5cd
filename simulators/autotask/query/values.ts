import { parseInstant } from '../dates.js';
import type { FieldDef } from '../entities/define.js';
import { refuse } from '../replies.js';
import type { Operator } from './operators.js';

const TEXT_ONLY = ['beginsWith', 'endsWith', 'contains'];

/** Brings a filter value to the field's type, or refuses it the way SQL Server would. */
export function checkValue(field: FieldDef, op: Operator, value: unknown): unknown {
  if (op === 'exist' || op === 'notExist') return null;
  if (TEXT_ONLY.includes(op)) {
    if (field.type !== 'string')
      refuse(`Invalid query syntax: '${op}' works on text fields only, not on ${field.name}.`);
    if (typeof value !== 'string') refuse(`Invalid query syntax: '${op}' needs a text value.`);
    return value.toLowerCase();
  }
  if (Array.isArray(value)) {
    if (op !== 'in' && op !== 'notIn') refuse(`Invalid query syntax: '${op}' needs a single value.`);
    return value.map((entry) => comparable(field, entry));
  }
  return comparable(field, value);
}

/** Numbers stay numbers, dates become times, text is lower-cased: the collation does not tell cases apart. */
function comparable(field: FieldDef, value: unknown): unknown {
  if (field.type === 'boolean') {
    // autotask: booleans must be true or false; null and everything else is an error.
    if (typeof value !== 'boolean') refuse(`Invalid value for the boolean field ${field.name}: use true or false.`);
    return value;
  }
  if (value === null || value === undefined) return null;
  if (field.type === 'datetime') {
    const instant = parseInstant(value);
    if (!instant) refuse('Conversion failed when converting date and/or time from character string.');
    return instant.getTime();
  }
  if (field.type === 'string') {
    if (typeof value === 'object') refuse(`Invalid value for the text field ${field.name}.`);
    return String(value).toLowerCase();
  }
  return numeric(field, value);
}

function numeric(field: FieldDef, value: unknown): number {
  const whole = field.type === 'integer' || field.type === 'long';
  const shape = whole ? /^-?\d+$/ : /^-?\d+(\.\d+)?(e-?\d+)?$/i;
  if ((typeof value === 'number' || typeof value === 'string') && shape.test(String(value))) return Number(value);
  const target = whole ? (field.type === 'long' ? 'bigint' : 'int') : 'numeric';
  // autotask: a wrong type shows through as SQL Server's own text.
  refuse(`Conversion failed when converting the varchar value '${String(value)}' to data type ${target}.`);
}

/** The stored value in the same comparable form. */
export function stored(field: FieldDef, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.type === 'datetime') return storedTime(value);
  return typeof value === 'string' ? value.toLowerCase() : value;
}

/** What is stored was checked when it came in; only forms without a zone need the strict reading. */
function storedTime(value: unknown): number | null {
  if (typeof value === 'string' && value.length >= 20 && value.endsWith('Z')) return Date.parse(value);
  return parseInstant(value)?.getTime() ?? null;
}
