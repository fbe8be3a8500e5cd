import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, done, entries, settled, subscriptionRow } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { startTestConnectWise, type TestConnectWise } from '../support/connectwise.js';
import { NEXT_MONTH, nextMonth } from '../support/dates.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';

/** Where nothing is billed there are no amounts that a line could keep: units that begin there bring the marketplace's along. */
let psa: TestConnectWise;
let app: TestApp;
let autotask: Stage;
let connectWise: Stage;
beforeAll(async () => {
  psa = await startTestConnectWise();
  app = await createTestApp({ others: psa.others });
  autotask = await createStage(app);
  connectWise = await createStage(app, app.csp, { psa: psa.stage });
});
afterAll(async () => {
  await app?.close();
  await psa?.simulator.close();
});

const MONEY = { unitCost: '12', unitPrice: '15' };
const quantity = (units: number, effectiveDate: string) => ({ kind: 'QUANTITY', quantity: units, effectiveDate });

/** The cancelled subscription is bought again; the entry of its units, settled. */
async function reopened(stage: Stage, { externalId }: Staged, more: object) {
  const correlationId = crypto.randomUUID();
  const row = subscriptionRow(stage.customer.externalId, stage.offer.externalId, { externalId, ...MONEY, ...more });
  await done(app.csp, 'upsertCloudSubscriptions', { items: [row] }, { correlationId });
  const made = await entries(app.csp, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
  const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
  return (
    ended.find(({ summary }) => summary.startsWith('QUANTITY')) ?? ended.find(({ details }) => details.writes === 1)
  );
}

const amounts = (staged: Staged) =>
  autotask
    .posts(staged)
    .filter(({ committed }) => committed)
    .map(({ body }) => [body.unitChange, body.adjustedUnitPrice, body.adjustedUnitCost]);

describe('ConnectWise: units that begin from none are billed at the price of the marketplace (R43, R44)', () => {
  it('of a cancelled subscription that is bought again', async () => {
    const staged = await connectWise.subscribe({ quantity: 5, ...MONEY });
    await connectWise.changed(staged, { kind: 'CANCEL', effectiveDate: nextMonth(3) });
    const entry = await reopened(connectWise, staged, { quantity: 5, effectiveDate: nextMonth(5) });
    expect(entry?.status).toBe('SUCCEEDED');
    expect(psa.billed(staged.contractId, nextMonth(5))).toMatchObject({
      units: 5,
      additions: [expect.stringMatching(/^5 @15 /), `5 @15 ${nextMonth(5)}..`],
    });
  });

  it('of a quantity that was 0', async () => {
    const staged = await connectWise.subscribe({ quantity: 5, ...MONEY });
    await connectWise.changed(staged, quantity(0, nextMonth(3)));
    const [entry] = await connectWise.changed(staged, quantity(4, nextMonth(6)));
    expect(entry?.status).toBe('SUCCEEDED');
    expect(psa.billed(staged.contractId, nextMonth(6)).additions.at(-1)).toBe(`4 @15 ${nextMonth(6)}..`);
  });

  it('and other seats leave a special price alone', async () => {
    const staged = await connectWise.subscribe({ quantity: 5, ...MONEY });
    const { admin } = psa.simulator;
    admin.edit('additions', Number(admin.additions(Number(staged.contractId)).at(-1)?.id), { unitPrice: 13 });
    await connectWise.changed(staged, quantity(7, nextMonth(6)));
    expect(psa.billed(staged.contractId, nextMonth(6)).additions.at(-1)).toBe(`7 @13 ${nextMonth(6)}..`);
  });
});

describe('Autotask: a price that changed while nothing was billed (R51, R53)', () => {
  it('is that of the units that come back', async () => {
    const staged = await autotask.subscribe({ quantity: 5 });
    await autotask.changed(staged, quantity(0, NEXT_MONTH));
    const price = { kind: 'PRICE', unitCost: '16', unitPrice: '20', effectiveDate: NEXT_MONTH };
    const [nothing] = await autotask.changed(staged, price);
    expect(nothing).toMatchObject({ status: 'SUCCEEDED', details: { writes: 0 } });
    const [entry] = await autotask.changed(staged, quantity(5, nextMonth(10)));
    expect(entry?.status).toBe('SUCCEEDED');
    expect(amounts(staged).at(-1)).toEqual([5, 20, 16]);
    const [again] = await autotask.changed(staged, { ...price, unitPrice: '21', effectiveDate: nextMonth(12) });
    expect(again).toMatchObject({ status: 'SUCCEEDED', details: { writes: 1 } });
    expect(amounts(staged).at(-1)).toEqual([0, 21, 16]);
  });

  it('while the subscription was cancelled, too', async () => {
    const staged = await autotask.subscribe({ quantity: 5 });
    await autotask.changed(staged, { kind: 'CANCEL', effectiveDate: NEXT_MONTH });
    const entry = await reopened(autotask, staged, { quantity: 5, effectiveDate: nextMonth(10) });
    expect(entry?.status).toBe('SUCCEEDED');
    expect(amounts(staged).at(-1)).toEqual([5, 15, 12]);
  });

  it('also where a person took the units away and the marketplace knows of none', async () => {
    const staged = await autotask.subscribe({ quantity: 5 });
    await autotask.edit(staged, -5, NEXT_MONTH);
    await autotask.changed(staged, quantity(7, nextMonth(10)));
    expect(amounts(staged).at(-1)).toEqual([7, 10, 8]);
  });

  it('and other seats bring none', async () => {
    const staged = await autotask.subscribe({ quantity: 5 });
    await autotask.changed(staged, quantity(7, nextMonth(10)));
    expect(amounts(staged).at(-1)).toEqual([2, undefined, undefined]);
  });
});

it('a price behind units that wait counts after them: the old one does not win (R69)', async () => {
  const staged = await autotask.subscribe({ quantity: 5 });
  await autotask.changed(staged, quantity(0, NEXT_MONTH));
  const { users } = app.simulator.admin;
  users.patch('api@psa.test', { permissions: { ContractServiceAdjustments: { create: 'None' } } });
  const [units] = await autotask.changed(staged, quantity(5, nextMonth(10)));
  users.patch('api@psa.test', { permissions: {} });
  expect(units?.status).toBe('FAILED');
  const price = { kind: 'PRICE', unitCost: '16', unitPrice: '20', effectiveDate: nextMonth(10) };
  const [waiting] = await autotask.change(staged, price);
  await done(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
  expect(await settled(app.csp, waiting?.id ?? '')).toMatchObject({ status: 'SUCCEEDED', details: { writes: 1 } });
  expect(amounts(staged).slice(-2)).toEqual([
    [5, 10, 8],
    [0, 20, 16],
  ]);
});

it('without an amount that belongs on the line they are refused, not billed at another (R52)', async () => {
  const staged = await autotask.subscribe({ quantity: 5 });
  await autotask.changed(staged, quantity(0, NEXT_MONTH));
  await autotask.change(staged, { kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' });
  const posts = autotask.posts(staged).length;
  const shown = await app.csp.query<{ previewSubscriptionChange: object }>(
    `query ($input: PreviewSubscriptionChangeInput!) { previewSubscriptionChange(input: $input) { decision refusal { code } } }`,
    { input: { externalId: staged.externalId, ...quantity(5, nextMonth(10)) } },
  );
  const code = 'BILLING_FREQUENCY_CHANGED';
  expect(shown.previewSubscriptionChange).toMatchObject({ decision: 'REFUSE', refusal: { code } });
  const [entry] = await autotask.changed(staged, quantity(5, nextMonth(10)));
  expect(entry).toMatchObject({ status: 'FAILED', error: { code, hint: expect.stringContaining('skip') } });
  expect(autotask.posts(staged)).toHaveLength(posts);
  const { userErrors } = await act(app.csp, 'skipSubscriptionOperation', { auditLogId: entry?.id, reason: 'As told' });
  expect(userErrors).toEqual([]);
});
