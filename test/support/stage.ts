import {
  act,
  connected,
  done,
  entries,
  mappingOf,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  unique,
  variantOf,
} from './acts.js';
import type { TestApp } from './app.js';
import type { Caller } from './caller.js';
import type { Entry, Mapping, Payload } from './documents.js';
import { monthlyContract, monthlyService, PSA } from './world.js';

/** A mapped cloud subscription. */
export interface Staged {
  readonly id: string;
  readonly externalId: string;
  readonly mappingId: string;
  readonly contractId: string;
  /** The entry of its mapping, settled. */
  readonly entry: Entry;
}

/** A connection with a customer and an offer mapped on it, so that subscriptions can be. */
export interface Stage {
  readonly caller: Caller;
  readonly connectionId: string;
  readonly customer: { readonly id: string; readonly externalId: string };
  readonly offer: { readonly id: string; readonly externalId: string };
  readonly serviceId: string;
  readonly mappings: { readonly customer: string; readonly offer: string };
  /** A contract of the mapped company that no other test has. */
  nextContract(): string;
  /** Maps without waiting for the first line. */
  map(subscription: { id: string }, contractId?: string): Promise<Payload & { contractId: string }>;
  /** A new subscription, mapped and SYNCED. */
  subscribe(more?: object): Promise<Staged>;
  mapping(staged: Staged): Promise<Mapping>;
  /** Records a change; the entries of its delivery, as they were just after. */
  change(staged: Staged, change: object): Promise<Entry[]>;
  /** The same, when they are settled. */
  changed(staged: Staged, change: object): Promise<Entry[]>;
  /** The adjustments the PSA received for the contract of a subscription, committed or not. */
  posts(staged: Pick<Staged, 'contractId'>): Posted[];
}

export interface Posted {
  readonly committed: boolean;
  readonly status: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

let contracts = 0;

export async function createStage(
  app: TestApp,
  caller: Caller = app.csp,
  options: { serviceId?: string; offer?: object; customer?: object } = {},
): Promise<Stage> {
  const { serviceId = monthlyService(0) } = options;
  const connection = await connected(caller);
  const customer = await pushCustomer(caller, options.customer);
  const offer = await pushOffer(caller, options.offer);
  const connectionId = connection.id;
  const offerVariantId = await variantOf(caller, offer.externalId);
  const customerMapping = await done(caller, 'createConnectionCustomerMapping', {
    connectionId,
    customerId: customer.id,
    companyId: PSA.company.contoso,
  });
  const offerMapping = await done(caller, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });

  const nextContract = () => monthlyContract(contracts++);

  async function map({ id }: { id: string }, contractId = nextContract()) {
    const input = { connectionId, cloudSubscriptionId: id, contractId };
    return { ...(await act(caller, 'createConnectionSubscriptionMapping', input)), contractId };
  }

  async function change(staged: Staged, input: object): Promise<Entry[]> {
    const correlationId = crypto.randomUUID();
    const { externalId } = staged;
    const event = { eventId: unique('event'), externalId, ...input };
    await done(caller, 'recordSubscriptionChange', event, { correlationId });
    return entries(caller, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
  }

  return {
    caller,
    connectionId,
    customer,
    offer,
    serviceId,
    mappings: { customer: customerMapping.mapping?.id ?? '', offer: offerMapping.mapping?.id ?? '' },
    nextContract,
    map,
    async subscribe(more) {
      const subscription = await pushSubscription(caller, customer.externalId, offer.externalId, more);
      const { mapping, contractId, auditLog, userErrors } = await map(subscription);
      if (!mapping) throw new Error(JSON.stringify(userErrors));
      return { ...subscription, mappingId: mapping.id, contractId, entry: await settled(caller, auditLog.id) };
    },
    mapping: ({ mappingId }) => mappingOf(caller, mappingId),
    change,
    async changed(staged, input) {
      return Promise.all((await change(staged, input)).map(({ id }) => settled(caller, id)));
    },
    posts: ({ contractId }) =>
      app.simulator.admin.journal
        .list({ writes: true })
        .filter(({ path }) => path.includes(`/Contracts/${contractId}/ServiceAdjustments`))
        .map(({ committed, status, body }) => ({ committed, status, body: body as Posted['body'] })),
  };
}

/** What stands on a contract on a day, as the PSA bills it: units and price of the one service. */
export function standing(app: TestApp, contractId: string, date: string): { units: unknown; price: unknown } | null {
  const rows = app.simulator.admin.units(Number(contractId));
  const row = rows.findLast(
    ({ startDate, endDate }) => String(startDate).slice(0, 10) <= date && String(endDate).slice(0, 10) >= date,
  );
  return row ? { units: row.units, price: row.price } : null;
}
