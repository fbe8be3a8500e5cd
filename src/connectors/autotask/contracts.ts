import type { CurrencyCode, RemoteContract, SearchPage, SearchQuery } from '../contract.js';
import { companyOf } from './companies.js';
import { isId, numeric } from './ids.js';
import { namePrefix, need, pageOf, readItem, SEARCH_PAGES, type Tools } from './lookups.js';
import type { Picklists } from './picklists.js';
import type { Row } from './wire.js';

const PERMISSION = 'permission.contracts';

/**
 * Active recurring contracts of a company (R40). Dates are compared here as calendar dates (R39, R41), not in the
 * vendor's filter, which compares instants.
 */
export async function searchContracts(
  tools: Tools,
  query: Extract<SearchQuery, { kind: 'contract' }>,
  signal?: AbortSignal,
): Promise<SearchPage> {
  const lists = await tools.picklists();
  const period = query.billingFrequency && lists.periodValue('contract', query.billingFrequency);
  if (period === null || !isId(query.companyId)) return { records: [], more: false };
  const filter = [
    { op: 'eq', field: 'companyID', value: numeric(query.companyId) },
    { op: 'eq', field: 'contractType', value: numeric(lists.recurringService) },
    { op: 'eq', field: 'status', value: numeric(lists.activeContract) },
    ...(period === undefined ? [] : [{ op: 'eq', field: 'contractPeriodType', value: numeric(period) }]),
    ...namePrefix('contractName', query.prefix),
  ];
  const found = await tools.client.query('Contracts', filter, {
    pages: SEARCH_PAGES,
    permissionId: PERMISSION,
    signal,
  });
  const currency = found.rows.length === 0 ? null : await currencyOf(tools, query.companyId, signal);
  const records = found.rows
    .map((row) => contractOf(row, lists, currency))
    .filter((each) => each.companyId === query.companyId && each.recurring && each.active)
    .filter((each) => !query.billingFrequency || each.billingFrequency === query.billingFrequency)
    .filter((each) => !query.startsBefore || each.startDate < query.startsBefore)
    .filter((each) => !query.startsOnFirst || each.startDate.endsWith('-01'));
  return pageOf(records, query.prefix, query.first, found.more);
}

export async function getContract(tools: Tools, id: string, signal?: AbortSignal): Promise<RemoteContract | null> {
  const row = await readItem(tools.client, 'Contracts', id, PERMISSION, signal);
  if (!row) return null;
  const currency = await currencyOf(tools, row.id('companyID') ?? '', signal);
  return contractOf(row, await tools.picklists(), currency);
}

export function contractOf(row: Row, lists: Picklists, currency: CurrencyCode | null): RemoteContract {
  const period = lists.contractPeriod(row.text('contractPeriodType'));
  return {
    kind: 'contract',
    id: need(row.id('id'), 'an id'),
    name: row.text('contractName') ?? '',
    number: row.text('contractNumber') || null,
    companyId: need(row.id('companyID'), 'a company'),
    active: row.text('status') === lists.activeContract,
    recurring: row.text('contractType') === lists.recurringService,
    billingFrequency: period.frequency,
    frequencyLabel: period.label,
    startDate: need(row.date('startDate'), 'a start date'),
    endDate: row.date('endDate'),
    currency,
  };
}

/** Autotask: a contract has no currency of its own, it follows its company. */
async function currencyOf(tools: Tools, companyId: string, signal?: AbortSignal): Promise<CurrencyCode | null> {
  const currencies = await tools.currencies();
  const row = await readItem(tools.client, 'Companies', companyId, 'permission.companies', signal);
  return row && companyOf(row, await tools.picklists(), currencies).currency;
}
