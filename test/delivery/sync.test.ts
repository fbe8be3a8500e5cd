import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, done, entries, entryOf, settled, subscriptionRow, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth, TODAY } from '../support/dates.js';
import { createStage, type Stage, standing } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterAll(() => app?.close());

const badge = async (id: string): Promise<string | null> => {
  const document = 'query ($id: ID!) { node(id: $id) { ... on CloudSubscription { syncState } } }';
  return (await app.csp.query<{ node: { syncState: string | null } }>(document, { id })).node.syncState;
};

describe('a change of quantity', () => {
  it('becomes exactly one adjustment, read back, with before, change and after in its entry (R49, R70)', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const [entry, ...more] = await stage.changed(staged, {
      kind: 'QUANTITY',
      quantity: 7,
      effectiveDate: nextMonth(10),
    });
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      operation: 'UpdateSubscriptionOnConnection',
      operationLabel: 'Update Subscription on Connection',
      status: 'SUCCEEDED',
      attempts: 1,
      connectionId: stage.connectionId,
      details: {
        before: { units: 5 },
        change: { units: 2, effectiveDate: nextMonth(10) },
        after: { units: 7 },
        writes: 1,
        marketplace: { quantity: 7 },
      },
    });
    expect(entry?.customerName).toMatch(/^Customer/);
    const [first, second, ...rest] = stage.posts(staged);
    expect(rest).toEqual([]);
    expect(first?.body).toMatchObject({ unitChange: 5 });
    // A change of seats leaves the price of the line alone.
    expect(second).toMatchObject({ committed: true });
    expect(second?.body).toEqual({
      contractID: Number(staged.contractId),
      serviceID: Number(stage.serviceId),
      unitChange: 2,
      effectiveDate: nextMonth(10),
    });
    expect(standing(app, staged.contractId, nextMonth(9))).toMatchObject({ units: 5 });
    expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units: 7 });
    expect(await badge(staged.id)).toBe('SYNCED');
  });

  it('is one change however often its event is sent', async () => {
    const staged = await stage.subscribe();
    const event = {
      eventId: unique('event'),
      externalId: staged.externalId,
      kind: 'QUANTITY',
      quantity: 8,
      effectiveDate: nextMonth(3),
    };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => act(app.csp, 'recordSubscriptionChange', event)),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    const made = await entries(app.csp, { operations: ['UpdateSubscriptionOnConnection'], targetIds: [staged.id] });
    expect(made).toHaveLength(1);
    expect((await settled(app.csp, made[0]?.id ?? '')).status).toBe('SUCCEEDED');
    expect(stage.posts(staged).map(({ body }) => body.unitChange)).toEqual([5, 3]);
    const other = await act(app.csp, 'recordSubscriptionChange', { ...event, quantity: 9 });
    expect(other.userErrors).toEqual([expect.objectContaining({ code: 'EVENT_ID_CONFLICT' })]);
  });

  it('that a push of the present state shows is delivered like an event', async () => {
    const staged = await stage.subscribe();
    const row = subscriptionRow(stage.customer.externalId, stage.offer.externalId, {
      externalId: staged.externalId,
      quantity: 11,
      effectiveDate: nextMonth(5),
    });
    const correlationId = crypto.randomUUID();
    await done(app.csp, 'upsertCloudSubscriptions', { items: [row] }, { correlationId });
    const made = await entries(app.csp, { correlationId, operations: ['UpdateSubscriptionOnConnection'] });
    const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
    expect(ended.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(1);
    expect(stage.posts(staged).map(({ body }) => body.unitChange)).toEqual([5, 6]);
  });

  it('to what stands already writes nothing and says so', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const [entry] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 5, effectiveDate: nextMonth(4) });
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { writes: 0, change: { units: 0 } } });
    expect(stage.posts(staged)).toHaveLength(1);
  });

  it('follows the changes before it, in order', async () => {
    const staged = await stage.subscribe({ quantity: 1 });
    const wanted = [4, 2, 9, 3, 7];
    const made = [];
    for (const [at, quantity] of wanted.entries()) {
      made.push(...(await stage.change(staged, { kind: 'QUANTITY', quantity, effectiveDate: nextMonth(at + 2) })));
    }
    const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(wanted.map(() => 'SUCCEEDED'));
    expect(stage.posts(staged).map(({ body }) => body.unitChange)).toEqual([1, 3, -2, 7, -6, 4]);
    expect(standing(app, staged.contractId, nextMonth(20))).toMatchObject({ units: 7 });
  });
});

describe('several changes of one day', () => {
  it('scenario 1: become one adjustment to the last of them (R50)', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    // Something before them keeps the lane busy, so that both wait together.
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path }, action: { kind: 'status429', retryAfter: 2 } });
    const [busy] = await stage.change(staged, { kind: 'QUANTITY', quantity: 5, effectiveDate: nextMonth(1) });
    await stage.change(staged, { kind: 'PRICE', unitPrice: '11.00', effectiveDate: nextMonth(2) });
    const [first] = await stage.change(staged, { kind: 'QUANTITY', quantity: 7, effectiveDate: nextMonth(10) });
    const [second] = await stage.change(staged, { kind: 'QUANTITY', quantity: 6, effectiveDate: nextMonth(10) });
    const ended = await Promise.all([busy, first, second].map((entry) => settled(app.csp, entry?.id ?? '')));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    expect(ended[1]?.details).toHaveProperty('supersededBy');
    const ofTheTenth = stage.posts(staged).filter(({ body }) => body.effectiveDate === nextMonth(10));
    expect(ofTheTenth.map(({ committed, body }) => [committed, body.unitChange])).toEqual([[true, 1]]);
    expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units: 6 });
    expect(standing(app, staged.contractId, nextMonth(28))).toMatchObject({ units: 6 });
  });

  it('end with the last one even when the first was sent already', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const [first] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 7, effectiveDate: nextMonth(10) });
    const [second] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 6, effectiveDate: nextMonth(10) });
    expect([first?.status, second?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(standing(app, staged.contractId, nextMonth(15))).toMatchObject({ units: 6 });
    expect(await badge(staged.id)).toBe('SYNCED');
  });
});

