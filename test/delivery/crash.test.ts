import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, entryOf, GOOD, reached, settled, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { type GatewayChild, startGatewayChild } from '../support/child.js';
import { nextMonth } from '../support/dates.js';
import { mutation, type Payload } from '../support/documents.js';
import { createStage, type Stage, type Staged, standing } from '../support/stage.js';

/** The gateway under test is closed; a child process does the work until it is killed; then another one takes over. */
let app: TestApp;
let stage: Stage;
let child: GatewayChild;
const staged: Record<'carriedOut' | 'lost', Staged> = {} as never;

beforeAll(async () => {
  app = await createTestApp();
  stage = await createStage(app);
  staged.carriedOut = await stage.subscribe({ quantity: 5 });
  staged.lost = await stage.subscribe({ quantity: 5 });
  await app.app.close();
  child = await startGatewayChild({
    databaseUrl: app.database.url,
    discoveryUrl: app.simulator.discoveryUrl,
    secretKey: app.secretKey,
    quarantineSeconds: 2,
  });
});
afterAll(() => app?.close());

describe('a gateway that is killed in the middle of writes', () => {
  it('leaves each operation to a survivor, which settles it once', async () => {
    const dying = app.callersOf(child.url).csp;
    const fault = (contractId: string, action: 'hang' | 'hangAfterCommit') =>
      app.simulator.admin.faults.add({
        match: { path: `/contracts/${contractId}/serviceadjustments`, method: 'POST' },
        action,
      });
    fault(staged.carriedOut.contractId, 'hangAfterCommit');
    fault(staged.lost.contractId, 'hang');
    const record = async ({ externalId }: Staged) => {
      const event = {
        eventId: unique('event'),
        externalId,
        kind: 'QUANTITY',
        quantity: 8,
        effectiveDate: nextMonth(10),
      };
      await dying.query(mutation('recordSubscriptionChange'), { input: event });
      const document =
        '{ auditLogs(first: 1, filter: { operations: ["UpdateSubscriptionOnConnection"] }) { nodes { id } } }';
      const { auditLogs } = await dying.query<{ auditLogs: { nodes: { id: string }[] } }>(document);
      return auditLogs.nodes[0]?.id ?? '';
    };
    const ids = [await record(staged.carriedOut), await record(staged.lost)];
    const sends = () => [staged.carriedOut, staged.lost].map((one) => stage.posts(one).length);
    // Both writes have left and wait for an answer that will not come.
    const source = dying.live<{ auditLogEvents: { message: string | null } }>(
      'subscription { auditLogEvents(after: "0") { message } }',
    );
    let sending = 0;
    for await (const { auditLogEvents } of source) {
      if (auditLogEvents.message?.startsWith('Sending: Change units from 5 to 8')) sending += 1;
      if (sending === 2) break;
    }
    while (sends().some((count) => count < 2)) await new Promise((turn) => setImmediate(turn));
    // An operation that no job repeats: testing credentials that are not stored.
    app.simulator.admin.faults.add({ match: { path: 'zoneinformation' }, action: 'hang' });
    const input = { currency: 'USD', credentials: { autotask: GOOD } };
    const { result: testing } = await dying.query<{ result: Payload }>(mutation('testConnectorConnection'), { input });
    // A fault that is still to be met would be met by the survivor.
    const hanging = () => app.simulator.admin.journal.list().filter(({ fault }) => fault === 'hang').length;
    while (hanging() < 2) await new Promise((turn) => setImmediate(turn));
    await child.kill();

    const survivor = await app.another({ quarantineSeconds: 2 });
    const csp = app.callersOf(survivor.url).csp;
    const ended = await Promise.all(ids.map((id) => settled(csp, id)));
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const posts = (one: Staged) =>
      stage
        .posts(one)
        .slice(1)
        .map(({ committed, body }) => [committed, body.unitChange]);
    expect(posts(staged.carriedOut)).toEqual([[true, 3]]);
    expect(posts(staged.lost)).toEqual([
      [false, 3],
      [true, 3],
    ]);
    for (const { contractId } of Object.values(staged)) {
      expect(standing(app, contractId, nextMonth(10))).toMatchObject({ units: 8 });
    }
    const interrupted = await reached(csp, testing.auditLog.id, 'FAILED');
    expect(interrupted.error).toMatchObject({ code: 'INTERRUPTED', retryable: true });

    // The survivor does new work on the same lanes.
    const event = { eventId: unique('event'), externalId: staged.lost.externalId, kind: 'CANCEL' };
    const { auditLog } = await act(csp, 'recordSubscriptionChange', { ...event, effectiveDate: nextMonth(20) });
    expect((await entryOf(csp, auditLog.id)).status).toBe('SUCCEEDED');
  });
});
