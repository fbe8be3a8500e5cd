import { getEventListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Scope } from '../../src/audit/entry.js';
import { type AuditFeed, type AuditFeedOptions, createAuditFeed, type FeedMessage } from '../../src/audit/feed.js';
import { createPostgresWake, type Wake } from '../../src/audit/wake.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createScope, moveEntry, openEntry, take } from './support/log.js';
import { statementsOf } from './support/statements.js';

let test: TestDatabase;
let db: Database;
let wake: Wake;
let feeds: AuditFeed[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  db = createDatabase(test.url);
  wake = createPostgresWake(test.url);
});

afterEach(() => {
  for (const feed of feeds) feed.close();
  feeds = [];
});

afterAll(async () => {
  await wake?.close();
  await db?.close();
  await test?.drop();
});

/** A feed that gets nowhere by its poll, so that a test sees what the wake does. */
function openFeed(options: Partial<AuditFeedOptions> = {}): AuditFeed {
  const feed = createAuditFeed({ db, wake, safetyPollMs: 1e9, ...options });
  feeds.push(feed);
  return feed;
}

async function appendMany(scope: Scope, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await openEntry(db, scope);
}

const cursors = (messages: FeedMessage[]) => messages.map(({ cursor }) => Number(cursor));
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);
const typed = (name: string, code: string) => expect.objectContaining({ name, code });
const checkpoint = (cursor: number) => ({ type: 'CHECKPOINT', cursor: String(cursor) });

