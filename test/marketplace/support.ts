import { afterAll, beforeAll } from 'vitest';
import type { IngestContext, RowResult } from '../../src/marketplace/batch.js';
import { ingestCloudSubscriptions } from '../../src/marketplace/cloud-subscriptions.js';
import { ingestCustomers } from '../../src/marketplace/customers.js';
import { ingestOffers } from '../../src/marketplace/offers.js';
import type { Scope } from '../../src/marketplace/visibility.js';
import { createDatabase, type Database, type Queries } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

export const NOW = new Date('2026-03-10T12:00:00.000Z');

/** Two CSPs; the first has two Resellers. */
export interface Market {
  readonly db: Database;
  readonly test: TestDatabase;
  readonly cspA: Scope;
  readonly cspB: Scope;
  readonly reseller1: Scope;
  readonly reseller2: Scope;
}

/** One database for a test file; tests keep apart by the external ids they use. */
export function useMarket(): Market {
  const market = {} as { -readonly [K in keyof Market]: Market[K] };
  beforeAll(async () => {
    market.test = await createTestDatabase();
    market.db = createDatabase(market.test.url);
    market.cspA = await organization(market.db, 'CSP A', null, null);
    market.cspB = await organization(market.db, 'CSP B', null, null);
    market.reseller1 = await organization(market.db, 'Reseller 1', market.cspA.tenantId, 'r1');
    market.reseller2 = await organization(market.db, 'Reseller 2', market.cspA.tenantId, 'r2');
  });
  afterAll(async () => {
    await market.db.close();
    await market.test.drop();
  });
  return market;
}

async function organization(db: Database, name: string, csp: string | null, externalId: string | null): Promise<Scope> {
  const id = newId();
  const tenantId = csp ?? id;
  await db.client.organization.create({
    data: { id, tenantId, kind: csp ? 'RESELLER' : 'CSP', name, externalId },
  });
  return { tenantId, organizationId: id };
}

export const context = (scope: Scope, now = NOW): IngestContext => ({ scope, now, newId });

export const pushCustomers = (db: Database, scope: Scope, rows: readonly unknown[], now = NOW) =>
  db.transaction((tx) => ingestCustomers(tx, context(scope, now), rows));
export const pushOffers = (db: Database, scope: Scope, rows: readonly unknown[], now = NOW) =>
  db.transaction((tx) => ingestOffers(tx, context(scope, now), rows));
export const pushSubscriptions = (db: Database, scope: Scope, rows: readonly unknown[], now = NOW) =>
  db.transaction((tx) => ingestCloudSubscriptions(tx, context(scope, now), rows));

export const MONTHLY = { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' };
export const ANNUAL = { ...MONTHLY, billingFrequency: 'ANNUAL' };

export const customer = (externalId: string, more: object = {}) => ({ externalId, companyName: externalId, ...more });
export const offer = (externalId: string, more: object = {}) => ({
  externalId,
  name: externalId,
  offerType: 'LICENSE',
  variants: [MONTHLY],
  ...more,
});
export const subscription = (externalId: string, more: object = {}) => ({
  externalId,
  customerExternalId: 'customer',
  offerExternalId: 'offer',
  ...MONTHLY,
  name: externalId,
  status: 'ACTIVE',
  quantity: 5,
  startDate: '2026-01-15',
  endDate: '2027-01-14',
  currency: 'EUR',
  unitCost: '8.43',
  unitPrice: '10.5375',
  ...more,
});

/** `CREATED`, or for a rejected or stale row its codes. */
export const fates = (results: readonly RowResult[]) =>
  results.map(({ outcome, errors }) => [outcome, ...errors.map(({ code }) => code)].join(' '));

export function only<T>(rows: readonly T[]): T {
  if (rows.length !== 1) throw new Error(`Expected one row, got ${rows.length}.`);
  return rows[0] as T;
}

/** Counts the statements that go through a transaction. */
export function counted(tx: Queries): { tx: Queries; statements: () => number } {
  let statements = 0;
  const proxy = new Proxy(tx, {
    get(target, name, receiver) {
      if (name !== '$queryRaw' && name !== '$executeRaw') return Reflect.get(target, name, receiver);
      statements += 1;
      return (Reflect.get(target, name, receiver) as (...args: unknown[]) => unknown).bind(target);
    },
  });
  return { tx: proxy, statements: () => statements };
}
