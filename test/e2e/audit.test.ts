import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, connected, done, entries, pushCustomer, pushOffer, settled, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { firstOf } from '../support/caller.js';
import { PSA } from '../support/world.js';

let app: TestApp;
let connectionId: string;
beforeAll(async () => {
  app = await createTestApp();
  connectionId = (await connected(app.csp)).id;
  for (let at = 0; at < 30; at += 1) await pushCustomer(app.csp);
});
afterAll(() => app?.close());

interface Page {
  readonly auditLogs: {
    readonly totalCount: number;
    readonly streamCursor: string;
    readonly nodes: readonly { readonly id: string; readonly createdAt: string; readonly operation: string }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  };
}
const PAGE = `query ($first: Int, $after: String, $filter: AuditLogFilter) {
  auditLogs(first: $first, after: $after, filter: $filter) {
    totalCount streamCursor nodes { id createdAt operation } pageInfo { hasNextPage endCursor }
  }
}`;
const page = async (variables: object) => (await app.csp.query<Page>(PAGE, variables)).auditLogs;

describe('the audit log', () => {
  it('scenario 14: has 25 entries a page, newest first, and pages without gap or repeat (R74, R77)', async () => {
    const first = await page({});
    expect(first.nodes).toHaveLength(25);
    const seen = [...first.nodes];
    for (let next = first; next.pageInfo.hasNextPage; ) {
      next = await page({ after: next.pageInfo.endCursor });
      seen.push(...next.nodes);
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(first.totalCount);
    expect(seen).toHaveLength(first.totalCount);
    const times = seen.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it.each([0, -1, 101, 2001])('scenario 14: refuses a page of %i entries', async (first) => {
    const { status, body } = await app.csp.ask(PAGE, { first });
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([400, 'INVALID_PAGE_SIZE']);
    expect((await page({ first: 100 })).nodes.length).toBeGreaterThan(25);
  });

  it('scenario 14: filters by operation, status, outcome, connection, customer and time (R76)', async () => {
    const customer = await pushCustomer(app.csp, { companyName: 'Filtered Works' });
    const input = { connectionId, customerId: customer.id, companyId: PSA.company.contoso };
    const { auditLog: good } = await done(app.csp, 'createConnectionCustomerMapping', input);
    const { auditLog: bad } = await act(app.csp, 'createConnectionCustomerMapping', input);
    const found = async (filter: object) => (await page({ filter })).nodes.map(({ id }) => id);
    const operations = ['CreateConnectionCustomerMapping'];
    expect(await found({ operations })).toEqual([bad.id, good.id]);
    expect(await found({ operations, statuses: ['FAILED'] })).toEqual([bad.id]);
    expect(await found({ operations, outcomes: ['SUCCEEDED'] })).toEqual([good.id]);
    expect(await found({ customerName: 'red wor' })).toEqual([good.id]);
    expect(await found({ connectionIds: [connectionId], operations })).toEqual([good.id]);
    expect(await found({ correlationId: good.correlationId })).toEqual([good.id]);
    expect(
      await found({ operations: [...operations, 'CreateConnectorConnection'], statuses: ['SUCCEEDED'] }),
    ).toHaveLength(2);
    expect(await found({ operations, createdTo: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await found({ operations: [] })).toEqual([]);
  });
});

describe('page, then stream', () => {
  interface Live {
    readonly auditLogEvents: { readonly type: string; readonly cursor: string };
  }
  const LIVE = 'subscription ($after: String) { auditLogEvents(after: $after) { type cursor } }';

  it('loses nothing and doubles nothing over sockets that break, while many operations race', {
    timeout: 90_000,
  }, async () => {
    const { streamCursor } = await page({ first: 1 });
    const [operators, each] = [6, 12];
    const working = Promise.all(
      Array.from({ length: operators }, async () => {
        for (let at = 0; at < each; at += 1) await pushCustomer(app.csp);
      }),
    );
    let last: number | undefined;
    const finished = working.then(async () => {
      const [row] = await app.database.sql<{ seq: number }>('SELECT max("seq")::int AS "seq" FROM "AuditLogEvent"');
      last = row?.seq;
      // The follower may have seen everything by now: one more event tells it to look.
      await pushCustomer(app.csp);
    });
    const seen: string[] = [];
    let cursor = streamCursor;
    let cuts = 0;
    const hasAll = () => last !== undefined && Number(cursor) >= last;
    const follower = app.callersOf(app.url).csp;
    for (;;) {
      let fresh = 0;
      try {
        for await (const { auditLogEvents: event } of follower.live<Live>(LIVE, { after: cursor })) {
          cursor = event.cursor;
          if (event.type === 'CHECKPOINT') continue;
          seen.push(cursor);
          fresh += 1;
          if (fresh === 25) {
            cuts += 1;
            follower.cutSockets();
          }
          if (hasAll()) break;
        }
        break;
      } catch (error) {
        if ((error as { code?: number }).code !== 1006) throw error;
      }
    }
    await finished;
    const written = await app.database.sql<{ seq: string }>(
      'SELECT "seq"::text AS "seq" FROM "AuditLogEvent" WHERE "seq" > $1 AND "seq" <= $2 ORDER BY "AuditLogEvent"."seq"',
      [streamCursor, cursor],
    );
    expect(written.length).toBeGreaterThanOrEqual(operators * each * 2);
    expect(seen).toEqual(written.map(({ seq }) => seq));
    expect(cuts).toBeGreaterThan(3);
  });

  it('follows only its own organization', async () => {
    const theirs = app.stranger.live<Live>(LIVE);
    expect((await theirs.next()).value).toMatchObject({ auditLogEvents: { type: 'CHECKPOINT' } });
    await pushCustomer(app.csp);
    await pushOffer(app.stranger);
    const { auditLogEvents: event } = await firstOf(theirs, ({ auditLogEvents: { type } }) => type !== 'CHECKPOINT');
    const [own] = await entries(app.stranger, {});
    expect([event.cursor, own?.operation]).toEqual(['1', 'UpsertOffers']);
  });

  it('refuses a cursor it never gave', async () => {
    for (const after of ['nonsense', '-1', '999999999']) {
      await expect(app.csp.live(LIVE, { after }).next()).rejects.toThrow('INVALID_CURSOR');
    }
  });
});

describe('following one entry', () => {
  const FOLLOW = 'subscription ($id: ID!) { auditLogStatusChanged(id: $id) { status } }';

  it('tells its present state, then each change, and completes at the end', async () => {
    const input = { id: connectionId };
    const { auditLog } = await act(app.csp, 'testConnectorConnection', input);
    const statuses: string[] = [];
    const source = app.csp.live<{ auditLogStatusChanged: { status: string } }>(FOLLOW, { id: auditLog.id });
    for await (const { auditLogStatusChanged } of source) statuses.push(auditLogStatusChanged.status);
    expect(statuses.at(-1)).toBe('SUCCEEDED');
    expect(new Set(statuses).size).toBe(statuses.length);
    const after = [];
    for await (const message of app.csp.live(FOLLOW, { id: auditLog.id })) after.push(message);
    expect(after).toEqual([{ auditLogStatusChanged: { status: 'SUCCEEDED' } }]);
  });

  it('works over server-sent events too', async () => {
    const { auditLog } = await act(app.csp, 'testConnectorConnection', { id: connectionId });
    const response = await fetch(app.url, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${app.csp.key}`,
      },
      body: JSON.stringify({ query: FOLLOW, variables: { id: auditLog.id } }),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    // It ends by itself, so the whole text comes.
    const text = await response.text();
    expect(text).toContain('"status":"SUCCEEDED"');
    expect(text.trimEnd()).toMatch(/event: complete/);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
  });

  it('of nobody is refused', async () => {
    await expect(app.csp.live(FOLLOW, { id: unique('aud_') }).next()).rejects.toThrow('NOT_FOUND');
  });
});
