import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, MONTHLY, pushOffer, pushSubscription, settled, subscriptionRow, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { LAST_MONTH, NEXT_MONTH, THIS_MONTH, TODAY } from '../support/dates.js';
import type { AzureBill, Entry } from '../support/documents.js';
import { personOf } from '../support/person.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';
import { PSA } from '../support/world.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const PLAN = { offerType: 'AZURE_PLAN', variants: [{ ...MONTHLY, term: 'NO_TERM' }] };

/** A customer with a mapped Azure plan. What the marketplace says of its quantity and prices is not what is billed. */
async function azure(): Promise<{ stage: Stage; plan: Staged }> {
  const stage = await createStage(app, app.csp, { serviceId: PSA.service.azure, offer: PLAN });
  const plan = await stage.subscribe({ term: 'NO_TERM', quantity: 3, unitCost: '99', unitPrice: '111' });
  expect(plan.entry).toMatchObject({ status: 'SUCCEEDED' });
  return { stage, plan };
}

const record = (externalId: string, cost: string, more: object = {}) =>
  done(app.csp, 'recordAzureUsage', { eventId: unique('figure'), externalId, month: THIS_MONTH, cost, ...more });

/** Runs a month and waits for every push: the bills and the entries. */
async function run(
  { connectionId }: Stage,
  month = THIS_MONTH,
): Promise<{ bills: readonly AzureBill[]; ended: Entry[] }> {
  const { bills } = await done(app.csp, 'runAzureBilling', { connectionId, month });
  const ids = (bills ?? []).flatMap(({ auditLog }) => (auditLog ? [auditLog.id] : []));
  return { bills: bills ?? [], ended: await Promise.all(ids.map((id) => settled(app.csp, id))) };
}

/** What the PSA bills in the period that begins on a day. */
function billed({ contractId }: Staged, start: string) {
  const rows = app.simulator.admin.units(Number(contractId));
  return rows
    .filter(({ startDate }) => String(startDate).slice(0, 10) === start)
    .map(({ units, cost, price, endDate }) => ({ units, cost, price, until: String(endDate).slice(0, 10) }));
}
const whole = (cost: number, price = 0, units = 1) => [expect.objectContaining({ units, cost, price })];

