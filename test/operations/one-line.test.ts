import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionOf, done, GOOD, pushSubscription, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage, standing } from '../support/stage.js';
import { monthlyService } from '../support/world.js';

/** One line of one contract bills one cloud subscription (decision 0006), however many connections lead to its instance (R8). */
let app: TestApp;
let services = 0;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const TAKEN = { __typename: 'MappingConflictError', rule: 'R44', code: 'CONTRACT_LINE_TAKEN' };

const buy = ({ caller, customer, offer }: Stage, quantity: number) =>
  pushSubscription(caller, customer.externalId, offer.externalId, { quantity });
const uuidOf = (id: string) => id.replace('map_s', '');
const instance = (ci: number) => app.simulator.admin.seed({ users: [], account: { ci } }, { merge: true });

/** Two connections to the instance of the test's PSA, and a service of its own. */
async function twice(): Promise<readonly [Stage, Stage]> {
  const serviceId = monthlyService(services++);
  return [await createStage(app, app.csp, { serviceId }), await createStage(app, app.csp, { serviceId })];
}

async function replaceCredentials(id: string) {
  const { auditLog } = await done(app.csp, 'updateConnectorConnection', { id, credentials: { autotask: GOOD } });
  return settled(app.csp, auditLog.id);
}

describe('a line that another connection to the same instance bills', () => {
  it('is refused to a second cloud subscription, naming the mapping that has it', async () => {
    const [one, two] = await twice();
    const first = await one.subscribe({ quantity: 5 });
    const { mapping, userErrors } = await two.map(await buy(two, 7), first.contractId);
    expect(userErrors).toEqual([expect.objectContaining({ ...TAKEN, existingMapping: { id: first.mappingId } })]);
    expect(mapping).toBeNull();
    expect(standing(app, first.contractId, nextMonth(5))).toMatchObject({ units: 5 });
    expect(one.posts(first)).toHaveLength(1);
  });

  it('is refused to another organization of the tenant too, which is not told whose it is (R5)', async () => {
    const serviceId = monthlyService(services++);
    const first = await (await createStage(app, app.csp, { serviceId })).subscribe();
    const other = await createStage(app, app.reseller, { serviceId });
    const { userErrors } = await other.map(await buy(other, 7), first.contractId);
    expect(userErrors).toEqual([expect.objectContaining({ ...TAKEN, existingMapping: null })]);
  });

  it('is free again once it is unmapped there', async () => {
    const [one, two] = await twice();
    const first = await one.subscribe({ quantity: 5 });
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: first.mappingId });
    const { auditLog, userErrors } = await two.map(await buy(two, 7), first.contractId);
    expect(userErrors).toEqual([]);
    expect(await settled(app.csp, auditLog.id)).toMatchObject({ status: 'SUCCEEDED' });
    expect(standing(app, first.contractId, nextMonth(5))).toMatchObject({ units: 7 });
  });

  it('goes to exactly one of many that ask at once', async () => {
    const stages = await twice();
    const contractId = stages[0].nextContract();
    const bought = await Promise.all(Array.from({ length: 10 }, (_, at) => buy(stages[at % 2] as Stage, at + 1)));
    const answers = await Promise.all(bought.map((each, at) => (stages[at % 2] as Stage).map(each, contractId)));
    const [winner, ...more] = answers.filter(({ userErrors }) => userErrors.length === 0);
    expect(more).toEqual([]);
    expect(new Set(answers.flatMap(({ userErrors }) => userErrors.map(({ code }) => code)))).toEqual(
      new Set(['CONTRACT_LINE_TAKEN']),
    );
    expect(await settled(app.csp, winner?.auditLog.id ?? '')).toMatchObject({ status: 'SUCCEEDED' });
    expect(stages[0].posts({ contractId })).toHaveLength(1);
  });
});

