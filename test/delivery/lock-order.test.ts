import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditLog } from '../../src/audit/log.js';
import { lockLanes } from '../../src/delivery/lane-lock.js';
import { unmap } from '../../src/delivery/unmap.js';
import { done, pushSubscription, settled, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterAll(() => app?.close());

/** Resolves as soon as a session of this database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  for (;;) {
    const waiting = await app.database.sql(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length > 0) return;
  }
}

it('a change that is recorded for a lane somebody holds waits for it before it takes anything else', async () => {
  const staged = await stage.subscribe({ quantity: 5 });
  const { db } = app.app;
  const where = { kind: 'SUBSCRIPTION', deletedAt: null } as const;
  const mappings = await db.client.mapping.findMany({ where, orderBy: { createdAt: 'desc' }, take: 1 });
  const [{ tenantId, organizationId, id } = { tenantId: '', organizationId: '', id: '' }] = mappings;
  const change = { kind: 'QUANTITY', quantity: 7, effectiveDate: nextMonth(2) };
  const { recorded } = await db.transaction(async (tx) => {
    await lockLanes(tx, tenantId, [id]);
    const recorded = stage.change(staged, change);
    recorded.catch(() => undefined);
    await somebodyWaits();
    // Whoever holds a lane goes on to its mapping and to the audit chain: neither may be taken by who waits for the lane.
    await tx.mapping.update({ where: { tenantId_id: { tenantId, id } }, data: { updatedAt: new Date() } });
    await auditLog.lockChains(tx, tenantId, [organizationId]);
    return { recorded };
  });
  const [entry] = await recorded;
  expect((await settled(app.csp, entry?.id ?? '')).status).toBe('SUCCEEDED');
});

it('a price that changes while its subscription is being mapped is the one of its first line', async () => {
  const { customer, offer } = stage;
  const bought = await pushSubscription(app.csp, customer.externalId, offer.externalId, { unitPrice: '10' });
  const { db } = app.app;
  const { tenantId, id } = await db.client.cloudSubscription.findFirstOrThrow({
    where: { externalId: bought.externalId },
  });
  const { mapped } = await db.transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "CloudSubscription" WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${id}::uuid
      FOR NO KEY UPDATE`;
    const mapped = stage.map(bought);
    mapped.catch(() => undefined);
    await somebodyWaits();
    await tx.cloudSubscription.updateMany({ where: { tenantId, id }, data: { quantity: 6 } });
    await tx.subscriptionPrice.updateMany({ where: { tenantId, cloudSubscriptionId: id }, data: { unitPrice: '11' } });
    return { mapped };
  });
  const { auditLog: entry, contractId } = await mapped;
  await settled(app.csp, entry.id);
  expect(stage.posts({ contractId }).at(-1)?.body).toMatchObject({ unitChange: 6, adjustedUnitPrice: 11 });
});

it('a change that waits while its mapping is being deleted adds nothing to it', async () => {
  const staged = await stage.subscribe({ quantity: 5 });
  const { db } = app.app;
  const lane = await db.client.mapping.findFirstOrThrow({ where: { id: staged.mappingId.slice(-32) } });
  const { tenantId, id: mappingId } = lane;
  const { recorded } = await db.transaction(async (tx) => {
    await lockLanes(tx, tenantId, [mappingId]);
    const input = { eventId: unique('event'), externalId: staged.externalId, kind: 'QUANTITY', quantity: 7 };
    const recorded = done(app.csp, 'recordSubscriptionChange', input);
    recorded.catch(() => undefined);
    await somebodyWaits();
    await unmap(tx, tenantId, { mappingId }, new Date());
    return { recorded };
  });
  await recorded;
  const open = await db.client.laneOperation.count({ where: { tenantId, laneId: mappingId, state: 'PENDING' } });
  expect(open).toBe(0);
});
