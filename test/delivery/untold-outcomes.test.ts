import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sent, WorkItem } from '../../src/delivery/lane.js';
import { addDays, addMonths } from '../../src/delivery/period.js';
import { cannotRead } from '../../src/delivery/verdicts.js';
import { act, done, entryOf, reached, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { firstOf } from '../support/caller.js';
import { NEXT_MONTH, nextMonth } from '../support/dates.js';
import { personOf } from '../support/person.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';
import { API_USER, testWorld } from '../support/world.js';

/** Writes of which reading cannot tell what became: it goes well and shows too little, or it does not go at all. */
let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp({ quarantineSeconds: 1 });
  stage = await createStage(app);
});
afterAll(() => app?.close());

const reason = 'Looked at the contract in the PSA.';
const NEW_PRICE = { kind: 'PRICE', unitPrice: '12', effectiveDate: nextMonth(5) };

async function actionsOf(of: TestApp, id: string): Promise<readonly string[]> {
  const document = 'query ($id: ID!) { auditLog(id: $id) { actions } }';
  return (await of.csp.query<{ auditLog: { actions: string[] } }>(document, { id })).auditLog.actions;
}

/** Its last period is cut, and of a part of a period Autotask tells no price. */
async function cutShort(): Promise<Staged> {
  const staged = await stage.subscribe({ quantity: 5 });
  await personOf(app).edit('Contracts', staged.contractId, { endDate: nextMonth(20) });
  return staged;
}

describe('a read that fails', () => {
  const sentAt = new Date('2026-12-10T10:00:00Z');
  const due = new Date('2026-12-10T10:06:00Z');
  const error = { class: 'unavailable', code: 'TIMEOUT', message: 'No answer.' };
  const sent = { sentAt, failedReads: 0 } as Sent;

  it('is made again ever more seldom, for a passing reason without end', () => {
    let at = due;
    const pauses = Array.from({ length: 400 }, () => {
      const verdict = cannotRead({ databaseNow: at } as WorkItem, sent, due, { error, passing: true });
      if (verdict.to !== 'VERIFYING') throw new Error("An outage is nobody's work.");
      expect(verdict.failedReads).toBe(0);
      const pause = (verdict.notBefore.getTime() - at.getTime()) / 1000;
      at = verdict.notBefore;
      return pause;
    });
    expect(pauses.slice(0, 7)).toEqual([30, 30, 60, 120, 240, 300, 300]);
    expect(Math.max(...pauses)).toBe(300);
  });
});

describe('an acknowledged write of amounts that the PSA does not show', () => {
  it('of a price in a cut period has succeeded, and its entry says that nobody saw the amounts', async () => {
    const staged = await cutShort();
    const [price] = await stage.change(staged, NEW_PRICE);
    const ended = await reached(app.csp, price?.id ?? '', 'VERIFYING', 'SUCCEEDED');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', error: null, details: { after: { units: 5 } } });
    expect(ended.summary).toMatch(/acknowledged; the amounts are not shown\.$/);
    expect(ended.details.warnings).toContainEqual(expect.stringContaining('nobody has read them back'));
    expect(stage.posts(staged).slice(1)).toHaveLength(1);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
    // The lane goes on.
    const [next] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 6, effectiveDate: nextMonth(10) });
    expect(next?.status).toBe('SUCCEEDED');
  });

  it('of a cost where the API user may not read costs has succeeded in the same way', async () => {
    const world = testWorld();
    Object.assign(world.users[0] as object, { canSeeCosts: false });
    const own = await createTestApp({ quarantineSeconds: 1, world });
    try {
      const blind = await createStage(own);
      const staged = await blind.subscribe({ quantity: 5 });
      const amounts = { kind: 'PRICE', unitPrice: '11', unitCost: '7', effectiveDate: NEXT_MONTH };
      expect(await blind.changed(staged, amounts)).toEqual([expect.objectContaining({ status: 'SUCCEEDED' })]);
      const later = { ...amounts, unitCost: '8', effectiveDate: addMonths(NEXT_MONTH, 1) };
      const [cost] = await blind.change(staged, later);
      const ended = await reached(own.csp, cost?.id ?? '', 'VERIFYING', 'SUCCEEDED');
      expect(ended.status).toBe('SUCCEEDED');
      expect(ended.details.warnings).toContainEqual(expect.stringContaining('nobody has read them back'));
      expect(blind.posts(staged).slice(1)).toHaveLength(2);
    } finally {
      await own.close();
    }
  });
});

