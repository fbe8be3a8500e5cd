import type { AuditLogStatusChangedSubscription, RefusalFragment } from '../../client/generated/graphql.js';
import * as api from '../../client/index.js';
import type { Demo } from '../demo.js';
import { MISFITS } from '../world.js';
import type { Psa } from './psa.js';
import type { Screen } from './screen.js';

export interface Outcome {
  readonly customer: string;
  readonly subscription: string;
  readonly contract: string;
  readonly quantityInMarketplace: number;
  readonly unitsOnContract: number;
  readonly badge: string | null;
  readonly calls: { readonly all: number; readonly writes: number };
}

export interface JourneyParts {
  readonly call: api.Call;
  readonly live: api.LiveClient;
  readonly psa: Psa;
  readonly screen: Screen;
  /** Resolves when the live feed has shown the end of an entry, so that it stands under its own step. */
  readonly shown: (auditLogId: string) => Promise<void>;
  readonly credentials: Pick<Demo['simulator'], 'username' | 'password' | 'integrationCode'>;
}

type Entry = AuditLogStatusChangedSubscription['auditLogStatusChanged'];
type Details = { readonly [name: string]: { readonly [name: string]: unknown } | undefined };

const CUSTOMER = 'Contoso';
const MORE_SEATS = 5;

/** The main job of the gateway as a client does it, from the first look to a contract that was changed. */
export async function travel({ call, live, psa, screen, shown, credentials }: JourneyParts): Promise<Outcome> {
  screen.step('What has to be set up in the PSA');
  const { viewer, connectors } = await call(api.Setup);
  screen.line(`You: ${viewer.name}, ${viewer.role} of ${viewer.organization.name} (${viewer.organization.kind})`);
  for (const { title, setupSteps } of connectors) {
    screen.line(`${title}, ${setupSteps.length} steps; the check of a connection proves what an API can prove:`);
    for (const step of setupSteps) screen.line(`  ${step.title}`);
  }

  screen.step('Connect to Autotask; the connection doctor reports line by line');
  const input = { alias: 'Autotask USD', currency: 'USD', credentials: { autotask: credentials } };
  const { createConnectorConnection: connected } = await call(api.CreateConnectorConnection, { input });
  demand(connected.userErrors);
  const connectionId = connected.connection!.id;
  demandSucceeded(await untilEnded(connected.auditLog.id));

  screen.step(`Search companies that begin with "${CUSTOMER.slice(0, 4)}"`);
  const { remoteCompanies } = await call(api.RemoteCompanies, { connectionId, prefix: CUSTOMER.slice(0, 4) });
  for (const { name, number, type, currency } of remoteCompanies) {
    screen.line(`${(number ?? '').padEnd(8)} ${name.padEnd(26)} ${type}  ${currency ?? ''}`);
  }
  const company = remoteCompanies.find(({ name }) => name === CUSTOMER)!;

  screen.step('Try what the rules refuse: a company that is only a prospect');
  const customer = await customerNamed(CUSTOMER);
  const refused = await call(api.CreateConnectionCustomerMapping, {
    input: { connectionId, customerId: customer.id, companyId: String(MISFITS.prospectCompany) },
  });
  const [refusal] = refused.createConnectionCustomerMapping.userErrors;
  if (!refusal) throw new Error('A prospect was mapped.');
  await shown(refused.createConnectionCustomerMapping.auditLog.id);
  screen.line(`${refusal.__typename}  ${refusal.code}  at ${refusal.path?.join('.') ?? ''}`);
  screen.line(refusal.message);

  screen.step('Map the customer, then the offer, then the cloud subscription');
  const customerMapping = await call(api.CreateConnectionCustomerMapping, {
    input: { connectionId, customerId: customer.id, companyId: company.remoteId },
  });
  demand(customerMapping.createConnectionCustomerMapping.userErrors);
  await shown(customerMapping.createConnectionCustomerMapping.auditLog.id);
  screen.line(`customer      ${customer.companyName} -> ${company.name}`);

  const sale = await saleOf(customer.id);
  const { offerVariant: variant } = sale;
  if (!variant) throw new Error('The subscription has no offer variant.');
  const { remoteServices } = await call(api.RemoteServices, {
    connectionId,
    offerVariantId: variant.id,
    prefix: variant.offerName,
  });
  const service = remoteServices.find(({ name }) => name.includes(variant.term === 'ONE_YEAR' ? '1 year' : '1 month'))!;
  const offerMapping = await call(api.CreateConnectionOfferMapping, {
    input: { connectionId, offerVariantId: variant.id, serviceId: service.remoteId },
  });
  demand(offerMapping.createConnectionOfferMapping.userErrors);
  await shown(offerMapping.createConnectionOfferMapping.auditLog.id);
  screen.line(`offer         ${variant.offerName} -> ${service.name}`);

  const { remoteContracts } = await call(api.RemoteContracts, { connectionId, cloudSubscriptionId: sale.id });
  const contract = remoteContracts.find(({ name }) => name.startsWith('Cloud'))!;
  const subscriptionMapping = await call(api.CreateConnectionSubscriptionMapping, {
    input: { connectionId, cloudSubscriptionId: sale.id, contractId: contract.remoteId },
  });
  const { mapping, auditLog, userErrors } = subscriptionMapping.createConnectionSubscriptionMapping;
  demand(userErrors);
  screen.line(`subscription  ${sale.name}, ${sale.quantity} seats -> ${contract.name}`);
  const firstLine = demandSucceeded(await untilEnded(auditLog.id));
  showUnits(firstLine);
  screen.line(`badge         ${(await mappingNow(mapping!.id)).syncState}`);

  const quantity = sale.quantity + MORE_SEATS;
  const effectiveDate = dayOfChange(firstLine);
  screen.step(`The customer buys ${MORE_SEATS} seats more`);
  const { recordSubscriptionChange: recorded } = await call(api.RecordSubscriptionChange, {
    input: { subscriptionId: sale.id, kind: 'QUANTITY', quantity, effectiveDate, eventId: `tour-${sale.id}` },
  });
  demand(recorded.userErrors);
  const filter = { operations: ['UpdateSubscriptionOnConnection'], targetIds: [sale.id] };
  const { auditLogs } = await call(api.AuditLogs, { filter, first: 1 });
  showUnits(demandSucceeded(await untilEnded(auditLogs.nodes[0]!.id)));

  const now = await mappingNow(mapping!.id);
  return {
    customer: customer.companyName,
    subscription: sale.name,
    contract: contract.name,
    quantityInMarketplace: now.cloudSubscription?.quantity ?? Number.NaN,
    unitsOnContract: await psa.units(contract.remoteId, service.remoteId, effectiveDate),
    badge: now.syncState ?? null,
    calls: await psa.calls(),
  };

  async function customerNamed(name: string) {
    const { customers } = await call(api.Customers, { filter: { prefix: name } });
    return customers.nodes.find(({ companyName }) => companyName === name)!;
  }

  /** An active licence by the month, of a term that contracts of the demo fit. */
  async function saleOf(customerId: string) {
    const { cloudSubscriptions } = await call(api.CloudSubscriptions, { filter: { customerId }, first: 50 });
    return cloudSubscriptions.nodes.find(
      ({ status, offerVariant }) =>
        status === 'ACTIVE' && offerVariant?.offerType === 'LICENSE' && offerVariant.billingFrequency === 'MONTHLY',
    )!;
  }

  async function mappingNow(id: string) {
    const { mapping: found } = await call(api.SubscriptionMappingState, { id });
    if (found?.__typename !== 'SubscriptionMapping') throw new Error('The mapping is gone.');
    return found;
  }

  async function untilEnded(id: string): Promise<Entry> {
    let last: Entry | undefined;
    for await (const { auditLogStatusChanged } of live.follow(api.AuditLogStatusChanged, { id })) {
      last = auditLogStatusChanged;
    }
    if (!last) throw new Error('The entry was not found.');
    await shown(id);
    return last;
  }

  function showUnits({ details }: Entry): void {
    const { before, change, after } = details as Details;
    const by = Number(change?.units);
    screen.line(`before        ${before?.units} units`);
    screen.line(`change        ${by > 0 ? '+' : ''}${by} units from ${change?.effectiveDate}`);
    screen.line(`after         ${after?.units} units, read back`);
  }
}

/** Autotask takes one adjustment of a line on one date, so a change waits a day where the first line has its date. */
function dayOfChange(firstLine: Entry): string {
  const today = new Date();
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if ((firstLine.details as Details).change?.effectiveDate !== day(today)) return day(today);
  return day(new Date(today.getTime() + 86_400_000));
}

function demand(refusals: readonly RefusalFragment[]): void {
  if (refusals.length > 0) throw new Error(refusals.map(({ code, message }) => `${code}: ${message}`).join(' '));
}

function demandSucceeded(entry: Entry): Entry {
  if (entry.status === 'SUCCEEDED') return entry;
  throw new Error(`${entry.operationLabel}: ${entry.status}. ${entry.error?.message ?? ''} ${entry.error?.hint ?? ''}`);
}
