import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, done, pushCustomer, pushSubscription, reported, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import type { Payload, Policy } from '../support/documents.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let services = 0;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const ownStage = () => createStage(app, app.csp, { serviceId: monthlyService(services++) });
const update = (stage: Pick<Stage, 'connectionId'>, change: object) =>
  act(app.csp, 'updateConnectionPolicy', { connectionId: stage.connectionId, ...change });
const quantity = (value: number, day: number) => ({ kind: 'QUANTITY', quantity: value, effectiveDate: nextMonth(day) });
const committed = (stage: Stage, staged: Staged) =>
  stage
    .posts(staged)
    .filter((post) => post.committed)
    .map(({ body }) => [body.effectiveDate, body.unitChange]);

const DEFAULT: Policy = {
  proration: 'EXACT_DATE',
  decreases: 'AS_INCREASES',
  priceSource: 'MARKETPLACE',
  writeMode: 'WRITE',
  drift: { quantity: 'ASK', unitPrice: 'ASK', unitCost: 'ASK' },
};

describe('updateConnectionPolicy', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await ownStage();
  });

  it('starts as the model does it; changes what is given, keeps the rest, null goes back', async () => {
    const document = 'query ($id: ID!) { connection(id: $id) { policy { proration writeMode drift { quantity } } } }';
    expect(await app.csp.query(document, { id: stage.connectionId })).toEqual({
      connection: { policy: { proration: 'EXACT_DATE', writeMode: 'WRITE', drift: { quantity: 'ASK' } } },
    });
    const first = await update(stage, { proration: 'PERIOD_START', drift: { quantity: 'PSA_WINS' } });
    expect(first.userErrors).toEqual([]);
    const changed = { ...DEFAULT, proration: 'PERIOD_START', drift: { ...DEFAULT.drift, quantity: 'PSA_WINS' } };
    expect(first.connection?.policy).toEqual(changed);
    expect(first.auditLog).toMatchObject({
      operationLabel: 'Update Connection Policy',
      status: 'SUCCEEDED',
      connectionId: stage.connectionId,
      details: { before: DEFAULT, after: changed, released: 0 },
    });
    const second = await update(stage, { decreases: 'NEVER', proration: null });
    expect(second.connection?.policy).toEqual({ ...changed, proration: 'EXACT_DATE', decreases: 'NEVER' });
    const third = await update(stage, { decreases: null, drift: null });
    expect(third.connection?.policy).toEqual(DEFAULT);
  });

  it('differs for one customer where that is set, also when the connection changes later', async () => {
    const customerId = stage.customer.id;
    const set = await update(stage, { customerId, writeMode: 'WATCH_ONLY' });
    expect(set.auditLog).toMatchObject({ customerName: expect.any(String), details: { before: DEFAULT } });
    expect(set.connection?.policy).toEqual(DEFAULT);
    expect(set.customerMapping).toEqual({
      id: stage.mappings.customer,
      policy: { ...DEFAULT, writeMode: 'WATCH_ONLY' },
      policyOverride: { writeMode: 'WATCH_ONLY', decreases: null },
    });
    await update(stage, { decreases: 'NEXT_PERIOD' });
    const { customerMapping } = await update(stage, { customerId, proration: 'NEXT_PERIOD' });
    expect(customerMapping?.policy).toEqual({
      ...DEFAULT,
      decreases: 'NEXT_PERIOD',
      proration: 'NEXT_PERIOD',
      writeMode: 'WATCH_ONLY',
    });
    const back = await update(stage, { customerId, writeMode: null, proration: null });
    expect(back.customerMapping).toMatchObject({ policy: { writeMode: 'WRITE' }, policyOverride: null });
    await update(stage, { decreases: null });
  });

  it('for a customer that is not mapped there, or that is not seen, is refused', async () => {
    const unmapped = await pushCustomer(app.csp);
    const refused = await update(stage, { customerId: unmapped.id, writeMode: 'WRITE' });
    expect(refused.connection).toBeNull();
    expect(refused.userErrors).toEqual([
      expect.objectContaining({ rule: 'R36', code: 'CUSTOMER_NOT_MAPPED', path: ['input', 'customerId'] }),
    ]);
    const foreign = await pushCustomer(app.stranger);
    const { userErrors } = await update(stage, { customerId: foreign.id, writeMode: 'WRITE' });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND', path: ['input', 'customerId'] })]);
  });

  it('with nothing to change, of another organization, or by a viewer is refused', async () => {
    const nothing = await update(stage, {});
    expect(nothing.userErrors).toEqual([expect.objectContaining({ code: 'NOTHING_TO_CHANGE' })]);
    for (const caller of [app.stranger, app.reseller]) {
      const { userErrors } = await act(caller, 'updateConnectionPolicy', {
        connectionId: stage.connectionId,
        writeMode: 'WATCH_ONLY',
      });
      expect(userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND', path: ['input', 'connectionId'] })]);
    }
    const document =
      'mutation ($input: UpdateConnectionPolicyInput!) { updateConnectionPolicy(input: $input) { auditLog { id } } }';
    const input = { connectionId: stage.connectionId, writeMode: 'WATCH_ONLY' };
    const { body } = await app.viewer.ask(document, { input });
    expect(body.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  it('of several at once none is lost', async () => {
    const changes = [
      { proration: 'NEXT_PERIOD' },
      { decreases: 'NEXT_PERIOD' },
      { priceSource: 'PSA' },
      { drift: { quantity: 'MARKETPLACE_WINS' } },
      { drift: { unitPrice: 'MARKETPLACE_WINS' } },
      { drift: { unitCost: 'PSA_WINS' } },
    ];
    const answers = await Promise.all(changes.map((change) => update(stage, change)));
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    const { connection } = await update(stage, { writeMode: 'WRITE' });
    expect(connection?.policy).toEqual({
      proration: 'NEXT_PERIOD',
      decreases: 'NEXT_PERIOD',
      priceSource: 'PSA',
      writeMode: 'WRITE',
      drift: { quantity: 'MARKETPLACE_WINS', unitPrice: 'MARKETPLACE_WINS', unitCost: 'PSA_WINS' },
    });
  });
});

describe('a connection that only watches', () => {
  /** A is held, B waits behind it. */
  async function held(stage: Stage) {
    const staged = await stage.subscribe({ quantity: 5 });
    await update(stage, { writeMode: 'WATCH_ONLY' });
    const [first] = await stage.change(staged, quantity(6, 2));
    const [second] = await stage.change(staged, quantity(7, 3));
    const [a, b] = [first?.id ?? '', second?.id ?? ''];
    return { staged, a, b, entry: await reported(app.csp, a, 'held') };
  }
  const FACTS = 'query ($id: ID!) { auditLog(id: $id) { actions blockedBy { id } } }';

  it('plans and reports, sends nothing, and goes on in order as soon as it writes', async () => {
    const stage = await ownStage();
    const { staged, a, b, entry } = await held(stage);
    expect(entry).toMatchObject({ status: 'PENDING', details: { held: { code: 'WATCH_ONLY', after: { units: 6 } } } });
    expect(committed(stage, staged)).toHaveLength(1);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'PENDING' });
    expect(await app.csp.query(FACTS, { id: a })).toEqual({ auditLog: { actions: ['SKIP'], blockedBy: null } });
    expect(await app.csp.query(FACTS, { id: b })).toEqual({ auditLog: { actions: ['SKIP'], blockedBy: { id: a } } });

    const refused = await act(app.csp, 'retrySubscriptionOperation', { auditLogId: a });
    const resync = await act(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    for (const { userErrors } of [refused, resync]) {
      expect(userErrors).toEqual([
        expect.objectContaining({ __typename: 'OperationStateError', code: 'WATCH_ONLY', state: 'HELD' }),
      ]);
      expect(userErrors[0]?.message).toContain('updateConnectionPolicy');
    }
    const { auditLog } = await update(stage, { writeMode: 'WRITE' });
    expect(auditLog.details).toMatchObject({ released: 1 });
    const ended = await Promise.all([a, b].map((id) => settled(app.csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(committed(stage, staged).slice(1)).toEqual([
      [nextMonth(2), 1],
      [nextMonth(3), 1],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('lets a held operation be skipped; the next one is planned and held', async () => {
    const stage = await ownStage();
    const { staged, a, b } = await held(stage);
    await done(app.csp, 'skipSubscriptionOperation', { auditLogId: a, reason: 'Not wanted.' });
    expect(await settled(app.csp, a)).toMatchObject({ status: 'CANCELED', error: { code: 'SKIPPED' } });
    expect(await reported(app.csp, b, 'held')).toMatchObject({ details: { held: { after: { units: 7 } } } });
    expect(committed(stage, staged)).toHaveLength(1);
  });

  it('holds a first line too; what is mapped is written when it writes, and skipping it is refused', async () => {
    const stage = await ownStage();
    await update(stage, { writeMode: 'WATCH_ONLY' });
    const subscription = await pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId);
    const { auditLog, mapping, contractId } = await stage.map(subscription);
    await reported(app.csp, auditLog.id, 'held');
    expect(stage.posts({ contractId })).toEqual([]);
    const { userErrors } = await act(app.csp, 'skipSubscriptionOperation', { auditLogId: auditLog.id, reason: 'No.' });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'FIRST_LINE', state: 'HELD' })]);
    expect(userErrors[0]?.message).toContain('Delete the mapping');
    await update(stage, { writeMode: null });
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
    expect(mapping?.id).toBeTruthy();
    expect(stage.posts({ contractId })).toHaveLength(1);
  });

  it('for one customer holds that customer alone, whatever the connection says', async () => {
    const stage = await ownStage();
    const other = await pushCustomer(app.csp);
    const { connectionId } = stage;
    const companyId = PSA.company.contoso;
    await done(app.csp, 'createConnectionCustomerMapping', { connectionId, customerId: other.id, companyId });
    const theirs = await pushSubscription(app.csp, other.externalId, stage.offer.externalId);
    const { mapping, contractId, auditLog } = await stage.map(theirs);
    const writing: Staged = {
      ...theirs,
      mappingId: mapping?.id ?? '',
      contractId,
      entry: await settled(app.csp, auditLog.id),
    };
    const watched = await stage.subscribe();

    await update(stage, { customerId: stage.customer.id, writeMode: 'WATCH_ONLY' });
    const [held] = await stage.change(watched, quantity(8, 4));
    const [sent] = await stage.changed(writing, quantity(8, 4));
    expect(sent?.status).toBe('SUCCEEDED');
    await reported(app.csp, held?.id ?? '', 'held');
    expect((await update(stage, { writeMode: 'WRITE' })).auditLog.details).toMatchObject({ released: 0 });
    expect(committed(stage, watched)).toHaveLength(1);
    const freed = await update(stage, { customerId: stage.customer.id, writeMode: null });
    expect(freed.auditLog.details).toMatchObject({ released: 1 });
    expect((await settled(app.csp, held?.id ?? '')).status).toBe('SUCCEEDED');
  });

  it('sends nothing more once it was answered, whatever was being planned', async () => {
    const stage = await ownStage();
    const staged = await Promise.all([1, 2, 3, 4].map(() => stage.subscribe({ quantity: 5 })));
    const changes = staged.map((each) => stage.change(each, quantity(9, 5)));
    const { auditLog }: Payload = await update(stage, { writeMode: 'WATCH_ONLY' });
    const entries = (await Promise.all(changes)).map(([entry]) => entry?.id ?? '');
    const [answered] = await app.database.sql<{ at: Date }>(
      'SELECT "finishedAt" AS "at" FROM "AuditLog" WHERE replace("id"::text, \'-\', \'\') = $1',
      [auditLog.id.replace('aud_', '')],
    );
    await update(stage, { writeMode: 'WATCH_ONLY' });
    for (const id of entries) await Promise.race([reported(app.csp, id, 'held'), settled(app.csp, id)]);
    const late = await app.database.sql(
      `SELECT s."id" FROM "Step" s JOIN "LaneOperation" o ON o."id" = s."operationId"
        JOIN "Lane" l ON l."id" = o."laneId" WHERE replace(l."connectionId"::text, '-', '') = $1 AND s."sentAt" > $2`,
      [stage.connectionId.replace('conn_', ''), answered?.at],
    );
    expect(late).toEqual([]);
  });
});
