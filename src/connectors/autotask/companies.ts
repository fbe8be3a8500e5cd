import type { RemoteCompany, SearchPage, SearchQuery } from '../contract.js';
import type { Currencies } from './currencies.js';
import { isId, numeric } from './ids.js';
import { readByIds } from './in-batches.js';
import { namePrefix, need, pageOf, readItem, SEARCH_PAGES, type Tools } from './lookups.js';
import type { Picklists } from './picklists.js';
import type { Row } from './wire.js';

const PERMISSION = 'permission.companies';

/** Active companies; of type Customer only where the mapping asks for it (R17). Id 0 is the own company, never listed. */
export async function searchCompanies(
  tools: Tools,
  query: Extract<SearchQuery, { kind: 'company' }>,
  signal?: AbortSignal,
): Promise<SearchPage> {
  const lists = await tools.picklists();
  const currencies = await tools.currencies();
  const filter = [
    { op: 'gt', field: 'id', value: 0 },
    { op: 'eq', field: 'isActive', value: true },
    ...(query.onlyCustomers ? [{ op: 'eq', field: 'companyType', value: numeric(lists.customerType) }] : []),
    ...namePrefix('companyName', query.prefix),
  ];
  const found = await tools.client.query('Companies', filter, {
    pages: SEARCH_PAGES,
    permissionId: PERMISSION,
    signal,
  });
  const records = found.rows
    .map((row) => companyOf(row, lists, currencies))
    .filter((each) => each.id !== '0' && each.active && (each.isCustomer || !query.onlyCustomers));
  return pageOf(records, query.prefix, query.first, found.more);
}

export async function getCompany(tools: Tools, id: string, signal?: AbortSignal): Promise<RemoteCompany | null> {
  const row = await readItem(tools.client, 'Companies', id, PERMISSION, signal);
  return row && companyOf(row, await tools.picklists(), await tools.currencies());
}

/** Those of the ids that exist and may be seen, 500 in a call. */
export async function getCompanies(
  tools: Tools,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<RemoteCompany[]> {
  const query = { entity: 'Companies', permissionId: PERMISSION, signal };
  const rows = await readByIds(tools.client, ids.filter(isId), query);
  const [lists, currencies] = [await tools.picklists(), await tools.currencies()];
  return [...rows.values()].map((row) => companyOf(row, lists, currencies));
}

export function companyOf(row: Row, lists: Picklists, currencies: Currencies): RemoteCompany {
  const type = row.text('companyType');
  return {
    kind: 'company',
    id: need(row.id('id'), 'an id'),
    name: row.text('companyName') ?? '',
    number: row.text('companyNumber') || null,
    active: row.boolean('isActive') ?? false,
    isCustomer: type === lists.customerType,
    typeLabel: lists.companyTypeLabel(type),
    currency: currencies.of(row.id('currencyID')),
  };
}
