import type { RemoteContract, SearchPage, SearchQuery } from '../contract.js';
import { startsWith } from './conditions.js';
import type { Cycles } from './cycles.js';
import { currencyOf, need, pageOf, readRecord, SEARCH_PAGES, type Tools } from './lookups.js';
import { isId, type Row } from './wire.js';

export const AGREEMENTS = 'finance/agreements';
export const AGREEMENT_FIELDS =
  'id,name,company,startDate,endDate,noEndingDateFlag,cancelledFlag,agreementStatus,billingCycle,prorateFlag,currency';
const permissionId = 'permission.agreements';

/** Active agreements of a company (R40). Dates are compared here as calendar dates (R39, R41). */
export async function searchAgreements(
  { client, cycles }: Tools,
  query: Extract<SearchQuery, { kind: 'contract' }>,
  signal?: AbortSignal,
): Promise<SearchPage> {
  if (!isId(query.companyId)) return { records: [], more: false };
  const found = await client.list(AGREEMENTS, {
    conditions: [
      `company/id=${query.companyId}`,
      'cancelledFlag=False',
      'agreementStatus="Active"',
      ...startsWith('name', query.prefix),
    ],
    orderBy: 'name asc',
    fields: AGREEMENT_FIELDS,
    pages: SEARCH_PAGES,
    permissionId,
    signal,
  });
  const records = found.rows
    .map((row) => agreementOf(row, cycles))
    .filter((each) => each.companyId === query.companyId && each.active)
    .filter((each) => !query.billingFrequency || each.billingFrequency === query.billingFrequency)
    .filter((each) => !query.startsBefore || each.startDate < query.startsBefore)
    .filter((each) => !query.startsOnFirst || each.startDate.endsWith('-01'));
  return pageOf(records, query.prefix, query.first, found.more);
}

export async function getAgreement(tools: Tools, id: string, signal?: AbortSignal): Promise<RemoteContract | null> {
  const row = await agreementRow(tools, id, signal);
  return row && agreementOf(row, tools.cycles);
}

export function agreementRow({ client }: Tools, id: string, signal?: AbortSignal): Promise<Row | null> {
  return readRecord(client, AGREEMENTS, id, { permissionId, signal });
}

/** ConnectWise: an agreement bills its additions cycle by cycle, so every one with a cycle is recurring. */
export function agreementOf(row: Row, cycles: Cycles): RemoteContract {
  const label = row.row('billingCycle')?.text('name') ?? null;
  const open = row.boolean('noEndingDateFlag') === true;
  return {
    kind: 'contract',
    id: need(row.id('id'), 'an id'),
    name: row.text('name') ?? '',
    number: null,
    companyId: need(row.row('company')?.id('id') ?? null, 'a company'),
    active: row.boolean('cancelledFlag') !== true && row.text('agreementStatus') === 'Active',
    recurring: label !== null,
    billingFrequency: cycles(label),
    frequencyLabel: label ?? 'without a billing cycle',
    startDate: need(row.date('startDate'), 'a start date'),
    endDate: open ? null : row.date('endDate'),
    currency: currencyOf(row),
  };
}
