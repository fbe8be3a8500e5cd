import type { Database } from '../database.js';
import type { EntityDef } from '../entities/define.js';
import { isObject, pick } from '../rows.js';

interface Entry {
  name: string;
  value: string | null;
}

/** The stored list after a write. autotask: `[{ name, value }]`, the value always text. Problems are added to the list. */
export function mergeUserDefined(
  db: Database,
  def: EntityDef,
  present: unknown[],
  body: unknown,
  replace: boolean,
  problems: string[],
): Entry[] {
  const known = db.userDefinedFields[def.name] ?? [];
  const sent = isObject(body) ? pick(body, 'userDefinedFields') : undefined;
  const entries = Array.isArray(sent) ? sent.filter(isObject) : [];
  const stored = present.filter(isObject);
  for (const entry of entries) {
    const name = String(pick(entry, 'name') ?? '');
    if (!known.some((field) => field.name === name)) {
      problems.push(`Unable to find the user-defined field ${name} in the ${def.singular} Entity.`);
    }
  }
  return known.map((field) => {
    const entry = entries.find((candidate) => pick(candidate, 'name') === field.name);
    const kept = replace ? null : (stored.find((candidate) => candidate.name === field.name)?.value ?? null);
    const value = entry ? (pick(entry, 'value') ?? null) : kept;
    if (field.isRequired && replace && value === null) problems.push(`Missing Required Field: ${field.name}.`);
    if (value !== null && field.length && String(value).length > field.length) {
      problems.push(`The value of the field ${field.name} exceeds the maximum length of ${field.length}.`);
    }
    return { name: field.name, value: value === null ? null : String(value) };
  });
}
