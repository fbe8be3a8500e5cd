import { type AskOptions, type Caller, firstOf } from './caller.js';
import { BOUGHT } from './dates.js';
import {
  CONNECTION,
  type Connection,
  DIAGNOSTIC,
  ENTRY,
  type Entry,
  MAPPING,
  type Mapping,
  mutation,
  type Payload,
  type Status,
} from './documents.js';
import { API_USER } from './world.js';

/** Calls a mutation: its object, its entry, its reasons. */
export async function act(caller: Caller, field: string, input: object, options?: AskOptions): Promise<Payload> {
  const { result } = await caller.query<{ result: Payload }>(mutation(field), { input }, options);
  return result;
}

/** The same; fails when it is refused. */
export async function done(caller: Caller, field: string, input: object, options?: AskOptions): Promise<Payload> {
  const payload = await act(caller, field, input, options);
  if (payload.userErrors.length > 0) throw new Error(`${field}: ${JSON.stringify(payload.userErrors)}`);
  return payload;
}

export async function entryOf(caller: Caller, id: string): Promise<Entry> {
  const document = `query ($id: ID!) { auditLog(id: $id) { ...AnEntry } } ${ENTRY}`;
  const { auditLog } = await caller.query<{ auditLog: Entry }>(document, { id });
  return auditLog;
}

const ENDED: readonly Status[] = ['SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED'];
const FOLLOW = 'subscription ($id: ID!) { auditLogStatusChanged(id: $id) { id status error { code message } } }';

type Followed = { auditLogStatusChanged: Pick<Entry, 'id' | 'status'> };

/** The entry as soon as it has one of the statuses, told by the live field. */
export async function reached(caller: Caller, id: string, ...statuses: readonly Status[]): Promise<Entry> {
  const source = caller.live<Followed>(FOLLOW, { id });
  await firstOf(
    source,
    ({ auditLogStatusChanged: { status } }) => statuses.includes(status),
    `${statuses.join(' or ')} of ${id}`,
  );
  return entryOf(caller, id);
}

/** The entry when nothing more happens to it by itself. */
export const settled = (caller: Caller, id: string): Promise<Entry> => reached(caller, id, ...ENDED);

const REPORTS = `subscription ($filter: AuditLogFilter) {
  auditLogEvents(after: "0", filter: $filter) { type data auditLog { id } }
}`;
type Reported = {
  auditLogEvents: { type: string; data: { details?: object } | null; auditLog: { id: string } | null };
};

/** The entry as soon as it has reported details of that name, told by the feed. */
export async function reported(caller: Caller, id: string, name: string): Promise<Entry> {
  const source = caller.live<Reported>(REPORTS, { filter: { operations: [(await entryOf(caller, id)).operation] } });
  const fits = ({ auditLogEvents: { type, data, auditLog } }: Reported) =>
    type === 'REPORT' && auditLog?.id === id && name in (data?.details ?? {});
  await firstOf(source, fits, `the report "${name}" of ${id}`);
  return entryOf(caller, id);
}

export interface EntryFilter {
  readonly operations?: readonly string[];
  readonly statuses?: readonly Status[];
  readonly correlationId?: string;
  readonly targetIds?: readonly string[];
  readonly connectionIds?: readonly string[];
}

/** Entries, oldest first. */
export async function entries(caller: Caller, filter: EntryFilter): Promise<Entry[]> {
  const document = `query ($filter: AuditLogFilter) { auditLogs(first: 100, filter: $filter) { nodes { ...AnEntry } } } ${ENTRY}`;
  const { auditLogs } = await caller.query<{ auditLogs: { nodes: Entry[] } }>(document, { filter });
  return auditLogs.nodes.reverse();
}

// --- Connections --------------------------------------------------------------------------------------------------------

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly integrationCode?: string;
}

export const GOOD: Credentials = {
  username: API_USER.username,
  password: API_USER.secret,
  integrationCode: API_USER.integrationCode,
};

let made = 0;
/** A name that no other test of the file uses. */
export const unique = (name: string): string => `${name} ${++made}`;