describe('an Azure plan', () => {
  it('is mapped with one unit from the first of a month and without amounts, whatever the marketplace has (R56)', async () => {
    const { plan } = await azure();
    expect(billed(plan, THIS_MONTH)).toEqual(whole(0));
    expect(billed(plan, LAST_MONTH)).toEqual([]);
  });

  it('scenario 12: costs plan and reservation on the first of its month, 0 on the next (R62)', async () => {
    const { stage, plan } = await azure();
    const offer = await pushOffer(app.csp, { offerType: 'AZURE_RESERVATION' });
    const reservation = await pushSubscription(app.csp, stage.customer.externalId, offer.externalId, { quantity: 1 });
    await record(plan.externalId, '123.45');
    const { azureUsage } = await record(reservation.externalId, '50.00');
    expect(azureUsage).toMatchObject({ month: THIS_MONTH, cost: '50', revision: 1 });

    const { bills, ended } = await run(stage);
    expect(bills).toMatchObject([
      {
        ...{ month: THIS_MONTH, outcome: 'PUSHED', cost: '173.45', price: null },
        parts: [
          { kind: 'PLAN', cost: '123.45' },
          { kind: 'RESERVATION', cost: '50' },
        ],
      },
    ]);
    expect(ended).toMatchObject([
      {
        operation: 'PushAzureCostOnConnection',
        operationLabel: 'Push Azure Cost on Connection',
        status: 'SUCCEEDED',
        summary: expect.stringMatching(/^Azure cost of \d{4}-\d\d of ".+": 173.45 USD$/),
        details: {
          ...{ cost: '173.45', parts: [{ kind: 'PLAN' }, { kind: 'RESERVATION' }] },
          change: { units: 0, effectiveDate: THIS_MONTH },
          after: { units: 1 },
          writes: 2,
          steps: [
            { write: { adjustedUnitCost: 173.45 }, after: { units: 1, effectiveDate: THIS_MONTH } },
            { write: { adjustedUnitCost: 0 }, after: { units: 1, effectiveDate: NEXT_MONTH } },
          ],
        },
      },
    ]);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(173.45));
    expect(billed(plan, NEXT_MONTH)).toEqual(whole(0));
    expect(await stage.mapping(plan)).toMatchObject({ syncState: 'SYNCED' });
    const writes = stage.posts(plan).map(({ body }) => body);
    expect(writes.slice(1)).toMatchObject([
      { unitChange: 0, effectiveDate: THIS_MONTH, adjustedUnitCost: 173.45 },
      { unitChange: 0, effectiveDate: NEXT_MONTH, adjustedUnitCost: 0 },
    ]);

    expect((await run(stage)).bills).toMatchObject([{ outcome: 'UNCHANGED' }]);
    expect(stage.posts(plan)).toHaveLength(3);
  });

  it('is corrected by a later figure, price included', async () => {
    const { stage, plan } = await azure();
    await record(plan.externalId, '100', { price: '120' });
    await run(stage);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(100, 120));
    await record(plan.externalId, '90.5', { price: '118.25' });
    const { ended } = await run(stage);
    expect(ended.map(({ status, error }) => error ?? status)).toEqual(['SUCCEEDED']);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(90.5, 118.25));
    expect(billed(plan, NEXT_MONTH)).toEqual(whole(0));
  });

  it('of a month before its line is left to a person (decision 0005)', async () => {
    const { stage, plan } = await azure();
    await record(plan.externalId, '100', { month: LAST_MONTH });
    expect((await run(stage, LAST_MONTH)).bills).toMatchObject([{ outcome: 'BEFORE_MAPPING', auditLog: null }]);
    expect(stage.posts(plan)).toHaveLength(1);
  });

  it('of a posted month is refused with the cure, and nothing is written', async () => {
    const { stage, plan } = await azure();
    app.simulator.admin.postPeriod({ contractID: Number(plan.contractId), throughDate: THIS_MONTH });
    await record(plan.externalId, '100');
    const { ended } = await run(stage);
    expect(ended).toMatchObject([
      { status: 'FAILED', error: { code: 'PERIOD_CLOSED', hint: expect.stringContaining('Reopen the period') } },
    ]);
    expect(stage.posts(plan)).toHaveLength(1);
    expect(await stage.mapping(plan)).toMatchObject({ syncState: 'OUT_OF_SYNC' });
  });

  it('that is suspended has price 0 from the next month; resuming it is nothing to the PSA (R58, R59)', async () => {
    const { stage, plan } = await azure();
    await record(plan.externalId, '10', { price: '12' });
    await run(stage);
    expect(await stage.changed(plan, { kind: 'QUANTITY', quantity: 4 })).toEqual([]);
    const byHand = { unitChange: 0, adjustedUnitPrice: 30, effectiveDate: NEXT_MONTH };
    await personOf(app).adjust(plan.contractId, stage.serviceId, byHand);
    expect(billed(plan, NEXT_MONTH)).toEqual(whole(0, 30));
    const [suspended, ...more] = await stage.changed(plan, { kind: 'SUSPEND', effectiveDate: TODAY });
    expect(more).toEqual([]);
    expect(suspended).toMatchObject({ status: 'SUCCEEDED' });
    expect(billed(plan, THIS_MONTH)).toEqual(whole(10, 12));
    expect(billed(plan, NEXT_MONTH)).toEqual(whole(0));
    expect(await stage.changed(plan, { kind: 'RESUME' })).toEqual([]);
  });

  it('that is cancelled keeps its unit until the month ends, so that its last cost is billed whole (R57)', async () => {
    const { stage, plan } = await azure();
    const [cancelled] = await stage.changed(plan, { kind: 'CANCEL', effectiveDate: TODAY });
    expect(cancelled).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 0 } } });
    expect(billed(plan, THIS_MONTH)).toEqual(whole(0));
    await record(plan.externalId, '77');
    const { ended } = await run(stage);
    expect(ended.map(({ status, error }) => error ?? status)).toEqual(['SUCCEEDED']);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(77));
    expect(billed(plan, NEXT_MONTH)).toEqual(whole(0, 0, 0));
    expect(app.simulator.admin.units(Number(plan.contractId)).filter(({ units }) => units !== 0)).toHaveLength(1);
  });

  it('whose line somebody set to two units is refused: the cost would be billed twice', async () => {
    const { stage, plan } = await azure();
    await personOf(app).adjust(plan.contractId, stage.serviceId, { unitChange: 1, effectiveDate: THIS_MONTH });
    await record(plan.externalId, '77');
    const { ended } = await run(stage);
    expect(ended).toMatchObject([{ status: 'FAILED', error: { code: 'UNITS_DIFFER' } }]);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(0, 0, 2));
  });

  it('in another currency than the connection is not written, and the run says so (R9)', async () => {
    const { stage, plan } = await azure();
    const more = { term: 'NO_TERM', quantity: 3, externalId: plan.externalId, currency: 'EUR' };
    await done(app.csp, 'upsertCloudSubscriptions', {
      items: [subscriptionRow(stage.customer.externalId, stage.offer.externalId, more)],
    });
    expect((await record(plan.externalId, '100')).azureUsage).toMatchObject({ cost: '100', currency: 'EUR' });
    const { bills } = await run(stage);
    expect(bills).toMatchObject([{ outcome: 'OTHER_CURRENCY', cost: '100', currency: 'EUR', auditLog: null }]);
    expect(stage.posts(plan)).toHaveLength(1);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(0));
  });
});

