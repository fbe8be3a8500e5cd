import { beforeAll, expect, test } from 'vitest';
import type { Scope } from '../../src/marketplace/visibility.js';
import { recordSubscriptionChange } from '../../src/operations/record-subscription-change.js';
import { AccessError, type Verb } from '../../src/operations/run.js';
import type { Services } from '../../src/operations/services.js';
import { upsertCloudSubscriptions } from '../../src/operations/upsert-cloud-subscriptions.js';
import { upsertCustomers } from '../../src/operations/upsert-customers.js';
import { upsertOffers } from '../../src/operations/upsert-offers.js';
import { newId } from '../../src/storage/ids.js';
import { createTestServices, perform } from '../support/services.js';
import { customer, fates, NOW, offer, only, subscription, useMarket } from './support.js';

const market = useMarket();
let services: Services;

beforeAll(async () => {
  services = await createTestServices(market.db, { now: () => NOW });
  await call(upsertCustomers, market.cspA, { rows: [customer('customer')] });
  await call(upsertOffers, market.cspA, { rows: [offer('offer')] });
});

function call<Input, Value>(verb: Verb<Input, Value>, scope: Scope, input: unknown, role?: 'VIEWER') {
  return perform(services, verb, scope, input, role);
}

const entry = (id: string) => market.db.client.auditLog.findFirstOrThrow({ where: { id } });
const stored = (externalId: string) => market.db.client.cloudSubscription.findFirstOrThrow({ where: { externalId } });

test('a push is one entry that tells the counts and the rejected rows', async () => {
  const { cspA, db } = market;
  const rows = [subscription('a'), subscription('a-bad', { customerExternalId: 'nobody' })];
  const result = await call(upsertCloudSubscriptions, cspA, { rows });
  expect(fates(result.value!.results)).toEqual(['CREATED', 'REJECTED UNKNOWN_CUSTOMER']);
  const kept = await entry(result.auditLogId);
  expect(kept).toMatchObject({
    operation: 'UpsertCloudSubscriptions',
    status: 'SUCCEEDED',
    summary: 'Record 2 cloud subscriptions',
  });
  const events = await db.client.auditLogEvent.findMany({ where: { auditLogId: kept.id }, orderBy: { seq: 'asc' } });
  expect(events.map(({ message }) => message)).toContain('1 created, 0 updated, 0 unchanged, 1 rejected.');
  const report = events.find(({ type }) => type === 'REPORT');
  expect(report!.data).toMatchObject({
    rejected: 1,
    reasons: [{ index: 1, externalId: 'a-bad', codes: ['UNKNOWN_CUSTOMER'] }],
  });
});

test('REJECT_EVERYTHING writes nothing when one row is bad', async () => {
  const { cspA, db } = market;
  const policy = { errorPolicy: 'REJECT_EVERYTHING' };
  const bad = { rows: [subscription('b'), subscription('b-bad', { quantity: -1 })], ...policy };
  const result = await call(upsertCloudSubscriptions, cspA, bad);
  expect(result.value).toBeNull();
  expect(result.userErrors).toMatchObject([
    { type: 'InvalidInput', code: 'INVALID_VALUE', path: ['input', 'rows', '1', 'quantity'] },
  ]);
  expect((await entry(result.auditLogId)).status).toBe('FAILED');
  expect(await db.client.cloudSubscription.count({ where: { externalId: 'b' } })).toBe(0);
  const good = await call(upsertCloudSubscriptions, cspA, { rows: [subscription('b')], ...policy });
  expect(fates(good.value!.results)).toEqual(['CREATED']);
});

test('no row, 501 rows, an unknown member and a Viewer are refused', async () => {
  const { cspA, db } = market;
  const many = Array.from({ length: 501 }, (_, at) => customer(`c-${at}`));
  for (const verb of [upsertCustomers, upsertOffers, upsertCloudSubscriptions]) {
    for (const input of [{ rows: [] }, { rows: many }, { rows: [customer('c')], errorPolicies: 'x' }, {}, null]) {
      const { value, userErrors } = await call(verb, cspA, input);
      expect([value, userErrors[0]?.type]).toEqual([null, 'InvalidInput']);
    }
  }
  await expect(call(upsertCustomers, cspA, { rows: [customer('c')] }, 'VIEWER')).rejects.toThrow(AccessError);
  expect(await db.client.customer.count({ where: { externalId: { startsWith: 'c-' } } })).toBe(0);
});

