import type { ConnectorContext, RemoteRecord, SearchPage } from '../contract.js';
import { refuse } from '../errors.js';
import { type Client, createClient } from './client.js';
import { type CompanyCurrencies, createCompanyCurrencies } from './company-currencies.js';
import { type Currencies, readCurrencies } from './currencies.js';
import { isId } from './ids.js';
import { remembered } from './memory.js';
import { type Picklists, readPicklists } from './picklists.js';
import type { Settings } from './settings.js';
import type { Row } from './wire.js';

/** What every part of a session works with. Lists are read once and kept for hours. */
export interface Tools {
  readonly context: ConnectorContext;
  readonly client: Client;
  readonly picklists: () => Promise<Picklists>;
  readonly currencies: () => Promise<Currencies>;
  readonly companyCurrencies: CompanyCurrencies;
}

export function createTools(context: ConnectorContext, settings: Settings): Tools {
  const client = createClient(context, settings);
  const [hours, minutes] = [6 * 3_600_000, 10 * 60_000];
  const currencies = remembered(
    context.now,
    () => readCurrencies(client),
    (all) => (all.readable ? hours : minutes),
  );
  return {
    context,
    client,
    picklists: remembered(
      context.now,
      () => readPicklists(client),
      (lists) => (lists.unread.length === 0 ? hours : minutes),
    ),
    currencies,
    companyCurrencies: createCompanyCurrencies(context, client, currencies),
  };
}

/** Autotask orders by id only, so a search reads up to this many pages of 500, then sorts and cuts. */
export const SEARCH_PAGES = 2;

const byName = new Intl.Collator('en', { sensitivity: 'base' });

/** Only names that begin with the prefix, ascending by name (R21, R29); `more` also when the reading was cut. */
export function pageOf<T extends RemoteRecord>(
  records: readonly T[],
  prefix: string,
  first: number,
  cut: boolean,
): SearchPage {
  const wanted = prefix.toLowerCase();
  const matching = records
    .filter((record) => record.name.toLowerCase().startsWith(wanted))
    .sort((a, b) => byName.compare(a.name, b.name) || Number(a.id) - Number(b.id));
  const count = Math.max(0, first);
  return { records: matching.slice(0, count), more: cut || matching.length > count };
}

export function namePrefix(field: string, prefix: string): { op: string; field: string; value: string }[] {
  return prefix === '' ? [] : [{ op: 'beginsWith', field, value: prefix }];
}

/** One record. Autotask: a missing or invisible one is `200 {"item":null}`; ids that cannot exist are not asked. */
export async function readItem(
  client: Client,
  entity: string,
  id: string,
  permissionId: string,
  signal?: AbortSignal,
): Promise<Row | null> {
  if (!isId(id)) return null;
  const answer = await client.call({
    method: 'GET',
    path: `/${entity}/${id}`,
    buckets: [entity],
    permissionId,
    signal,
  });
  return answer.row('item');
}

/** A field the vendor always sends; without it the record cannot be used. */
export function need<T>(value: T | null, what: string): T {
  if (value === null) throw refuse('protocol', 'FIELD_MISSING', `Autotask answered a record without ${what}.`);
  return value;
}
