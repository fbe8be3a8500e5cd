import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../../support/acts.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { day, driftWorld, NEXT_PERIOD, reconciled, standing } from '../../support/drift.js';
import { type Person, personOf } from '../../support/person.js';
import { createStage, type Stage, type Staged } from '../../support/stage.js';
import { API_USER } from '../../support/world.js';

let app: TestApp;
let stage: Stage;
let person: Person;
beforeAll(async () => {
  app = await createTestApp({ world: driftWorld() });
  stage = await createStage(app);
  person = personOf(app);
});
afterAll(() => app?.close());

const adjust = ({ contractId }: Staged, change: Parameters<Person['adjust']>[2]) =>
  person.adjust(contractId, stage.serviceId, change);
const PRICE = { kind: 'PRICE', unitCost: '16', unitPrice: '20' };
const quantity = (units: number, effectiveDate: string) => ({ kind: 'QUANTITY', quantity: units, effectiveDate });

it('a price that met a line of no units was never written: nobody edited it away', async () => {
  const staged = await stage.subscribe({ quantity: 0 });
  const [entry] = await stage.changed(staged, PRICE);
  expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { writes: 0, after: { units: 0 } } });
  await adjust(staged, { unitChange: 5, adjustedUnitPrice: 10, adjustedUnitCost: 16, effectiveDate: day(-10) });
  const [same] = await stage.changed(staged, quantity(5, day(-10)));
  expect(same).toMatchObject({ status: 'SUCCEEDED', details: { writes: 0, after: { units: 5 } } });
  await reconciled(app.csp, stage.connectionId);
  expect(await standing(app.csp, staged.mappingId)).toMatchObject([
    { field: 'UNIT_PRICE', marketplaceValue: '20', psaValue: '10', lastWrittenValue: null, cause: 'PRICE_LIST' },
  ]);
});

it('a price that units brought along was written', async () => {
  const staged = await stage.subscribe({ quantity: 0 });
  await stage.changed(staged, PRICE);
  const [entry] = await stage.changed(staged, quantity(5, day(-10)));
  expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { writes: 1 } });
  await reconciled(app.csp, stage.connectionId);
  expect(await standing(app.csp, staged.mappingId)).toEqual([]);
  await adjust(staged, { unitChange: 0, adjustedUnitPrice: 10, effectiveDate: day(-5) });
  await reconciled(app.csp, stage.connectionId);
  expect(await standing(app.csp, staged.mappingId)).toMatchObject([
    { field: 'UNIT_PRICE', marketplaceValue: '20', psaValue: '10', lastWrittenValue: '20', cause: 'MANUAL_EDIT' },
  ]);
});

describe('a price whose change was skipped', () => {
  /** Other seats behind it, which keep the amounts of the line. */
  async function skipped(before: (staged: Staged) => Promise<unknown>): Promise<Staged> {
    const staged = await stage.subscribe({ quantity: 5 });
    const { users } = app.simulator.admin;
    users.patch(API_USER.username, { permissions: { ContractServiceAdjustments: { create: 'None' } } });
    const [failed] = await stage.changed(staged, PRICE);
    users.patch(API_USER.username, { permissions: {} });
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: failed?.id, reason: 'Not now' });
    await before(staged);
    const [seats] = await stage.changed(staged, quantity(6, day(-4)));
    expect(seats?.status).toBe('SUCCEEDED');
    await reconciled(app.csp, stage.connectionId);
    return staged;
  }
  const MISSED = [
    { field: 'UNIT_PRICE', marketplaceValue: '20', psaValue: '10', lastWrittenValue: '10', cause: 'MISSED_CHANGE' },
    { field: 'UNIT_COST', lastWrittenValue: '8', cause: 'MISSED_CHANGE' },
  ];

  it('was not written by other seats', async () => {
    const { mappingId } = await skipped(async () => undefined);
    expect(await standing(app.csp, mappingId)).toMatchObject(MISSED);
  });

  it('nor by taking back an end that somebody had set for later', async () => {
    const { mappingId, contractId } = await skipped((staged) =>
      adjust(staged, { unitChange: -5, effectiveDate: NEXT_PERIOD }),
    );
    expect(stage.posts({ contractId }).slice(-2)).toMatchObject([
      { body: { unitChange: 5, effectiveDate: NEXT_PERIOD } },
      { body: { unitChange: 1, effectiveDate: day(-4) } },
    ]);
    expect(await standing(app.csp, mappingId)).toMatchObject(MISSED);
  });
});