export function connect(
  caller: Caller,
  input: { alias?: string; currency?: string; credentials?: object } = {},
): Promise<Payload> {
  const { alias = unique('Connection'), currency = 'USD', credentials = { autotask: GOOD } } = input;
  return act(caller, 'createConnectorConnection', { alias, currency, credentials });
}

/** A connection that works. */
export async function connected(
  caller: Caller,
  input: { alias?: string; currency?: string; credentials?: object } = {},
): Promise<Connection> {
  const { connection, auditLog } = await connect(caller, input);
  if (!connection) throw new Error(JSON.stringify(auditLog));
  const { status, error } = await settled(caller, auditLog.id);
  if (status !== 'SUCCEEDED') throw new Error(`The connection is not ACTIVE: ${JSON.stringify(error)}`);
  return connectionOf(caller, connection.id);
}

export async function connectionOf(caller: Caller, id: string): Promise<Connection> {
  const { connection } = await caller.query<{ connection: Connection }>(
    `query ($id: ID!) { connection(id: $id) { ...AConnection } } ${CONNECTION} ${DIAGNOSTIC}`,
    { id },
  );
  return connection;
}

export async function mappingOf(caller: Caller, id: string): Promise<Mapping> {
  const { mapping } = await caller.query<{ mapping: Mapping }>(
    `query ($id: ID!) { mapping(id: $id) { ...AMapping } } ${MAPPING}`,
    { id },
  );
  return mapping;
}

// --- Marketplace --------------------------------------------------------------------------------------------------------

export const MONTHLY = { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' } as const;
export const ANNUAL = { ...MONTHLY, billingFrequency: 'ANNUAL' } as const;

async function push(caller: Caller, field: string, items: readonly object[]): Promise<string[]> {
  const { results } = await done(caller, field, { items });
  return (results ?? []).map(({ id, errors }) => {
    if (id === null) throw new Error(`${field}: ${JSON.stringify(errors)}`);
    return id;
  });
}

export async function pushCustomer(caller: Caller, more: object = {}): Promise<{ id: string; externalId: string }> {
  const row = { externalId: unique('customer'), companyName: unique('Customer'), ...more };
  const [id = ''] = await push(caller, 'upsertCustomers', [row]);
  return { id, externalId: row.externalId };
}

export async function pushOffer(caller: Caller, more: object = {}): Promise<{ id: string; externalId: string }> {
  const externalId = unique('offer');
  const row = { externalId, name: unique('Offer'), offerType: 'LICENSE', variants: [MONTHLY], ...more };
  const [id = ''] = await push(caller, 'upsertOffers', [row]);
  return { id, externalId: row.externalId };
}

export function subscriptionRow(customerExternalId: string, offerExternalId: string, more: object = {}) {
  const externalId = unique('subscription');
  return {
    externalId,
    customerExternalId,
    offerExternalId,
    ...MONTHLY,
    name: unique('Subscription'),
    status: 'ACTIVE',
    quantity: 5,
    startDate: BOUGHT,
    currency: 'USD',
    unitCost: '8.00',
    unitPrice: '10.00',
    ...more,
  };
}

export async function pushSubscription(
  caller: Caller,
  customerExternalId: string,
  offerExternalId: string,
  more: object = {},
): Promise<{ id: string; externalId: string }> {
  const row = subscriptionRow(customerExternalId, offerExternalId, more);
  const [id = ''] = await push(caller, 'upsertCloudSubscriptions', [row]);
  return { id, externalId: row.externalId };
}

/** The id of the variant of an offer with this billing frequency. */
export async function variantOf(caller: Caller, offerExternalId: string, frequency = 'MONTHLY'): Promise<string> {
  const { offerVariants } = await caller.query<{
    offerVariants: { nodes: { id: string; offerExternalId: string; billingFrequency: string }[] };
  }>('{ offerVariants(first: 100, filter: { onlyBought: false }) { nodes { id offerExternalId billingFrequency } } }');
  const found = offerVariants.nodes.find(
    (variant) => variant.offerExternalId === offerExternalId && variant.billingFrequency === frequency,
  );
  if (!found) throw new Error(`No ${frequency} variant of ${offerExternalId}.`);
  return found.id;
}