describe('a write that cannot be told from what is shown', () => {
  it.each([
    ['resolveSubscriptionOperation', { outcome: 'APPLIED' }, 'SUCCEEDED'],
    ['skipSubscriptionOperation', {}, 'CANCELED'],
  ])('is for a person where it was not acknowledged, and %s ends it', async (verb, more, status) => {
    const staged = await cutShort();
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropAfterCommit' });
    const [price] = await stage.change(staged, NEW_PRICE);
    const id = price?.id ?? '';
    const stopped = await settled(app.csp, id);
    expect(stopped).toMatchObject({ status: 'NEEDS_REVIEW', error: { class: 'conflict', code: 'CANNOT_TELL' } });
    expect(stopped.error?.message).toContain('unit price not shown');
    expect(await actionsOf(app, id)).toEqual(['SKIP', 'RESOLVE']);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'NEEDS_REVIEW' });
    await done(app.csp, verb, { auditLogId: id, reason, ...more });
    expect((await entryOf(app.csp, id)).status).toBe(status);
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
    expect(stage.posts(staged).slice(1)).toHaveLength(1);
  });

  it('is for a person too where a row of a posted last period may hold a total or a difference', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const { switches, postPeriod } = app.simulator.admin;
    const endDate = addDays(addMonths(NEXT_MONTH, 1), -1);
    await personOf(app).edit('Contracts', staged.contractId, { endDate });
    postPeriod({ contractID: Number(staged.contractId), throughDate: endDate });
    switches.patch({ adjustmentReading: 'delta' });
    try {
      const [units] = await stage.change(staged, { kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(10) });
      const ended = await settled(app.csp, units?.id ?? '');
      expect(ended).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'CANNOT_TELL' } });
      expect(ended.error?.message).toContain('rows cover');
      expect(await actionsOf(app, ended.id)).toEqual(['SKIP', 'RESOLVE']);
    } finally {
      switches.patch({ adjustmentReading: 'total' });
    }
  });
});

