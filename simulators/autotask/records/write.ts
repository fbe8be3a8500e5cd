import { isVisible } from '../access.js';
import { insert, rowOf, table } from '../database.js';
import type { EntityDef, FieldDef } from '../entities/define.js';
import { entityOf } from '../entities/index.js';
import { refuse } from '../replies.js';
import { isObject, isPresent, pick, type Row } from '../rows.js';
import type { WriteContext } from './context.js';
import { parseFields, problemsOf } from './parse.js';
import { visibleRow } from './read.js';
import { rulesOf } from './rules.js';
import { mergeUserDefined } from './user-defined.js';

/** autotask: a missing row and a forbidden one are told apart by nobody. */
const NO_ROW = 'No matching records were found, or the logged in Resource may lack permission to them.';

export function createRecord(context: WriteContext, def: EntityDef, body: unknown, parentID: number | null): number {
  const sent = parseFields(def, body);
  setParent(context, def, sent, parentID);
  const row: Record<string, unknown> = {};
  for (const field of def.fields) if (field.name !== 'id') row[field.name] = startValue(context, field, sent);
  const problems = problemsOf(
    context.db,
    def,
    row,
    def.fields.map((field) => field.name),
  );
  const userDefinedFields = mergeUserDefined(context.db, def, [], body, true, problems);
  if (problems.length > 0) refuse(...problems);
  if (def.hasUserDefinedFields) row.userDefinedFields = userDefinedFields;
  const rules = rulesOf(def.name);
  rules.prepare?.(context, row);
  const stored = rules.insert?.(context, row) ?? insert(context.db, def.name, row);
  stamp(def, stored, context.now, ['createDate', 'createDateTime', ...TOUCHED]);
  rules.created?.(context, stored);
  return stored.id;
}

function startValue({ switches }: WriteContext, field: FieldDef, sent: Record<string, unknown>): unknown {
  if (isPresent(sent[field.name])) return sent[field.name];
  return field.name === 'isActive' && field.initial === null ? switches.omittedIsActive : field.initial;
}

/** The id in the path is the parent; a different one in the body is an invalid reference. */
function setParent(
  context: WriteContext,
  def: EntityDef,
  sent: Record<string, unknown>,
  parentID: number | null,
): void {
  if (!def.parent || parentID === null) return;
  const parent = entityOf(def.parent.entity);
  const row = rowOf(context.db, parent.name, parentID);
  const differs = isPresent(sent[def.parent.field]) && sent[def.parent.field] !== parentID;
  if (!row || differs || !isVisible(context.db, context.user, parent, row)) {
    refuse(`Reference value on field: ${def.parent.field} of type: ${parent.singular} does not exist or is invalid.`);
  }
  sent[def.parent.field] = parentID;
}

/** autotask: PATCH changes what is sent; PUT also turns every writable field that is not sent into null. */
export function updateRecord(
  context: WriteContext,
  def: EntityDef,
  body: unknown,
  options: { replace: boolean; parentID: number | null },
): number {
  if (!isObject(body)) refuse('The request body must be a JSON object.');
  const id = Number(pick(body, 'id') ?? Number.NaN);
  if (!Number.isInteger(id)) refuse('Missing Required Field: id.');
  const row = visibleRow(context.db, context.user, def, id);
  if (!row || (def.parent && options.parentID !== null && row[def.parent.field] !== options.parentID)) refuse(NO_ROW);
  const sent = parseFields(def, body);
  const after = { ...row };
  const checked: string[] = [];
  for (const field of def.fields) {
    if (field.name in sent) {
      if (field.readOnly === 'create') requireSame(field, sent[field.name], row[field.name]);
      else after[field.name] = sent[field.name];
    } else if (options.replace && field.readOnly === 'no') after[field.name] = null;
    else continue;
    if (field.readOnly === 'no') checked.push(field.name);
  }
  const problems = problemsOf(context.db, def, after, checked);
  const present = Array.isArray(row.userDefinedFields) ? row.userDefinedFields : [];
  const merged = mergeUserDefined(context.db, def, present, body, options.replace, problems);
  if (problems.length > 0) refuse(...problems);
  if (def.hasUserDefinedFields) after.userDefinedFields = merged;
  const rules = rulesOf(def.name);
  const before = { ...row };
  rules.check?.(context, before, after);
  Object.assign(row, after);
  stamp(def, row, context.now, TOUCHED);
  rules.updated?.(context, before, row);
  return id;
}

/** inferred: sending a read-only field unchanged is harmless, changing it is refused. */
function requireSame(field: FieldDef, sent: unknown, stored: unknown): void {
  if (sent !== (stored ?? null)) refuse(`The field ${field.name} is read-only and cannot be changed.`);
}

/** autotask: deleting a missing or forbidden row is a 500. */
export function deleteRecord(context: WriteContext, def: EntityDef, id: number, parentID: number | null): number {
  const row = visibleRow(context.db, context.user, def, id);
  if (!row || (def.parent && parentID !== null && row[def.parent.field] !== parentID)) refuse(NO_ROW);
  const rules = rulesOf(def.name);
  rules.removable?.(context, row);
  table(context.db, def.name).delete(id);
  rules.removed?.(context, row);
  return id;
}

const TOUCHED = ['lastModifiedDate', 'lastModifiedDateTime', 'lastTrackedModifiedDateTime', 'lastActivityDate'];

function stamp(def: EntityDef, row: Row, now: Date, names: readonly string[]): void {
  for (const field of def.fields) if (names.includes(field.name)) row[field.name] = now.toISOString();
}
