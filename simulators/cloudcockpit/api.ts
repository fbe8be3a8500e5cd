import type { IncomingHttpHeaders } from 'node:http';
import type { Reply } from '../common/ending.js';
import type { Core } from './core.js';
import { type ListRules, pageOf, readQuery, refuse } from './lists.js';
import { empty, failure, json, Refusal, tooMany } from './replies.js';
import type { Row } from './world.js';

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Entity = 'token' | 'customers' | 'offers' | 'subscriptions';

export interface Route {
  readonly entity: Entity;
  /** Of the customer whose subscriptions are asked for. */
  readonly id?: string;
}

const OFFER_TYPES =
  'License LicenseLegacy SoftwareSubscription PerpetualSoftware AzurePlan AzureReservation AzureLegacy AzureSavingsPlan';
const SEGMENTS = 'Commercial Education Government NonProfit';
const CUSTOMERS: ListRules = { sorts: ['Company.Name'], filters: ['resellerId'] };
const OFFERS: ListRules = {
  sorts: ['Name'],
  filters: ['OfferTypes', 'Segment', 'CustomerId', 'ResellerId'],
  required: ['OfferTypes', 'Segment'],
};
const SUBSCRIPTIONS: ListRules = {
  sorts: ['Offer.Name', 'Status', 'StartDate', 'EndDate'],
  filters: ['resellerId', 'offerId'],
};
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function routeOf(path: string): Route | undefined {
  if (/^\/[^/]+\/oauth2\/v2\.0\/token$/.test(path)) return { entity: 'token' };
  if (/^\/v1\/customers$/i.test(path)) return { entity: 'customers' };
  if (/^\/v1\/offers$/i.test(path)) return { entity: 'offers' };
  const [, id] = /^\/v1\/customers\/([^/]+)\/subscriptions$/i.exec(path) ?? [];
  return id === undefined ? undefined : { entity: 'subscriptions', id };
}

export function answer(core: Core, request: ApiRequest, route: Route | undefined): Reply {
  try {
    if (route?.entity === 'token') return token(core, request);
    return api(core, request, route);
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    throw error;
  }
}

function token({ tokens, world, clock, switches }: Core, { method, headers, body }: ApiRequest): Reply {
  if (method !== 'POST') return empty(405, { Allow: 'POST' });
  if (!/^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '')) return empty(415);
  return tokens.issue(new URLSearchParams(body), world, clock.now(), switches.tokenSeconds);
}

function api(core: Core, request: ApiRequest, route: Route | undefined): Reply {
  core.tokens.clientOf(request.headers.authorization, core.clock.now());
  if (!core.limit()) return tooMany(core.switches.retryAfter);
  const tenant = request.headers['x-tenant'];
  if (tenant === undefined) return failure(400, 'ValidationError', 'The X-Tenant header is required.', 'X-Tenant');
  const correlation = request.headers['x-correlation-id'];
  if (correlation !== undefined && !UUID.test(String(correlation))) refuse('X-Correlation-Id', 'Not a GUID.');
  // inferred: a domain of another portal.
  if (!core.world.domains.includes(String(tenant))) return empty(403);
  if (!route) return failure(404, 'NotFound', 'There is no such resource.');
  if (request.method !== 'GET') return empty(405, { Allow: 'GET' });
  return listed(core, LISTS[route.entity as Exclude<Entity, 'token'>](core, request, route.id ?? ''));
}

type List = (core: Core, request: ApiRequest, id: string) => readonly Row[];

const LISTS: Readonly<Record<Exclude<Entity, 'token'>, List>> = {
  customers({ world, switches }, { params }) {
    const query = readQuery(params, CUSTOMERS, switches.refuseUnknownParameters);
    const rows = pageOf(world.customers, query, ({ companyName }) => companyName);
    return switches.deletedMarked ? rows : rows.map(({ isDeleted: _isDeleted, ...row }) => row as Row);
  },
  offers({ world, switches }, { params }) {
    const query = readQuery(params, OFFERS, switches.refuseUnknownParameters);
    const types = (query.filter('OfferTypes') ?? '').split('|');
    const segment = query.filter('Segment') ?? '';
    if (types.some((type) => !OFFER_TYPES.split(' ').includes(type))) refuse('OfferTypes', 'Not an offer type.');
    if (!SEGMENTS.split(' ').includes(segment)) refuse('Segment', 'Not a segment.');
    const rows = world.offers.flatMap((row) => {
      const prices = Array.isArray(row.prices)
        ? row.prices.filter((price) => nameOf(price, 'segment') === segment)
        : [];
      return types.includes(nameOf(row, 'offerType') ?? '') && prices.length > 0 ? [{ ...row, prices }] : [];
    });
    return pageOf(rows, query, ({ name }) => name);
  },
  subscriptions({ world, switches }, { params }, id) {
    if (!UUID.test(id)) refuse('customerId', 'Not a GUID.');
    const customer = world.customers.find((row) => row.id === id);
    const gone = customer?.isDeleted === true && switches.deletedCustomer === 'notFound';
    if (!customer || gone) throw new Refusal(failure(404, 'NotFound', 'The customer was not found.'));
    const query = readQuery(params, SUBSCRIPTIONS, switches.refuseUnknownParameters);
    const rows = world.subscriptions
      .filter((row) => row.customerId === id)
      .filter((row) => switches.deletedSubscriptionsListed || nameOf(row, 'subscriptionStatus') !== 'Deleted');
    const keys = {
      'Offer.Name': 'offerName',
      Status: 'subscriptionStatus',
      StartDate: 'startDate',
      EndDate: 'endDate',
    };
    const key = keys[(query.sort ?? 'Offer.Name') as keyof typeof keys];
    return pageOf(rows, query, (row) => JSON.stringify(row[key])).map((row) => worded(row, switches));
  },
};

function listed({ switches }: Core, rows: readonly Row[]): Reply {
  const items = rows.length === 0 && switches.emptyItems === 'null' ? null : rows;
  return json(200, { items, ...(switches.nextLink !== null && { nextLink: switches.nextLink }) });
}

/** The row in the words, and with the prices, that the switches ask for. */
function worded(row: Row, { subscriptionWords, usagePrice }: Core['switches']): Row {
  const { subscriptionName, subscriptionStatus, ...rest } = row;
  const free = usagePrice === 'null' && nameOf(row, 'offerType') === 'AzurePlan';
  const prices = free ? { listPrice: null, revenuePrice: null, erpPrice: null } : {};
  if (subscriptionWords === 'subscriptionName') return { ...row, ...prices };
  return { ...rest, ...prices, name: subscriptionName, status: subscriptionStatus };
}

function nameOf(value: unknown, field: string): string | undefined {
  const found = (value as Record<string, { name?: unknown } | null | undefined> | null)?.[field]?.name;
  return typeof found === 'string' ? found : undefined;
}