describe('a PSA that does not let an unanswered write be read', () => {
  type Sight = Parameters<typeof app.simulator.admin.users.patch>[1];
  const ALL: Sight = { permissions: {}, canSeeNoLineOfBusiness: true };
  const maySee = (sight: Sight) => app.simulator.admin.users.patch(API_USER.username, sight);

  /** Carried out, and since then nothing of the contract may be seen. */
  async function unreadable(sight: Sight = { permissions: { Contracts: { query: 'None' } } }) {
    const staged = await stage.subscribe({ quantity: 5 });
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    app.simulator.admin.faults.add({ match: { path, method: 'POST' }, action: 'dropAfterCommit' });
    const [entry] = await stage.change(staged, { kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(10) });
    const id = entry?.id ?? '';
    await reached(app.csp, id, 'VERIFYING');
    maySee(sight);
    await failedReads(id, 1);
    return { staged, id };
  }

  /** Until so many reads have failed. */
  async function failedReads(id: string, count: number): Promise<void> {
    const source = app.csp.live<{ auditLogEvents: { message: string | null; auditLog: { id: string } | null } }>(
      'subscription { auditLogEvents(after: "0") { message auditLog { id } } }',
    );
    let seen = 0;
    const fits = ({
      auditLogEvents: { auditLog, message },
    }: {
      auditLogEvents: { auditLog: unknown; message: unknown };
    }) =>
      (auditLog as { id: string } | null)?.id === id &&
      String(message).includes('could not be read') &&
      ++seen === count;
    await firstOf(source, fits, `${count} failed reads of ${id}`);
  }

  /** As if the pause before the next read were over. */
  async function soon(staged: Staged, id: string): Promise<void> {
    await app.database.sql('UPDATE "LaneOperation" SET "notBefore" = now() WHERE "auditLogId" = $1::uuid', [
      id.slice(4),
    ]);
    await done(app.csp, 'resyncSubscription', { cloudSubscriptionId: staged.id });
  }

  it('is read again by itself, and the write is settled when it can be', async () => {
    const { staged, id } = await unreadable();
    expect(await entryOf(app.csp, id)).toMatchObject({ status: 'VERIFYING', error: { code: 'CANNOT_READ' } });
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'PENDING' });
    maySee(ALL);
    await soon(staged, id);
    expect(await settled(app.csp, id)).toMatchObject({ status: 'SUCCEEDED', error: null });
    expect(stage.posts(staged).slice(1)).toHaveLength(1);
  });

  it.each([
    ['resolveSubscriptionOperation', { outcome: 'APPLIED' }, 'SUCCEEDED', 8],
    ['resolveSubscriptionOperation', { outcome: 'NOT_APPLIED' }, 'SUCCEEDED', 8],
    ['skipSubscriptionOperation', {}, 'CANCELED', 8],
  ])('leaves a person free to say what is true meanwhile (%s %o)', async (verb, more, status, units) => {
    const { staged, id } = await unreadable();
    expect(await actionsOf(app, id)).toEqual(['SKIP', 'RESOLVE']);
    maySee(ALL);
    await done(app.csp, verb, { auditLogId: id, reason, ...more });
    expect((await settled(app.csp, id)).status).toBe(status);
    // A wrong statement does no harm: what is sent is the difference to what a fresh read shows.
    expect(standing(app, staged.contractId, nextMonth(10))).toMatchObject({ units });
    const [next] = await stage.changed(staged, { kind: 'QUANTITY', quantity: 9, effectiveDate: nextMonth(20) });
    expect(next?.status).toBe('SUCCEEDED');
    expect(await stage.mapping(staged)).toMatchObject({ syncState: 'SYNCED' });
  });

  it('may be stated while it is being read, and the statement stands', async () => {
    const staged = await stage.subscribe({ quantity: 5 });
    const { faults } = app.simulator.admin;
    const path = `/contracts/${staged.contractId}/serviceadjustments`;
    faults.add({ match: { path, method: 'POST' }, action: 'dropAfterCommit' });
    const { id: read } = faults.add({ match: { entity: 'ContractServiceUnits' }, skip: 1, action: 'hold' });
    const [entry] = await stage.change(staged, { kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(10) });
    const id = entry?.id ?? '';
    await faults.held(read);
    await done(app.csp, 'resolveSubscriptionOperation', { auditLogId: id, reason, outcome: 'NOT_APPLIED' });
    faults.clear();
    const ended = await settled(app.csp, id);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', details: { stated: { outcome: 'NOT_APPLIED' }, writes: 0 } });
    expect(ended.summary).toContain('Nothing was written');
    expect(stage.posts(staged).slice(1)).toHaveLength(1);
  });

  it.each<[string, Sight, string]>([
    ['without a right', { permissions: { Contracts: { query: 'None' } } }, 'lacks a permission'],
    ['with the contract hidden', { canSeeNoLineOfBusiness: false }, 'may not see it'],
  ])('is given to a person when it stays so (%s)', async (_what, sight, why) => {
    const { staged, id } = await unreadable(sight);
    for (let reads = 2; reads < 10; reads += 1) {
      await soon(staged, id);
      await failedReads(id, reads);
      expect((await entryOf(app.csp, id)).status).toBe('VERIFYING');
    }
    await soon(staged, id);
    const stopped = await settled(app.csp, id);
    expect(stopped).toMatchObject({ status: 'NEEDS_REVIEW', error: { code: 'CANNOT_READ' } });
    expect(stopped.error?.message).toContain(why);
    expect(await actionsOf(app, id)).toEqual(['SKIP', 'RESOLVE']);
    maySee(ALL);
    const { userErrors } = await act(app.csp, 'resolveSubscriptionOperation', {
      auditLogId: id,
      outcome: 'APPLIED',
      reason,
    });
    expect(userErrors).toEqual([]);
    expect(stage.posts(staged).slice(1)).toHaveLength(1);
  });
});
