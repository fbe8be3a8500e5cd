import type { EntityDef } from './entities.js';
import type { SeedRow, World } from './world.js';

export interface Row {
  readonly id: number;
  [field: string]: unknown;
}
export type TableName = EntityDef['name'];

export interface Database {
  readonly world: World;
  readonly tables: ReadonlyMap<TableName, Map<number, Row>>;
  nextId: number;
}

/** Ids of what is made later begin here, so that they are told apart from seeded ones at a glance. */
const FIRST_ID = 70_000;

export function rows(db: Database, name: TableName): Row[] {
  return [...(db.tables.get(name)?.values() ?? [])].sort((a, b) => a.id - b.id);
}

export function rowOf(db: Database, name: TableName, id: unknown): Row | undefined {
  return typeof id === 'number' ? db.tables.get(name)?.get(id) : undefined;
}

export function put(db: Database, name: TableName, row: Row): Row {
  db.tables.get(name)?.set(row.id, row);
  return row;
}

export const info = (now: Date, by: string) => ({ lastUpdated: stamp(now), updatedBy: by });
/** connectwise: `yyyy-MM-ddTHH:mm:ssZ`. */
export const stamp = (at: Date): string => at.toISOString().replace(/\.\d+Z$/, 'Z');

const CYCLES = [
  { id: 1, identifier: 'Monthly', name: 'Monthly' },
  { id: 2, identifier: 'Annual', name: 'Annual' },
  { id: 3, identifier: 'Quarterly', name: 'Quarterly' },
];
const CURRENCIES = [
  { id: 7, currencyIdentifier: 'USD', currencyCode: 'USD' },
  { id: 8, currencyIdentifier: 'EUR', currencyCode: 'EUR' },
];

/** What a seed may leave out because every test would write the same. */
const USUAL: Partial<Record<TableName, (seed: SeedRow, db: Database) => Record<string, unknown>>> = {
  companies: ({ id }) => ({
    identifier: `Company${id}`,
    name: `Company ${id}`,
    status: { id: 1, name: 'Active' },
    types: [{ id: 1, name: 'Client' }],
    currency: currency('USD'),
    deletedFlag: false,
  }),
  catalog: ({ id }) => ({
    identifier: `Product-${id}`,
    description: `Product ${id}`,
    customerDescription: `Product ${id}`,
    productClass: 'Agreement',
    price: 0,
    cost: 0,
    inactiveFlag: false,
    taxableFlag: true,
    recurringFlag: true,
    recurringBillCycle: { id: 1, name: 'Monthly' },
  }),
  agreements: ({ id, company }, db) => ({
    name: `Agreement ${id}`,
    type: { id: 1, name: 'Managed Services' },
    company: reference(db, 'companies', company),
    startDate: '2026-01-01T00:00:00Z',
    endDate: null,
    noEndingDateFlag: true,
    cancelledFlag: false,
    dateCancelled: null,
    agreementStatus: 'Active',
    billingCycle: { id: 1, name: 'Monthly' },
    invoicingCycle: 'ContractYear',
    periodType: 'Current',
    nextInvoiceDate: null,
    prorateFlag: true,
    invoiceProratedAdditionsFlag: true,
    currency: currency('USD'),
  }),
  additions: ({ product }, db) => {
    const item = rowOf(db, 'catalog', (product as { id?: unknown } | undefined)?.id);
    return {
      product: reference(db, 'catalog', product),
      quantity: 1,
      lessIncluded: 0,
      unitPrice: item?.price ?? 0,
      unitCost: item?.cost ?? 0,
      billCustomer: 'Billable',
      effectiveDate: '2026-01-01T00:00:00Z',
      cancelledDate: null,
      taxableFlag: true,
      serialNumber: null,
      invoiceDescription: item?.customerDescription ?? null,
      description: item?.description ?? null,
      billedQuantity: 0,
      customFields: [],
    };
  },
};

const currency = (code: string) => ({
  id: CURRENCIES.find((each) => each.currencyCode === code)?.id ?? 99,
  currencyCode: code,
  numberOfDecimals: 2,
});

export function reference(db: Database, name: TableName, value: unknown): unknown {
  const { id, identifier } = (value ?? {}) as { id?: unknown; identifier?: unknown };
  const row =
    rowOf(db, name, id) ?? rows(db, name).find((each) => identifier !== undefined && each.identifier === identifier);
  return row ? { id: row.id, identifier: row.identifier, ...(name === 'companies' && { name: row.name }) } : value;
}

/** In this order, so that what a row points at is there before it. */
const PARTS = ['billingCycles', 'currencies', 'companies', 'catalog', 'agreements', 'additions'] as const;

export function createDatabase(world: World, now: Date): Database {
  const names = [...PARTS, 'types'] as const;
  const db: Database = { world, tables: new Map(names.map((name) => [name, new Map()])), nextId: FIRST_ID };
  const given: World = { billingCycles: CYCLES, currencies: CURRENCIES, ...structuredClone(world) };
  for (const name of PARTS) {
    for (const seed of given[name] ?? []) {
      const id = seed.id ?? db.nextId++;
      const { currencyCode, ...rest } = seed;
      const row = {
        ...USUAL[name]?.({ ...seed, id }, db),
        ...(name === 'currencies' ? seed : rest),
        id,
        _info: info(now, 'seed'),
      };
      if (currencyCode !== undefined && name !== 'currencies')
        Object.assign(row, { currency: currency(String(currencyCode)) });
      for (const [from, to] of [
        ['product', 'catalog'],
        ['company', 'companies'],
      ] as const) {
        if (from in row) Object.assign(row, { [from]: reference(db, to, (row as Row)[from]) });
      }
      put(db, name, row);
    }
  }
  put(db, 'types', { id: 1, name: 'Managed Services', inactiveFlag: false, _info: info(now, 'seed') });
  return db;
}
