import type {
  BillingFrequency,
  LookupKind,
  RemoteRecord,
  RemoteRecords,
  SearchPage,
  SearchQuery,
} from '../../contract.js';
import type { Client, Row } from './client.js';

const PATHS = { company: '/accounts', service: '/products', contract: '/agreements' } as const;
/** An id comes from outside: nothing else may become part of a path. */
const ID = /^[a-z]\d{1,9}$/;

export const isId = (id: string): boolean => ID.test(id);

/** The reference PSA finds by prefix, in either case, and lists by name; all filters are its own. */
export async function search(client: Client, query: SearchQuery, signal?: AbortSignal): Promise<SearchPage> {
  const asked = new URLSearchParams({ prefix: query.prefix, active: 'true' });
  if (query.kind === 'company' && query.onlyCustomers) asked.set('customer', 'true');
  if (query.kind === 'contract') asked.set('account', query.companyId);
  if (query.kind !== 'company' && query.billingFrequency) asked.set('billing', query.billingFrequency);
  if (query.kind === 'contract' && query.startsBefore) asked.set('before', query.startsBefore);
  const [first, filtersHere] = [query.first, narrows(query)];
  const rows = await client.list(
    `${PATHS[query.kind]}?${asked}`,
    filtersHere ? Number.POSITIVE_INFINITY : first + 1,
    signal,
  );
  const records = rows.map((row) => recordOf[query.kind](row)).filter((record) => fits(record, query));
  return { records: records.slice(0, first), more: records.length > first };
}

/** What the reference PSA cannot filter by. */
const narrows = (query: SearchQuery): boolean =>
  (query.kind === 'service' && query.onlyFree === true) || (query.kind === 'contract' && query.startsOnFirst === true);

function fits(record: RemoteRecord, query: SearchQuery): boolean {
  if (record.kind === 'service' && query.kind === 'service' && query.onlyFree) {
    return Number(record.unitPrice) === 0 && Number(record.unitCost) === 0;
  }
  if (record.kind === 'contract' && query.kind === 'contract' && query.startsOnFirst)
    return record.startDate.endsWith('-01');
  return true;
}

export async function get<K extends LookupKind>(
  client: Client,
  kind: K,
  id: string,
  signal?: AbortSignal,
): Promise<RemoteRecords[K] | null> {
  const row = isId(id) ? await client.call('GET', `${PATHS[kind]}/${id}`, { signal }) : null;
  return row && (recordOf[kind](row) as RemoteRecords[K]);
}

export async function getMany<K extends LookupKind>(
  client: Client,
  kind: K,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<readonly RemoteRecords[K][]> {
  const possible = [...new Set(ids.filter(isId))];
  if (possible.length === 0) return [];
  const rows = await client.list(`${PATHS[kind]}?ids=${possible.join(',')}`, Number.POSITIVE_INFINITY, signal);
  return rows.map((row) => recordOf[kind](row) as RemoteRecords[K]);
}

const recordOf = {
  company: (row: Row): RemoteRecord => ({
    ...{ kind: 'company', id: text(row.id), name: text(row.name), active: row.active === true, number: null },
    ...{ isCustomer: row.customer === true, typeLabel: row.customer === true ? 'Customer' : 'Prospect' },
    currency: text(row.currency),
    columns: { city: typeof row.city === 'string' ? row.city : null },
  }),
  service: (row: Row): RemoteRecord => ({
    ...{
      kind: 'service',
      id: text(row.id),
      name: text(row.name),
      active: row.active === true,
      sku: null,
      recurring: true,
    },
    ...{ billingFrequency: text(row.billing) as BillingFrequency, frequencyLabel: text(row.billing) },
    ...{ unitPrice: text(row.price), unitCost: text(row.cost) },
  }),
  contract: (row: Row): RemoteRecord => ({
    ...{ kind: 'contract', id: text(row.id), name: text(row.name), active: true, number: null, recurring: true },
    ...{ companyId: text(row.account), currency: text(row.currency) },
    ...{ billingFrequency: text(row.billing) as BillingFrequency, frequencyLabel: text(row.billing) },
    ...{ startDate: text(row.start), endDate: text(row.end) },
  }),
};

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
