import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import type { Entry } from '../support/documents.js';
import {
  type Intervention,
  type PostgresProxy,
  type Statement,
  startPostgresProxy,
} from '../support/postgres-proxy.js';
import { unitsOn } from '../support/psa-process.js';
import { settlesIntent, storesIntent } from './support/moments.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { createStage, DAY, type Line, reached, record, toQuantity, until } from './support/stage.js';

/** Each case has one gateway that dies at an exact moment, and a survivor that starts afterwards. */
let database: TestDatabase;
let proxy: PostgresProxy;
let scene: Scene;
const lines: Line[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await startPostgresProxy(database.url);
  scene = await createScene({ databaseUrl: database.url });
  const first = await scene.start();
  const stage = await createStage(first.csp);
  for (let made = 0; made < 5; made += 1) lines.push(await stage.subscribe());
  expect(await first.stop()).toBe(0);
});
afterAll(async () => {
  await scene?.close();
  await proxy?.close();
  await database?.drop();
});

interface Crashed {
  readonly line: Line;
  readonly entryId: string;
  readonly victim: Gateway;
}

/** A change from 5 to 8 units, whose gateway is killed as soon as `moment` has come. */
async function crash(moment: (line: Line) => Promise<unknown>): Promise<Crashed> {
  const line = lines.pop();
  if (!line) throw new Error('No line is left.');
  const victim = await scene.start({ databaseUrl: proxy.url });
  const dying = moment(line);
  const entryId = await record(victim.csp, line, toQuantity(8));
  await dying;
  await victim.kill();
  return { line, entryId, victim };
}

const atStatement = (fits: (statement: Statement) => boolean, intervention: Intervention) => () =>
  proxy.trap(fits, intervention).sprung;

async function settledBySurvivor({ line, entryId }: Crashed) {
  const survivor = await scene.start();
  const entry = await reached(survivor.csp, entryId);
  const posts = await scene.psa.posts(line.contractId);
  const steps = await database.sql<{ state: string }>(
    `SELECT s."state"::text AS "state" FROM "Step" s JOIN "LaneOperation" o ON o."id" = s."operationId"
      JOIN "AuditLog" a ON a."id" = o."auditLogId" WHERE a."targetName" = (SELECT "name" FROM "CloudSubscription"
      WHERE "externalId" = $1) AND o."kind" = 'quantity' ORDER BY s."attempt"`,
    [line.externalId],
  );
  const units = unitsOn(await scene.psa.units(line.contractId), line.serviceId, DAY);
  expect(await survivor.stop()).toBe(0);
  const changes = posts.slice(1).map(({ committed, body }) => [committed, (body as { unitChange: number }).unitChange]);
  return { entry, changes, steps: steps.map(({ state }) => state), units };
}

const statuses = ({ history }: Entry) =>
  history.filter(({ type }) => type === 'STATUS').map(({ toStatus }) => toStatus);

describe('kill -9', () => {
  it('before intent commit: the change stays pending and is sent once later', async () => {
    const crashed = await crash(atStatement(storesIntent, 'holdBefore'));
    const { entry, changes, steps, units } = await settledBySurvivor(crashed);
    expect(entry.status).toBe('SUCCEEDED');
    expect(statuses(entry)).not.toContain('VERIFYING');
    expect(steps).toEqual(['APPLIED']);
    expect(changes).toEqual([[true, 3]]);
    expect(units).toBe(8);
  });

  it('between commit and send: settled by read-back after the quarantine, sent once', async () => {
    const crashed = await crash(atStatement(storesIntent, 'holdAfter'));
    const { entry, changes, steps, units } = await settledBySurvivor(crashed);
    expect(entry.status).toBe('SUCCEEDED');
    expect(steps).toEqual(['NOT_APPLIED', 'APPLIED']);
    expect(changes).toEqual([[true, 3]]);
    expect(units).toBe(8);
  });

  it('after send, before answer: found as applied, not sent again', async () => {
    const crashed = await crash(async ({ contractId }) => {
      const path = `/contracts/${contractId}/serviceadjustments`;
      await scene.psa.addFault({ match: { path, method: 'POST' }, action: 'hangAfterCommit' });
      return until(
        () => scene.psa.posts(contractId),
        (posts) => posts.length === 2 && posts.every(({ committed }) => committed),
      );
    });
    const { entry, changes, steps, units } = await settledBySurvivor(crashed);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', summary: expect.stringContaining('found applied by reading') });
    expect(steps).toEqual(['APPLIED']);
    expect(changes).toEqual([[true, 3]]);
    expect(units).toBe(8);
  });

  it('after answer, before commit: found as applied', async () => {
    const crashed = await crash(atStatement(settlesIntent, 'holdBefore'));
    const { entry, changes, steps, units } = await settledBySurvivor(crashed);
    expect(entry).toMatchObject({ status: 'SUCCEEDED', summary: expect.stringContaining('found applied by reading') });
    expect(steps).toEqual(['APPLIED']);
    expect(changes).toEqual([[true, 3]]);
    expect(units).toBe(8);
  });

  it('after the last commit, before its answer: nothing is left to do', async () => {
    const crashed = await crash(atStatement(settlesIntent, 'holdAfter'));
    const { entry, changes, steps } = await settledBySurvivor(crashed);
    expect(entry.status).toBe('SUCCEEDED');
    expect(statuses(entry)).not.toContain('VERIFYING');
    expect(steps).toEqual(['APPLIED']);
    expect(changes).toEqual([[true, 3]]);
  });
});
