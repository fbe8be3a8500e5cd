import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultSwitches, type FaultAction } from '../../simulators/autotask/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { nextMonth, TODAY } from '../support/dates.js';
import type { Entry } from '../support/documents.js';
import { reconciled, standing } from '../support/drift.js';
import { unitsOn } from '../support/psa-process.js';
import { API_USER } from '../support/world.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { createStage, DAY, type Line, reached, record, type Stage, toQuantity, until } from './support/stage.js';

/** One gateway, a PSA that answers badly or not at all. Each case has a contract of its own. */
let database: TestDatabase;
let scene: Scene;
let gateway: Gateway;
let stage: Stage;

const QUARANTINE = 3;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await createScene({ databaseUrl: database.url, quarantineSeconds: QUARANTINE });
  gateway = await scene.start();
  stage = await createStage(gateway.csp);
});
afterEach(async () => {
  await scene.psa.clearFaults();
  await scene.psa.switches({ refuseSameDateAdjustment: defaultSwitches.refuseSameDateAdjustment });
});
afterAll(async () => {
  await scene?.close();
  await database?.drop();
});

const searchCompanies = async () =>
  (
    await gateway.csp.ask('query ($id: ID!) { remoteCompanies(connectionId: $id) { name } }', {
      id: stage.connectionId,
    })
  ).body;

/** What somebody does in the PSA's own pages. */
async function adjustByHand({ contractId, serviceId }: Line, unitChange: number): Promise<void> {
  const { username, secret, integrationCode } = API_USER;
  const response = await fetch(`${scene.psa.url}/ATServicesRest/V1.0/Contracts/${contractId}/ServiceAdjustments`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      UserName: username,
      Secret: secret,
      ApiIntegrationCode: integrationCode,
    },
    body: JSON.stringify({
      contractID: Number(contractId),
      serviceID: Number(serviceId),
      unitChange,
      effectiveDate: nextMonth(2),
    }),
  });
  expect(response.status).toBe(200);
}

const adjustmentsOf = ({ contractId }: Line) => ({
  path: `/contracts/${contractId}/serviceadjustments`,
  method: 'POST',
});

/** The adjustments after the first line: did they take effect, and by how much. */
async function changesOf({ contractId }: Line): Promise<(readonly [boolean, number])[]> {
  const posts = await scene.psa.posts(contractId);
  return posts.slice(1).map(({ committed, body }) => [committed, (body as { unitChange: number }).unitChange]);
}
const unitsOf = async (line: Line) => unitsOn(await scene.psa.units(line.contractId), line.serviceId, DAY);
const statuses = ({ history }: Entry) =>
  history.filter(({ type }) => type === 'STATUS').map(({ toStatus }) => toStatus);

async function changeWith(action: FaultAction): Promise<{ line: Line; entry: Entry }> {
  const line = await stage.subscribe();
  await scene.psa.addFault({ match: adjustmentsOf(line), action });
  return { line, entry: await reached(gateway.csp, await record(gateway.csp, line, toQuantity(8))) };
}

describe('answer lost after effect; 5xx after effect', () => {
  it.each([
    { kind: 'dropAfterCommit' },
    { kind: 'html500AfterCommit' },
    { kind: 'html502AfterCommit' },
    { kind: 'truncated' },
  ] as const)('$kind: not sent again', async (action) => {
    const { line, entry } = await changeWith(action);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { before: { units: 5 }, after: { units: 8 } } });
    expect(statuses(entry)).toContain('VERIFYING');
    expect(await changesOf(line)).toEqual([[true, 3]]);
    expect(await unitsOf(line)).toBe(8);
  });

  it('a 500 with an error text after the effect is not believed', async () => {
    const { line, entry } = await changeWith({ kind: 'json500AfterCommit' });
    expect(entry.status).toBe('SUCCEEDED');
    expect(await changesOf(line)).toEqual([[true, 3]]);
    expect(await unitsOf(line)).toBe(8);
  });
});

