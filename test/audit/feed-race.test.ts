import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditStatus, Scope } from '../../src/audit/entry.js';
import { type AuditFeed, createAuditFeed } from '../../src/audit/feed.js';
import { type AuditReader, createAuditReader } from '../../src/audit/reader.js';
import { createPostgresWake, type Wake } from '../../src/audit/wake.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createRandom, createScope } from './support/log.js';
import { createRacer, type Racer } from './support/writer.js';

/** Page, then follow: no change is missed and none told twice, whoever writes and however often the follower is cut off. */

const [TRIALS, AT_ONCE, WRITERS, FOLLOWERS] = [15, 3, 60, 2];
const LAST = 'TheLastOne';

interface Process {
  readonly db: Database;
  readonly wake: Wake;
  readonly reader: AuditReader;
  readonly feed: AuditFeed;
}

let test: TestDatabase;
let racers: Racer[];
let processes: Process[];

beforeAll(async () => {
  test = await createTestDatabase();
  racers = [4, 3, 5].map((size) => createRacer(test.url, size));
  processes = [1, 2].map(() => {
    const db = createDatabase(test.url, { poolSize: 4 });
    const wake = createPostgresWake(test.url);
    // Little memory, so that followers leave the tail and join it again. No poll to help out.
    const feed = createAuditFeed({ db, wake, safetyPollMs: 1e9, memory: 24, pageSize: 12 });
    return { db, wake, reader: createAuditReader(db), feed };
  });
});

afterAll(async () => {
  for (const { feed, wake, db } of processes ?? []) {
    feed.close();
    await wake.close();
    await db.close();
  }
  await Promise.all((racers ?? []).map((racer) => racer.close()));
  await test?.drop();
});

it('15 trials of 60 racing writers: nothing lost, doubled, out of order, or wrongly on a page', async () => {
  const found = { lost: 0, doubled: 0, outOfOrder: 0, wrongPages: 0, cuts: 0, met: 0 };
  const seeds = Array.from({ length: TRIALS }, (_, at) => at + 1);
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let seed = seeds.pop(); seed; seed = seeds.pop()) await runTrial(createRandom(seed), found);
    }),
  );
  const { cuts, met, ...faults } = found;
  expect(faults).toEqual({ lost: 0, doubled: 0, outOfOrder: 0, wrongPages: 0 });
  // The trial itself must be one: followers were cut off, and began while the writing went on.
  expect(cuts).toBeGreaterThan(TRIALS * FOLLOWERS);
  expect(met).toBeGreaterThan((TRIALS * FOLLOWERS) / 2);
}, 60_000);

async function runTrial(random: () => number, found: Record<string, number>): Promise<void> {
  const pick = <T>(some: readonly T[]) => some[Math.floor(random() * some.length)]!;
  const scope = await createScope(processes[0]!.db);
  const written = createCounter();
  const followers = Array.from({ length: FOLLOWERS }, async () => {
    await written.reaches(Math.floor(random() * WRITERS * 0.9));
    return follow(scope, () => pick(processes), random);
  });
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const moves = pick<AuditStatus[]>([[], [], ['RUNNING', 'SUCCEEDED'], ['FAILED']]);
      const id = await pick(racers).open(scope, 'Race');
      written.add();
      let from: AuditStatus = 'PENDING';
      for (const to of moves) {
        await pick(racers).move(scope, id, from, to);
        from = to;
      }
    }),
  );
  await pick(racers).open(scope, LAST);

  const events = await processes[0]!.db.client.auditLogEvent.findMany({ where: scope, orderBy: { seq: 'asc' } });
  for (const { streamCursor, page, seqs, cuts } of await Promise.all(followers)) {
    const start = Number(streamCursor);
    const expected = events.map(({ seq }) => Number(seq)).filter((seq) => seq > start);
    const unique = new Set(seqs);
    found.lost! += expected.filter((seq) => !unique.has(seq)).length;
    found.doubled! += seqs.length - unique.size;
    found.outOfOrder! += seqs.filter((seq, at) => at > 0 && seq < seqs[at - 1]!).length;
    found.cuts! += cuts;
    found.met! += start > 0 && start < events.length - 1 ? 1 : 0;
    // What the page showed is what the events up to its stream cursor make.
    const made = new Map(events.filter(({ seq }) => seq <= start).map((event) => [event.auditLogId, event.toStatus]));
    found.wrongPages! += JSON.stringify([...made].sort()) === JSON.stringify([...page].sort()) ? 0 : 1;
  }
}

/** Reads a page, then follows to the last event, cut off now and then: between two messages, or in the middle of waiting. */
async function follow(scope: Scope, pick: () => Process, random: () => number) {
  const { rows, streamCursor } = await pick().reader.page(scope, { first: 100 });
  const page = rows.map(({ id, status }) => [id, status] as const);
  const seqs: number[] = [];
  let cursor = streamCursor;
  for (let cuts = 0; ; cuts += 1) {
    const live = pick().feed.events(scope, { after: cursor });
    for (let patience = 1 + Math.floor(random() * 30); ; patience -= 1) {
      const message = live.next();
      if (patience === 0) await live.return!();
      const { done, value } = await message;
      if (done && patience > 0) throw new Error('The feed ended by itself.');
      if (done) break;
      cursor = value.cursor;
      if (value.type === 'CHECKPOINT') continue;
      seqs.push(Number(value.event.seq));
      if (value.entry.operation !== LAST) continue;
      await live.return!();
      return { streamCursor, page, seqs, cuts };
    }
  }
}

function createCounter() {
  let count = 0;
  const waiting = new Map<number, () => void>();
  const gates = new Map<number, Promise<void>>();
  return {
    add() {
      count += 1;
      waiting.get(count)?.();
    },
    reaches(target: number): Promise<void> {
      if (count >= target) return Promise.resolve();
      const gate = gates.get(target) ?? new Promise<void>((resolve) => waiting.set(target, resolve));
      gates.set(target, gate);
      return gate;
    },
  };
}