test('a change of a mapped cloud subscription reaches its lane; an unsupported one is a FAILED entry', async () => {
  const { cspA, db } = market;
  await call(upsertCloudSubscriptions, cspA, { rows: [subscription('d')] });
  const mappingId = await map(cspA, (await stored('d')).id);
  const pushed = await call(upsertCloudSubscriptions, cspA, {
    rows: [subscription('d', { quantity: 6, autoRenewEnabled: true })],
  });
  const event = { eventId: 'd1', externalId: 'd', kind: 'QUANTITY', quantity: 7 };
  const recorded = await call(recordSubscriptionChange, cspA, event);
  const again = await call(recordSubscriptionChange, cspA, event);
  expect(again.value).toEqual({ ...recorded.value, replayed: true });

  const operations = await db.client.laneOperation.findMany({
    where: { laneId: mappingId },
    orderBy: { position: 'asc' },
  });
  expect(operations.map(({ kind, target }) => [kind, (target as { quantity: number }).quantity])).toEqual([
    ['quantity', 6],
    ['quantity', 7],
  ]);
  expect(operations[1]!.changeId).toBe(recorded.value!.changeId);
  const correlationId = (await entry(pushed.auditLogId)).correlationId;
  const entries = await db.client.auditLog.findMany({
    where: { correlationId, operation: 'UpdateSubscriptionOnConnection' },
  });
  expect(entries.map(({ status, errorCode }) => `${status} ${errorCode}`).sort()).toEqual([
    'FAILED UNSUPPORTED_CHANGE',
    'PENDING null',
  ]);
  expect((await db.client.mapping.findFirstOrThrow({ where: { id: mappingId } })).syncState).toBe('PENDING');
});

test('an event is answered with what happened, and refused with a type', async () => {
  const { cspA, cspB } = market;
  await call(upsertCloudSubscriptions, cspA, { rows: [subscription('e')] });
  const { id } = await stored('e');
  const event = { eventId: 'e1', subscriptionId: id, kind: 'QUANTITY', quantity: 7 };
  const first = await call(recordSubscriptionChange, cspA, event);
  expect(first.value).toMatchObject({ subscriptionId: id, replayed: false });
  expect(await entry(first.auditLogId)).toMatchObject({
    status: 'SUCCEEDED',
    targetKind: 'CloudSubscription',
    targetId: id,
  });
  const types = async (scope: Scope, input: object) =>
    only((await call(recordSubscriptionChange, scope, input)).userErrors);
  expect(await types(cspA, { ...event, quantity: 8 })).toMatchObject({
    type: 'IdempotencyConflict',
    path: ['input', 'eventId'],
  });
  expect(await types(cspA, { ...event, eventId: 'e2', quantity: 1.5 })).toMatchObject({
    type: 'InvalidInput',
    path: ['input', 'quantity'],
  });
  expect(await types(cspB, event)).toMatchObject({ type: 'NotFound', path: ['input', 'subscriptionId'] });
  expect(await types(cspA, { eventId: 'e3', externalId: 'nothing', kind: 'CANCEL' })).toMatchObject({
    type: 'NotFound',
  });
  expect((await stored('e')).quantity).toBe(7);
});

async function map(scope: Scope, cloudSubscriptionId: string): Promise<string> {
  const { client } = market.db;
  const [connectionId, id] = [newId(), newId()];
  await client.connection.create({
    data: { ...scope, id: connectionId, connectorId: 'x', alias: 'x', currency: 'EUR', status: 'ACTIVE' },
  });
  await client.mapping.create({
    data: {
      ...scope,
      id,
      connectionId,
      kind: 'SUBSCRIPTION',
      cloudSubscriptionId,
      remoteId: '1',
      remoteName: 'x',
      syncState: 'SYNCED',
      billingFrequency: 'MONTHLY',
    },
  });
  await client.lane.create({ data: { ...scope, id, connectionId, queueName: `${connectionId}/0` } });
  return id;
}
