import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createAuditFeed } from '../../src/audit/feed.js';
import { createPostgresWake, type Wake } from '../../src/audit/wake.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createScope, openEntry, take } from './support/log.js';

let test: TestDatabase;
let db: Database;
let wakes: Wake[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  db = createDatabase(test.url);
});

afterEach(async () => {
  await Promise.all(wakes.map((wake) => wake.close()));
  wakes = [];
});

afterAll(async () => {
  await db?.close();
  await test?.drop();
});

function openWake(url = test.url, onError?: (error: unknown) => void): Wake {
  const wake = createPostgresWake(url, { retryMs: 10, ...(onError && { onError }) });
  wakes.push(wake);
  return wake;
}

const waitFor = <T>(check: () => T | Promise<T>) => vi.waitFor(check, 10_000);

async function listeners(): Promise<number[]> {
  const rows = await test.sql<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'gateway-audit-wake' AND datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

it('wakes those of the organization, when the change is committed, until they stop', async () => {
  const [one, other] = [await createScope(db), await createScope(db)];
  const wake = openWake();
  const [mine, theirs, gone] = [vi.fn(), vi.fn(), vi.fn()];
  wake.onWake(one.organizationId, mine);
  wake.onWake(other.organizationId, theirs);
  wake.onWake(one.organizationId, gone)();
  // The first wake-up says that listening has begun.
  await waitFor(() => expect(theirs).toHaveBeenCalledTimes(1));
  await openEntry(db, one);
  await waitFor(() => expect(mine).toHaveBeenCalledTimes(2));
  expect(theirs).toHaveBeenCalledTimes(1);
  expect(gone).not.toHaveBeenCalled();
  expect(await listeners()).toHaveLength(1);
});

it('connects only when somebody asks, and not any more when closed', async () => {
  const wake = openWake();
  expect(await listeners()).toEqual([]);
  const woken = vi.fn();
  wake.onWake('x', woken);
  await waitFor(() => expect(woken).toHaveBeenCalled());
  await wake.close();
  wake.onWake('x', woken);
  await waitFor(async () => expect(await listeners()).toEqual([]));
});

it('goes on trying while the server does not answer', async () => {
  const failed = vi.fn();
  const wake = openWake('postgresql://postgres@127.0.0.1:1/none', failed);
  wake.onWake('x', () => {});
  await waitFor(() => expect(failed.mock.calls.length).toBeGreaterThan(2));
  await wake.close();
});

it('loses nothing when its connection is cut, again and again', async () => {
  const scope = await createScope(db);
  const failed = vi.fn();
  const wake = openWake(test.url, failed);
  const feed = createAuditFeed({ db, wake, safetyPollMs: 1e9 });
  const live = feed.events(scope);
  await take(live, 1);
  const seen: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const pids = await waitFor(async () => {
      const found = await listeners();
      expect(found).toHaveLength(1);
      return found;
    });
    const reading = take(live, 3);
    await openEntry(db, scope);
    const [cut] = await test.sql<{ done: boolean }>('SELECT pg_terminate_backend($1, 5000) AS done', pids);
    expect(cut).toEqual({ done: true });
    await openEntry(db, scope);
    await openEntry(db, scope);
    seen.push(...(await reading).map(({ cursor }) => cursor));
  }
  expect(seen).toEqual(Array.from({ length: 15 }, (_, at) => String(at + 1)));
  expect(failed).toHaveBeenCalled();
  feed.close();
});
