import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OperationState, StepState } from '../../prisma/generated/client/enums.js';
import { auditLog } from '../../src/audit/log.js';
import { unmap } from '../../src/delivery/unmap.js';
import { newId } from '../../src/storage/ids.js';
import { customer, only, pushCustomers } from '../marketplace/support.js';
import { NOW, PLAN, RESERVATION, useAzureMarket } from '../support/azure-market.js';

const azure = useAzureMarket();
const { market, buyer, bought, mapPlan, mapCustomer, firstLine, connection } = azure;
const { record, bill, outcomes, operations, entry } = azure;

/** A customer with two plans and a reservation, each with a figure of November. */
async function twoPlans() {
  const who = await buyer();
  const [lower, higher] = [await bought(who, PLAN), await bought(who, PLAN)];
  const reservation = await bought(who, RESERVATION);
  await record(lower, '10');
  await record(higher, '100');
  await record(reservation, '5');
  return { who, lower, higher, reservation };
}

const unmapped = (mappingId: string) =>
  market.db.transaction((tx) => unmap(tx, market.cspA.tenantId, { mappingId }, NOW));

describe('a month of a reservation', () => {
  test('stays with the plan it was sent with, corrections too; one that is new goes to the lowest id (R34)', async () => {
    const { who, lower, higher, reservation } = await twoPlans();
    const laneId = await mapPlan(higher);
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 105']);
    expect(only(await operations(laneId)).figures).toHaveLength(2);
    await mapPlan(lower);
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 10', '2026-11-01 UNCHANGED 105']);
    await record(reservation, '6');
    await record(await bought(who, RESERVATION), '0.5');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 10.5', '2026-11-01 PUSHED 106']);
    expect(await outcomes()).toEqual(['2026-11-01 UNCHANGED 10.5', '2026-11-01 UNCHANGED 106']);
  });

  test('is billed with a plan whose line began by then: each month has its own', async () => {
    const { lower, higher, reservation } = await twoPlans();
    await firstLine(await mapPlan(lower), '2026-12-01');
    await mapPlan(higher);
    expect(await outcomes()).toEqual(['2026-11-01 BEFORE_MAPPING 10', '2026-11-01 PUSHED 105']);
    await record(reservation, '7', { month: '2026-12-01' });
    expect(await outcomes({ month: '2026-12-01' })).toEqual(['2026-12-01 PUSHED 7', '2026-12-01 NO_FIGURES']);
  });

  test('is not billed with a plan that cannot be written while another can', async () => {
    const { who, lower, higher } = await twoPlans();
    const abroad = await connection({ currency: 'USD' });
    await mapPlan(lower, abroad);
    const yearly = await bought(who, { ...PLAN, term: 'ONE_YEAR', billingFrequency: 'ANNUAL' });
    await mapPlan(higher);
    await mapPlan(yearly);
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 105', '2026-11-01 NOT_MONTHLY']);
    expect(await outcomes({ connectionId: abroad })).toEqual(['2026-11-01 OTHER_CURRENCY 10']);
  });

  test('is seen in the sum of a month that cannot be written where no other plan can', async () => {
    const { lower } = await twoPlans();
    await firstLine(await mapPlan(lower), '2026-12-01');
    expect(await outcomes()).toEqual(['2026-11-01 BEFORE_MAPPING 15']);
  });

  test('that makes up for what a plan costs less is sent: it must be known where it stands', async () => {
    const { lower } = await twoPlans();
    const laneId = await mapPlan(lower);
    await bill();
    await record(lower, '7');
    const { customerId } = await market.db.client.cloudSubscription.findFirstOrThrow({ where: { id: lower } });
    const { externalId } = await market.db.client.customer.findFirstOrThrow({ where: { id: customerId } });
    await record(await bought(externalId, RESERVATION), '3');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 15']);
    expect((await operations(laneId)).map(({ figures }) => figures.length)).toEqual([2, 3]);
    await record(await bought(externalId, RESERVATION), '0');
    expect(await outcomes()).toEqual(['2026-11-01 UNCHANGED 15']);
  });

  test("is billed with a plan in the currency of their owner's prices, whatever its Reseller sells them in (R43)", async () => {
    const who = 'sold in another currency';
    await pushCustomers(market.db, market.cspA, [customer(who, { resellerId: 'r1' })]);
    const resellerPrice = { unitCost: '8', unitPrice: '9', currency: 'EUR' };
    const sale = { resellerId: 'r1', currency: 'USD', resellerPrice };
    const plan = await bought(who, { ...PLAN, ...sale });
    const abroad = await connection({ currency: 'USD' });
    await mapPlan(plan, abroad);
    await record(await bought(who, { ...RESERVATION, ...sale }), '5');
    expect(await outcomes({ connectionId: abroad })).toEqual(['2026-11-01 PUSHED 5']);
  });

  test('goes to one plan when the connections of two are billed at once', async () => {
    const { lower, higher } = await twoPlans();
    const elsewhere = await connection();
    await mapPlan(lower);
    await mapPlan(higher, elsewhere);
    const runs = await Promise.all([
      bill(),
      bill({ connectionId: elsewhere }),
      bill(),
      bill({ connectionId: elsewhere }),
    ]);
    const costs = runs.map(({ value }) => only(value!.bills)).map(({ outcome, cost }) => `${outcome} ${cost}`);
    expect(costs.sort()).toEqual(['PUSHED 100', 'PUSHED 15', 'UNCHANGED 100', 'UNCHANGED 15']);
  });
});

