import {
  connect,
  done,
  entries,
  entryOf,
  MONTHLY,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  unique,
  variantOf,
} from '../../support/acts.js';
import { type Caller, firstOf } from '../../support/caller.js';
import { nextMonth } from '../../support/dates.js';
import type { Entry, Status } from '../../support/documents.js';
import { monthlyContract, monthlyService, PSA } from '../../support/world.js';

/** A mapped cloud subscription and the line it has in the PSA. */
export interface Line {
  readonly id: string;
  readonly externalId: string;
  readonly mappingId: string;
  readonly contractId: string;
  readonly serviceId: string;
}

export interface Stage {
  readonly connectionId: string;
  /** A new subscription, mapped and SYNCED; by itself on the next contract, with the first service. */
  subscribe(more?: {
    readonly contract?: number;
    readonly service?: number;
    readonly quantity?: number;
  }): Promise<Line>;
}

/** A connection, one customer, and offers mapped to the first services: what subscriptions need before they are mapped. */
export async function createStage(
  caller: Caller,
  options: {
    readonly offers?: number;
    readonly credentials?: { readonly username: string; readonly password: string; readonly integrationCode: string };
    /** The number of the first contract. */
    readonly from?: number;
  } = {},
): Promise<Stage> {
  const { connection, auditLog } = await connect(caller, {
    ...(options.credentials && { credentials: { autotask: options.credentials } }),
  });
  const made = await settled(caller, auditLog.id);
  if (!connection || made.status !== 'SUCCEEDED') throw new Error(`Not connected: ${JSON.stringify(made.error)}`);
  const connectionId = connection.id;
  const customer = await pushCustomer(caller);
  const customerMapping = { connectionId, customerId: customer.id, companyId: PSA.company.contoso };
  await done(caller, 'createConnectionCustomerMapping', customerMapping);
  const offers: { readonly externalId: string; readonly serviceId: string }[] = [];
  for (let at = 0; at < (options.offers ?? 1); at += 1) {
    const { externalId } = await pushOffer(caller, { variants: [MONTHLY] });
    const offerVariantId = await variantOf(caller, externalId);
    const serviceId = monthlyService(at);
    await done(caller, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    offers.push({ externalId, serviceId });
  }
  let contracts = options.from ?? 0;

  return {
    connectionId,
    async subscribe({ contract = contracts++, service = 0, quantity = 5 } = {}) {
      const offer = offers[service];
      if (!offer) throw new Error(`There are only ${offers.length} offers.`);
      const subscription = await pushSubscription(caller, customer.externalId, offer.externalId, { quantity });
      const contractId = monthlyContract(contract);
      const input = { connectionId, cloudSubscriptionId: subscription.id, contractId };
      const { auditLog, mapping } = await done(caller, 'createConnectionSubscriptionMapping', input);
      const { status, error } = await settled(caller, auditLog.id);
      if (status !== 'SUCCEEDED') throw new Error(`The first line is ${status}: ${JSON.stringify(error)}`);
      return { ...subscription, mappingId: mapping?.id ?? '', contractId, serviceId: offer.serviceId };
    },
  };
}

/** A day of next month on which changes of a case count, unless it says otherwise. */
export const DAY = nextMonth(10);

export const toQuantity = (quantity: number, effectiveDate = DAY) => ({ kind: 'QUANTITY', quantity, effectiveDate });

/** Records a change; the id of the entry of its delivery. */
export async function record(caller: Caller, { externalId }: Line, change: object): Promise<string> {
  const correlationId = crypto.randomUUID();
  const event = { eventId: unique('event'), externalId, ...change };
  await done(caller, 'recordSubscriptionChange', event, { correlationId });
  const [entry] = await entries(caller, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
  if (!entry) throw new Error('The change made no entry.');
  return entry.id;
}

const ENDED: readonly Status[] = ['SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED'];
const FOLLOW = 'subscription ($id: ID!) { auditLogStatusChanged(id: $id) { status error { code message } } }';

/** The entry as soon as it has one of the statuses; without any named, as soon as nothing more happens by itself. */
export async function reached(caller: Caller, id: string, statuses = ENDED, withinMs = 60_000): Promise<Entry> {
  type Followed = { auditLogStatusChanged: { status: Status } };
  const source = caller.live<Followed>(FOLLOW, { id });
  const fits = ({ auditLogStatusChanged: { status } }: Followed) => statuses.includes(status);
  await firstOf(source, fits, `${statuses.join(' or ')} of ${id}`, withinMs);
  return entryOf(caller, id);
}

/** Looks again until it is so. For what has no event to wait for: another process's journal, a table. */
export async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean, withinMs = 30_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; ) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Not so within ${withinMs} ms; the last was ${JSON.stringify(seen)}`);
    await new Promise((turn) => setTimeout(turn, 20));
  }
}
