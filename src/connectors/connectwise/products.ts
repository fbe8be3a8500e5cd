import type { RemoteService, SearchPage, SearchQuery } from '../contract.js';
import { readByIds } from './by-ids.js';
import { startsWith } from './conditions.js';
import type { Cycles } from './cycles.js';
import { need, pageOf, readRecord, SEARCH_PAGES, type Tools } from './lookups.js';
import { isId, type Row } from './wire.js';

export const PRODUCTS = 'procurement/catalog';
export const PRODUCT_FIELDS =
  'id,identifier,description,price,cost,productClass,inactiveFlag,recurringFlag,recurringBillCycle,taxableFlag';
const permissionId = 'permission.catalog';

/** Active recurring products (R26) of one billing cycle (R27); only the free ones for an Azure Plan (R33). */
export async function searchProducts(
  { client, cycles }: Tools,
  query: Extract<SearchQuery, { kind: 'service' }>,
  signal?: AbortSignal,
): Promise<SearchPage> {
  const found = await client.list(PRODUCTS, {
    conditions: [
      'inactiveFlag=False',
      'recurringFlag=True',
      'productClass!="Bundle"',
      ...(query.onlyFree ? ['price=0'] : []),
      ...startsWith('description', query.prefix),
    ],
    orderBy: 'description asc',
    fields: PRODUCT_FIELDS,
    pages: SEARCH_PAGES,
    permissionId,
    signal,
  });
  const records = found.rows
    .map((row) => productOf(row, cycles))
    .filter((each) => each.active && each.recurring)
    .filter((each) => !query.onlyFree || (each.unitPrice === '0' && each.unitCost === '0'))
    .filter((each) => !query.billingFrequency || each.billingFrequency === query.billingFrequency);
  return pageOf(records, query.prefix, query.first, found.more);
}

export async function getProduct(
  { client, cycles }: Tools,
  id: string,
  signal?: AbortSignal,
): Promise<RemoteService | null> {
  const row = await readRecord(client, PRODUCTS, id, { permissionId, signal });
  return row && productOf(row, cycles);
}

/** Those of the ids that exist and may be seen. */
export async function getProducts(
  tools: Tools,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<RemoteService[]> {
  const productHere = (row: Row) => productOf(row, tools.cycles);
  const found = await readByIds(tools, PRODUCTS, PRODUCT_FIELDS, ids.filter(isId), permissionId, productHere, signal);
  return [...found.values()];
}

/** ConnectWise: a product is recurring by its own flag, with a billing cycle; a bundle cannot be an addition. */
export function productOf(row: Row, cycles: Cycles): RemoteService {
  const label = row.row('recurringBillCycle')?.text('name') ?? null;
  const bundle = row.text('productClass') === 'Bundle';
  return {
    kind: 'service',
    id: need(row.id('id'), 'an id'),
    name: row.text('description') || row.text('identifier') || '',
    sku: row.text('identifier') || null,
    active: row.boolean('inactiveFlag') !== true,
    recurring: row.boolean('recurringFlag') === true && !bundle,
    billingFrequency: cycles(label),
    frequencyLabel: label ?? 'without a billing cycle',
    unitPrice: row.decimal('price') ?? '0',
    unitCost: row.decimal('cost'),
  };
}
