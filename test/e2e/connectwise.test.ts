import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../simulators/connectwise/index.js';
import {
  act,
  connect,
  connectionOf,
  done,
  pushCustomer,
  pushOffer,
  settled,
  unique,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { startGatewayChild } from '../support/child.js';
import { startTestConnectWise, type TestConnectWise } from '../support/connectwise.js';
import { nextMonth, THIS_MONTH } from '../support/dates.js';
import type { Entry } from '../support/documents.js';
import { reconciled, standing } from '../support/drift.js';
import { createStage, type Stage, type Staged } from '../support/stage.js';

/** The same GraphQL and the same rules, on a PSA where a change of quantity is two writes. Each test has an agreement of its own. */
let psa: TestConnectWise;
let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  psa = await startTestConnectWise();
  // Longer than a late write takes, also where the machine is busy between its intent and its sending.
  app = await createTestApp({ quarantineSeconds: 4, others: psa.others });
  stage = await createStage(app, app.csp, { psa: psa.stage });
});
afterAll(async () => {
  await app?.close();
  await psa?.simulator.close();
});

const DAY = nextMonth(10);
const BEFORE = nextMonth(9);
const toQuantity = (quantity: number) => ({ kind: 'QUANTITY', quantity, effectiveDate: DAY });
const statuses = ({ history }: Entry) =>
  history.filter(({ type }) => type === 'STATUS').map(({ toStatus }) => toStatus);
/** After the first line: verb, and whether it took effect. */
const writes = (staged: Staged) =>
  stage
    .posts(staged)
    .slice(1)
    .map(({ method, committed }) => `${method} ${committed ? 'done' : 'lost'}`);
const lineOf = ({ contractId }: Staged, day = DAY) => psa.billed(contractId, day);

async function one(staged: Staged, change: object): Promise<Entry> {
  const [entry] = await stage.changed(staged, change);
  if (!entry) throw new Error('The change made no entry.');
  return entry;
}

describe('a connection', () => {
  it('is made with typed credentials and tells what the doctor found', async () => {
    const { diagnostics, status } = await connectionOf(app.csp, stage.connectionId);
    expect(status).toBe('ACTIVE');
    expect(diagnostics.map(({ check, status }) => `${check} ${status}`)).toContain(
      'permission.agreements.write UNVERIFIED',
    );
    const { connectors } = await app.csp.query<{ connectors: { id: string; vocabulary: object }[] }>(
      '{ connectors { id vocabulary { company service contract line } } }',
    );
    expect(connectors.find(({ id }) => id === 'connectwise')?.vocabulary).toEqual({
      ...{ company: 'Company', service: 'Product', contract: 'Agreement', line: 'Addition' },
    });
  });

  it.each([
    ['a wrong private key', { privateKey: 'wrong' }, 'SECRET_REJECTED'],
    ['another client id', { clientId: 'unknown' }, 'CLIENT_ID_REJECTED'],
    ['another company', { companyId: 'other' }, 'COMPANY_UNKNOWN'],
    ['a foreign site', { site: 'psa.example.com' }, 'FOREIGN_HOST'],
  ])('with %s fails with its reason', async (_what, more, code) => {
    const { auditLog } = await connect(app.csp, { credentials: psa.credentials(more) });
    expect(await settled(app.csp, auditLog.id)).toMatchObject({ status: 'FAILED', error: { code } });
  });

  it('looks up companies, products and agreements by their first characters', async () => {
    const document = `query ($id: ID!) {
      remoteCompanies(connectionId: $id, prefix: "con") { name }
      remoteServices(connectionId: $id, billingFrequency: MONTHLY) { name }
      remoteContracts(connectionId: $id, companyId: "201", prefix: "cloud 5") { name }
    }`;
    const found = await app.csp.query<Record<string, { name: string }[]>>(document, { id: stage.connectionId });
    expect(found.remoteCompanies).toEqual([{ name: 'Contoso' }]);
    expect(found.remoteServices).toEqual([{ name: 'Seats' }]);
    expect(found.remoteContracts).toHaveLength(11);
  });
});

describe('the mapping rules', () => {
  it.each([
    ['a prospect', '205', 'COMPANY_NOT_A_CUSTOMER'],
    ['a company in another currency', '203', 'CURRENCY_MISMATCH'],
    ['no company', '999', 'COMPANY_NOT_FOUND'],
  ])('refuse %s', async (_what, companyId, code) => {
    const customer = await pushCustomer(app.csp);
    const input = { connectionId: stage.connectionId, customerId: customer.id, companyId };
    const { userErrors } = await act(app.csp, 'createConnectionCustomerMapping', input);
    expect(userErrors.map((error) => error.code)).toEqual([code]);
  });

  it.each([
    ['a product of another cycle', '102', ['SERVICE_PERIOD_MISMATCH']],
    ['a product that is not recurring', '103', ['SERVICE_NOT_RECURRING']],
  ])('refuse %s', async (_what, serviceId, codes) => {
    const offer = await pushOffer(app.csp);
    const offerVariantId = await variantOf(app.csp, offer.externalId);
    const input = { connectionId: stage.connectionId, offerVariantId, serviceId };
    const { userErrors } = await act(app.csp, 'createConnectionOfferMapping', input);
    expect(userErrors.map((error) => error.code)).toEqual(codes);
  });
});

