import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMonths } from '../../src/delivery/period.js';
import { ANNUAL, done, MONTHLY, pushSubscription, settled, variantOf } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { CONTRACT_START, NEXT_MONTH, nextMonth } from '../support/dates.js';
import { personOf } from '../support/person.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

/** From which day a change counts, by policy and by what the PSA shows as approved. Contracts bill from the 1st. */
let app: TestApp;
let services = 0;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const AFTER_NEXT = addMonths(NEXT_MONTH, 1);

async function staged(policy: object = {}): Promise<{ stage: Stage; sold: Staged }> {
  const stage = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
  if (Object.keys(policy).length > 0) {
    await done(app.csp, 'updateConnectionPolicy', { connectionId: stage.connectionId, ...policy });
  }
  return { stage, sold: await stage.subscribe({ quantity: 5, unitCost: '8.00', unitPrice: '10.00' }) };
}

const quantity = (value: number, effectiveDate: string) => ({ kind: 'QUANTITY', quantity: value, effectiveDate });
const price = (effectiveDate: string) => ({ kind: 'PRICE', unitPrice: '12.50', unitCost: '9.00', effectiveDate });
/** What was written after the first line: day, units, price. */
const written = (stage: Stage, sold: Staged) =>
  stage
    .posts(sold)
    .slice(1)
    .map(({ body: { effectiveDate, unitChange, adjustedUnitPrice } }) => [
      effectiveDate,
      unitChange,
      adjustedUnitPrice,
    ]);

describe('a margin that changed on the 20th', () => {
  it('scenario 5: counts from the 1st of that month while its period is open (R53)', async () => {
    const { stage, sold } = await staged();
    const [entry] = await stage.changed(sold, price(nextMonth(20)));
    expect(entry).toMatchObject({ status: 'SUCCEEDED' });
    expect(written(stage, sold)).toEqual([[NEXT_MONTH, 0, 12.5]]);
    expect(standing(app, sold.contractId, NEXT_MONTH)).toEqual({ units: 5, price: 62.5 });
  });

  it('scenario 5: counts from the 1st of the next month once that period is approved, and says why (R54)', async () => {
    const { stage, sold } = await staged();
    app.simulator.admin.postPeriod({ contractID: Number(sold.contractId), throughDate: NEXT_MONTH });
    const [entry] = await stage.changed(sold, price(nextMonth(20)));
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: { warnings: [expect.stringContaining(`Dated ${AFTER_NEXT}: the billing period of ${nextMonth(20)}`)] },
    });
    expect(written(stage, sold)).toEqual([[AFTER_NEXT, 0, 12.5]]);
    expect(standing(app, sold.contractId, nextMonth(20))).toEqual({ units: 5, price: 50 });
  });

  it('counts from the 1st also where seats changed on the 10th, and leaves those as they are', async () => {
    const { stage, sold } = await staged();
    await stage.changed(sold, quantity(7, nextMonth(10)));
    const [entry] = await stage.changed(sold, price(nextMonth(20)));
    expect(entry).toMatchObject({ status: 'SUCCEEDED' });
    expect(written(stage, sold)).toEqual([
      [nextMonth(10), 2, undefined],
      [NEXT_MONTH, 0, 12.5],
    ]);
    expect(standing(app, sold.contractId, nextMonth(9))).toMatchObject({ units: 5 });
    expect(standing(app, sold.contractId, nextMonth(10))).toMatchObject({ units: 7 });
    expect(standing(app, sold.contractId, AFTER_NEXT)).toEqual({ units: 7, price: 87.5 });
  });

  it('is not written where prices are kept in the PSA', async () => {
    const { stage, sold } = await staged({ priceSource: 'PSA' });
    const [entry] = await stage.changed(sold, price(nextMonth(20)));
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { writes: 0 } });
    expect(written(stage, sold)).toEqual([]);
  });
});

