import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admit } from '../../src/delivery/budget.js';
import {
  type Bench,
  background,
  createBench,
  HOUR,
  hurried,
  NOON,
  perHour,
  refusal,
  request,
} from './budget-support.js';

let bench: Bench;
/** The gate of one vendor instance in two gateway processes: 25 calls an hour, 10 of them ours, 2 of those for people. */
let one: Admit;
let other: Admit;
beforeEach(async () => {
  bench = await createBench();
  const clock = hurried(20);
  [one, other] = [bench.instance({ clock }), bench.instance({ clock })].map((budget) =>
    budget.of('psa:1', [perHour(25)]),
  ) as [Admit, Admit];
});
afterEach(() => bench.close());

/** How many of so many calls are let through; the first refusal ends it. */
async function letThrough(times: number, ...gates: Admit[]): Promise<number> {
  for (let at = 0; at < times; at += 1) {
    try {
      (await gates[at % gates.length]!(request('Companies')))();
    } catch {
      return at;
    }
  }
  return times;
}

describe('the share of the vendor allowance', () => {
  it('is one for all instances: a burst may use it at once, background work leaves the reserve to people', async () => {
    expect(await background(() => letThrough(100, one, other))).toBe(8);
    expect(await letThrough(100, other, one)).toBe(2);
    expect(await refusal(one(request()))).toEqual({ code: 'OWN_BUDGET_SPENT', seconds: 3670 });
    expect(await refusal(background(() => other(request())))).toMatchObject({ code: 'OWN_BUDGET_SPENT' });
  });

  it('is that of one vendor instance: another has its own', async () => {
    expect(await letThrough(100, one)).toBe(10);
    expect(await letThrough(100, bench.instance().of('psa:2', [perHour(25)]))).toBe(10);
    expect(await letThrough(100, bench.instance().of('psa:1', [perHour(25)]))).toBe(0);
  });

  it('comes back when calls have left the window for certain, each minute of them as a whole', async () => {
    bench.time.now = NOON + 30_000;
    expect(await letThrough(4, one)).toBe(4);
    bench.time.now = NOON + 20 * 60_000;
    expect(await letThrough(100, other)).toBe(6);
    expect(await refusal(one(request()))).toEqual({ code: 'OWN_BUDGET_SPENT', seconds: 41 * 60 + 10 });
    // An hour after the first, the last second of its minute and ten seconds of grace still count.
    bench.time.now = NOON + HOUR + 60_000 + 9_999;
    expect(await letThrough(100, one)).toBe(0);
    bench.time.now = NOON + HOUR + 60_000 + 10_000;
    expect(await letThrough(100, one, other)).toBe(4);
    bench.time.now = NOON + HOUR + 21 * 60_000 + 10_000;
    expect(await letThrough(100, other)).toBe(6);
    // Long after everything.
    bench.time.now = NOON + 9 * HOUR;
    expect(await letThrough(100, one, other)).toBe(10);
  });

  it('never holds more than itself in any rolling hour, whatever the moments of the calls', async () => {
    const moments: number[] = [];
    for (let at = 0; at < 300; at += 1) {
      bench.time.now += ((at * 7_919) % 97) * 1_237;
      moments.push(...Array<number>(await letThrough(3, one, other)).fill(bench.time.now));
    }
    expect(moments.length).toBeGreaterThan(20);
    const most = Math.max(...moments.map((end) => moments.filter((at) => at <= end && at > end - HOUR).length));
    expect(most).toBe(10);
  });

  it('does not open when the clock goes back, and counts on from there', async () => {
    expect(await letThrough(10, one)).toBe(10);
    bench.time.now = NOON - HOUR;
    expect(await letThrough(100, one, other)).toBe(0);
    bench.time.now = NOON + 30_000;
    expect(await letThrough(100, other)).toBe(0);
    bench.time.now = NOON + HOUR + 70_000;
    expect(await letThrough(100, other)).toBe(10);
  });

  it('is waited for when it comes back soon', async () => {
    expect(await letThrough(10, one)).toBe(10);
    bench.time.now = NOON + HOUR + 70_000 - 1_500;
    const waiting = one(request());
    // A turn later it knows how long; that time is waited for by the real clock.
    const began = performance.now();
    bench.time.now = NOON + HOUR + 70_000;
    await waiting;
    expect(performance.now() - began).toBeLessThan(9_000);
  });
});

describe('what others use of the allowance', () => {
  /** The vendor's counter, as one of our calls makes it read. */
  const told = async (used: number) => {
    const quota = () => Promise.resolve({ limit: 25, used, windowSeconds: 3600 });
    const budget = bench.instance();
    (await budget.of('psa:1', [perHour(25)], quota)(request()))();
    await budget.close();
  };

  it('narrows background work to half of everybody, and people not before it is nearly spent', async () => {
    // One call is ours, 6 are theirs: 12 of 25 are half, so 6 are left, one of them used.
    await told(7);
    expect(await background(() => letThrough(100, one, other))).toBe(5);
    expect(await refusal(background(() => one(request())))).toEqual({ code: 'VENDOR_QUOTA_HIGH', seconds: 300 });
    expect(await letThrough(100, one)).toBe(4);
    expect(await refusal(one(request()))).toMatchObject({ code: 'OWN_BUDGET_SPENT' });
  });

  it('stops people too where the vendor would stop everybody', async () => {
    await told(23);
    expect(await letThrough(100, one)).toBe(0);
    expect(await refusal(one(request()))).toEqual({ code: 'VENDOR_QUOTA_HIGH', seconds: 300 });
  });

  it('is read again after five minutes, by whoever is held back as well', async () => {
    await told(23);
    bench.time.now = NOON + 5 * 60_000 + 1;
    const quota = () => Promise.resolve({ limit: 25, used: 3, windowSeconds: 3600 });
    // Held back by what is known; the same attempt has it read anew and finds that when it looks again.
    await background(() => bench.instance().of('psa:1', [perHour(25)], quota)(request()));
    expect(await background(() => letThrough(100, one))).toBe(6);
  });

  it('is forgotten when nobody could read it for fifteen minutes', async () => {
    await told(23);
    bench.time.now = NOON + 15 * 60_000;
    expect(await letThrough(100, one)).toBe(0);
    bench.time.now += 1;
    expect(await letThrough(100, one)).toBe(9);
  });
});