describe('the feed', () => {
  it('begins with a checkpoint of now, then tells what happens, in order, with the entry', async () => {
    const scope = await createScope(db);
    await appendMany(scope, 2);
    const live = openFeed().events(scope);
    expect(await take(live, 1)).toEqual([checkpoint(2)]);
    const id = await openEntry(db, scope, { summary: 'the third' });
    await moveEntry(db, scope, id, 'RUNNING');
    await appendMany(await createScope(db), 1);
    await moveEntry(db, scope, id, 'SUCCEEDED');
    const [opened, running, done] = await take(live, 3);
    expect(opened).toMatchObject({ type: 'STATUS', cursor: '3', entry: { id, summary: 'the third' } });
    expect(opened).toMatchObject({
      event: { ...scope, seq: 3n, auditLogId: id, fromStatus: null, toStatus: 'PENDING' },
    });
    expect(running).toMatchObject({ cursor: '4', event: { fromStatus: 'PENDING', toStatus: 'RUNNING' } });
    expect(done).toMatchObject({ cursor: '5', entry: { status: 'SUCCEEDED' } });
  });

  it('begins behind `after`, and with nothing or 0 at the oldest', async () => {
    const scope = await createScope(db);
    await appendMany(scope, 5);
    const feed = openFeed({ pageSize: 2 });
    expect(cursors(await take(feed.events(scope, { after: '3' }), 3))).toEqual([3, 4, 5]);
    expect(cursors(await take(feed.events(scope, { after: '5' }), 1))).toEqual([5]);
    for (const after of ['', '0'])
      expect(cursors(await take(feed.events(scope, { after }), 6))).toEqual([0, ...upTo(5)]);
    expect(await take(feed.events(scope, { after: null }), 1)).toEqual([checkpoint(5)]);
    expect(await take(feed.events(await createScope(db), { after: '0' }), 1)).toEqual([checkpoint(0)]);
  });

  it('refuses a cursor of something else or of another database', async () => {
    const scope = await createScope(db);
    await appendMany(scope, 2);
    for (const after of ['abc', '-1', '3', '99999999999999999999']) {
      const refused = openFeed().events(scope, { after });
      await expect(refused.next()).rejects.toEqual(typed('CursorError', 'INVALID_CURSOR'));
      expect(await refused.next()).toEqual({ done: true, value: undefined });
    }
    expect(feeds.map((feed) => feed.stats())).toEqual(Array(4).fill({ followers: 0, tails: 0 }));
  });

  it('says so when what follows a cursor is no longer kept, also to a follower that fell behind', async () => {
    const scope = await createScope(db);
    const feed = openFeed({ memory: 2, pageSize: 2 });
    const slow = feed.events(scope);
    expect(await take(slow, 1)).toEqual([checkpoint(0)]);
    await appendMany(scope, 8);
    // As retention does, without its ceremony.
    await test.sql(
      `BEGIN; SET LOCAL session_replication_role = replica; DELETE FROM "AuditLogEvent" WHERE "organizationId" = '${scope.organizationId}' AND seq <= 4; COMMIT`,
    );
    await expect(take(slow, 8)).rejects.toEqual(typed('CursorError', 'CURSOR_EXPIRED'));
    await expect(feed.events(scope, { after: '3' }).next()).rejects.toEqual(typed('CursorError', 'CURSOR_EXPIRED'));
    expect(cursors(await take(feed.events(scope, { after: '4' }), 3))).toEqual([4, 5, 6]);
    expect(cursors(await take(feed.events(scope, { after: '' }), 3))).toEqual([4, 5, 6]);
  });

  it('repeats a checkpoint in silence', async () => {
    const scope = await createScope(db);
    await appendMany(scope, 1);
    const live = openFeed({ checkpointMs: 20 }).events(scope);
    expect(await take(live, 3)).toEqual([checkpoint(1), checkpoint(1), checkpoint(1)]);
  });

  it('filters while the cursor moves on, and tells by checkpoints how far it is', async () => {
    const scope = await createScope(db);
    const [one, other] = [await openEntry(db, scope), await openEntry(db, scope, { operation: 'ResyncSubscription' })];
    const live = openFeed({ checkpointEvents: 3 }).events(scope, { filter: { operations: ['ResyncSubscription'] } });
    await take(live, 1);
    for (const status of ['RUNNING', 'RETRYING', 'RUNNING', 'SUCCEEDED'] as const)
      await moveEntry(db, scope, one, status);
    await moveEntry(db, scope, other, 'RUNNING');
    expect(await take(live, 2)).toMatchObject([checkpoint(5), { cursor: '7', entry: { id: other } }]);
  });

  it('filtered by status tells what enters and what leaves it', async () => {
    const scope = await createScope(db);
    const live = openFeed().events(scope, { filter: { statuses: ['RUNNING'] } });
    await take(live, 1);
    const id = await openEntry(db, scope);
    for (const status of ['RUNNING', 'VERIFYING', 'SUCCEEDED'] as const) await moveEntry(db, scope, id, status);
    const next = await openEntry(db, scope, { status: 'RUNNING' });
    const seen = await take(live, 3);
    expect(seen.map((message) => 'event' in message && [message.event.fromStatus, message.event.toStatus])).toEqual([
      ['PENDING', 'RUNNING'],
      ['RUNNING', 'VERIFYING'],
      [null, 'RUNNING'],
    ]);
    expect(seen.at(-1)).toMatchObject({ entry: { id: next } });
  });

  it('lets a slow follower read everything later, beyond what is remembered', async () => {
    const scope = await createScope(db);
    const feed = openFeed({ memory: 10, pageSize: 7 });
    const [slow, fast] = [feed.events(scope), feed.events(scope)];
    await Promise.all([take(slow, 1), take(fast, 1)]);
    const reading = take(fast, 60);
    await appendMany(scope, 60);
    expect(cursors(await reading)).toEqual(upTo(60));
    expect(cursors(await take(slow, 60))).toEqual(upTo(60));
    await appendMany(scope, 1);
    expect(cursors([...(await take(slow, 1)), ...(await take(fast, 1))])).toEqual([61, 61]);
  });

  it('reads new events once for all followers', async () => {
    const scope = await createScope(db);
    const feed = openFeed();
    const followers = upTo(50).map(() => feed.events(scope));
    await Promise.all(followers.map((each) => take(each, 1)));
    expect(feed.stats()).toEqual({ followers: 50, tails: 1 });
    const { result, statements } = await statementsOf(async () => {
      const reading = followers.map((each) => take(each, 10));
      await appendMany(scope, 10);
      return Promise.all(reading);
    });
    for (const seen of result) expect(cursors(seen)).toEqual(upTo(10));
    // At most one for each event, and one under way when the first came.
    const reads = statements.filter(({ text }) => text.includes('FROM "AuditLogEvent" e JOIN'));
    expect(reads.length).toBeLessThanOrEqual(11);
  });

  it('needs no wake-up: the poll finds what nobody told', async () => {
    const scope = await createScope(db);
    const deaf: Wake = { onWake: () => () => {}, close: async () => {} };
    const live = openFeed({ wake: deaf, safetyPollMs: 10 }).events(scope);
    await take(live, 1);
    await appendMany(scope, 3);
    expect(cursors(await take(live, 3))).toEqual([1, 2, 3]);
  });

  it('waits out a database that does not answer, at the tail and behind it', async () => {
    const scope = await createScope(db);
    const failed = vi.fn();
    const feed = openFeed({ memory: 1, pageSize: 1, safetyPollMs: 1_000, onError: failed });
    const [near, far] = [feed.events(scope), feed.events(scope)];
    await Promise.all([take(near, 1), take(far, 1)]);
    await appendMany(scope, 4);
    expect(cursors(await take(near, 4))).toEqual([1, 2, 3, 4]);
    const id = await openEntry(db, scope);
    expect(cursors(await take(near, 1))).toEqual([5]);
    const reading = [take(near, 1), take(far, 6)];
    // Written and unreadable in one moment: a writer needs the table too.
    await test.sql(`BEGIN;
      SELECT audit_append('${scope.tenantId}', '${scope.organizationId}', '${id}', 'REPORT', 'PENDING', 'PENDING', 'still here', '{}');
      ALTER TABLE "AuditLog" RENAME TO "Away"; COMMIT`);
    await vi.waitFor(() => expect(failed.mock.calls.length).toBeGreaterThan(4), 10_000);
    await test.sql('ALTER TABLE "Away" RENAME TO "AuditLog"');
    // Nothing more is written: nobody but the feed itself has it look again.
    expect((await Promise.all(reading)).map(cursors)).toEqual([[6], upTo(6)]);
  });
});

