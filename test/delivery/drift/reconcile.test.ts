import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, done, entries, mappingOf, reached, settled } from '../../support/acts.js';
import { createTestApp, type TestApp } from '../../support/app.js';
import { day, drifts, driftWorld, reconciled, standing } from '../../support/drift.js';
import { type Person, personOf } from '../../support/person.js';
import { createStage, type Stage } from '../../support/stage.js';
import { API_USER, monthlyService } from '../../support/world.js';

let app: TestApp;
let stage: Stage;
let person: Person;
beforeAll(async () => {
  app = await createTestApp({ world: driftWorld() });
  stage = await createStage(app);
  person = personOf(app);
});
afterAll(() => app?.close());

const adjust = (contractId: string, change: Parameters<Person['adjust']>[2]) =>
  person.adjust(contractId, stage.serviceId, change);

describe('reconciling a connection', () => {
  it('of lines that are as they should be finds nothing, and says in its entry what it did', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const { entry, reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    expect(reconciliation).toMatchObject({ status: 'SUCCEEDED', drifts: 0, pending: 0, unread: 0 });
    expect(reconciliation.checked).toBe(reconciliation.lines);
    expect(entry).toMatchObject({
      operation: 'ReconcileConnection',
      operationLabel: 'Reconcile Connection',
      status: 'SUCCEEDED',
      connectionId: stage.connectionId,
      details: { lines: reconciliation.lines, equal: reconciliation.lines, drifts: 0, byField: {}, byCause: {} },
    });
    expect(entry.details.calls).toBe(reconciliation.calls);
    expect(entry.details.seconds).toEqual(expect.any(Number));
    const told = entry.history.filter(({ type }) => type === 'REPORT').map(({ message }) => message);
    expect(told.at(-1)).toMatch(/^\d+ of \d+ lines compared, 0 drifts, \d+ calls\.$/);
  });

  it('scenario 6: after a cancel, somebody sets 4 units by hand: a drift of 4 against 0 (R57, R63)', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await stage.changed(staged, { kind: 'CANCEL', effectiveDate: day(-2) });
    await adjust(staged.contractId, { unitChange: 4, effectiveDate: day(-1) });
    const { entry } = await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({
        ...{ field: 'QUANTITY', marketplaceValue: '0', psaValue: '4', lastWrittenValue: '0' },
        ...{ cause: 'MANUAL_EDIT', state: 'OPEN', rule: 'ASK', closedAt: null, auditLog: null },
        mapping: { id: staged.mappingId },
        cloudSubscription: { id: staged.id },
      }),
    ]);
    expect(entry.details).toMatchObject({ byField: { QUANTITY: 1 }, byCause: { MANUAL_EDIT: 1 } });
  });

  it('finds a price and a cost that were edited by hand, also where a split period tells none', async () => {
    const staged = await stage.subscribe({ quantity: 5, unitPrice: '10.00', unitCost: '8.00' });
    const change = { unitChange: 0, adjustedUnitPrice: 12.5, adjustedUnitCost: 9, effectiveDate: day(-1) };
    await adjust(staged.contractId, change);
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({
        ...{ field: 'UNIT_PRICE', marketplaceValue: '10', psaValue: '12.5', lastWrittenValue: '10' },
        cause: 'MANUAL_EDIT',
      }),
      expect.objectContaining({
        ...{ field: 'UNIT_COST', marketplaceValue: '8', psaValue: '9', lastWrittenValue: '8', cause: 'MANUAL_EDIT' },
      }),
    ]);
  });

  it('takes a cost that is hidden from the API user for no fact', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    app.simulator.admin.users.patch(API_USER.username, { canSeeCosts: false });
    try {
      await reconciled(app.csp, stage.connectionId);
    } finally {
      app.simulator.admin.users.patch(API_USER.username, { canSeeCosts: true });
    }
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
  });

  it('finds a change that failed, and goes on finding it when the operation was skipped', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const after = { kind: 'QUANTITY', quantity: 8, effectiveDate: day(3000) };
    const [failed] = await stage.changed(staged, after);
    expect(failed?.status).toBe('FAILED');
    const missed = expect.objectContaining({
      ...{ field: 'QUANTITY', marketplaceValue: '8', psaValue: '5', lastWrittenValue: '5' },
      ...{ cause: 'MISSED_CHANGE', state: 'OPEN' },
    });
    await reconciled(app.csp, stage.connectionId);
    const [first] = await standing(app.csp, staged.mappingId);
    expect(first).toEqual(missed);
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: failed?.id, reason: 'Not worth it' });
    await reconciled(app.csp, stage.connectionId);
    const again = await standing(app.csp, staged.mappingId);
    expect(again).toEqual([missed]);
    expect(again[0]?.id).toBe(first?.id);
  });

  it('does not judge a line with a change on its way', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path }, action: { kind: 'status429', retryAfter: 3 } });
    const [waiting] = await stage.change(staged, { kind: 'QUANTITY', quantity: 7, effectiveDate: day(-1) });
    const { reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(reconciliation.pending).toBe(1);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    expect((await settled(app.csp, waiting?.id ?? '')).status).toBe('SUCCEEDED');
  });

  it('does not judge a line whose change was delivered between its two reads', { timeout: 30_000 }, async () => {
    const own = await createStage(app);
    const staged = await own.subscribe({ quantity: 5 });
    const { faults, journal } = app.simulator.admin;
    const slow = faults.add({ match: { entity: 'Contracts', method: 'POST' }, action: { kind: 'delay', ms: 6_000 } });
    const { auditLog } = await done(app.csp, 'reconcileConnection', { connectionId: own.connectionId });
    const begun = () => journal.list({ entity: 'Contracts' }).some(({ fault }) => fault === 'delay');
    while (!begun()) await new Promise((turn) => setImmediate(turn));
    expect(faults.list().find(({ id }) => id === slow.id)).toMatchObject({ hits: 1 });
    await own.changed(staged, { kind: 'QUANTITY', quantity: 8, effectiveDate: day(-1) });
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { lines: 1, pending: 1, drifts: 0 } });
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
  });

  it('does not expect a change before the day it was written for', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await stage.changed(staged, { kind: 'QUANTITY', quantity: 7, effectiveDate: day(3) });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    await adjust(staged.contractId, { unitChange: 1, effectiveDate: day(-1) });
    await reconciled(app.csp, stage.connectionId);
    const edited = { marketplaceValue: '7', psaValue: '6', lastWrittenValue: '5', cause: 'MANUAL_EDIT' };
    expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining(edited)]);
  });

  it('closes a drift that it finds equal again', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await adjust(staged.contractId, { unitChange: 2, effectiveDate: day(-2) });
    await reconciled(app.csp, stage.connectionId);
    const [found] = await standing(app.csp, staged.mappingId);
    expect(found).toMatchObject({ psaValue: '7', state: 'OPEN' });
    await adjust(staged.contractId, { unitChange: -2, effectiveDate: day(-1) });
    const { entry } = await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    const gone = await drifts(app.csp, stage.connectionId, ['GONE']);
    expect(gone).toContainEqual(expect.objectContaining({ id: found?.id, closedAt: expect.any(String) }));
    expect(entry.details.closed).toBe(1);
  });

  it('ends the drifts of a mapping with the mapping', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await adjust(staged.contractId, { unitChange: 2, effectiveDate: day(-2) });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toHaveLength(1);
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: staged.mappingId });
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
  });
});