describe('seats that changed on the 20th', () => {
  it('count from the 1st by the policy PERIOD_START, also fewer of them', async () => {
    const { stage, sold } = await staged({ proration: 'PERIOD_START' });
    await stage.changed(sold, quantity(7, nextMonth(20)));
    await stage.changed(sold, quantity(4, nextMonth(25)));
    expect(written(stage, sold)).toEqual([
      [NEXT_MONTH, 2, undefined],
      [NEXT_MONTH, -3, undefined],
    ]);
  });

  it('count from the next month by the policy NEXT_PERIOD', async () => {
    const { stage, sold } = await staged({ proration: 'NEXT_PERIOD' });
    await stage.changed(sold, quantity(7, nextMonth(20)));
    expect(written(stage, sold)).toEqual([[AFTER_NEXT, 2, undefined]]);
  });

  it('count from the next month where they become fewer, from their day where they become more', async () => {
    const { stage, sold } = await staged({ decreases: 'NEXT_PERIOD' });
    await stage.changed(sold, quantity(7, nextMonth(10)));
    await stage.changed(sold, quantity(3, nextMonth(20)));
    expect(written(stage, sold)).toEqual([
      [nextMonth(10), 2, undefined],
      [AFTER_NEXT, -4, undefined],
    ]);
    expect(standing(app, sold.contractId, nextMonth(20))).toMatchObject({ units: 7 });
    expect(standing(app, sold.contractId, AFTER_NEXT)).toMatchObject({ units: 3 });
  });

  it('wait for a person where they become fewer and the policy says so, also dated before their own day', async () => {
    const { stage, sold } = await staged({ decreases: 'NEVER', proration: 'PERIOD_START' });
    const [entry] = await stage.changed(sold, quantity(3, nextMonth(20)));
    expect(entry).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'DECREASE_HELD' } });
    expect(written(stage, sold)).toEqual([]);
    const retry = { auditLogId: entry?.id, reason: 'The customer gave them back.' };
    const { entry: again } = await done(app.csp, 'retrySubscriptionOperation', retry);
    expect(await settled(app.csp, again?.id ?? '')).toMatchObject({ status: 'SUCCEEDED' });
    expect(written(stage, sold)).toEqual([[NEXT_MONTH, -2, undefined]]);
  });
});

describe('a change behind one that took back what a person had set for later', () => {
  it('counts from its own day (R49)', async () => {
    const { stage, sold } = await staged();
    await stage.edit(sold, 2, AFTER_NEXT);
    await stage.changed(sold, quantity(8, nextMonth(10)));
    const [entry] = await stage.changed(sold, quantity(20, nextMonth(20)));
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { change: { effectiveDate: nextMonth(20) } } });
    expect(written(stage, sold).slice(1)).toEqual([
      [AFTER_NEXT, -2, undefined],
      [nextMonth(10), 3, undefined],
      [nextMonth(20), 12, undefined],
    ]);
    expect(standing(app, sold.contractId, AFTER_NEXT)).toMatchObject({ units: 20 });
  });

  it('counts from its own day also where nothing else was to be written then', async () => {
    const { stage, sold } = await staged();
    await stage.edit(sold, 2, AFTER_NEXT);
    await stage.changed(sold, quantity(5, nextMonth(10)));
    await stage.changed(sold, quantity(20, nextMonth(20)));
    expect(written(stage, sold).slice(1)).toEqual([
      [AFTER_NEXT, -2, undefined],
      [nextMonth(20), 15, undefined],
    ]);
  });

  it('is not dated behind a change that was delivered', async () => {
    const { stage, sold } = await staged();
    await stage.edit(sold, 2, AFTER_NEXT);
    await stage.changed(sold, quantity(8, nextMonth(20)));
    await stage.changed(sold, quantity(20, nextMonth(10)));
    expect(written(stage, sold).at(-1)).toEqual([nextMonth(21), 12, undefined]);
  });

  it('ends a yearly line on the day of its cancel, not a year later (R57)', async () => {
    const stage = await createStage(app, app.csp, {
      ...{ serviceId: monthlyService(services++), offer: { variants: [MONTHLY, ANNUAL] } },
    });
    const { connectionId, customer, offer } = stage;
    const offerVariantId = await variantOf(app.csp, offer.externalId, 'ANNUAL');
    const serviceId = PSA.service.yearly;
    await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    const bought = await pushSubscription(app.csp, customer.externalId, offer.externalId, { ...ANNUAL, quantity: 5 });
    const { mapping, contractId, auditLog } = await stage.map(bought, PSA.contract.yearly);
    const sold = { ...bought, contractId, mappingId: mapping?.id ?? '', entry: await settled(app.csp, auditLog.id) };
    const nextYear = addMonths(CONTRACT_START, 24);
    await personOf(app).adjust(contractId, serviceId, { unitChange: 2, effectiveDate: nextYear });

    await stage.changed(sold, quantity(8, nextMonth(10)));
    await stage.changed(sold, quantity(20, nextMonth(20)));
    const [entry] = await stage.changed(sold, { kind: 'CANCEL', effectiveDate: nextMonth(25) });
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 0 } } });
    const units = [10, 20, 25].map((day) => standing(app, contractId, nextMonth(day))?.units);
    expect([...units, standing(app, contractId, nextYear)?.units ?? 0]).toEqual([8, 20, 0, 0]);
  });
});
