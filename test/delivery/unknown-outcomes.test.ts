import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../simulators/autotask/index.js';
import { addDays } from '../../src/delivery/period.js';
import { act, entryOf, reached, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { firstOf } from '../support/caller.js';
import { nextMonth, THIS_MONTH } from '../support/dates.js';
import type { Entry } from '../support/documents.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
/** Each test has a contract of its own, and faults for that contract alone: so they can wait at the same time. */
beforeAll(async () => {
  app = await createTestApp({ quarantineSeconds: 1 });
  stage = await createStage(app);
});
afterAll(() => app?.close());

const CHANGE = { kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(10) };

/** One change whose write meets a fault. */
async function changeWith(action: FaultAction | FaultAction['kind']): Promise<{ staged: Staged; entry: Entry }> {
  const staged = await stage.subscribe({ quantity: 5 });
  const path = `/contracts/${staged.contractId}/serviceadjustments`;
  app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action });
  const [entry] = await stage.change(staged, CHANGE);
  await reached(app.csp, entry?.id ?? '', 'VERIFYING');
  return { staged, entry: entry as Entry };
}

const statuses = ({ history }: Entry) => history.filter(({ type }) => type === 'STATUS').map((event) => event.toStatus);
const changes = (staged: Staged) =>
  stage
    .posts(staged)
    .slice(1)
    .map(({ committed, body }) => [committed, body.unitChange]);

