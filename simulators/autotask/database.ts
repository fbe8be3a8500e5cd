import type { EntityDef, FieldDef, PicklistValue, UserDefinedFieldDef } from './entities/define.js';
import type { Row } from './rows.js';
import { createTable, type Table } from './table.js';
import type { WorldUser } from './world.js';

export interface UserState extends WorldUser {
  locked: boolean;
  badSecrets: number;
}

export interface Account {
  ci: number;
  zoneName: string;
  webUrl: string;
  /** '' or '/zone2': what comes before `/ATServicesRest`. */
  zonePath: string;
  /** Every zone path the tenant has ever lived at. */
  knownZones: string[];
}

/** All tables of one tenant in memory. */
export interface Database {
  users: UserState[];
  account: Account;
  tables: Map<string, Table>;
  nextIds: Map<string, number>;
  userDefinedFields: Record<string, UserDefinedFieldDef[]>;
  picklists: Record<string, Record<string, PicklistValue[]>>;
}

export function table(db: Database, name: string): Table {
  let rows = db.tables.get(name);
  if (!rows) {
    rows = createTable();
    db.tables.set(name, rows);
  }
  return rows;
}

export const rowsOf = (db: Database, name: string): Row[] => [...table(db, name).values()];

export const rowsWhere = (db: Database, name: string, field: string, value: unknown): Row[] =>
  table(db, name).having(field, value);

/** autotask: results come in id order, always. */
export const rowsById = (db: Database, name: string): readonly Row[] => table(db, name).byId();

export const rowOf = (db: Database, name: string, id: unknown): Row | undefined =>
  typeof id === 'number' ? table(db, name).get(id) : undefined;

/** Gives the row an id unless it brings one, and stores it. */
export function insert(db: Database, name: string, fields: Record<string, unknown>): Row {
  const next = db.nextIds.get(name) ?? 1;
  const id = typeof fields.id === 'number' ? fields.id : next;
  const row: Row = { ...fields, id };
  table(db, name).set(row);
  db.nextIds.set(name, Math.max(next, id + 1));
  return row;
}

/** The tenant's own picklist where it has one: numbers differ between tenants, labels do not. */
export const picklistOf = (db: Database, def: EntityDef, field: FieldDef): readonly PicklistValue[] | undefined =>
  db.picklists[def.name]?.[field.name] ?? field.picklist;

export function labelOf(db: Database, def: EntityDef, fieldName: string, value: unknown): string | undefined {
  const field = def.fields.find((candidate) => candidate.name === fieldName);
  const values = field && picklistOf(db, def, field);
  return values?.find((entry) => entry.value === String(value))?.label;
}

export const findUser = (db: Database, username: string): UserState | undefined =>
  db.users.find((user) => user.username.toLowerCase() === username.toLowerCase());