describe('a change', () => {
  it.concurrent('of the first line begins an addition at the start of the period', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    expect(lineOf(staged).additions).toEqual([`5 @10 ${THIS_MONTH}..`]);
    expect(await stage.mapping(staged)).toMatchObject({ state: 'MAPPED', syncState: 'SYNCED' });
  });

  it.concurrent.each([
    ['more', 8],
    ['fewer', 2],
  ])('to %s units is two writes, one entry', async (_what, quantity) => {
    const staged = await stage.subscribe({ quantity: 5 });
    const entry = await one(staged, toQuantity(quantity));
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: {
        before: { units: 5 },
        change: { units: quantity - 5, effectiveDate: DAY },
        after: { units: quantity },
        writes: 2,
      },
    });
    expect(entry.history.map(({ message }) => message).join('\n')).toContain('1 more to do');
    expect(lineOf(staged)).toEqual({
      units: quantity,
      additions: [`5 @10 ${THIS_MONTH}..${BEFORE}`, `${quantity} @10 ${DAY}..`],
    });
    expect(writes(staged)).toEqual(['POST done', 'PATCH done']);
  });

  it.concurrent('again on the same day is one write', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await one(staged, toQuantity(8));
    await one(staged, toQuantity(9));
    expect(writes(staged)).toEqual(['POST done', 'PATCH done', 'PATCH done']);
    expect(lineOf(staged)).toMatchObject({ units: 9 });
  });

  it.concurrent('of the price leaves the units, also inside a period', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await one(staged, toQuantity(8));
    const entry = await one(staged, {
      kind: 'PRICE',
      unitPrice: '12.50',
      unitCost: '9.00',
      effectiveDate: nextMonth(15),
    });
    expect(entry.status).toBe('SUCCEEDED');
    expect(lineOf(staged)).toEqual({
      units: 8,
      additions: [
        `5 @10 ${THIS_MONTH}..${lastDayOfThisMonth()}`,
        `8 @12.5 ${DAY}..`,
        `5 @12.5 ${nextMonth(1)}..${BEFORE}`,
      ],
    });
  });

  it.concurrent('to none ends the addition, and the drift report agrees', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    expect(await one(staged, { kind: 'CANCEL', effectiveDate: DAY })).toMatchObject({ status: 'SUCCEEDED' });
    expect(lineOf(staged)).toEqual({ units: 0, additions: [`5 @10 ${THIS_MONTH}..${BEFORE}`] });
  });

  it('of units by a person is drift', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await stage.edit(staged, 2, THIS_MONTH);
    await reconciled(app.csp, stage.connectionId);
    expect(await standing(app.csp, staged.mappingId)).toEqual([
      expect.objectContaining({ field: 'QUANTITY', marketplaceValue: '5', psaValue: '7', state: 'OPEN' }),
    ]);
  });
});

const lastDayOfThisMonth = () => new Date(Date.parse(nextMonth(1)) - 86_400_000).toISOString().slice(0, 10);

/** One change of two writes, of which one meets a fault. */
async function changeWith(method: string, action: FaultAction): Promise<{ staged: Staged; entry: Entry }> {
  const staged = await stage.subscribe({ quantity: 5 });
  const path = `/agreements/${staged.contractId}/additions`;
  psa.simulator.admin.faults.add({ match: { path, method }, action });
  const [entry] = await stage.change(staged, toQuantity(8));
  return { staged, entry: await settled(app.csp, entry?.id ?? '') };
}

