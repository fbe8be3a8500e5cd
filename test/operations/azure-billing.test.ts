import { describe, expect, test } from 'vitest';
import { billAzureMonth, scheduleAzureBilling } from '../../src/operations/schedule-azure-billing.js';
import { newId } from '../../src/storage/ids.js';
import { statementsOf } from '../audit/support/statements.js';
import { only } from '../marketplace/support.js';
import { NOW, PLAN, RESERVATION, useAzureMarket } from '../support/azure-market.js';

const azure = useAzureMarket();
const { market, buyer, bought, mapPlan, mapCustomer, firstLine, connection } = azure;
const { record, bill, outcomes, operations, sent, entry } = azure;

describe('the monthly run', () => {
  test('sends plan and reservations of a customer as one cost for that month (R62, golden 12)', async () => {
    const who = await buyer();
    const [plan, reservation] = [await bought(who, PLAN), await bought(who, RESERVATION)];
    const laneId = await mapPlan(plan);
    await record(plan, '123.45');
    await record(reservation, '50.00');
    const { value, auditLogId } = await bill();

    const target = { quantity: 1, unitCost: '173.45', currency: 'EUR', until: '2026-12-01' };
    const operation = only(await operations(laneId));
    expect(operation).toMatchObject({ kind: 'costPush', target, state: 'PENDING', notBefore: null });
    expect(operation.effectiveDate).toEqual(new Date('2026-11-01T00:00:00Z'));
    const pushed = await entry(operation.auditLogId);
    expect(pushed).toMatchObject({
      operation: 'PushAzureCostOnConnection',
      status: 'PENDING',
      parentId: auditLogId,
      connectionId: azure.connectionId,
      targetId: plan,
      customerName: who,
      summary: expect.stringMatching(/^Azure cost of 2026-11 of "s\d+": 173.45 EUR$/),
    });
    expect(pushed.details).toMatchObject({
      ...{ month: '2026-11-01', until: '2026-12-01', cost: '173.45', price: null },
      parts: [
        { id: plan, kind: 'PLAN', cost: '123.45', price: null },
        { id: reservation, kind: 'RESERVATION', cost: '50', price: null },
      ],
    });
    expect(only(value!.bills)).toMatchObject({ outcome: 'PUSHED', auditLogId: pushed.id });
    expect(await entry(auditLogId)).toMatchObject({ operation: 'RunAzureBilling', status: 'SUCCEEDED' });
    const mapping = await market.db.client.mapping.findFirstOrThrow({ where: { id: laneId } });
    expect(mapping.syncState).toBe('PENDING');
    const jobs = await market.test.sql(`SELECT FROM graphile_worker.jobs WHERE key = $1`, [`lane:${laneId}`]);
    expect(jobs).toHaveLength(1);
  });

  test('sends a sum once, and again when it changed', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await record(plan, '10.50');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 10.5']);
    expect(await outcomes()).toEqual(['2026-11-01 UNCHANGED 10.5']);
    await record(plan, '10.500000');
    expect(await outcomes()).toEqual(['2026-11-01 UNCHANGED 10.5']);
    await record(plan, '11');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 11']);
    expect(await sent(laneId)).toHaveLength(2);
  });

  test('does not send again what a person skipped', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await record(plan, '10');
    await bill();
    await market.db.client.laneOperation.updateMany({ where: { laneId }, data: { state: 'CANCELED' } });
    expect(await outcomes()).toEqual(['2026-11-01 UNCHANGED 10']);
  });

  test('has a price where every part has one', async () => {
    const who = await buyer();
    const [plan, reservation] = [await bought(who, PLAN), await bought(who, RESERVATION)];
    const laneId = await mapPlan(plan);
    await record(plan, '100', { price: '120.10' });
    await record(reservation, '50');
    const { auditLogId } = await bill();
    expect((await entry(auditLogId)).details).toMatchObject({ priceIncomplete: { count: 1 } });
    await record(reservation, '50', { price: '60' });
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 150 180.1']);
    expect(await sent(laneId)).toEqual([
      ['2026-11-01', { quantity: 1, unitCost: '150', currency: 'EUR', until: '2026-12-01' }],
      ['2026-11-01', { quantity: 1, unitCost: '150', unitPrice: '180.1', currency: 'EUR', until: '2026-12-01' }],
    ]);
  });

  test('counts reservations once where a customer has several plans, on whichever connection', async () => {
    const who = await buyer();
    const plans = [await bought(who, PLAN), await bought(who, PLAN), await bought(who, PLAN)];
    const reservation = await bought(who, { ...RESERVATION, offerExternalId: 'savings' });
    const elsewhere = await connection();
    await mapPlan(plans[0]!, elsewhere);
    await mapPlan(plans[2]!);
    await mapPlan(plans[1]!);
    for (const plan of plans) await record(plan, '10');
    await record(reservation, '5');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 10', '2026-11-01 PUSHED 10']);
    expect(await outcomes({ connectionId: elsewhere })).toEqual(['2026-11-01 PUSHED 15']);
  });

  test('adds nothing of another customer, currency or month', async () => {
    const [who, other] = [await buyer(), await buyer()];
    const plan = await bought(who, PLAN);
    await mapPlan(plan);
    await record(plan, '10');
    await record(await bought(other, RESERVATION), '1000');
    await record(await bought(who, { ...RESERVATION, currency: 'USD' }), '1000');
    await record(await bought(who, RESERVATION), '1000', { month: '2026-10-01' });
    await record(await bought(who, RESERVATION), '5');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 15']);
  });

  test('writes nothing that was recorded in another currency than the connection (R9)', async () => {
    const plan = await bought(await buyer(), { ...PLAN, currency: 'USD' });
    const laneId = await mapPlan(plan);
    await record(plan, '10', { price: '12' });
    // What a figure was recorded in counts, not what the subscription's price is in by now.
    await market.db.client.subscriptionPrice.updateMany({
      where: { cloudSubscriptionId: plan },
      data: { currency: 'EUR' },
    });
    const { value, auditLogId } = await bill();
    expect(value!.bills).toMatchObject([{ outcome: 'OTHER_CURRENCY', cost: '10', price: '12', currency: 'USD' }]);
    const name = expect.stringMatching(/^c\d+: s\d+ \(USD\)$/);
    expect((await entry(auditLogId)).details).toMatchObject({ pushed: 0, otherCurrency: { count: 1, names: [name] } });
    expect(await operations(laneId)).toEqual([]);
    await record(plan, '9');
    expect(await outcomes()).toEqual(['2026-11-01 PUSHED 9']);
  });

  test('corrects no month whose end reaches into one that is in another currency by now', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    for (const month of ['2026-10-01', '2026-11-01']) {
      await record(plan, '1', { month });
      await bill({ month });
    }
    await record(plan, '2', { month: '2026-10-01' });
    await market.db.client.subscriptionPrice.updateMany({
      where: { cloudSubscriptionId: plan },
      data: { currency: 'USD' },
    });
    await record(plan, '3');
    expect(await outcomes({ month: '2026-10-01' })).toEqual([
      '2026-10-01 OTHER_CURRENCY 2',
      '2026-11-01 OTHER_CURRENCY 3',
    ]);
    expect(await operations(laneId)).toHaveLength(2);
  });

  test('writes the months behind a corrected one again, because its end reaches into them', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    const months = ['2026-10-01', '2026-11-01', '2026-12-01'];
    for (const [at, month] of months.entries()) {
      await record(plan, `${at + 1}`, { month });
      await bill({ month });
    }
    await record(plan, '1.5', { month: '2026-10-01' });
    expect(await outcomes({ month: '2026-10-01' })).toEqual([
      '2026-10-01 PUSHED 1.5',
      '2026-11-01 PUSHED 2',
      '2026-12-01 PUSHED 3',
    ]);
    expect((await sent(laneId)).map(([month]) => month)).toEqual([...months, ...months]);
    expect(await outcomes({ month: '2026-10-01' })).toEqual(['2026-10-01 UNCHANGED 1.5']);
    expect(await outcomes({ month: '2026-12-01' })).toEqual(['2026-12-01 UNCHANGED 3']);
  });

  test('names what gets nothing: no figures, before the line, not by the month, no plan to carry it', async () => {
    const [quiet, young, yearly, bare] = [await buyer(), await buyer(), await buyer(), await buyer()];
    await mapPlan(await bought(quiet, PLAN));
    const fresh = await bought(young, PLAN);
    const laneId = await mapPlan(fresh);
    await firstLine(laneId, '2026-12-01');
    await record(fresh, '10');
    const annual = { ...PLAN, term: 'ONE_YEAR', billingFrequency: 'ANNUAL' };
    const strange = await bought(yearly, annual);
    await mapPlan(strange);
    await record(strange, '10');
    await record(await bought(bare, RESERVATION), '7');
    await mapCustomer(bare);

    const { value, auditLogId } = await bill();
    expect(value!.bills.map(({ outcome }) => outcome)).toEqual(['NO_FIGURES', 'BEFORE_MAPPING', 'NOT_MONTHLY']);
    const { details } = await entry(auditLogId);
    expect(details).toMatchObject({
      ...{ month: '2026-11-01', dryRun: false, pushed: 0, unchanged: 0, remaining: 0 },
      withoutFigures: { count: 1, names: [expect.stringContaining(quiet)] },
      beforeMapping: { count: 1, names: [expect.stringContaining(young)] },
      notMonthly: { count: 1, names: [expect.stringContaining(yearly)] },
      withoutPlan: { count: 1, names: [expect.stringContaining(bare)] },
    });
    expect(await outcomes({ month: '2026-12-01' })).toContain('2026-12-01 NO_FIGURES');
    expect(await operations(laneId)).toHaveLength(1);
  });

  test('two at once send a sum once', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await record(plan, '10');
    const runs = await Promise.all([bill(), bill(), bill()]);
    expect(runs.map(({ value }) => only(value!.bills).outcome).sort()).toEqual(['PUSHED', 'UNCHANGED', 'UNCHANGED']);
    expect(await operations(laneId)).toHaveLength(1);
  });

  test('takes as many statements for thirty plans as for one', async () => {
    const counts: number[] = [];
    for (const plans of [1, 30]) {
      azure.connectionId = await connection();
      for (let at = 0; at < plans; at += 1) {
        const plan = await bought(await buyer(), PLAN);
        await mapPlan(plan);
        await record(plan, '10');
      }
      const { result, statements } = await statementsOf(() => bill());
      expect(result.value!.bills.filter(({ outcome }) => outcome === 'PUSHED')).toHaveLength(plans);
      counts.push(statements.length);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  test('as a dry run only tells', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await record(plan, '10');
    const { value, auditLogId } = await bill({ dryRun: true });
    expect(only(value!.bills)).toMatchObject({ outcome: 'PUSHED', cost: '10', auditLogId: null });
    expect(await entry(auditLogId)).toMatchObject({ status: 'SUCCEEDED', dryRun: true });
    expect(await operations(laneId)).toEqual([]);
  });

  test("leaves out what is not mapped any more, and other organizations' mappings", async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await record(plan, '10');
    await market.db.client.mapping.updateMany({ where: { id: laneId }, data: { deletedAt: NOW, state: 'DELETED' } });
    expect(await outcomes()).toEqual([]);
  });

  test.each([
    ['a month that has not begun', { month: '2027-01-01' }, 'MONTH_IN_FUTURE'],
    ['a day inside a month', { month: '2026-11-02' }, 'INVALID_INPUT'],
    ['a foreign connection', { connectionId: newId() }, 'NOT_FOUND'],
  ])('is refused: %s', async (_name, more, code) => {
    expect((await bill(more)).userErrors).toMatchObject([{ code }]);
  });

  test('is refused where the connector cannot write it, or the connection is not ready', async () => {
    const unable = await connection({ connectorId: 'none' });
    expect((await bill({ connectionId: unable })).userErrors).toMatchObject([{ code: 'COST_PUSH_UNSUPPORTED' }]);
    await market.db.client.connection.updateMany({ where: { id: azure.connectionId }, data: { status: 'INVALID' } });
    expect((await bill()).userErrors).toMatchObject([{ code: 'CONNECTION_NOT_READY' }]);
  });
});