it('two services of one contract, mapped over two connections to its instance, are written by one writer', async () => {
  const one = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
  const two = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
  const first = await one.subscribe();
  // Other contracts in between: the queue is not the first of each by chance.
  await two.subscribe();
  const { mapping, auditLog } = await two.map(await buy(two, 7), first.contractId);
  expect(await settled(app.csp, auditLog.id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await queues(first.mappingId, mapping?.id ?? '')).toHaveLength(1);
});

const queues = (...mappingIds: readonly string[]) =>
  app.database.sql('SELECT DISTINCT "queueName" FROM "Lane" WHERE "id" = ANY($1::uuid[])', [mappingIds.map(uuidOf)]);

describe('new credentials that lead to another instance', () => {
  it('are refused where another connection bills one of the lines there; the old ones go on', async () => {
    const serviceId = monthlyService(services++);
    const one = await createStage(app, app.csp, { serviceId });
    const first = await one.subscribe({ quantity: 5 });
    instance(777);
    const two = await createStage(app, app.csp, { serviceId });
    const { auditLog } = await two.map(await buy(two, 7), first.contractId);
    await settled(app.csp, auditLog.id);

    const entry = await replaceCredentials(one.connectionId);
    expect(entry).toMatchObject({
      status: 'FAILED',
      error: { code: 'CONTRACT_LINE_TAKEN', hint: expect.stringMatching(/\w/) },
    });
    expect(await connectionOf(app.csp, one.connectionId)).toMatchObject({ status: 'ACTIVE', credentialsVersion: 1 });
    // What is refused once is refused again, and passes when its reason is mended.
    expect(await replaceCredentials(one.connectionId)).toMatchObject({ status: 'FAILED' });
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: first.mappingId });
    expect(await replaceCredentials(one.connectionId)).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('or an instance that is found to be another one, stop the connection until the line is billed once', async () => {
    const serviceId = monthlyService(services++);
    const one = await createStage(app, app.csp, { serviceId });
    const first = await one.subscribe({ quantity: 5 });
    instance(779);
    const two = await createStage(app, app.csp, { serviceId });
    const { mapping, auditLog } = await two.map(await buy(two, 7), first.contractId);
    await settled(app.csp, auditLog.id);

    const check = async () => {
      const { auditLog: entry } = await done(app.csp, 'testConnectorConnection', { id: one.connectionId });
      const { error } = await settled(app.csp, entry.id);
      return { code: error?.code, ...(await connectionOf(app.csp, one.connectionId)) };
    };
    const refused = { code: 'CONTRACT_LINE_TAKEN', status: 'INVALID', statusCode: 'CONTRACT_LINE_TAKEN' };
    expect(await check()).toMatchObject(refused);
    expect(await check()).toMatchObject(refused);
    await done(app.csp, 'deleteConnectionSubscriptionMapping', { id: mapping?.id });
    expect(await check()).toMatchObject({ status: 'ACTIVE', statusCode: null });
    expect(await one.changed(first, { kind: 'QUANTITY', quantity: 6 })).toMatchObject([{ status: 'SUCCEEDED' }]);
    expect(standing(app, first.contractId, nextMonth(5))).toMatchObject({ units: 6 });
  });

  it('join the writers of its contracts there', async () => {
    const one = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    const first = await one.subscribe();
    instance(778);
    const two = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
    await two.subscribe();
    const { mapping, auditLog } = await two.map(await buy(two, 7), first.contractId);
    await settled(app.csp, auditLog.id);
    expect(await queues(first.mappingId, mapping?.id ?? '')).toHaveLength(2);
    expect(await replaceCredentials(one.connectionId)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await queues(first.mappingId, mapping?.id ?? '')).toHaveLength(1);
    // And hold its lines there from now on.
    const third = await createStage(app, app.csp, { serviceId: one.serviceId });
    const { userErrors } = await third.map(await buy(third, 1), first.contractId);
    expect(userErrors).toEqual([expect.objectContaining(TAKEN)]);
  });
});
