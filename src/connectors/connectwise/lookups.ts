import type { ConnectorContext, RemoteRecord, SearchPage } from '../contract.js';
import { isConnectorError, refuse } from '../errors.js';
import { type Ask, type Client, createClient } from './client.js';
import { type Cycles, createCycles } from './cycles.js';
import type { Settings } from './settings.js';
import { isId, type Row } from './wire.js';

/** What every part of a session works with. */
export interface Tools {
  readonly context: ConnectorContext;
  readonly client: Client;
  readonly cycles: Cycles;
}

export function createTools(context: ConnectorContext, settings: Settings): Tools {
  return { context, client: createClient(context, settings), cycles: createCycles(context) };
}

/** What a list cannot narrow is filtered here, so a search reads up to this many pages of 500. */
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

/** One record, or null when it does not exist or may not be seen; ids that cannot exist are not asked. */
export async function readRecord(client: Client, path: string, id: string, ask: Ask): Promise<Row | null> {
  if (!isId(id)) return null;
  try {
    return await client.get(`${path}/${id}`, ask);
  } catch (error) {
    if (isConnectorError(error) && error.kind === 'notFound') return null;
    throw error;
  }
}

/** A field the vendor always sends; without it the record cannot be used. */
export function need<T>(value: T | null, what: string): T {
  if (value === null) throw refuse('protocol', 'FIELD_MISSING', `ConnectWise answered a record without ${what}.`);
  return value;
}

export function currencyOf(row: Row): string | null {
  return row.row('currency')?.text('currencyCode')?.trim().toUpperCase() || null;
}
