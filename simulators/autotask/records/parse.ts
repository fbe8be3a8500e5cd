import { type Database, picklistOf } from '../database.js';
import { midnight, parseInstant } from '../dates.js';
import type { EntityDef, FieldDef } from '../entities/define.js';
import { entityBySingular } from '../entities/index.js';
import { refuse } from '../replies.js';
import { isObject, pick } from '../rows.js';

const INT32 = 2_147_483_647;

/** Brings one sent value to its stored form, or tells why not. */
export function parseValue(field: FieldDef, value: unknown): unknown {
  if (value === null) return null;
  if (field.type === 'string') {
    if (typeof value === 'object') refuse(`Error converting value to type 'System.String'. Path '${field.name}'.`);
    return String(value);
  }
  // inferred: an empty text clears a field of another type, as it does a text.
  if (value === '') return null;
  if (field.type === 'boolean') return parseFlag(field, value);
  if (field.type === 'datetime') {
    const instant = parseInstant(value);
    if (!instant) refuse(`Could not convert string to DateTime: ${String(value)}. Path '${field.name}'.`);
    return field.dateOnly ? midnight(instant.toISOString().slice(0, 10)) : instant.toISOString();
  }
  return parseNumber(field, value);
}

function parseFlag(field: FieldDef, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  refuse(`Error converting value ${JSON.stringify(value)} to type 'System.Boolean'. Path '${field.name}'.`);
}

function parseNumber(field: FieldDef, value: unknown): number {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) {
    refuse(`Could not convert ${JSON.stringify(value)} to a number. Path '${field.name}'.`);
  }
  if (field.type !== 'integer' && field.type !== 'long') return number;
  // autotask: units and unitChange are int32; there are no fractional seats.
  if (!Number.isInteger(number)) refuse(`Input string '${value}' is not a valid integer. Path '${field.name}'.`);
  if (field.type === 'integer' && Math.abs(number) > INT32) {
    refuse(`JSON integer ${value} is too large or small for an Int32. Path '${field.name}'.`);
  }
  return number;
}

/** Only what the request names, in stored form. autotask: unknown and system fields are ignored. */
export function parseFields(def: EntityDef, body: unknown): Record<string, unknown> {
  if (!isObject(body)) refuse('The request body must be a JSON object.');
  const parsed: Record<string, unknown> = {};
  for (const field of def.fields) {
    if (field.readOnly === 'system') continue;
    const value = pick(body, field.name);
    if (value !== undefined) parsed[field.name] = parseValue(field, value);
  }
  return parsed;
}

/** All texts at once: required, lengths, picklists, references. */
export function problemsOf(db: Database, def: EntityDef, row: Record<string, unknown>, names: string[]): string[] {
  return def.fields
    .filter((field) => names.includes(field.name) && field.readOnly !== 'system')
    .flatMap((field) => problemOf(db, def, field, row[field.name]));
}

function problemOf(db: Database, def: EntityDef, field: FieldDef, value: unknown): string[] {
  if (value === null || value === undefined || value === '') {
    return field.required ? [`Missing Required Field: ${field.name}.`] : [];
  }
  const limit = field.effectiveLength ?? field.length;
  if (typeof value === 'string' && field.type === 'string' && limit > 0 && value.length > limit) {
    return [`The value of the field ${field.name} exceeds the maximum length of ${limit}.`];
  }
  const values = picklistOf(db, def, field);
  if (values && !values.some((entry) => entry.value === String(value) && entry.isActive !== false)) {
    return [`Value does not reference an existing entity for ${field.name}.`];
  }
  return field.reference && !referenceHolds(db, field, value)
    ? [`Reference value on field: ${field.name} of type: ${field.reference} does not exist or is invalid.`]
    : [];
}

/** autotask: an inactive resource is as bad as a missing one. Entities not kept here are not checked. */
function referenceHolds(db: Database, field: FieldDef, value: unknown): boolean {
  const target = entityBySingular(field.reference ?? '');
  if (!target) return true;
  const row = db.tables.get(target.name)?.get(value as number);
  return row !== undefined && !(target.name === 'Resources' && row.isActive === false);
}
