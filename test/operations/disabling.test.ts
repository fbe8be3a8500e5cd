import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  act,
  connect,
  connectionOf,
  done,
  entryOf,
  GOOD,
  pushCustomer,
  pushOffer,
  pushSubscription,
  reached,
  settled,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage, standing } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

/** What a person switches off stays off, and nothing that happens meanwhile is lost (1.8). */
let app: TestApp;
let other: Stage;
beforeAll(async () => {
  app = await createTestApp();
  other = await createStage(app);
});
afterAll(() => app?.close());

const disable = (id: string) => done(app.csp, 'disableConnectorConnection', { id });
const enabled = async (id: string) =>
  settled(app.csp, (await done(app.csp, 'enableConnectorConnection', { id })).auditLog.id);
const statusOf = async (id: string) => (await connectionOf(app.csp, id)).status;
const quantity = (value: number, day: number) => ({ kind: 'QUANTITY', quantity: value, effectiveDate: nextMonth(day) });
const requests = () => app.simulator.admin.journal.counters().requests;

/** What was enqueued before has had its turn: a job that was enqueued after it has ended. */
const othersTurn = async () => other.changed(await other.subscribe(), quantity(9, 3));

describe('a disabled connection', () => {
  let services = 1;
  const staged = () => createStage(app, app.csp, { serviceId: monthlyService(services++) });

  it('sends nothing, keeps its lanes in order, and goes on when it is enabled', async () => {
    const stage = await staged();
    const sold = await stage.subscribe({ quantity: 5 });
    const { connection, auditLog } = await disable(stage.connectionId);
    expect(connection).toMatchObject({ status: 'DISABLED', statusCode: 'SWITCHED_OFF' });
    expect(auditLog).toMatchObject({ status: 'SUCCEEDED', operationLabel: 'Disable Connector Connection' });
    const [first] = await stage.change(sold, quantity(7, 3));
    const [second] = await stage.change(sold, quantity(4, 5));
    await othersTurn();
    for (const entry of [first, second]) {
      expect(await entryOf(app.csp, entry?.id ?? '')).toMatchObject({ status: 'PENDING', attempts: 0 });
    }
    expect(stage.posts(sold)).toHaveLength(1);
    expect(await stage.mapping(sold)).toMatchObject({ state: 'MAPPED', syncState: 'PENDING' });

    const entry = await enabled(stage.connectionId);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', operationLabel: 'Enable Connector Connection' });
    const ended = await Promise.all([first, second].map((each) => settled(app.csp, each?.id ?? '')));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(stage.posts(sold).map(({ body }) => body.unitChange)).toEqual([5, 2, -3]);
    expect(standing(app, sold.contractId, nextMonth(5))).toMatchObject({ units: 4 });
    expect(await connectionOf(app.csp, stage.connectionId)).toMatchObject({ status: 'ACTIVE', statusCode: null });
  });

  it('refuses whatever needs the PSA, with what to do, and without a call', async () => {
    const stage = await staged();
    const { connectionId } = stage;
    const sold = await stage.subscribe();
    const { id: cloudSubscriptionId } = await pushSubscription(
      app.csp,
      stage.customer.externalId,
      stage.offer.externalId,
    );
    const customer = await pushCustomer(app.csp);
    const offer = await pushOffer(app.csp);
    await disable(connectionId);
    const before = requests();
    const contractId = stage.nextContract();
    const tries: [string, object][] = [
      ['createConnectionCustomerMapping', { customerId: customer.id, companyId: PSA.company.contoso }],
      [
        'createConnectionOfferMapping',
        { offerVariantId: await variantOf(app.csp, offer.externalId), serviceId: monthlyService(8) },
      ],
      ['createConnectionSubscriptionMapping', { cloudSubscriptionId, contractId }],
      ['syncSubscriptionToConnection', { cloudSubscriptionId, contractId }],
      ['reconcileConnection', {}],
      ['runAzureBilling', { month: '2026-01-01' }],
    ];
    for (const [field, input] of tries) {
      const { userErrors } = await act(app.csp, field, { connectionId, ...input });
      expect([field, userErrors]).toEqual([
        field,
        [
          expect.objectContaining({
            ...{ __typename: 'ConnectionNotReadyError', code: 'CONNECTION_NOT_READY' },
            message: expect.stringContaining('is DISABLED. Enable it (enableConnectorConnection)'),
          }),
        ],
      ]);
    }
    const document =
      'query ($input: PreviewSubscriptionChangeInput!) { previewSubscriptionChange(input: $input) { decision refusal { code message } } }';
    const input = { externalId: sold.externalId, ...quantity(7, 3) };
    const message = expect.stringContaining('is DISABLED. Enable it (enableConnectorConnection)');
    expect(await app.csp.query(document, { input })).toEqual({
      previewSubscriptionChange: { decision: 'REFUSE', refusal: { code: 'CONNECTION_NOT_READY', message } },
    });
    expect(requests()).toBe(before);
    expect((await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: sold.mappingId })).userErrors).toEqual([]);
  });

  it('stays off whatever a check finds, of it and of new credentials, which are taken', async () => {
    const { connectionId: id } = await staged();
    await disable(id);
    const tested = await done(app.csp, 'testConnectorConnection', { id });
    expect((await settled(app.csp, tested.auditLog.id)).status).toBe('SUCCEEDED');
    expect(await statusOf(id)).toBe('DISABLED');
    for (const [password, status, version] of [
      [GOOD.password, 'SUCCEEDED', 2],
      ['wrong', 'FAILED', 2],
    ] as const) {
      const input = { id, credentials: { autotask: { ...GOOD, password } } };
      const { auditLog } = await done(app.csp, 'updateConnectorConnection', input);
      expect((await settled(app.csp, auditLog.id)).status).toBe(status);
      expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'DISABLED', credentialsVersion: version });
    }
  });

  it('that was INVALID is checked when it is enabled, and is INVALID again while nothing is mended', async () => {
    const { connection, auditLog } = await connect(app.csp, { credentials: { autotask: { ...GOOD, password: 'no' } } });
    const id = connection?.id ?? '';
    await settled(app.csp, auditLog.id);
    expect(await statusOf(id)).toBe('INVALID');
    await disable(id);
    expect(await enabled(id)).toMatchObject({ status: 'FAILED', error: { class: 'authInvalid' } });
    expect(await statusOf(id)).toBe('INVALID');
  });

  it('ends the reconciliation that runs', async () => {
    const stage = await staged();
    await stage.subscribe();
    app.simulator.admin.faults.add({ match: { entity: 'Contracts' }, action: { kind: 'status429', retryAfter: 2 } });
    const { auditLog } = await done(app.csp, 'reconcileConnection', { connectionId: stage.connectionId });
    await reached(app.csp, auditLog.id, 'RETRYING');
    await disable(stage.connectionId);
    expect(await settled(app.csp, auditLog.id)).toMatchObject({
      status: 'CANCELED',
      error: { code: 'CONNECTION_NOT_READY', message: expect.stringContaining('enableConnectorConnection') },
    });
  });

  it('is enabled once, and disabled as often as somebody likes', async () => {
    const { connectionId: id } = await staged();
    const refused = await act(app.csp, 'enableConnectorConnection', { id });
    expect(refused.userErrors).toEqual([
      expect.objectContaining({ __typename: 'ConnectionNotReadyError', code: 'CONNECTION_NOT_DISABLED' }),
    ]);
    await disable(id);
    await disable(id);
    const asked = await Promise.all([1, 2, 3].map(() => act(app.csp, 'enableConnectorConnection', { id })));
    const won = asked.filter(({ userErrors }) => userErrors.length === 0);
    expect(won).toHaveLength(1);
    expect(await settled(app.csp, won[0]?.auditLog.id ?? '')).toMatchObject({ status: 'SUCCEEDED' });
    expect(await statusOf(id)).toBe('ACTIVE');
  });
});
