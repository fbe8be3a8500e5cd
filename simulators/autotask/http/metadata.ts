import { type Action, accessFor } from '../access.js';
import { type Database, picklistOf, type UserState } from '../database.js';
import type { EntityDef, FieldDef, UserDefinedFieldDef } from '../entities/define.js';
import type { Switches } from '../switches.js';

const ACCESS_NUMBERS = { None: 0, All: 1, Restricted: 2 };

/** autotask: canX is what the entity can do for anyone, userAccessForX the user's own right. */
export function entityInformation(user: UserState, def: EntityDef, switches: Switches) {
  const access = (action: Action) => {
    const level = accessFor(user, def, action);
    return switches.accessAsNumbers ? ACCESS_NUMBERS[level] : level;
  };
  return {
    info: {
      name: def.singular,
      canCreate: def.can.create,
      canDelete: def.can.delete,
      canQuery: def.can.query,
      canUpdate: def.can.update,
      userAccessForCreate: access('create'),
      userAccessForDelete: access('delete'),
      userAccessForQuery: access('query'),
      userAccessForUpdate: access('update'),
      hasUserDefinedFields: def.hasUserDefinedFields,
      supportsWebhookCallouts: def.webhooks,
    },
  };
}

/** autotask: isReadOnly means "cannot be changed after create"; picklist values are strings, even of integers. */
export const entityFields = (db: Database, def: EntityDef) => ({
  fields: def.fields.map((field) => ({
    name: field.name,
    dataType: field.type,
    length: field.length,
    isRequired: field.required,
    isReadOnly: field.readOnly !== 'no',
    isQueryable: field.queryable,
    isReference: field.reference !== undefined,
    referenceEntityType: field.reference ?? '',
    isPickList: field.picklist !== undefined,
    picklistValues: picklistValues(db, def, field),
    picklistParentValueField: '',
    isSupportedWebhookField: def.webhooks && field.readOnly !== 'system',
  })),
});

function picklistValues(db: Database, def: EntityDef, field: FieldDef) {
  const values = picklistOf(db, def, field);
  if (!values) return null;
  return values.map((entry, index) => ({
    value: entry.value,
    label: entry.label,
    isDefaultValue: entry.isDefaultValue ?? (field.initial !== null && String(field.initial) === entry.value),
    sortOrder: index + 1,
    parentValue: '',
    isActive: entry.isActive ?? true,
    isSystem: entry.isSystem ?? false,
  }));
}

/** autotask: what is empty is `""` in /fields and null here. */
export const entityUserDefinedFields = (db: Database, def: EntityDef) => ({
  fields: (def.hasUserDefinedFields ? (db.userDefinedFields[def.name] ?? []) : []).map(userDefinedField),
});

const userDefinedField = (field: UserDefinedFieldDef) => ({
  name: field.name,
  label: field.label ?? field.name,
  type: field.type ?? 'string',
  length: field.length ?? 100,
  description: null,
  isRequired: field.isRequired ?? false,
  isReadOnly: false,
  isQueryable: true,
  isReference: false,
  referenceEntityType: null,
  isPickList: field.type === 'picklist',
  picklistValues: null,
  picklistParentValueField: null,
  defaultValue: null,
  isSupportedWebhookField: false,
});