describe('the end of a follower', () => {
  /** Lengths of timers that only this feed sets. */
  const own = { safetyPollMs: 912_345, checkpointMs: 923_456 };

  it.each(['return', 'abort', 'close'] as const)('by %s while it waits frees everything at once', async (how) => {
    const scope = await createScope(db);
    let sleepers = 0;
    const counted: Wake = {
      ...wake,
      onWake(organizationId, look) {
        sleepers += 1;
        const stop = wake.onWake(organizationId, look);
        return () => {
          sleepers -= 1;
          stop();
        };
      },
    };
    const set = vi.spyOn(globalThis, 'setTimeout');
    const clear = vi.spyOn(globalThis, 'clearTimeout');
    const feed = openFeed({ ...own, wake: counted });
    const controller = new AbortController();
    const live = feed.events(scope, { signal: controller.signal });
    const id = await openEntry(db, scope);
    const status = feed.statusChanges(scope, id, { signal: controller.signal });
    await Promise.all([take(live, 1), take(status, 1)]);
    await appendMany(scope, 1);
    await take(live, 1);
    // Until its reading is over, the tail has no timer that could be left behind.
    while (!set.mock.calls.some(([, ms]) => ms === own.safetyPollMs)) await new Promise((turn) => setImmediate(turn));
    expect({ ...feed.stats(), sleepers }).toEqual({ followers: 2, tails: 1, sleepers: 1 });
    const waiting = [live.next(), status.next()];
    if (how === 'return') await Promise.all([live.return!(), status.return!()]);
    if (how === 'abort') controller.abort();
    if (how === 'close') feed.close();
    expect({ ...feed.stats(), sleepers }).toEqual({ followers: 0, tails: 0, sleepers: 0 });
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const cleared = new Set(clear.mock.calls.map(([timer]) => timer));
    const left = set.mock.calls.flatMap(([, ms = 0], at) => {
      const mine = ms === own.safetyPollMs || (ms > own.checkpointMs - 10_000 && ms <= own.checkpointMs);
      return mine && !cleared.has(set.mock.results[at]?.value) ? [ms] : [];
    });
    expect(left).toEqual([]);
    vi.restoreAllMocks();
  });

  it('frees everything also when nobody reads, or a read is under way', async () => {
    const scope = await createScope(db);
    const feed = openFeed();
    const controller = new AbortController();
    const unread = feed.events(scope, { signal: controller.signal });
    await take(unread, 1);
    const starting = feed.events(scope, { signal: controller.signal });
    const first = starting.next();
    controller.abort();
    expect(feed.stats()).toEqual({ followers: 0, tails: 0 });
    expect(await Promise.all([unread.next(), first])).toEqual(Array(2).fill({ done: true, value: undefined }));
  });

  it('leaves the others their tail', async () => {
    const scope = await createScope(db);
    const feed = openFeed();
    const controller = new AbortController();
    const [stays, goes] = [feed.events(scope), feed.events(scope, { signal: controller.signal })];
    await Promise.all([take(stays, 1), take(goes, 1)]);
    const waiting = goes.next();
    controller.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(feed.stats()).toEqual({ followers: 1, tails: 1 });
    await appendMany(scope, 1);
    expect(cursors(await take(stays, 1))).toEqual([1]);
  });

  it('may come before its beginning', async () => {
    const scope = await createScope(db);
    const feed = openFeed();
    const returned = feed.events(scope);
    await returned.return!();
    const aborted = feed.events(scope, { signal: AbortSignal.abort() });
    expect(await Promise.all([returned.next(), aborted.next()])).toEqual(
      Array(2).fill({ done: true, value: undefined }),
    );
    feed.close();
    expect(await feed.events(scope).next()).toEqual({ done: true, value: undefined });
  });
});