describe('request lands late', () => {
  it('up to the quarantine less a second: not sent again', async () => {
    const { line, entry } = await changeWith({ kind: 'lateCommit', ms: (QUARANTINE - 1) * 1000 });
    expect(entry.status).toBe('SUCCEEDED');
    expect(await changesOf(line)).toEqual([[true, 3]]);
    expect(await unitsOf(line)).toBe(8);
  });

  it('after the quarantine: billed twice, which no protocol can prevent, and reported as drift', async () => {
    // By itself the PSA refuses the second of a day; here it lets it pass, so that the worst is seen.
    await scene.psa.switches({ refuseSameDateAdjustment: 'never' });
    const line = await stage.subscribe();
    const ms = (QUARANTINE + 4) * 1000;
    await scene.psa.addFault({ match: adjustmentsOf(line), action: { kind: 'lateCommit', ms } });
    const entry = await reached(gateway.csp, await record(gateway.csp, line, toQuantity(8, TODAY)));
    expect(entry.status).toBe('SUCCEEDED');
    await until(
      () => changesOf(line),
      (changes) => changes.length === 2 && changes.every(([committed]) => committed),
    );
    await reconciled(gateway.csp, stage.connectionId);
    expect(await standing(gateway.csp, line.mappingId)).toEqual([
      expect.objectContaining({ field: 'QUANTITY', marketplaceValue: '8', psaValue: '11', state: 'OPEN' }),
    ]);
  });
});

describe('quantity edited by a person', () => {
  it('while a write is unanswered: a person is asked, nothing more is sent', async () => {
    const line = await stage.subscribe();
    await scene.psa.addFault({ match: adjustmentsOf(line), action: 'dropBefore' });
    const id = await record(gateway.csp, line, toQuantity(8));
    await reached(gateway.csp, id, ['VERIFYING']);
    await adjustByHand(line, 2);
    const entry = await reached(gateway.csp, id);
    expect(entry).toMatchObject({
      status: 'NEEDS_REVIEW',
      error: { code: 'PSA_CHANGED_MEANWHILE' },
      details: { expectedBefore: 5, expectedAfter: 8, observed: { units: 7 } },
    });
    expect(await changesOf(line)).toEqual([
      [false, 3],
      [true, 2],
    ]);
  });

  it('between two changes: the target wins, the difference is taken from what stands', async () => {
    const line = await stage.subscribe();
    await adjustByHand(line, 2);
    const entry = await reached(gateway.csp, await record(gateway.csp, line, toQuantity(8)));
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { before: { units: 7 }, after: { units: 8 } } });
    expect(await unitsOf(line)).toBe(8);
  });
});

describe('429, hourly stop', () => {
  it('refused before execution: asked again after the time it names', async () => {
    const { line, entry } = await changeWith({ kind: 'status429', retryAfter: 1 });
    expect(entry.status).toBe('SUCCEEDED');
    expect(statuses(entry)).toContain('RETRYING');
    expect(await changesOf(line)).toEqual([
      [false, 3],
      [true, 3],
    ]);
    expect(await unitsOf(line)).toBe(8);
  });

  it('no call until the window clears; interactive calls say why', async () => {
    const line = await stage.subscribe();
    const wait = 5;
    await scene.psa.switches({ threshold: 1, retryAfter: wait });
    const { seq = 0 } = (await scene.psa.journal()).at(-1) ?? {};
    const id = await record(gateway.csp, line, toQuantity(8));
    const stopped = await reached(gateway.csp, id, ['RETRYING']);
    expect(stopped.error).toMatchObject({ code: 'HOURLY_LIMIT', retryable: true });
    const search = await searchCompanies();
    expect(search.errors?.[0]?.extensions).toMatchObject({ code: 'HOURLY_LIMIT' });
    await scene.psa.switches({ threshold: 10_000_000, retryAfter: null });
    expect((await reached(gateway.csp, id)).status).toBe('SUCCEEDED');
    const calls = await scene.psa.journal({ since: seq });
    const refused = calls.filter(({ status }) => status === 429).map(({ time }) => Date.parse(time));
    const [first = 0] = refused;
    // What was under way with the first may still arrive; the search may have knocked once; nothing else did.
    expect(refused.filter((time) => time > first + 300).length).toBeLessThanOrEqual(1);
    const again = calls.find(({ status }) => status === 200);
    expect(Date.parse(again?.time ?? '') - first).toBeGreaterThanOrEqual(wait * 1000 - 100);
    expect(await changesOf(line)).toEqual([[true, 3]]);
  });
});
