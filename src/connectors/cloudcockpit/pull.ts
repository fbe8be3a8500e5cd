import { isConnectorError } from '../errors.js';
import { MAX_PAGE_ROWS, type SourcePage } from '../source.js';
import type { Client, Page } from './client.js';
import { type Place, placeOf, START } from './cursor.js';
import { isRow } from './json.js';
import { type Batch, readCustomer, readInto, readOffer, readSubscription } from './rows.js';
import { OFFER_TYPES, SEGMENTS } from './words.js';

/** Offers are large: each has a price for every market. */
const OFFERS_AT_ONCE = 100;
/** So many customers' subscriptions at most make one page: each costs a call. */
const CUSTOMERS_AT_ONCE = 50;
const SUBSCRIPTIONS_AT_ONCE = 100;

/** Customers, offers of each segment, then the subscriptions of each customer; behind the last page it begins anew. */
export function pullPage(client: Client, cursor: string | null, signal?: AbortSignal): Promise<SourcePage> {
  const place = placeOf(cursor);
  if (place.list === 'customers') return customers(client, place, signal);
  if (place.list === 'offers') return offers(client, place, signal);
  return subscriptions(client, place, signal);
}

async function customers(client: Client, place: Place, signal?: AbortSignal): Promise<SourcePage> {
  const { items, full } = await listCustomers(client, place.page, MAX_PAGE_ROWS, signal);
  const batch: Batch = { rows: [], refused: [] };
  readInto(batch, 'customers', items, readCustomer);
  return page('customers', batch, full ? { ...START, page: place.page + 1 } : { ...START, list: 'offers' });
}

async function offers(client: Client, place: Place, signal?: AbortSignal): Promise<SourcePage> {
  const segments = Object.keys(SEGMENTS);
  const parameters = {
    OfferTypes: Object.keys(OFFER_TYPES).join('|'),
    Segment: segments[place.segment] ?? '',
    sortPropertyName: 'Name',
  };
  const query = { path: 'Offers', page: place.page, size: OFFERS_AT_ONCE, parameters };
  const { items, full } = await client.list(query, signal);
  const batch: Batch = { rows: [], refused: [] };
  readInto(batch, 'offers', items, readOffer);
  if (full) return page('offers', batch, { ...place, page: place.page + 1 });
  const segment = place.segment + 1;
  return page(
    'offers',
    batch,
    segment < segments.length ? { ...place, segment, page: 1 } : { ...START, list: 'subscriptions' },
  );
}

async function subscriptions(client: Client, place: Place, signal?: AbortSignal): Promise<SourcePage> {
  const { items, full } = await listCustomers(client, place.page, CUSTOMERS_AT_ONCE, signal);
  const batch: Batch = { rows: [], refused: [] };
  let { at, from } = place;
  while (at < items.length && batch.rows.length + batch.refused.length + SUBSCRIPTIONS_AT_ONCE <= MAX_PAGE_ROWS) {
    const found = await ofCustomer(client, items[at], from, batch, signal).catch((error: unknown) => {
      const begun = at > place.at || from > place.from;
      // What was read already is not read again: the next page begins with what failed.
      if (begun && isConnectorError(error) && error.retryable) return null;
      throw error;
    });
    if (found === null) break;
    [at, from] = found.full ? [at, from + 1] : [at + 1, 1];
  }
  if (at < items.length) return page('cloudSubscriptions', batch, { ...place, at, from });
  return page('cloudSubscriptions', batch, full ? { ...place, page: place.page + 1, at: 0, from: 1 } : START);
}

/** Adds one page of a customer's subscriptions to the batch. A customer that may not be read costs no other. */
async function ofCustomer(client: Client, customer: unknown, from: number, batch: Batch, signal?: AbortSignal) {
  const id = isRow(customer) ? customer.id : null;
  // It becomes part of the address. The list of customers has told that there is one without an id.
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) return NOTHING;
  const path = `customers/${id}/subscriptions`;
  const query = { path, page: from, size: SUBSCRIPTIONS_AT_ONCE, parameters: { sortPropertyName: 'StartDate' } };
  try {
    const found = await client.list(query, signal);
    readInto(batch, 'subscriptions', found.items, readSubscription);
    return found;
  } catch (error) {
    // A customer that is gone has no subscriptions.
    if (isConnectorError(error) && error.kind === 'notFound') return NOTHING;
    if (!isConnectorError(error) || error.kind !== 'permissionMissing') throw error;
    batch.refused.push({ where: path, reason: 'The API access may not read the subscriptions of this customer.' });
    return NOTHING;
  }
}

const NOTHING: Page = { items: [], full: false };

function listCustomers(client: Client, page: number, size: number, signal?: AbortSignal): Promise<Page> {
  return client.list({ path: 'Customers', page, size, parameters: { sortPropertyName: 'Company.Name' } }, signal);
}

/** Behind the last page stands the first place of the next pull. */
function page(kind: SourcePage['kind'], { rows, refused }: Batch, next: Place): SourcePage {
  return { kind, rows, refused, cursor: JSON.stringify(next), more: next !== START };
}
