import { beforeAll, beforeEach } from 'vitest';
import { recordAzureUsage } from '../../src/operations/record-azure-usage.js';
import { runAzureBilling } from '../../src/operations/run-azure-billing.js';
import type { Services } from '../../src/operations/services.js';
import { newId } from '../../src/storage/ids.js';
import {
  customer,
  MONTHLY,
  offer,
  only,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from '../marketplace/support.js';
import { autotaskAt } from './app.js';
import { connectionRow, mappedRow } from './mapped.js';
import { createTestServices, perform } from './services.js';

export const PLAN = { offerExternalId: 'plan', segment: 'COMMERCIAL', term: 'NO_TERM', quantity: 1, endDate: null };
export const RESERVATION = { offerExternalId: 'reservation', quantity: 1 };
export const NOW = new Date('2026-12-14T09:00:00.000Z');

/** A market with Azure offers, and a connection of its own for each test whose PSA is never called: runs only fill lanes. */
export function useAzureMarket() {
  const market = useMarket();
  let made = 0;
  const azure = { market, services: undefined as never as Services, connectionId: '' };
  const connection = (more = {}) => connectionRow(market.db, market.cspA, { connectorId: 'autotask', ...more });
  const bill = (more: object = {}) =>
    perform(azure.services, runAzureBilling, market.cspA, {
      ...{ connectionId: azure.connectionId, month: '2026-11-01', ...more },
    });
  const operations = (laneId: string) =>
    market.db.client.laneOperation.findMany({ where: { laneId }, orderBy: { position: 'asc' } });

  beforeAll(async () => {
    const { db, cspA } = market;
    azure.services = await createTestServices(db, {
      now: () => NOW,
      connectors: [autotaskAt('http://127.0.0.1:9')],
    });
    const monthly = { segment: 'COMMERCIAL', term: 'NO_TERM', billingFrequency: 'MONTHLY' };
    await pushOffers(db, cspA, [
      offer('plan', { offerType: 'AZURE_PLAN', variants: [monthly, MONTHLY] }),
      offer('reservation', { offerType: 'AZURE_RESERVATION' }),
      offer('savings', { offerType: 'AZURE_SAVINGS_PLAN' }),
      offer('offer'),
    ]);
  });
  beforeEach(async () => {
    azure.connectionId = await connection();
  });

  return Object.assign(azure, {
    connection,
    bill,
    operations,
    /** A customer of the CSP, for one test. */
    async buyer(): Promise<string> {
      const externalId = `c${++made}`;
      await pushCustomers(market.db, market.cspA, [customer(externalId)]);
      return externalId;
    },
    async bought(customerExternalId: string, more: object): Promise<string> {
      const row = subscription(`s${++made}`, { customerExternalId, ...more });
      const { results } = await pushSubscriptions(market.db, market.cspA, [row]);
      const { id, errors } = only(results);
      if (id === null) throw new Error(JSON.stringify(errors));
      return id;
    },
    mapPlan: (cloudSubscriptionId: string, on = azure.connectionId) =>
      mappedRow(market.db, market.cspA, { connectionId: on, cloudSubscriptionId }),
    /** Maps the customer itself, as is done before any plan of it. */
    async mapCustomer(externalId: string): Promise<void> {
      const { client } = market.db;
      const { id: customerId } = await client.customer.findFirstOrThrow({ where: { externalId } });
      const row = { connectionId: azure.connectionId, customerId, remoteId: '9', remoteName: '9' };
      await client.mapping.create({ data: { ...market.cspA, id: newId(), ...row, kind: 'CUSTOMER' } });
    },
    /** The operation of a lane's first line, which began on a day. */
    async firstLine(laneId: string, day: string): Promise<void> {
      const { client } = market.db;
      const auditLogId = newId();
      const actor = { actorKind: 'SYSTEM', actorName: 'test' } as const;
      const entry = { id: auditLogId, operation: 'Test', correlationId: newId(), summary: 'A test.' };
      await client.auditLog.create({ data: { ...market.cspA, ...actor, ...entry } });
      await client.laneOperation.create({
        data: {
          ...{ ...market.cspA, id: newId(), laneId, auditLogId, kind: 'create', state: 'SUCCEEDED' },
          ...{ effectiveDate: new Date(`${day}T00:00:00Z`), target: { quantity: 1 } },
        },
      });
    },
    record: (cloudSubscriptionId: string, cost: string, more: object = {}) =>
      perform(azure.services, recordAzureUsage, market.cspA, {
        ...{ eventId: newId(), cloudSubscriptionId, month: '2026-11-01', cost, ...more },
      }),
    async outcomes(more: object = {}) {
      const { value } = await bill(more);
      return value!.bills.map(({ month, outcome, cost, price }) => [month, outcome, cost, price].join(' ').trim());
    },
    sent: async (laneId: string) =>
      (await operations(laneId)).map(({ effectiveDate, target }) => [effectiveDate.toISOString().slice(0, 10), target]),
    entry: (id: string) => market.db.client.auditLog.findFirstOrThrow({ where: { id } }),
  });
}
