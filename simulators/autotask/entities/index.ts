import { billingCodes, billingItems, contractCharges } from './billing.js';
import { companies } from './companies.js';
import { recurringEntities } from './contract-services.js';
import { contractNotes, contracts } from './contracts.js';
import type { EntityDef, FieldDef } from './define.js';
import {
  countries,
  currencies,
  internalLocations,
  modules,
  organizationalLevelAssociations,
  resources,
} from './reference-data.js';
import { priceListServices, serviceBundleServices, serviceBundles, services } from './services.js';

export const ENTITIES: readonly EntityDef[] = [
  companies,
  contracts,
  services,
  serviceBundles,
  serviceBundleServices,
  ...recurringEntities,
  contractCharges,
  contractNotes,
  billingItems,
  billingCodes,
  currencies,
  countries,
  internalLocations,
  resources,
  organizationalLevelAssociations,
  priceListServices,
  modules,
];

const byName = new Map(ENTITIES.map((def) => [def.name.toLowerCase(), def]));
const bySingular = new Map(ENTITIES.map((def) => [def.singular, def]));

export const findEntity = (name: string): EntityDef | undefined => byName.get(name.toLowerCase());

export function entityOf(name: string): EntityDef {
  const def = byName.get(name.toLowerCase());
  if (!def) throw new Error(`no entity '${name}'`);
  return def;
}

export const entityBySingular = (singular: string): EntityDef | undefined => bySingular.get(singular);

/** autotask: property names are accepted in any casing. */
export const findField = (def: EntityDef, name: string): FieldDef | undefined =>
  def.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