describe('when the plan it was sent with is unmapped', () => {
  /** How the operation stood: its state, what became of its write, and whether the other plan is billed with the reservation. */
  const stood: [string, OperationState, StepState | null, boolean][] = [
    ['reached the PSA', 'SUCCEEDED', 'APPLIED', false],
    ['may have reached it', 'VERIFYING', 'UNKNOWN', false],
    ['was being sent', 'RUNNING', 'SENDING', false],
    ['failed after its first write', 'FAILED', 'APPLIED', false],
    ['was skipped by a person, who bills by hand', 'CANCELED', null, false],
    ['had not left', 'PENDING', null, true],
    ['was only planned', 'HELD', null, true],
    ['was refused', 'FAILED', 'REFUSED', true],
    ['never landed', 'PENDING', 'NOT_APPLIED', true],
  ];
  test.each(stood)('and it %s: it is billed once', async (_name, state, step, again) => {
    const { lower, higher } = await twoPlans();
    const laneId = await mapPlan(lower);
    await bill();
    await mapPlan(higher);
    await bill();
    await stand(laneId, state, step);
    await unmapped(laneId);
    expect(await outcomes()).toEqual([again ? '2026-11-01 PUSHED 105' : '2026-11-01 UNCHANGED 100']);
  });

  test('a figure that changes since is told, because no contract can take it', async () => {
    const { who, lower, higher, reservation } = await twoPlans();
    await mapCustomer(who);
    const laneId = await mapPlan(lower);
    await bill();
    await mapPlan(higher);
    await stand(laneId, 'SUCCEEDED', null);
    await unmapped(laneId);
    expect((await bill()).value!.uncarried).toEqual([]);
    await record(reservation, '8');
    const { value, auditLogId } = await bill();
    expect(value!.uncarried).toMatchObject([{ id: reservation, planUnmapped: true }]);
    const names = [expect.stringContaining(who)];
    expect((await entry(auditLogId)).details).toMatchObject({ changedAfterUnmapping: { count: 1, names } });
  });

  async function stand(laneId: string, state: OperationState, step: StepState | null): Promise<void> {
    const { client } = market.db;
    const { id, auditLogId } = only(await operations(laneId));
    if (step) {
      const row = { id: newId(), operationId: id, attempt: 1, fence: 1, state: step, step: {}, sentAt: NOW };
      await client.step.create({ data: { ...market.cspA, ...row } });
    }
    await client.laneOperation.updateMany({ where: { id }, data: { state } });
    if (state !== 'CANCELED') return;
    const error = { class: 'Canceled', code: 'SKIPPED', message: 'A test.' };
    await market.db.transaction((tx) => auditLog.move(tx, market.cspA, auditLogId, 'CANCELED', 'A test.', { error }));
  }
});

test('what was sent before operations kept their figures is known from the entries', async () => {
  const { lower } = await twoPlans();
  const laneId = await mapPlan(lower);
  await bill();
  await record(lower, '11');
  await bill();
  const { client } = market.db;
  const rows = await operations(laneId);
  // One was tried again: its new entry is linked to the one that names the parts.
  const again = newId();
  const actor = { actorKind: 'SYSTEM', actorName: 'test' } as const;
  const told = { operation: 'Test', correlationId: newId(), summary: 'Again.', parentId: rows[0]!.auditLogId };
  await client.auditLog.create({ data: { ...market.cspA, ...actor, ...told, id: again } });
  await client.laneOperation.updateMany({ where: { id: rows[0]!.id }, data: { auditLogId: again } });
  await market.test.sql(
    `UPDATE "LaneOperation" SET "figures" = '{}', "target" = "target" - 'currency' WHERE "laneId" = $1`,
    [laneId],
  );
  const file = join(import.meta.dirname, '../../prisma/migrations/20261126162000_azure_figures/migration.sql');
  await market.test.sql(readFileSync(file, 'utf8').replace(/^ALTER TABLE .*$/m, ''));
  const found = await operations(laneId);
  expect(found.map(({ target }) => target)).toEqual(rows.map(({ target }) => target));
  expect(found.map(({ figures }) => figures.toSorted())).toEqual(rows.map(({ figures }) => figures.toSorted()));
});