describe.each(['POST', 'PATCH'])('the %s of a change', (method) => {
  const twice = (times: readonly string[]) =>
    method === 'POST'
      ? [...times.map((each) => `POST ${each}`), 'PATCH done']
      : ['POST done', ...times.map((each) => `PATCH ${each}`)];

  it.concurrent.each<[FaultAction['kind'], readonly string[], string]>([
    ['dropAfterCommit', ['done'], 'VERIFYING'],
    ['truncated', ['done'], 'VERIFYING'],
    ['html500AfterCommit', ['done'], 'VERIFYING'],
    ['json500AfterCommit', ['done'], 'VERIFYING'],
    ['lateCommit', ['done'], 'VERIFYING'],
    ['dropBefore', ['lost', 'done'], 'VERIFYING'],
    ['json500', ['lost', 'done'], 'VERIFYING'],
    ['status409', ['lost', 'done'], 'RETRYING'],
    ['status429', ['lost', 'done'], 'RETRYING'],
  ])('that meets %s leads to the wanted state: %j', async (kind, expected, through) => {
    const action = {
      kind,
      ...(kind === 'lateCommit' && { ms: 500 }),
      ...(kind === 'status429' && { retryAfter: 1 }),
    };
    const { staged, entry } = await changeWith(method, action as FaultAction);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { before: { units: 5 }, after: { units: 8 } } });
    expect(statuses(entry)).toContain(through);
    expect(writes(staged)).toEqual(twice(expected));
    expect(lineOf(staged)).toEqual({ units: 8, additions: [`5 @10 ${THIS_MONTH}..${BEFORE}`, `8 @10 ${DAY}..`] });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it.concurrent('that is refused stops there and says so; a retry does the rest', async () => {
    const { staged, entry } = await changeWith(method, { kind: 'status403' });
    expect(entry).toMatchObject({ status: 'FAILED', error: { class: 'permissionMissing' } });
    expect(lineOf(staged).units).toBe(method === 'POST' ? 5 : 13);
    const { entry: again } = await done(app.csp, 'retrySubscriptionOperation', { auditLogId: entry.id });
    const details = { before: { units: 5 }, after: { units: 8 } };
    expect(await settled(app.csp, again?.id ?? '')).toMatchObject({ status: 'SUCCEEDED', details });
    expect(lineOf(staged).units).toBe(8);
  });
});

it('a change that is half written is ended before a later one of its day, which else would seem to be fewer units', async () => {
  await done(app.csp, 'updateConnectionPolicy', { connectionId: stage.connectionId, decreases: 'NEXT_PERIOD' });
  const { staged, entry } = await changeWith('PATCH', { kind: 'status403' });
  expect(lineOf(staged).units).toBe(13);
  const [later] = await stage.change(staged, toQuantity(9));
  await done(app.csp, 'retrySubscriptionOperation', { auditLogId: entry.id });
  expect(await settled(app.csp, later?.id ?? '')).toMatchObject({
    status: 'SUCCEEDED',
    details: { before: { units: 8 } },
  });
  expect(lineOf(staged).units).toBe(9);
  await done(app.csp, 'updateConnectionPolicy', { connectionId: stage.connectionId, decreases: null });
});

describe('a person who deletes the new addition between the two writes', () => {
  it('is not overruled in silence', async () => {
    const { staged, entry } = await changeWith('PATCH', { kind: 'status403' });
    expect(entry.status).toBe('FAILED');
    const fresh = psa.simulator.admin.additions(Number(staged.contractId)).at(-1);
    psa.simulator.admin.edit('additions', fresh?.id ?? 0, { agreementId: 2002 });
    const { entry: again } = await done(app.csp, 'retrySubscriptionOperation', { auditLogId: entry.id });
    expect(await settled(app.csp, again?.id ?? '')).toMatchObject({ status: 'FAILED', error: { code: 'LINE_GONE' } });
    expect(writes(staged)).toEqual(['POST done', 'PATCH lost']);
  });
});

describe('a gateway that is killed between the two writes', () => {
  it('leaves the second one to a survivor', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await app.app.close();
    const gateway = {
      discoveryUrl: app.simulator.discoveryUrl,
      secretKey: app.secretKey,
      others: psa.others,
      quarantineSeconds: 2,
    };
    const child = await startGatewayChild({ databaseUrl: app.database.url, ...gateway });
    const path = `/agreements/${staged.contractId}/additions`;
    psa.simulator.admin.faults.add({ match: { path, method: 'PATCH' }, action: 'hang' });
    const dying = app.callersOf(child.url).csp;
    const event = { eventId: unique('event'), externalId: staged.externalId, ...toQuantity(8) };
    await act(dying, 'recordSubscriptionChange', event);
    const document =
      '{ auditLogs(first: 1, filter: { operations: ["UpdateSubscriptionOnConnection"] }) { nodes { id } } }';
    const { auditLogs } = await dying.query<{ auditLogs: { nodes: { id: string }[] } }>(document);
    while (writes(staged).length < 2) await new Promise((turn) => setImmediate(turn));
    expect(lineOf(staged).units).toBe(13);
    await child.kill();

    const survivor = await app.another({ quarantineSeconds: 2 });
    const entry = await settled(app.callersOf(survivor.url).csp, auditLogs.nodes[0]?.id ?? '');
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: { before: { units: 5 }, after: { units: 8 }, writes: 2 },
    });
    expect(writes(staged)).toEqual(['POST done', 'PATCH lost', 'PATCH done']);
    expect(lineOf(staged)).toEqual({ units: 8, additions: [`5 @10 ${THIS_MONTH}..${BEFORE}`, `8 @10 ${DAY}..`] });
  });
});