describe('by itself', () => {
  const waiting = () =>
    market.test.sql<{ payload: Record<string, string> }>(
      `SELECT payload FROM graphile_worker._private_jobs WHERE key = $1`,
      [`azure-billing:${azure.connectionId}`],
    );
  /** The schedule, then the jobs it made for the connection. */
  async function daily(now = NOW): Promise<number> {
    await scheduleAzureBilling({ ...azure.services, now: () => now });
    const jobs = await waiting();
    for (const { payload } of jobs) await billAzureMonth(azure.services, payload);
    return jobs.length;
  }
  const runs = () =>
    market.db.client.auditLog.findMany({
      where: { connectionId: azure.connectionId, operation: 'RunAzureBilling' },
      orderBy: { id: 'asc' },
    });

  test('the gateway sends the figures of the month before, and an entry only where something is new', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await daily();
    await record(plan, '10', { month: '2026-12-01' });
    await daily();
    expect(await operations(laneId)).toEqual([]);
    expect(await runs()).toEqual([]);
    await record(plan, '20');
    expect(await daily()).toBe(1);
    expect(await daily()).toBe(1);
    expect(await sent(laneId)).toMatchObject([['2026-11-01', { unitCost: '20', until: '2026-12-01' }]]);
    const [first, ...rest] = await runs();
    expect(first).toMatchObject({ status: 'SUCCEEDED', actorKind: 'SYSTEM' });
    expect(rest).toEqual([]);
    const pushed = await entry((await operations(laneId))[0]!.auditLogId);
    expect(pushed).toMatchObject({ actorKind: 'SYSTEM', parentId: first!.id, correlationId: first!.correlationId });
    await record(plan, '21');
    await daily();
    expect((await sent(laneId)).map(([, target]) => target)).toMatchObject([{ unitCost: '20' }, { unitCost: '21' }]);
    expect(await runs()).toHaveLength(2);
    await daily(new Date('2027-01-01T00:00:00Z'));
    expect((await sent(laneId)).at(-1)).toMatchObject(['2026-12-01', { unitCost: '10', until: '2027-01-01' }]);
  });

  test('tells every day of a cost that it does not write', async () => {
    const plan = await bought(await buyer(), { ...PLAN, currency: 'USD' });
    await mapPlan(plan);
    await record(plan, '20');
    for (const entries of [1, 2]) {
      await daily();
      expect(await runs()).toHaveLength(entries);
    }
    expect((await runs())[0]!.details).toMatchObject({ otherCurrency: { count: 1 } });
  });

  test('a connection that is not ready waits', async () => {
    const plan = await bought(await buyer(), PLAN);
    const laneId = await mapPlan(plan);
    await record(plan, '20');
    await market.db.client.connection.updateMany({ where: { id: azure.connectionId }, data: { status: 'INVALID' } });
    expect(await daily()).toBe(0);
    await billAzureMonth(azure.services, { ...market.cspA, connectionId: azure.connectionId, month: '2026-11-01' });
    expect(await operations(laneId)).toEqual([]);
    expect(await runs()).toEqual([]);
  });
});