describe('what is wrong around a line', () => {
  it('an ended contract; lines of cancelled subscriptions are nobody’s loss', async () => {
    const [billed, cancelled] = [await stage.subscribe({ quantity: 5 }), await stage.subscribe({ quantity: 5 })];
    await stage.changed(cancelled, { kind: 'CANCEL', effectiveDate: day(-3) });
    for (const { contractId } of [billed, cancelled]) await person.edit('Contracts', contractId, { endDate: day(-1) });
    await reconciled(app.csp, stage.connectionId);
    const ended = { field: 'CONTRACT', psaValue: day(-1), cause: 'CONTRACT_ENDED', state: 'OPEN' };
    expect(await standing(app.csp, billed.mappingId)).toEqual([expect.objectContaining(ended)]);
    expect(await standing(app.csp, cancelled.mappingId)).toEqual([]);
    expect(await mappingOf(app.csp, billed.mappingId)).toMatchObject({ state: 'MAPPED' });
  });

  it('a contract that ends before the term of the subscription', async () => {
    const staged = await stage.subscribe({ quantity: 5, endDate: day(300) });
    await person.edit('Contracts', staged.contractId, { endDate: day(100) });
    await reconciled(app.csp, stage.connectionId);
    const early = { field: 'CONTRACT', marketplaceValue: day(300), psaValue: day(100), cause: 'CONTRACT_ENDS_EARLY' };
    expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining(early)]);
  });

  it('a service made inactive and active again: STALE, then MAPPED (1.8)', async () => {
    const own = await createStage(app, app.csp, { serviceId: monthlyService(7) });
    const staged = await own.subscribe({ quantity: 5 });
    await person.edit('Services', own.serviceId, { isActive: false });
    await reconciled(app.csp, own.connectionId);
    const inactive = { field: 'SERVICE', cause: 'SERVICE_INACTIVE', psaValue: 'inactive' };
    expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining(inactive)]);
    expect(await mappingOf(app.csp, staged.mappingId)).toMatchObject({ state: 'STALE' });
    await person.edit('Services', own.serviceId, { isActive: true });
    await reconciled(app.csp, own.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    expect(await mappingOf(app.csp, staged.mappingId)).toMatchObject({ state: 'MAPPED' });
  });

  it('a contract that vanished and is back', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const hidden = await adminHides(staged.contractId);
    await reconciled(app.csp, stage.connectionId);
    const gone = { field: 'CONTRACT', marketplaceValue: staged.contractId, psaValue: null, cause: 'CONTRACT_GONE' };
    expect(await standing(app.csp, staged.mappingId)).toEqual([expect.objectContaining(gone)]);
    expect(await mappingOf(app.csp, staged.mappingId)).toMatchObject({ state: 'STALE' });
    hidden.back();
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([]);
    expect(await mappingOf(app.csp, staged.mappingId)).toMatchObject({ state: 'MAPPED' });
  });

  it('an offer that is another one since it was mapped', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await done(app.csp, 'recordSubscriptionChange', {
      ...{ eventId: crypto.randomUUID(), externalId: staged.externalId },
      ...{ kind: 'BILLING_FREQUENCY', billingFrequency: 'ANNUAL' },
    });
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ field: 'CONTRACT', marketplaceValue: 'ANNUAL', cause: 'MAPPING_STALE' }),
      ]),
    );
  });

  /** Moves a contract into a line of business that the API user may not see. */
  async function adminHides(contractId: string): Promise<{ back(): void }> {
    await person.edit('Contracts', contractId, { organizationalLevelAssociationID: 2 });
    app.simulator.admin.users.patch(API_USER.username, { linesOfBusiness: [1] });
    return { back: () => app.simulator.admin.users.patch(API_USER.username, { linesOfBusiness: [1, 2] }) };
  }
});

