import { afterAll, beforeAll, expect, it } from 'vitest';
import { entries, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage, standing } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp({ nettingSeconds: 8 });
  stage = await createStage(app);
});
afterAll(() => app?.close());

it('of several quantities of one day sent within the window only the last reaches the PSA (R50)', async () => {
  const staged = await stage.subscribe({ quantity: 5 });
  const began = Date.now();
  const change = (at: number) =>
    `c${at}: recordSubscriptionChange(input: { eventId: "netted ${at}", externalId: "${staged.externalId}",
      kind: QUANTITY, quantity: ${10 + at}, effectiveDate: "${nextMonth(10)}" }) { userErrors { code } }`;
  await app.csp.query(`mutation { ${[1, 2, 3].map(change).join(' ')} }`);
  const made = await entries(app.csp, { operations: ['UpdateSubscriptionOnConnection'], targetIds: [staged.id] });
  const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
  expect(Date.now() - began).toBeGreaterThan(8_000);
  expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect(ended.map(({ summary }) => summary.startsWith('Superseded'))).toEqual([true, true, false]);
  expect(stage.posts(staged).map(({ body }) => body.unitChange)).toEqual([5, 8]);
});

it('one behind which another day waits is not replaced by a later one of its own day: it would be lost in between (R50)', async () => {
  const staged = await stage.subscribe({ quantity: 5 });
  const changes = [
    [7, 10],
    [9, 10],
    [8, 20],
    [6, 10],
  ] as const;
  const change = ([quantity, on]: readonly [number, number], at: number) =>
    `c${at}: recordSubscriptionChange(input: { eventId: "of two days ${at}", externalId: "${staged.externalId}",
      kind: QUANTITY, quantity: ${quantity}, effectiveDate: "${nextMonth(on)}" }) { userErrors { code } }`;
  await app.csp.query(`mutation { ${changes.map(change).join(' ')} }`);
  const made = await entries(app.csp, { operations: ['UpdateSubscriptionOnConnection'], targetIds: [staged.id] });
  const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
  expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  expect(ended.map(({ summary }) => summary.startsWith('Superseded'))).toEqual([true, false, false, false]);
  const sent = stage.posts(staged).filter(({ committed }) => committed);
  expect(sent.map(({ body }) => body.unitChange)).toEqual([5, 4, -1, -2]);
  const billed = (on: number) => standing(app, staged.contractId, nextMonth(on))?.units;
  expect([billed(9), billed(10), billed(19), billed(20)]).toEqual([5, 9, 9, 8]);
});

it('a price goes out at once', async () => {
  const staged = await stage.subscribe({ quantity: 5 });
  const [entry] = await stage.changed(staged, { kind: 'PRICE', unitPrice: '11', effectiveDate: nextMonth(1) });
  expect(entry).toMatchObject({ status: 'SUCCEEDED' });
});
