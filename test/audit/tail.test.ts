import { expect, it, vi } from 'vitest';
import type { FeedRow } from '../../src/audit/rows.js';
import { backOff, createTail } from '../../src/audit/tail.js';

const never = new AbortController().signal;

/** A tail over a table that is an array, woken by hand. */
function openTail(table: number[], memory = 3) {
  let wake = () => {};
  let reads = 0;
  const tail = createTail({
    start: 0n,
    async read(cursor, limit) {
      reads += 1;
      const rows = table.filter((seq) => seq > cursor).slice(0, limit);
      return rows.map((seq) => ({ event: { seq: BigInt(seq) } }) as FeedRow);
    },
    onWake(look) {
      wake = look;
      return () => {};
    },
    onError: () => {},
    safetyPollMs: 1e9,
    pageSize: 2,
    memory,
  });
  const next = (cursor: number) => {
    const row = tail.next(BigInt(cursor));
    return typeof row === 'string' ? row : Number(row.event.seq);
  };
  return { tail, next, wake: () => wake(), reads: () => reads };
}

it('looks once at the beginning, for what came before it could be woken', async () => {
  const { tail, next } = openTail([1]);
  await tail.wait(never, 1e9);
  expect([next(0), next(1)]).toEqual([1, 'end']);
  tail.close();
});

it('reads page after page, once more for all wake-ups during a reading, and remembers the newest', async () => {
  const table = [1, 2, 3, 4, 5];
  const { tail, next, wake, reads } = openTail(table);
  await tail.wait(never, 1e9);
  for (let nudge = 0; nudge < 10; nudge += 1) wake();
  while (next(4) === 'end') await tail.wait(never, 1e9);
  expect([next(0), next(1), next(2), next(3), next(4), next(5)]).toEqual(['behind', 'behind', 3, 4, 5, 'end']);
  expect(reads()).toBeLessThanOrEqual(4);
  tail.close();
});

it('reads again when it was woken during a reading', async () => {
  const table = [1];
  const { tail, next, wake } = openTail(table);
  // The first reading has seen its rows already.
  table.push(2);
  wake();
  await vi.waitFor(() => expect(next(1)).toBe(2));
  tail.close();
});

it('does not bridge what is no longer kept', async () => {
  const table = [1];
  const { tail, next, wake } = openTail(table);
  await tail.wait(never, 1e9);
  table.push(7);
  wake();
  await tail.wait(never, 1e9);
  expect([next(0), next(1), next(5), next(6), next(7)]).toEqual(['behind', 'behind', 'behind', 7, 'end']);
  tail.close();
});

it('pauses longer after each failure, up to a limit', () => {
  expect([1, 2, 3, 30, 3000].map((failures) => backOff(failures, 5000))).toEqual([100, 200, 400, 5000, 5000]);
});