describe('who may', () => {
  it('a viewer reads and does not act; nobody else sees anything', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await adjust(staged.contractId, { unitChange: 1, effectiveDate: day(-1) });
    const { reconciliation } = await reconciled(app.csp, stage.connectionId);
    const [drift] = await standing(app.viewer, staged.mappingId);
    expect(drift).toMatchObject({ psaValue: '6' });
    const viewers = await app.viewer.ask(
      'mutation ($input: ReconcileConnectionInput!) { reconcileConnection(input: $input) { auditLog { id } } }',
      { input: { connectionId: stage.connectionId } },
    );
    expect(viewers.body.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const look = `query ($rec: ID!, $dri: ID!, $con: ID!) {
      reconciliation(id: $rec) { id } node(id: $dri) { id } drifts(connectionId: $con) { nodes { id } } }`;
    const ids = { rec: reconciliation.id, dri: drift?.id, con: stage.connectionId };
    for (const caller of [app.reseller, app.stranger]) {
      expect(await caller.query(look, ids)).toEqual({ reconciliation: null, node: null, drifts: { nodes: [] } });
      const { userErrors } = await act(caller, 'correctDrift', { driftId: drift?.id, take: 'PSA' });
      expect(userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
      const asked = await act(caller, 'reconcileConnection', { connectionId: stage.connectionId });
      expect(asked.userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
    }
    expect(await app.csp.query(look, ids)).toMatchObject({
      reconciliation: { id: reconciliation.id },
      node: { id: drift?.id },
    });
  });

  it('two at once on one connection: one wins, the others are told which', async () => {
    const asked = await Promise.all(
      Array.from({ length: 5 }, () => act(app.csp, 'reconcileConnection', { connectionId: stage.connectionId })),
    );
    const [won, ...more] = asked.filter(({ userErrors }) => userErrors.length === 0);
    expect(more).toEqual([]);
    for (const { auditLog, userErrors } of asked.filter((one) => one !== won)) {
      expect(userErrors).toEqual([
        expect.objectContaining({
          ...{ __typename: 'AlreadyRunningError', code: 'RECONCILIATION_RUNNING' },
          runningEntry: { id: won?.auditLog.id },
        }),
      ]);
      expect(auditLog.status).toBe('FAILED');
    }
    expect((await settled(app.csp, won?.auditLog.id ?? '')).status).toBe('SUCCEEDED');
  });

  it('is one operation however often it is asked with one key', async () => {
    const input = { connectionId: stage.connectionId, idempotencyKey: 'once' };
    const asked = [
      await done(app.csp, 'reconcileConnection', input),
      await done(app.csp, 'reconcileConnection', input),
    ];
    expect(asked[1]?.auditLog.id).toBe(asked[0]?.auditLog.id);
    expect(asked[1]?.reconciliation?.id).toBe(asked[0]?.reconciliation?.id);
    await settled(app.csp, asked[0]?.auditLog.id ?? '');
  });
});

describe('a PSA that does not answer', () => {
  it('for a passing reason is asked again, and the entry says so', async () => {
    app.simulator.admin.faults.add({ match: { entity: 'Contracts' }, action: { kind: 'status429', retryAfter: 1 } });
    const { entry, reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(entry.history.map(({ toStatus }) => toStatus)).toContain('RETRYING');
    expect(reconciliation).toMatchObject({ status: 'SUCCEEDED' });
    expect(entry.error).toBeNull();
  });

  it('and a connection that is deleted meanwhile end it as canceled', async () => {
    const own = await createStage(app);
    await own.subscribe({ quantity: 5 });
    app.simulator.admin.faults.add({ match: { entity: 'Contracts' }, action: { kind: 'status429', retryAfter: 2 } });
    const { auditLog } = await done(app.csp, 'reconcileConnection', { connectionId: own.connectionId });
    await reached(app.csp, auditLog.id, 'RETRYING');
    await done(app.csp, 'deleteConnectorConnection', { id: own.connectionId, cascade: true });
    const entry = await settled(app.csp, auditLog.id);
    expect(entry).toMatchObject({ status: 'CANCELED', error: { code: 'CONNECTION_DELETED' } });
  });

  it('because it refuses the secret stops the connection at the first try', async () => {
    const own = await createStage(app);
    await own.subscribe({ quantity: 5 });
    app.simulator.admin.users.patch(API_USER.username, { locked: true });
    try {
      const { entry, reconciliation } = await reconciled(app.csp, own.connectionId);
      expect(entry).toMatchObject({ status: 'FAILED', error: { class: 'authInvalid' } });
      expect(reconciliation.status).toBe('FAILED');
      const document = 'query ($id: ID!) { connection(id: $id) { status } }';
      expect(await app.csp.query(document, { id: own.connectionId })).toEqual({ connection: { status: 'INVALID' } });
      const { userErrors } = await act(app.csp, 'reconcileConnection', { connectionId: own.connectionId });
      expect(userErrors).toEqual([expect.objectContaining({ code: 'CONNECTION_NOT_READY' })]);
    } finally {
      app.simulator.admin.users.patch(API_USER.username, { locked: false });
    }
  });
});

describe('the lists', () => {
  it('page by cursor, newest first, and show the newest reconciliations of a connection', async () => {
    const { entry, reconciliation } = await reconciled(app.csp, stage.connectionId);
    expect(entry.status).toBe('SUCCEEDED');
    const page = `query ($after: String) { drifts(first: 3, after: $after) { totalCount nodes { id }
      pageInfo { hasNextPage endCursor } } }`;
    interface Page {
      readonly drifts: {
        readonly totalCount: number;
        readonly nodes: readonly { readonly id: string }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
      };
    }
    const ids: string[] = [];
    let after: string | null = null;
    for (let more = true; more; ) {
      const { drifts: found }: Page = await app.csp.query<Page>(page, { after });
      ids.push(...found.nodes.map(({ id }) => id));
      more = found.pageInfo.hasNextPage;
      after = found.pageInfo.endCursor;
      if (!more) expect(ids).toHaveLength(found.totalCount);
    }
    expect(ids.length).toBeGreaterThan(3);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    const document = `query ($id: ID!) { connection(id: $id) { reconciliations(first: 2) { id auditLog { id } } } }`;
    const { connection } = await app.csp.query<{
      connection: { reconciliations: { id: string; auditLog: { id: string } }[] };
    }>(document, { id: stage.connectionId });
    expect(connection.reconciliations).toHaveLength(2);
    expect(connection.reconciliations[0]).toEqual({ id: reconciliation.id, auditLog: { id: entry.id } });
    expect(await entries(app.csp, { operations: ['CorrectDriftOnConnection'] })).toEqual([]);
  });
});