describe('other changes', () => {
  it('cancelling brings the units to 0 (R57)', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const [entry] = await stage.changed(staged, { kind: 'CANCEL', effectiveDate: nextMonth(6) });
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { change: { units: -5 }, after: { units: 0 } } });
    expect(standing(app, staged.contractId, nextMonth(6))).toMatchObject({ units: 0 });
  });

  it.each(['EXPIRED', 'DISABLED'])('%s brings the units to 0 as well, and a way back is there', async (status) => {
    const staged = await stage.subscribe({ quantity: 5 });
    const push = async (more: object) => {
      const { externalId } = staged;
      const row = subscriptionRow(stage.customer.externalId, stage.offer.externalId, {
        externalId,
        name: 'N',
        ...more,
      });
      const correlationId = crypto.randomUUID();
      await done(app.csp, 'upsertCloudSubscriptions', { items: [row] }, { correlationId });
      const operations = ['UpdateSubscriptionOnConnection'];
      return Promise.all((await entries(app.csp, { correlationId, operations })).map(({ id }) => settled(app.csp, id)));
    };
    await push({});
    const [entry, ...more] = await push({ status, effectiveDate: nextMonth(6) });
    expect(more).toEqual([]);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { marketplace: { status }, after: { units: 0 } } });
    expect(standing(app, staged.contractId, nextMonth(6))).toMatchObject({ units: 0 });
    expect(await push({ status: 'DELETED', effectiveDate: nextMonth(7) })).toEqual([]);
    const [back] = await push({ effectiveDate: nextMonth(9) });
    expect(back).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 5 } } });
    expect(standing(app, staged.contractId, nextMonth(9))).toMatchObject({ units: 5 });
  });

  it('a price writes price and cost of the context and leaves the units (R51, R53)', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const price = { unitPrice: '12.3456', unitCost: '9.50' };
    const [entry] = await stage.changed(staged, { kind: 'PRICE', ...price, effectiveDate: TODAY });
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { before: { units: 5 }, after: { units: 5 } } });
    const last = stage.posts(staged).at(-1)?.body;
    expect(last).toMatchObject({ unitChange: 0, adjustedUnitPrice: 12.3456, adjustedUnitCost: 9.5 });
  });

  it.each([
    ['AUTO_RENEW', { autoRenewEnabled: true }, 'R52'],
    ['FRIENDLY_NAME', { name: 'Another name' }, 'R52'],
    ['BILLING_FREQUENCY', { billingFrequency: 'ANNUAL' }, 'R52'],
    ['RENEWAL', { endDate: '2099-12-31' }, 'R61'],
    ['UPGRADE', {}, 'R61'],
    ['SCHEDULED_CHANGE', {}, 'R61'],
  ])(
    'scenario 4: %s is a failed entry, without a call, and the badge stays (R52, R61, R67)',
    async (kind, values, rule) => {
      const staged = await stage.subscribe();
      app.simulator.admin.journal.clear();
      const [entry, ...more] = await stage.change(staged, { kind, ...values });
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ status: 'FAILED', outcome: 'FAILED', error: { code: 'UNSUPPORTED_CHANGE' } });
      expect(entry?.error?.message).toContain(rule);
      expect(await badge(staged.id)).toBe('SYNCED');
      const [next] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 9, effectiveDate: nextMonth(8) });
      expect(next?.status).toBe('SUCCEEDED');
      expect(stage.posts(staged)).toHaveLength(1);
      expect(await entryOf(app.csp, entry?.id ?? '')).toMatchObject({ status: 'FAILED', attempts: 0 });
    },
  );

  it.each(['SUSPEND', 'RESUME'])('%s of a licence is nothing at all (R60)', async (kind) => {
    const staged = await stage.subscribe();
    expect(await stage.change(staged, { kind })).toEqual([]);
    expect(await badge(staged.id)).toBe('SYNCED');
  });
});

describe('many subscriptions at once', () => {
  it('each end with the target, one adjustment for each change, none doubled', async () => {
    const staged = await Promise.all(Array.from({ length: 8 }, () => stage.subscribe({ quantity: 1 })));
    const rounds = [3, 2, 6];
    const made = await Promise.all(
      staged.map(async (one) => {
        const own = [];
        for (const [at, quantity] of rounds.entries()) {
          own.push(...(await stage.change(one, { kind: 'QUANTITY', quantity, effectiveDate: nextMonth(at + 4) })));
        }
        return own;
      }),
    );
    const ended = await Promise.all(made.flat().map(({ id }) => settled(app.csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'SUCCEEDED'));
    for (const one of staged) {
      expect(stage.posts(one).map(({ body }) => body.unitChange)).toEqual([1, 2, -1, 4]);
      expect(standing(app, one.contractId, nextMonth(25))).toMatchObject({ units: 6 });
    }
  });
});
