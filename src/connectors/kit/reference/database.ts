import type { LineKey, Simulation } from '../subject.js';
import type { World } from '../world.js';

/** What the reference PSA holds, as it tells it: plain rows, amounts as text. */
export interface Database {
  readonly accounts: readonly Row[];
  readonly products: readonly Row[];
  readonly agreements: readonly Row[];
  readonly items: Item[];
}

export type Row = { readonly id: string; readonly name: string; readonly [field: string]: unknown };

export interface Entry {
  readonly from: string;
  readonly units: number;
  readonly price: string;
  readonly cost: string;
}

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly agreement: string;
  readonly product: string;
  revision: number;
  /** Ascending; each holds until the next one begins. */
  entries: readonly Entry[];
}

export type IdOf = Simulation['id'];

/** Ids in the order of the world: a1, a2, ... for accounts, p for products, g for agreements. */
export function idsOf(world: World): IdOf {
  const keys = {
    company: world.companies.map(({ key }) => key),
    service: world.services.map(({ key }) => key),
    contract: world.contracts.map(({ key }) => key),
  };
  const letters = { company: 'a', service: 'p', contract: 'g' };
  return (kind, key) => {
    const at = keys[kind].indexOf(key);
    if (at < 0) throw new Error(`no ${kind} ${key}`);
    return `${letters[kind]}${at + 1}`;
  };
}

export function databaseOf(world: World, id: IdOf): Database {
  const currencies = new Map(world.companies.map(({ key, currency }) => [key, currency]));
  const database: Database = {
    accounts: world.companies.map(({ key, name, active, isCustomer, currency }) => ({
      ...{ id: id('company', key), name, active, currency, customer: isCustomer, city: 'Springfield' },
    })),
    products: world.services.map(({ key, name, active, billingFrequency, unitPrice, unitCost }) => ({
      ...{ id: id('service', key), name, active, billing: billingFrequency, price: unitPrice, cost: unitCost },
    })),
    agreements: world.contracts.map(({ key, name, company, billingFrequency, startDate, endDate }) => ({
      ...{ id: id('contract', key), name, active: true, account: id('company', company), billing: billingFrequency },
      ...{ start: startDate, end: endDate, currency: currencies.get(company) },
    })),
    items: [],
  };
  for (const { contract, service, units } of world.lines) {
    const from = world.contracts.find(({ key }) => key === contract)?.startDate ?? '';
    put(database, itemKey(id, { contract, service }), { from, units });
  }
  return database;
}

export const itemKey = (id: IdOf, { contract, service }: LineKey) => ({
  agreement: id('contract', contract),
  product: id('service', service),
});

export function itemOf(database: Database, key: { agreement: string; product: string }): Item | undefined {
  return database.items.find(({ agreement, product }) => agreement === key.agreement && product === key.product);
}

/** Sets what is billed from a day on; what was set for later days is gone. Amounts that are left out stay as they are. */
export function put(
  database: Database,
  key: { agreement: string; product: string },
  wanted: { from: string; units: number; price?: string | null; cost?: string | null },
): Item {
  let item = itemOf(database, key);
  if (!item) {
    item = { id: `i${database.items.length + 1}`, name: '', ...key, revision: 0, entries: [] };
    database.items.push(item);
  }
  const product = database.products.find(({ id }) => id === key.product);
  const earlier = item.entries.filter(({ from }) => from < wanted.from);
  const before = item.entries.findLast(({ from }) => from <= wanted.from);
  const price = wanted.price ?? before?.price ?? String(product?.price);
  const cost = wanted.cost ?? before?.cost ?? String(product?.cost);
  item.entries = [...earlier, { from: wanted.from, units: wanted.units, price, cost }];
  item.revision += 1;
  return item;
}
