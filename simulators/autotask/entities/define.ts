/** What an entity is made of; the metadata calls and all checks read the same definitions. */
export type DataType = 'boolean' | 'integer' | 'long' | 'double' | 'decimal' | 'datetime' | 'string';

export interface PicklistValue {
  value: string;
  label: string;
  isActive?: boolean;
  isDefaultValue?: boolean;
  isSystem?: boolean;
}

export interface UserDefinedFieldDef {
  name: string;
  label?: string;
  type?: 'string' | 'integer' | 'double' | 'datetime' | 'picklist';
  length?: number;
  isRequired?: boolean;
}

export interface FieldDef {
  readonly name: string;
  readonly type: DataType;
  readonly length: number;
  /** The length really enforced, where the metadata promises more. */
  readonly effectiveLength?: number;
  readonly required: boolean;
  /** `create` = set on create, never after; `system` = set by autotask alone, ignored in requests. */
  readonly readOnly: 'no' | 'create' | 'system';
  readonly queryable: boolean;
  /** Singular name of the referenced entity. */
  readonly reference?: string;
  readonly picklist?: readonly PicklistValue[];
  readonly dateOnly: boolean;
  /** Comes back as 0 for a user who may not read costs. */
  readonly cost: boolean;
  /** Accepted, never given back. */
  readonly writeOnly: boolean;
  readonly initial: unknown;
}

export type FieldOptions = Partial<Omit<FieldDef, 'name' | 'type'>>;
export type FieldMaker = (name: string, options?: FieldOptions) => FieldDef;

const maker =
  (type: DataType, preset: FieldOptions = {}): FieldMaker =>
  (name, options = {}) => ({
    name,
    type,
    length: 0,
    required: false,
    readOnly: 'no',
    queryable: true,
    dateOnly: false,
    cost: false,
    writeOnly: false,
    initial: null,
    ...preset,
    ...options,
  });

export const flag = maker('boolean');
export const integer = maker('integer');
export const long = maker('long');
export const double = maker('double');
export const money = maker('decimal');
export const instant = maker('datetime');
export const day = maker('datetime', { dateOnly: true });
export const text = (name: string, length: number, options: FieldOptions = {}): FieldDef =>
  maker('string')(name, { length, ...options });
export const reference = (name: string, entity: string, options: FieldOptions = {}): FieldDef =>
  maker('integer')(name, { reference: entity, ...options });

/** `picklist('status', { 0: 'Inactive', 1: 'Active' })`. autotask: values are strings even for integer fields. */
export const picklist = (name: string, values: Record<string, string>, options: FieldOptions = {}): FieldDef =>
  maker('integer')(name, {
    picklist: Object.entries(values).map(([value, label]) => ({ value, label })),
    ...options,
  });

export const idField = (): FieldDef => long('id', { readOnly: 'system', required: true });
/** Option sets used again and again. */
export const REQUIRED: FieldOptions = { required: true };
export const FIXED: FieldOptions = { readOnly: 'create' };
export const SYSTEM: FieldOptions = { readOnly: 'system' };

export type WriteVerb = 'POST' | 'PUT' | 'PATCH';

export interface EntityDef {
  /** Plural PascalCase, as in the path. */
  readonly name: string;
  readonly singular: string;
  readonly can: { create: boolean; query: boolean; update: boolean; delete: boolean };
  /** Verbs on `/{Entity}`. */
  readonly rootWrites: readonly WriteVerb[];
  readonly rootDelete: boolean;
  /** Reached as `/{parent.entity}/{id}/{segment}`. */
  readonly parent?: {
    readonly entity: string;
    readonly segment: string;
    readonly field: string;
    readonly writes: readonly WriteVerb[];
    readonly delete: boolean;
  };
  readonly hasUserDefinedFields: boolean;
  readonly webhooks: boolean;
  /** Modules is queried without a filter. */
  readonly listable?: boolean;
  readonly fields: readonly FieldDef[];
}

export const FULL_WRITES: readonly WriteVerb[] = ['POST', 'PUT', 'PATCH'];
export const UPDATES: readonly WriteVerb[] = ['PUT', 'PATCH'];

export function entity(
  def: Pick<EntityDef, 'name' | 'singular' | 'fields'> &
    Partial<Omit<EntityDef, 'can'>> & { can?: Partial<EntityDef['can']> },
): EntityDef {
  const writes = [...(def.rootWrites ?? []), ...(def.parent?.writes ?? [])];
  const can = {
    create: writes.includes('POST'),
    query: true,
    update: writes.includes('PATCH'),
    delete: (def.rootDelete ?? false) || (def.parent?.delete ?? false),
    ...def.can,
  };
  return { rootWrites: [], rootDelete: false, hasUserDefinedFields: false, webhooks: false, ...def, can };
}
