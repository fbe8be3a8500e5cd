import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChangeKind } from '../../prisma/generated/client/enums.js';
import { SYSTEM } from '../../src/audit/entry.js';
import { enqueueChanges, enqueueOperations, type NewOperation } from '../../src/delivery/enqueue.js';
import { wakeLanes } from '../../src/delivery/lane-wake.js';
import type { NewChange } from '../../src/marketplace/changes.js';
import type { Services } from '../../src/operations/services.js';
import { newId } from '../../src/storage/ids.js';
import {
  customer,
  offer,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from '../marketplace/support.js';
import { connectionRow, mappedRow } from '../support/mapped.js';
import { createTestServices } from '../support/services.js';

const market = useMarket();
let services: Services;
let connectionId: string;
let laneId: string;

beforeAll(async () => {
  const { db, cspA } = market;
  services = await createTestServices(db, { now: () => new Date() });
  await pushCustomers(db, cspA, [customer('customer')]);
  await pushOffers(db, cspA, [offer('offer'), offer('azure', { offerType: 'AZURE_PLAN' })]);
  connectionId = await connectionRow(db, cspA);
});

let made = 0;
async function lane(more: object = {}): Promise<string> {
  const { db, cspA } = market;
  const { results } = await pushSubscriptions(db, cspA, [subscription(`s${++made}`, more)]);
  return mappedRow(db, cspA, { connectionId, cloudSubscriptionId: results[0]!.id! });
}
beforeEach(async () => {
  laneId = await lane();
});

async function operation(kind: NewOperation['kind'], more: Partial<NewOperation> = {}): Promise<NewOperation> {
  const { organizationId } = market.cspA;
  const auditLogId = newId();
  const actor = { actorKind: 'SYSTEM', actorName: 'test' } as const;
  await market.db.client.auditLog.create({
    data: { ...market.cspA, ...actor, id: auditLogId, operation: 'Test', correlationId: newId(), summary: 'A test.' },
  });
  const target = { quantity: 7 };
  return { organizationId, laneId, auditLogId, changeId: null, kind, effectiveDate: '2026-03-10', target, ...more };
}

const enqueue = (nettingSeconds: number | undefined, ...operations: NewOperation[]) => {
  const by = { ...services, ...(nettingSeconds !== undefined && { nettingSeconds }) };
  return market.db.transaction((tx) => enqueueOperations(tx, market.cspA.tenantId, by, operations));
};

/** The waiting wake-ups of the lane: how many seconds after it was asked for, to the nearest ten. */
async function wakeUps(): Promise<number[]> {
  const rows = await market.test.sql<{ seconds: number }>(
    `SELECT round(extract(epoch FROM j.run_at - j.created_at) / 10)::int * 10 AS "seconds" FROM graphile_worker._private_jobs j
     WHERE j.payload ->> 'laneId' = $1 ORDER BY j.run_at`,
    [laneId],
  );
  return rows.map(({ seconds }) => seconds);
}
const stored = () => market.db.client.laneOperation.findMany({ where: { laneId }, orderBy: { position: 'asc' } });
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);
const wake = (runAt?: Date) =>
  market.db.transaction((tx) => wakeLanes(tx, services.jobs, market.cspA.tenantId, [laneId], runAt));

describe('operations at the end of a lane', () => {
  test('keep their order and their targets, and wake the lane at once', async () => {
    const target = { quantity: 1, unitCost: '173.45', until: '2026-04-01' };
    await enqueue(0, await operation('quantity'), await operation('costPush', { target }), await operation('cancel'));
    const rows = await stored();
    expect(rows.map(({ kind }) => kind)).toEqual(['quantity', 'costPush', 'cancel']);
    expect(rows[1]).toMatchObject({ target, effectiveDate: new Date('2026-03-10T00:00:00Z'), state: 'PENDING' });
    expect(rows.map(({ notBefore }) => notBefore)).toEqual([null, null, null]);
    expect(await wakeUps()).toEqual([0]);
  });

  test('none is nothing', async () => {
    await enqueue(60);
    expect(await stored()).toEqual([]);
  });
});