describe('a reservation whose month was billed with one plan of its customer (R34)', () => {
  const PLAN_ROW = { term: 'NO_TERM', quantity: 1 };
  async function reservationOf({ customer }: Stage): Promise<{ externalId: string }> {
    const offer = await pushOffer(app.csp, { offerType: 'AZURE_RESERVATION' });
    return pushSubscription(app.csp, customer.externalId, offer.externalId, { quantity: 1 });
  }

  it('stays there when a plan with a lower id is mapped whose line begins later', async () => {
    const stage = await createStage(app, app.csp, { serviceId: PSA.service.azure, offer: PLAN });
    const later = { ...PLAN_ROW, startDate: NEXT_MONTH };
    const lower = await pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId, later);
    const plan = await stage.subscribe(PLAN_ROW);
    const reservation = await reservationOf(stage);
    await record(plan.externalId, '100');
    await record(reservation.externalId, '50');
    await run(stage);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(150));

    const mapped = await stage.map(lower);
    expect(await settled(app.csp, mapped.auditLog.id)).toMatchObject({ status: 'SUCCEEDED' });
    const { bills } = await run(stage);
    expect(bills.map(({ outcome, cost }) => [outcome, cost]).sort()).toEqual([
      ['BEFORE_MAPPING', null],
      ['UNCHANGED', '150'],
    ]);
    expect(billed(plan, THIS_MONTH)).toEqual(whole(150));
  });

  it('is not billed again with another plan when that one is unmapped', async () => {
    const stage = await createStage(app, app.csp, { serviceId: PSA.service.azure, offer: PLAN });
    const [first, second] = [await stage.subscribe(PLAN_ROW), await stage.subscribe(PLAN_ROW)];
    const reservation = await reservationOf(stage);
    await record(first.externalId, '10');
    await record(second.externalId, '100');
    await record(reservation.externalId, '50');
    await run(stage);
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: first.mappingId });
    expect((await run(stage)).bills).toMatchObject([{ outcome: 'UNCHANGED', cost: '100' }]);
    expect(billed(first, THIS_MONTH)).toEqual(whole(60));
    expect(billed(second, THIS_MONTH)).toEqual(whole(100));
  });
});
