import type { RemoteService, SearchPage, SearchQuery } from '../contract.js';
import { isId, numeric } from './ids.js';
import { readByIds } from './in-batches.js';
import { namePrefix, need, pageOf, readItem, SEARCH_PAGES, type Tools } from './lookups.js';
import type { Picklists } from './picklists.js';
import type { Row } from './wire.js';

const PERMISSION = 'permission.services';

/** Active recurring services (R26) of one billing frequency (R27); only the free ones for an Azure Plan (R33). */
export async function searchServices(
  tools: Tools,
  query: Extract<SearchQuery, { kind: 'service' }>,
  signal?: AbortSignal,
): Promise<SearchPage> {
  const lists = await tools.picklists();
  const period = query.billingFrequency && lists.periodValue('service', query.billingFrequency);
  if (period === null) return { records: [], more: false };
  const filter = [
    { op: 'gt', field: 'id', value: 0 },
    { op: 'eq', field: 'isActive', value: true },
    ...(period === undefined ? [] : [{ op: 'eq', field: 'periodType', value: numeric(period) }]),
    ...(query.onlyFree ? [{ op: 'eq', field: 'unitPrice', value: 0 }] : []),
    ...namePrefix('name', query.prefix),
  ];
  const found = await tools.client.query('Services', filter, { pages: SEARCH_PAGES, permissionId: PERMISSION, signal });
  const records = found.rows
    .map((row) => serviceOf(row, lists))
    .filter((each) => each.active && (!query.onlyFree || (each.unitPrice === '0' && each.unitCost === '0')))
    .filter((each) => !query.billingFrequency || each.billingFrequency === query.billingFrequency);
  return pageOf(records, query.prefix, query.first, found.more);
}

export async function getService(tools: Tools, id: string, signal?: AbortSignal): Promise<RemoteService | null> {
  const row = await readItem(tools.client, 'Services', id, PERMISSION, signal);
  return row && serviceOf(row, await tools.picklists());
}

/** Those of the ids that exist and may be seen, 500 in a call. */
export async function getServices(
  tools: Tools,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<RemoteService[]> {
  const query = { entity: 'Services', permissionId: PERMISSION, signal };
  const rows = await readByIds(tools.client, ids.filter(isId), query);
  const lists = await tools.picklists();
  return [...rows.values()].map((row) => serviceOf(row, lists));
}

/** Autotask: everything in Services is a recurring service. A cost the level hides comes as nothing or as 0. */
export function serviceOf(row: Row, lists: Picklists): RemoteService {
  const period = lists.servicePeriod(row.text('periodType'));
  return {
    kind: 'service',
    id: need(row.id('id'), 'an id'),
    name: row.text('name') ?? '',
    sku: row.text('sku') || null,
    active: row.boolean('isActive') ?? false,
    recurring: period.months !== null,
    billingFrequency: period.frequency,
    frequencyLabel: period.label,
    unitPrice: row.decimal('unitPrice') ?? '0',
    unitCost: row.decimal('unitCost'),
  };
}