describe('the status of one entry', () => {
  it('is told at once, then whenever it changes, and ends with the final one', async () => {
    const scope = await createScope(db);
    const id = await openEntry(db, scope);
    const changes = openFeed().statusChanges(scope, id);
    const seen = [...(await take(changes, 1))];
    for (const status of ['RUNNING', 'NEEDS_REVIEW', 'SUCCEEDED'] as const) {
      await appendMany(scope, 2);
      await moveEntry(db, scope, id, status, { summary: `it is ${status}` });
      seen.push(...(await take(changes, 1)));
    }
    expect(seen.map(({ status }) => status)).toEqual(['PENDING', 'RUNNING', 'NEEDS_REVIEW', 'SUCCEEDED']);
    expect(seen.at(-1)).toMatchObject({ id, summary: 'it is SUCCEEDED' });
    expect(await changes.next()).toEqual({ done: true, value: undefined });
    expect(feeds[0]!.stats()).toEqual({ followers: 0, tails: 0 });
  });

  it.each(['SUCCEEDED', 'FAILED', 'CANCELED'] as const)('is all there is when it is %s already', async (status) => {
    const scope = await createScope(db);
    const id = await openEntry(db, scope);
    await moveEntry(db, scope, id, status);
    const seen: string[] = [];
    for await (const entry of openFeed().statusChanges(scope, id)) seen.push(entry.status);
    expect(seen).toEqual([status]);
  });

  it('is not told of an entry the organization does not have', async () => {
    const scope = await createScope(db);
    const foreign = await openEntry(db, await createScope(db));
    for (const id of [foreign, scope.organizationId, 'no uuid']) {
      const changes = openFeed().statusChanges(scope, id);
      await expect(changes.next()).rejects.toEqual(typed('EntryNotFoundError', 'NOT_FOUND'));
    }
  });
});
