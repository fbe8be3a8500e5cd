import { type Database, insert, rowOf, table } from './database.js';
import { addDays, addMonths, dayOf, midnight, parseInstant } from './dates.js';
import { SERVICE_USE_TYPE } from './entities/billing.js';
import type { EntityDef } from './entities/define.js';
import { entityOf } from './entities/index.js';
import { SERVICE_LINES } from './recurring/kinds.js';
import { addEvent, insertLine } from './recurring/lines.js';
import { postPeriod } from './recurring/posting.js';
import { regenerate } from './recurring/units.js';
import type { Row } from './rows.js';
import type { Switches } from './switches.js';
import type { SeedLine, SeedRow, World, WorldUser } from './world.js';

/** In this order, so that what a row points at is there before it. */
const PARTS: readonly [keyof World, string][] = [
  ['currencies', 'Currencies'],
  ['countries', 'Countries'],
  ['internalLocations', 'InternalLocations'],
  ['resources', 'Resources'],
  ['organizationalLevelAssociations', 'OrganizationalLevelAssociations'],
  ['modules', 'Modules'],
  ['billingCodes', 'BillingCodes'],
  ['companies', 'Companies'],
  ['services', 'Services'],
  ['serviceBundles', 'ServiceBundles'],
  ['serviceBundleServices', 'ServiceBundleServices'],
  ['priceListServices', 'PriceListServices'],
  ['contracts', 'Contracts'],
  ['contractCharges', 'ContractCharges'],
  ['contractNotes', 'ContractNotes'],
];

/** Ids of what is made later begin here, so that they are told apart from seeded ones at a glance. */
const FIRST_IDS: Record<string, number> = {
  Contracts: 29_680_000,
  ContractServices: 8000,
  ContractServiceUnits: 50_000,
};

export function emptyDatabase(): Database {
  return {
    users: [],
    account: {
      ci: 513_558,
      zoneName: 'Simulator 1',
      webUrl: 'https://ww15.autotask.net/',
      zonePath: '',
      knownZones: [''],
    },
    tables: new Map(),
    nextIds: new Map(Object.entries(FIRST_IDS)),
    userDefinedFields: {},
    picklists: {},
  };
}

/** Rows other defaults point at, made when the world brings none of their kind. */
const OWNER = 29_682_885;
const NEEDED: Record<string, Record<string, unknown>> = {
  Currencies: { id: 1, name: 'USD', isInternalCurrency: true },
  Resources: { id: OWNER, firstName: 'Olive', lastName: 'Owner', userName: 'oowner', email: 'olive@example.test' },
  BillingCodes: { id: 1, name: 'Cloud Services', useType: SERVICE_USE_TYPE },
};

/** Adds a world to a database; rows with a known id replace what is there. */
export function seedWorld(db: Database, world: World, switches: Switches, now: Date): void {
  for (const user of world.users ?? []) seedUser(db, user);
  Object.assign(db.account, world.account ?? {});
  Object.assign(db.userDefinedFields, world.userDefinedFields ?? {});
  Object.assign(db.picklists, world.picklists ?? {});
  for (const [part, name] of PARTS) {
    for (const seed of (world[part] ?? []) as SeedRow[]) seedRow(db, entityOf(name), seed, now);
  }
  for (const [name, usual] of Object.entries(NEEDED)) {
    if (table(db, name).size === 0) insert(db, name, complete(entityOf(name), usual));
  }
  for (const line of world.lines ?? []) seedLine(db, line, switches, now);
}

function seedUser(db: Database, user: WorldUser): void {
  db.users = db.users.filter((known) => known.username.toLowerCase() !== user.username.toLowerCase());
  db.users.push({ ...structuredClone(user), locked: user.locked ?? false, badSecrets: 0 });
}

function seedRow(db: Database, def: EntityDef, seed: SeedRow, now: Date): void {
  const row = complete(def, { ...USUAL[def.name]?.(seed, now), ...seed });
  insert(db, def.name, row);
}

const inYear = (now: Date, years: number): string => `${now.getUTCFullYear() + years}-01-01`;

/** What a seed may leave out because every test would write the same. */
const USUAL: Record<string, (seed: SeedRow, now: Date) => Record<string, unknown>> = {
  Companies: (seed, now) => ({
    companyName: `Company ${seed.id ?? ''}`.trim(),
    companyType: 1,
    ownerResourceID: OWNER,
    phone: '555-0100',
    isActive: true,
    createDate: now.toISOString(),
    lastTrackedModifiedDateTime: now.toISOString(),
    lastActivityDate: now.toISOString(),
  }),
  Contracts: (seed, now) => {
    const startDate = dayOf(seed.startDate) || inYear(now, 0);
    return {
      contractName: `Contract ${seed.id ?? ''}`.trim(),
      contractType: 7,
      contractPeriodType: 2,
      status: 1,
      timeReportingRequiresStartAndStopTimes: 0,
      startDate,
      endDate: addDays(addMonths(startDate, 36), -1),
    };
  },
  Services: (seed, now) => ({
    name: `Service ${seed.id ?? ''}`.trim(),
    periodType: 2,
    isActive: true,
    unitPrice: 0,
    unitCost: 0,
    billingCodeID: 1,
    createDate: now.toISOString(),
    lastModifiedDate: now.toISOString(),
  }),
  ServiceBundles: () => ({ periodType: 2, isActive: true, unitPrice: 0, billingCodeID: 1 }),
  BillingCodes: () => ({ useType: SERVICE_USE_TYPE }),
  ContractCharges: () => ({ chargeType: 1, unitQuantity: 1, isBilled: false }),
};

/** Every field of the entity, defaults filled in, dates brought to their stored form. */
function complete(def: EntityDef, seed: Record<string, unknown>): Record<string, unknown> {
  const row: Record<string, unknown> = { ...seed };
  for (const field of def.fields) {
    if (field.name === 'id') continue;
    if (row[field.name] === undefined) row[field.name] = field.initial;
    else if (field.type === 'datetime' && field.dateOnly && row[field.name] !== null) {
      if (!parseInstant(row[field.name])) throw new Error(`${def.name}.${field.name}: not a date: ${row[field.name]}`);
      row[field.name] = midnight(dayOf(row[field.name]));
    }
  }
  return row;
}

function seedLine(db: Database, seed: SeedLine, switches: Switches, now: Date): void {
  const contract = rowOf(db, 'Contracts', seed.contractID);
  const service = rowOf(db, 'Services', seed.serviceID);
  if (!contract || !service) throw new Error(`a seeded line needs contract ${seed.contractID} and its service`);
  const line: Row = insertLine(db, SERVICE_LINES, contract, service, {
    ...(seed.id === undefined ? {} : { id: seed.id }),
    ...(seed.unitPrice === undefined ? {} : { adjustedPrice: seed.unitPrice }),
    ...(seed.unitCost === undefined ? {} : { unitCost: seed.unitCost }),
    invoiceDescription: seed.invoiceDescription ?? null,
  });
  if (seed.units === undefined) return;
  addEvent(db, SERVICE_LINES, line, {
    effectiveDate: seed.startDate ?? dayOf(contract.startDate),
    unitChange: seed.units,
    seeded: true,
  });
  regenerate(db, SERVICE_LINES, line, switches);
  if (seed.postedThrough) postPeriod(db, { contractID: contract.id, throughDate: seed.postedThrough, now, line });
}