describe('a write that was carried out and whose answer was lost', () => {
  it.concurrent.each(['dropAfterCommit', 'html500AfterCommit', 'html502AfterCommit', 'truncated'] as const)(
    'scenario 11: (%s) is verified by reading and never sent again',
    async (kind) => {
      const { staged, entry } = await changeWith(kind);
      expect(await stage.mapping(staged)).toMatchObject({ syncState: 'PENDING' });
      const ended = await settled(app.csp, entry.id);
      expect(statuses(ended)).toEqual(['PENDING', 'RUNNING', 'VERIFYING', 'SUCCEEDED']);
      expect(ended).toMatchObject({ error: null, details: { before: { units: 5 }, after: { units: 8 } } });
      expect(changes(staged)).toEqual([[true, 3]]);
      expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units: 8 });
      expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
    },
  );

  it.concurrent('holds back the changes behind it until it is settled', async () => {
    const { staged, entry } = await changeWith('dropAfterCommit');
    const [next] = await stage.change(staged, { ...CHANGE, quantity: 9, effectiveDate: nextMonth(12) });
    const [one, two] = await Promise.all([entry, next].map((each) => settled(app.csp, each?.id ?? '')));
    expect([one?.status, two?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const order = await app.database.sql<{ what: string }>(
      `SELECT CASE "auditLogId" WHEN $1::uuid THEN 'one' ELSE 'two' END || ' ' || "toStatus" AS "what" FROM "AuditLogEvent"
       WHERE "auditLogId" IN ($1::uuid, $2::uuid) AND "type" = 'STATUS' ORDER BY "seq"`,
      [entry.id, next?.id].map((id) => id?.slice(4)),
    );
    const [ended, begun] = ['one SUCCEEDED', 'two RUNNING'].map((each) => order.findIndex(({ what }) => what === each));
    expect(ended).toBeGreaterThan(0);
    expect(begun).toBeGreaterThan(ended ?? 0);
    expect(changes(staged)).toEqual([
      [true, 3],
      [true, 1],
    ]);
  });

  it.concurrent('of a first line is verified in the same way', async () => {
    const first = await stage.subscribe();
    await act(app.csp, 'deleteConnectionSubscriptionMapping', { id: first.mappingId });
    const contractId = stage.nextContract();
    const path = `/contracts/${contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropAfterCommit' });
    const { auditLog, mapping } = await stage.map(first, contractId);
    const ended = await settled(app.csp, auditLog.id);
    expect(statuses(ended)).toContain('VERIFYING');
    expect(ended.status).toBe('SUCCEEDED');
    expect(stage.posts({ contractId })).toHaveLength(1);
    expect(await stage.mapping({ ...first, mappingId: mapping?.id ?? '' })).toMatchObject({
      state: 'MAPPED',
      syncState: 'SYNCED',
    });
  });
});

describe('a write that got lost on its way', () => {
  it.concurrent('is found to have done nothing and sent once more', async () => {
    const { staged, entry } = await changeWith('dropBefore');
    const ended = await settled(app.csp, entry.id);
    expect(statuses(ended)).toEqual(['PENDING', 'RUNNING', 'VERIFYING', 'RETRYING', 'RUNNING', 'SUCCEEDED']);
    expect(changes(staged)).toEqual([
      [false, 3],
      [true, 3],
    ]);
    expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units: 8 });
  });

  it.concurrent('twice is given to a person, not sent a third time', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropBefore', times: 0 });
    const [entry] = await stage.change(staged, CHANGE);
    const ended = await settled(app.csp, entry?.id ?? '');
    expect(ended).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'SENT_TWICE_WITHOUT_EFFECT' } });
    expect(changes(staged)).toEqual([
      [false, 3],
      [false, 3],
    ]);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'NEEDS_REVIEW' });
  });

  it.concurrent('and is then refused because another change has its day, is dated a day later', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    await stage.changed(staged, { ...CHANGE, quantity: 6 });
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropBefore' });
    const [ended] = await stage.changed(staged, CHANGE);
    expect(ended?.status).toBe('SUCCEEDED');
    expect(changes(staged)).toEqual([
      [true, 1],
      [false, 2],
      [false, 2],
      [true, 2],
    ]);
    const day = (date: string) => standing(app, staged.contractId, date)?.units;
    expect([day(CHANGE.effectiveDate), day(addDays(CHANGE.effectiveDate, 1))]).toEqual([6, 8]);
  });

  it.concurrent('and lands late, within the quarantine, is not sent again', async () => {
    const { staged, entry } = await changeWith({ kind: 'lateCommit', ms: 60_000 });
    expect(await app.simulator.admin.flushLateCommits()).toBe(1);
    expect((await settled(app.csp, entry.id)).status).toBe('SUCCEEDED');
    expect(changes(staged)).toEqual([[true, 3]]);
  });
});

describe('a line that a person edited meanwhile', () => {
  it.concurrent('needs review: shown what was expected and what is there, and nothing more is sent', async () => {
    const { staged, entry } = await changeWith('dropBefore');
    await stage.edit(staged, 2, addDays(THIS_MONTH, 1));
    const ended = await settled(app.csp, entry.id);
    expect(ended).toMatchObject({
      status: 'NEEDS_REVIEW',
      outcome: 'PROCESSING',
      error: { class: 'conflict', code: 'PSA_CHANGED_MEANWHILE' },
      details: { expectedBefore: 5, expectedAfter: 8, observed: { units: 7 } },
    });
    expect(ended.error?.hint).toContain('Compare');
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'NEEDS_REVIEW' });
    const [next] = await stage.change(staged, { ...CHANGE, quantity: 9, effectiveDate: nextMonth(20) });
    expect(next?.status).toBe('PENDING');
    const { userErrors } = await act(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'NEEDS_REVIEW' })]);
    expect(changes(staged)).toEqual([
      [false, 3],
      [true, 2],
    ]);
  });
});

describe('a PSA that cannot be read after an unanswered write', () => {
  it('leaves the operation VERIFYING, and nothing is sent', async () => {
    const { staged, entry } = await changeWith('dropAfterCommit');
    app.simulator.admin.faults.add({ match: { entity: 'ContractServiceUnits' }, action: 'html502', times: 0 });
    const source = app.csp.live<{ auditLogEvents: { message: string | null; auditLog: { id: string } | null } }>(
      'subscription { auditLogEvents(after: "0") { message auditLog { id } } }',
    );
    await firstOf(
      source,
      ({ auditLogEvents: { auditLog, message } }) =>
        auditLog?.id === entry.id && (message?.includes('could not be read') ?? false),
    );
    expect(await entryOf(app.csp, entry.id)).toMatchObject({ status: 'VERIFYING', error: { code: 'CANNOT_READ' } });
    expect(changes(staged)).toEqual([[true, 3]]);
  });
});

/** What somebody does in the PSA's own pages. */
