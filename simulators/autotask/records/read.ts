import { isVisible } from '../access.js';
import { type Database, rowOf, rowsById, type UserState } from '../database.js';
import type { EntityDef } from '../entities/define.js';
import { isObject, type Row } from '../rows.js';

export const visibleRows = (db: Database, user: UserState, def: EntityDef): Row[] =>
  rowsById(db, def.name).filter((row) => isVisible(db, user, def, row));

export function visibleRow(db: Database, user: UserState, def: EntityDef, id: unknown): Row | undefined {
  const row = rowOf(db, def.name, id);
  return row && isVisible(db, user, def, row) ? row : undefined;
}

/** The record as autotask gives it: camelCase, every field present, null where empty. */
export function present(
  db: Database,
  user: UserState,
  def: EntityDef,
  row: Row,
  includeFields: readonly string[] | null = null,
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const field of def.fields) {
    if (field.writeOnly || (includeFields && !includeFields.includes(field.name))) continue;
    // autotask: without the permission to read costs they come back as 0.
    shown[field.name] = field.cost && user.canSeeCosts === false ? 0 : (row[field.name] ?? null);
  }
  if ('invoiceDescription' in shown && shown.invoiceDescription === null) {
    shown.invoiceDescription = standardInvoiceText(db, def, row);
  }
  shown.userDefinedFields = userDefinedFields(db, def, row, includeFields);
  return shown;
}

/** autotask: a line set to the standard invoice description gives the service's text. */
function standardInvoiceText(db: Database, def: EntityDef, row: Row): unknown {
  if (def.name === 'ContractServices') return rowOf(db, 'Services', row.serviceID)?.invoiceDescription ?? null;
  if (def.name === 'ContractServiceBundles') {
    return rowOf(db, 'ServiceBundles', row.serviceBundleID)?.invoiceDescription ?? null;
  }
  return null;
}

function userDefinedFields(db: Database, def: EntityDef, row: Row, includeFields: readonly string[] | null) {
  if (!def.hasUserDefinedFields) return [];
  const values = Array.isArray(row.userDefinedFields) ? row.userDefinedFields.filter(isObject) : [];
  return (db.userDefinedFields[def.name] ?? [])
    .filter((field) => !includeFields || includeFields.includes(field.name))
    .map((field) => ({
      name: field.name,
      value: values.find((entry) => entry.name === field.name)?.value ?? null,
    }));
}
