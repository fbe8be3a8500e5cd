import type { RemoteCompany, SearchPage, SearchQuery } from '../contract.js';
import { readByIds } from './by-ids.js';
import { startsWith } from './conditions.js';
import { currencyOf, need, pageOf, readRecord, SEARCH_PAGES, type Tools } from './lookups.js';
import { isId, type Row } from './wire.js';

const PATH = 'company/companies';
const FIELDS = 'id,identifier,name,status,types,currency,deletedFlag';
const permissionId = 'permission.companies';

/** Companies that are not deleted; of a customer's type only where the mapping asks for it (R17). */
export async function searchCompanies(
  { client }: Tools,
  query: Extract<SearchQuery, { kind: 'company' }>,
  signal?: AbortSignal,
): Promise<SearchPage> {
  const found = await client.list(PATH, {
    conditions: ['deletedFlag=False', ...startsWith('name', query.prefix)],
    orderBy: 'name asc',
    fields: FIELDS,
    pages: SEARCH_PAGES,
    permissionId,
    signal,
  });
  const records = found.rows.map(companyOf).filter((each) => each.active && (each.isCustomer || !query.onlyCustomers));
  return pageOf(records, query.prefix, query.first, found.more);
}

export async function getCompany({ client }: Tools, id: string, signal?: AbortSignal): Promise<RemoteCompany | null> {
  const row = await readRecord(client, PATH, id, { permissionId, signal });
  return row && companyOf(row);
}

/** Those of the ids that exist and may be seen. */
export async function getCompanies(
  tools: Tools,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<RemoteCompany[]> {
  return [...(await readByIds(tools, PATH, FIELDS, ids.filter(isId), permissionId, companyOf, signal)).values()];
}

/**
 * ConnectWise: a company has types of the tenant's own making; `Client` and `Customer` mean a customer. inferred: they are
 * part of the record; where they are not shown the company passes.
 */
export function companyOf(row: Row): RemoteCompany {
  const types = row.rows('types')?.map((type) => type.text('name') ?? '');
  const status = row.row('status')?.text('name') ?? '';
  return {
    kind: 'company',
    id: need(row.id('id'), 'an id'),
    name: row.text('name') ?? '',
    number: row.text('identifier') || null,
    active: row.boolean('deletedFlag') !== true && !/^(?:inactive|not[- ]approved)\b/i.test(status),
    isCustomer: types === undefined || types.some((name) => /^(?:client|customer)\b/i.test(name)),
    typeLabel: types === undefined ? 'not shown' : types.join(', ') || 'without a type',
    currency: currencyOf(row),
  };
}
