import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, connectionOf, entries, entryOf, mappingOf, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage } from '../support/stage.js';
import { monthlyService } from '../support/world.js';

let app: TestApp;
let stage: Stage;
let services = 0;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
});
afterAll(() => app?.close());

const writes = () => app.simulator.admin.journal.list({ writes: true }).length;

describe('unmapping a cloud subscription (R48)', () => {
  it('writes nothing to the PSA, stops future sync and keeps the history', async () => {
    const staged = await stage.subscribe();
    const before = writes();
    const { mapping, auditLog } = await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    expect(mapping).toMatchObject({ id: staged.mappingId, state: 'DELETED' });
    expect(auditLog).toMatchObject({
      operationLabel: 'Delete Connection Subscription Mapping',
      status: 'SUCCEEDED',
    });
    expect(await stage.change(staged, { kind: 'QUANTITY', quantity: 9 })).toEqual([]);
    expect(writes()).toBe(before);
    expect(await entryOf(app.csp, staged.entry.id)).toMatchObject({ status: 'SUCCEEDED' });
    const listed = await app.csp.query<{ mappings: { nodes: { id: string }[] } }>('{ mappings { nodes { id } } }');
    expect(listed.mappings.nodes.map(({ id }) => id)).not.toContain(staged.mappingId);
  });

  it('lets it be mapped again, to another contract', async () => {
    const staged = await stage.subscribe();
    await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    const { mapping, auditLog, userErrors } = await stage.map(staged);
    expect(userErrors).toEqual([]);
    expect(mapping?.id).not.toBe(staged.mappingId);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
  });

  it('cancels what waits behind a failed operation', async () => {
    const staged = await stage.subscribe();
    app.simulator.admin.users.patch('api@psa.test', {
      permissions: { ContractServiceAdjustments: { create: 'None' } },
    });
    const [failed] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 6, effectiveDate: nextMonth(3) });
    app.simulator.admin.users.patch('api@psa.test', { permissions: {} });
    const [waiting] = await stage.change(staged, { kind: 'QUANTITY', quantity: 7, effectiveDate: nextMonth(4) });
    expect([failed?.status, waiting?.status]).toEqual(['FAILED', 'PENDING']);
    await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    expect(await settled(app.csp, waiting?.id ?? '')).toMatchObject({
      status: 'CANCELED',
      error: { code: 'UNMAPPED' },
    });
    expect(stage.posts(staged).filter(({ committed }) => committed)).toHaveLength(1);
  });
});

describe('unmapping a customer or an offer', () => {
  it('is refused while a mapped cloud subscription needs it, naming that mapping (R48)', async () => {
    const own = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    const staged = await own.subscribe();
    for (const [field, id] of [
      ['deleteConnectionCustomerMapping', own.mappings.customer],
      ['deleteConnectionOfferMapping', own.mappings.offer],
    ] as const) {
      const { mapping, userErrors, auditLog } = await act(app.csp, field, { id });
      expect(mapping).toBeNull();
      expect(userErrors).toEqual([
        expect.objectContaining({
          __typename: 'InUseError',
          code: 'MAPPING_IN_USE',
          count: 1,
          mappings: [{ id: staged.mappingId }],
        }),
      ]);
      expect(auditLog.status).toBe('FAILED');
      expect((await mappingOf(app.csp, id)).state).toBe('MAPPED');
    }
    await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    for (const [field, id] of [
      ['deleteConnectionCustomerMapping', own.mappings.customer],
      ['deleteConnectionOfferMapping', own.mappings.offer],
    ] as const) {
      expect((await act(app.csp, field, { id })).userErrors).toEqual([]);
    }
  });

  it('of another kind is answered like an unknown one', async () => {
    const { userErrors } = await act(app.csp, 'deleteConnectionOfferMapping', { id: stage.mappings.customer });
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'NotFoundError' })]);
  });
});

describe('deleting a connection (R16)', () => {
  const sealed = async (id: string) => {
    const uuid = id.replace('conn_', '');
    const [row] = await app.database.sql<{ sealedCredentials: string | null; fingerprint: string | null }>(
      'SELECT "sealedCredentials", "fingerprint" FROM "Connection" WHERE replace("id"::text, \'-\', \'\') = $1',
      [uuid],
    );
    return row;
  };

  it('is refused while cloud subscriptions are mapped; with cascade it goes with its mappings', async () => {
    const own = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    const staged = await own.subscribe();
    const id = own.connectionId;
    const refused = await act(app.csp, 'deleteConnectorConnection', { id });
    expect(refused.userErrors).toEqual([
      expect.objectContaining({
        __typename: 'InUseError',
        code: 'CONNECTION_IN_USE',
        count: 1,
        mappings: [{ id: staged.mappingId }],
      }),
    ]);
    expect((await sealed(id))?.sealedCredentials).toMatch(/^v2\./);

    const before = writes();
    const { connection, auditLog } = await act(app.csp, 'deleteConnectorConnection', { id, cascade: true });
    expect(connection).toMatchObject({ id, status: 'DELETED' });
    expect(connection?.deletedAt).not.toBeNull();
    expect(auditLog.status).toBe('SUCCEEDED');
    expect(await sealed(id)).toEqual({ sealedCredentials: null, fingerprint: null });
    expect((await mappingOf(app.csp, staged.mappingId)).state).toBe('DELETED');
    expect(writes()).toBe(before);
    // The audit stays, with what it was about.
    const kept = await entries(app.csp, { connectionIds: [id] });
    expect(kept.map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['CreateConnectorConnection', 'CreateConnectionSubscriptionMapping']),
    );
    expect(await stage.map(staged)).toMatchObject({ userErrors: [{ code: 'CUSTOMER_NOT_MAPPED' }, {}] });
  });

  it('frees its alias, leaves no list entry, and a second time it is unknown', async () => {
    const { connectionId: id } = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    const { alias } = await connectionOf(app.csp, id);
    expect((await act(app.csp, 'deleteConnectorConnection', { id })).userErrors).toEqual([]);
    const { connections } = await app.csp.query<{ connections: { nodes: { id: string }[] } }>(
      '{ connections(first: 100) { nodes { id } } }',
    );
    expect(connections.nodes.map((node) => node.id)).not.toContain(id);
    const again = await act(app.csp, 'deleteConnectorConnection', { id });
    expect(again.userErrors).toEqual([expect.objectContaining({ __typename: 'NotFoundError' })]);
    const renamed = await act(app.csp, 'updateConnectorConnection', { id: stage.connectionId, alias });
    expect(renamed.userErrors).toEqual([]);
  });
});
