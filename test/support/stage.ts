import {
  act,
  connected,
  done,
  entries,
  GOOD,
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
import { API_USER, monthlyContract, monthlyService, PSA } from './world.js';

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
  /** The writes the PSA received for the contract of a subscription, committed or not. */
  posts(staged: Pick<Staged, 'contractId'>): Posted[];
  /** A person changes the units of its line in the PSA. */
  edit(staged: Pick<Staged, 'contractId'>, unitChange: number, effectiveDate: string): Promise<void>;
}

export interface Posted {
  readonly method: string;
  readonly committed: boolean;
  readonly status: number | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a stage needs to know of a PSA; how its lines are written is its own business. */
export interface StagePsa {
  /** The member of the `@oneOf` input. */
  readonly credentials: object;
  readonly companyId: string;
  readonly serviceId: string;
  nextContract(): string;
  /** The writes the PSA received for a contract, committed or not. */
  posts(contractId: string): Posted[];
  edit(contractId: string, serviceId: string, unitChange: number, effectiveDate: string): Promise<void>;
}

/** How many contracts of its world an app has given to its stages: files of a run share their modules. */
const given = new WeakMap<TestApp, number>();

export async function createStage(
  app: TestApp,
  caller: Caller = app.csp,
  options: { psa?: StagePsa; serviceId?: string; offer?: object; customer?: object } = {},
): Promise<Stage> {
  const { psa = ofTheApp(app) } = options;
  const { serviceId = psa.serviceId } = options;
  const connection = await connected(caller, { credentials: psa.credentials });
  const customer = await pushCustomer(caller, options.customer);
  const offer = await pushOffer(caller, options.offer);
  const connectionId = connection.id;
  const offerVariantId = await variantOf(caller, offer.externalId);
  const customerMapping = await done(caller, 'createConnectionCustomerMapping', {
    connectionId,
    customerId: customer.id,
    companyId: psa.companyId,
  });
  const offerMapping = await done(caller, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });

  const { nextContract } = psa;

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
    posts: ({ contractId }) => psa.posts(contractId),
    edit: ({ contractId }, unitChange, effectiveDate) => psa.edit(contractId, serviceId, unitChange, effectiveDate),
  };
}

/** The PSA of the test world, whose simulator every test app has. */
function ofTheApp(app: TestApp): StagePsa {
  return {
    credentials: { autotask: GOOD },
    companyId: PSA.company.contoso,
    serviceId: monthlyService(0),
    nextContract() {
      const at = given.get(app) ?? 0;
      given.set(app, at + 1);
      return monthlyContract(at);
    },
    posts: (contractId) =>
      app.simulator.admin.journal
        .list({ writes: true })
        .filter(({ path }) => path.includes(`/Contracts/${contractId}/ServiceAdjustments`))
        .map(({ method, committed, status, body }) => ({ method, committed, status, body: body as Posted['body'] })),
    async edit(contractId, serviceId, unitChange, effectiveDate) {
      const { username, secret, integrationCode } = API_USER;
      const response = await fetch(
        `${app.simulator.url}/ATServicesRest/V1.0/Contracts/${contractId}/ServiceAdjustments`,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            UserName: username,
            Secret: secret,
            ApiIntegrationCode: integrationCode,
          },
          body: JSON.stringify({
            contractID: Number(contractId),
            serviceID: Number(serviceId),
            unitChange,
            effectiveDate,
          }),
        },
      );
      if (response.status !== 200) throw new Error(`The PSA refused the edit: ${await response.text()}`);
    },
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
