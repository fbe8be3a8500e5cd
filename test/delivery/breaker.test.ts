import { afterAll, beforeAll, expect, it } from 'vitest';
import { act, connected, connectionOf, done, GOOD, settled } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { nextMonth } from '../support/dates.js';
import { createStage, type Stage } from '../support/stage.js';

let app: TestApp;
let stage: Stage;
beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
});
afterAll(() => app?.close());

const connection = async () => {
  const document = 'query ($id: ID!) { connection(id: $id) { status statusCode } }';
  const id = stage.connectionId;
  return (await app.csp.query<{ connection: { status: string; statusCode: string | null } }>(document, { id }))
    .connection;
};

it('a vendor that fails again and again is left alone, and work goes on when it is back', async () => {
  const staged = await Promise.all(Array.from({ length: 8 }, () => stage.subscribe({ quantity: 1 })));
  app.simulator.admin.faults.add({ match: {}, action: { kind: 'html502' }, times: 1000 });
  const change = { kind: 'QUANTITY', quantity: 2, effectiveDate: nextMonth(9) };
  const made = (await Promise.all(staged.map((one) => stage.change(one, change)))).flat();
  await expect.poll(connection, { timeout: 10_000 }).toEqual({ status: 'DEGRADED', statusCode: 'VENDOR_FAILING' });
  app.simulator.admin.journal.clear();
  app.simulator.admin.faults.clear();

  const ended = await Promise.all(made.map(({ id }) => settled(app.csp, id)));
  expect(ended.map(({ status }) => status)).toEqual(made.map(() => 'SUCCEEDED'));
  expect(await connection()).toEqual({ status: 'ACTIVE', statusCode: null });
  // The probe came first: until it was answered nothing else was sent.
  expect(app.simulator.admin.journal.list()[0]?.path).toMatch(/ThresholdInformation/);
  for (const one of staged) expect(stage.posts(one).filter(({ committed }) => committed)).toHaveLength(1);
}, 60_000);

async function degraded(): Promise<string> {
  const { id } = await connected(app.csp);
  await app.database.sql(`UPDATE "Connection" SET "status" = 'DEGRADED' WHERE "id" = $1`, [id.slice(-32)]);
  return id;
}

it('what needs the PSA meanwhile is refused, and there is nothing to mend', async () => {
  const { userErrors } = await act(app.csp, 'reconcileConnection', { connectionId: await degraded() });
  expect(userErrors).toEqual([
    expect.objectContaining({ code: 'CONNECTION_NOT_READY', message: expect.stringContaining('goes on by itself') }),
  ]);
});

it('new credentials that fail meanwhile change nothing: it still goes on by itself when it is back', async () => {
  const id = await degraded();
  const credentials = { autotask: { ...GOOD, password: 'wrong' } };
  const { auditLog } = await done(app.csp, 'updateConnectorConnection', { id, credentials });
  const { status, summary } = await settled(app.csp, auditLog.id);
  expect(await connectionOf(app.csp, id)).toMatchObject({ status: 'DEGRADED', credentialsVersion: 1 });
  expect([status, summary]).toEqual(['FAILED', expect.stringContaining('(the old ones stay in use)')]);
});

it.each(['ACTIVE', 'DEGRADED'])(
  'what a check finds of an outage does not stop a connection for good that was %s',
  async (status) => {
    const { id } = await connected(app.csp);
    await app.database.sql('UPDATE "Connection" SET "status" = $2::"ConnectionStatus" WHERE "id" = $1', [
      id.slice(-32),
      status,
    ]);
    const { faults } = app.simulator.admin;
    faults.add({ match: {}, action: { kind: 'html502' }, times: 1000 });
    try {
      const { auditLog } = await done(app.csp, 'testConnectorConnection', { id });
      expect(await settled(app.csp, auditLog.id)).toMatchObject({ status: 'FAILED', error: { retryable: true } });
      expect(['ACTIVE', 'DEGRADED']).toContain((await connectionOf(app.csp, id)).status);
    } finally {
      faults.clear();
    }
  },
);