describe('changes of an Azure plan', () => {
  const change = (kind: ChangeKind, after: NewChange['after'], effectiveDate = '2026-03-10') =>
    market.db.transaction(async (tx) => {
      const { cloudSubscriptionId } = await tx.mapping.findFirstOrThrow({ where: { id: laneId } });
      const { tenantId, organizationId } = market.cspA;
      const by = { ...services, actor: SYSTEM, correlationId: newId(), organizationId };
      const made = {
        changeId: newId(),
        cloudSubscriptionId: cloudSubscriptionId!,
        organizationId,
        kind,
        effectiveDate,
      };
      await enqueueChanges(tx, tenantId, by, [{ ...made, before: {}, after, revision: 1 }]);
    });
  beforeEach(async () => {
    laneId = await lane({ offerExternalId: 'azure', quantity: 4 });
  });

  test.each([
    ['2026-03-10', '2026-04-01'],
    ['2026-03-01', '2026-04-01'],
    ['2026-12-31', '2027-01-01'],
  ])('a cancel of %s counts from %s: its last month is still to be billed (R57, R62)', async (day, expected) => {
    await change('CANCEL', { status: 'CANCELLED' }, day);
    const [row] = await stored();
    expect(row).toMatchObject({ kind: 'cancel', target: { quantity: 0 } });
    expect(row?.effectiveDate.toISOString().slice(0, 10)).toBe(expected);
    const { details } = await market.db.client.auditLog.findFirstOrThrow({ where: { id: row!.auditLogId } });
    expect(details).toMatchObject({ kind: 'CANCEL', effectiveDate: expected });
  });

  test('a suspension keeps its day and its one unit (R58)', async () => {
    await change('SUSPEND', { status: 'SUSPENDED' });
    expect(await stored()).toMatchObject([
      { kind: 'suspend', target: { quantity: 1 }, effectiveDate: new Date('2026-03-10T00:00:00Z') },
    ]);
  });

  test('its quantity and its resumption are nothing to the PSA (R59, R62)', async () => {
    await change('QUANTITY', { quantity: 9 });
    await change('RESUME', { status: 'ACTIVE' });
    expect(await stored()).toEqual([]);
  });
});

describe('netting (R50)', () => {
  test('a change of quantity waits for a later one of its day, and wakes the lane then', async () => {
    await enqueue(60, await operation('quantity'));
    const [row] = await stored();
    const [{ seconds } = { seconds: 0 }] = await market.test.sql<{ seconds: number }>(
      `SELECT extract(epoch FROM "notBefore" - "createdAt")::float AS "seconds" FROM "LaneOperation" WHERE "id" = $1`,
      [row!.id],
    );
    expect(seconds).toBeGreaterThan(59);
    expect(seconds).toBeLessThan(61);
    expect(await wakeUps()).toEqual([60]);
  });

  test.each(['create', 'price', 'cancel', 'suspend', 'costPush'] as const)('%s does not wait', async (kind) => {
    await enqueue(60, await operation(kind));
    expect((await stored())[0]?.notBefore).toBeNull();
    expect(await wakeUps()).toEqual([0]);
  });

  test('an operation that does not wait wakes its lane at once, beside one that does', async () => {
    await enqueue(60, await operation('quantity'), await operation('price'));
    expect(await wakeUps()).toEqual([0]);
  });

  test('lanes with and without waiting operations are woken each in its time', async () => {
    const waiting = laneId;
    const other = await lane();
    await enqueue(60, await operation('quantity'), await operation('price', { laneId: other }));
    expect(await wakeUps()).toEqual([60]);
    laneId = other;
    expect(await wakeUps()).toEqual([0]);
    laneId = waiting;
  });

  test('a stream of changes never postpones the first wake-up', async () => {
    await enqueue(20, await operation('quantity'));
    await enqueue(40, await operation('quantity'));
    await enqueue(60, await operation('quantity'));
    expect((await wakeUps())[0]).toBe(20);
  });
});

describe('a wake-up for later', () => {
  test('never postpones one for now', async () => {
    await wake();
    await wake(inSeconds(300));
    expect((await wakeUps())[0]).toBe(0);
  });

  test('never postpones an earlier one for later', async () => {
    await wake(inSeconds(30));
    await wake(inSeconds(300));
    expect((await wakeUps())[0]).toBe(30);
  });

  test('is followed by one for now', async () => {
    await wake(inSeconds(300));
    await wake();
    expect((await wakeUps())[0]).toBe(0);
  });

  test('twice for one moment is once, as is twice for now', async () => {
    const at = inSeconds(300);
    for (const when of [at, undefined, at, undefined]) await wake(when);
    expect(await wakeUps()).toEqual([0, 300]);
  });
});
