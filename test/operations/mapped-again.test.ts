import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../simulators/autotask/index.js';
import { done, entryOf, pushSubscription, reached, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth, THIS_MONTH } from '../support/dates.js';
import type { Payload } from '../support/documents.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';
import { monthlyService } from '../support/world.js';

/** A line is unmapped while a write to it is unanswered, and mapped again while that one may still land (design 9.4). */
let app: TestApp;
let services = 0;
beforeAll(async () => {
  app = await createTestApp({ quarantineSeconds: 3600 });
});
afterAll(() => app?.close());

interface Before {
  readonly stage: Stage;
  readonly staged: Staged;
  /** The entry of the change from 5 to 8 that got no answer. */
  readonly entryId: string;
}

const LATER = { kind: 'lateCommit', ms: 600_000 } as const;

/** A change of a mapped subscription without an answer: it lands when the test says so, or never. */
async function unanswered(action: FaultAction | FaultAction['kind'] = LATER): Promise<Before> {
  const stage = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
  const staged = await stage.subscribe({ quantity: 5 });
  const match = { path: `/contracts/${staged.contractId}/serviceadjustments`, method: 'POST' };
  app.simulator.admin.faults.add({ match, action });
  const [entry] = await stage.change(staged, { kind: 'QUANTITY', quantity: 8, effectiveDate: nextMonth(1) });
  await reached(app.csp, entry?.id ?? '', 'VERIFYING');
  return { stage, staged, entryId: entry?.id ?? '' };
}

const unmap = ({ staged: { mappingId: id } }: Before) => done(app.csp, 'deleteConnectionSubscriptionMapping', { id });
const written = ({ stage, staged }: Before) =>
  stage.posts(staged).map(({ committed, body }) => [committed, body.unitChange]);

interface Again extends Payload {
  readonly subscriptionId: string;
}

const mapSame = async ({ stage, staged }: Before): Promise<Again> => ({
  ...(await stage.map(staged, staged.contractId)),
  subscriptionId: staged.id,
});

async function mapAnother(stage: Stage, { contractId }: Staged): Promise<Again> {
  const { customer, offer } = stage;
  const { id } = await pushSubscription(app.csp, customer.externalId, offer.externalId, { quantity: 8 });
  return { ...(await stage.map({ id }, contractId)), subscriptionId: id };
}

/** Wakes its lane; it does nothing before its time. */
const wake = ({ subscriptionId }: Again) =>
  done(app.csp, 'resyncSubscription', { cloudSubscriptionId: subscriptionId });

/** What was sent an hour ago can land no more. */
async function anHourPasses(again: Again) {
  await app.database.sql(
    `UPDATE "LaneOperation" SET "notBefore" = "notBefore" - interval '1 hour' WHERE "laneId" = $1`,
    [again.mapping?.id.replace('map_s', '')],
  );
  await wake(again);
  return settled(app.csp, again.auditLog.id);
}

const AGAIN: readonly [string, (before: Before) => Promise<Again>][] = [
  [
    'the same subscription is mapped again',
    async (before) => {
      await unmap(before);
      return mapSame(before);
    },
  ],
  [
    'another subscription is mapped to its line',
    async (before) => {
      await unmap(before);
      return mapAnother(before.stage, before.staged);
    },
  ],
  [
    'its connection is deleted, and another one to the same instance maps the line',
    async ({ stage, staged }) => {
      await done(app.csp, 'deleteConnectorConnection', { id: stage.connectionId, cascade: true });
      return mapAnother(await createStage(app, app.csp, { serviceId: stage.serviceId }), staged);
    },
  ],
  [
    'a person says that it is there, and it is not yet',
    async (before) => {
      await unmap(before);
      const statement = { auditLogId: before.entryId, outcome: 'APPLIED', reason: 'I saw it.' };
      await done(app.csp, 'resolveSubscriptionOperation', statement);
      return mapSame(before);
    },
  ],
];

describe('a write that lands after its line was unmapped counts once, when meanwhile', () => {
  it.each(AGAIN)('%s', async (_what, mapAgain) => {
    const before = await unanswered();
    const again = await mapAgain(before);
    expect(again.userErrors).toEqual([]);
    await wake(again);
    expect(await entryOf(app.csp, again.auditLog.id)).toMatchObject({
      status: 'PENDING',
      details: { waitsUntil: expect.stringMatching(/^20/), warnings: [expect.stringContaining('may still land')] },
    });
    await app.simulator.admin.flushLateCommits();

    expect(await anHourPasses(again)).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 8 } } });
    // What landed for next month counts from the first line's own day.
    expect(written(before)).toEqual([
      [true, 5],
      [true, 3],
      [true, -3],
      [true, 3],
    ]);
    for (const day of [THIS_MONTH, nextMonth(2)]) {
      expect(standing(app, before.staged.contractId, day)).toMatchObject({ units: 8 });
    }
  });
});

it('a line whose unanswered write never landed gets what is missing, when it can land no more', async () => {
  const before = await unanswered('dropBefore');
  await unmap(before);
  const again = await mapSame(before);
  const [times] = await app.database.sql<{ waits: boolean }>(
    `SELECT o."notBefore" = $2::timestamptz AND o."notBefore" = s."sentAt" + interval '1 hour' AS "waits"
     FROM "LaneOperation" o, "Step" s WHERE o."laneId" = $1 AND s."state" IN ('SENDING', 'UNKNOWN')
     ORDER BY s."sentAt" DESC LIMIT 1`,
    [again.mapping?.id.replace('map_s', ''), (await entryOf(app.csp, again.auditLog.id)).details.waitsUntil],
  );
  expect(times).toEqual({ waits: true });
  expect(await anHourPasses(again)).toMatchObject({ status: 'SUCCEEDED', details: { change: { units: 3 } } });
  expect(written(before)).toEqual([
    [true, 5],
    [false, 3],
    [true, 3],
  ]);
});

it('a line of another service of the contract does not wait', async () => {
  const before = await unanswered('dropBefore');
  await unmap(before);
  const elsewhere = await createStage(app, app.csp, { serviceId: monthlyService(services++) });
  const { auditLog } = await mapAnother(elsewhere, before.staged);
  expect((await settled(app.csp, auditLog.id)).details).not.toHaveProperty('waitsUntil');
});
