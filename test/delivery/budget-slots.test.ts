import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admit } from '../../src/delivery/budget.js';
import { sendBefore } from '../../src/delivery/send-window.js';
import type { Clock } from '../../src/delivery/turnstile.js';
import { newId } from '../../src/storage/ids.js';
import { statementsOf } from '../audit/support/statements.js';
import * as support from './budget-support.js';

const { atOnce, background, hurried, NOON, perHour, refusal, request, stateOf } = support;
const LIMITS = [atOnce(3), perHour(1_000_000)];

let bench: support.Bench;
beforeEach(async () => {
  bench = await support.createBench({ percent: 100, reserve: 0 });
});
afterEach(() => bench.close());

/** The gate of another gateway process to the one vendor instance; by the real clock unless told otherwise. */
const gate = (more: Parameters<support.Bench['instance']>[0] = { databaseNow: () => null }): Admit =>
  bench.instance(more).of('psa:1', LIMITS);
const hold = (admit: Admit, ...buckets: string[]) => Promise.all([1, 2, 3].map(() => admit(request(...buckets))));
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Ends when so many calls stand in the shared line. */
const inLine = (count: number) => inDatabase('SELECT FROM "VendorCall" WHERE "startAt" IS NULL', count);

async function inDatabase(query: string, count: number): Promise<void> {
  while ((await bench.database.sql(query)).length !== count);
}

describe('calls at once', () => {
  it('are never more than the vendor takes for a bucket, over all instances, and nearly always as many', async () => {
    const under = { way: 0, most: 0, busy: 0 };
    const caller = async (admit: Admit): Promise<void> => {
      for (let at = 0; at < 5; at += 1) {
        const release = await admit(request('Contracts'));
        under.way += 1;
        under.most = Math.max(under.most, under.way);
        const began = performance.now();
        await pause(200);
        under.busy += performance.now() - began;
        under.way -= 1;
        release();
      }
    };
    const four = [gate(), gate(), gate(), gate()];
    for (const admit of four) (await admit(request('Companies')))();
    const began = performance.now();
    await Promise.all(four.flatMap((admit) => [caller(admit), caller(admit), caller(admit)]));
    expect(under.most).toBe(3);
    // A bound for a busy machine; sim:budget measures it in virtual time.
    expect(under.busy / (3 * (performance.now() - began))).toBeGreaterThan(0.7);
  });

  it('count against every bucket of the call, and nobody overtakes in a bucket somebody waits for', async () => {
    const [one, other] = [gate(), gate()];
    const held = await hold(one, 'Adjustments');
    const both = other(request('Contracts', 'Adjustments'));
    await inLine(1);
    const behind = one(request('Contracts'));
    await inLine(2);
    (await one(request('Companies')))();
    expect([await stateOf(both), await stateOf(behind)]).toEqual(['pending', 'pending']);
    held[0]?.();
    const releases = await Promise.all([both, behind]);
    const more = await Promise.all([other(request('Contracts')), Promise.resolve(() => undefined)]);
    const third = other(request('Contracts'));
    await inLine(1);
    releases[0]?.();
    (await third)();
    for (const release of [...held.slice(1), releases[1], more[0]]) release?.();
  });

  it('are let through in the order they came, of whichever instance, people first', async () => {
    const [one, other] = [gate(), gate()];
    const held = await hold(one, 'Units');
    const order: string[] = [];
    const turns: Promise<void>[] = [];
    const come = async (name: string, turn: Promise<() => void>): Promise<void> => {
      turns.push(
        turn.then((release) => {
          order.push(name);
          release();
        }),
      );
      await inLine(turns.length);
    };
    await come(
      'first',
      background(() => one(request('Units'))),
    );
    await come(
      'second',
      background(() => other(request('Units'))),
    );
    await come(
      'third',
      background(() => one(request('Units'))),
    );
    await come('person', other(request('Units')));
    held[0]?.();
    await Promise.all(turns);
    expect(order).toEqual(['person', 'first', 'second', 'third']);
    held[1]?.();
    held[2]?.();
  });

  it('wake the next one of another instance without waiting for it to look', async () => {
    const held = await hold(gate(), 'Units');
    // Its clock never rings: only a notification can tell it.
    const clock: Clock = { now: () => performance.now(), after: () => () => undefined };
    const waiting = gate({ databaseNow: () => null, clock })(request('Units'));
    await inLine(1);
    held[0]?.({ sent: false, answered: false });
    (await waiting)();
    held[1]?.();
    held[2]?.();
  });

  it('go on after every connection of the budget was cut, what ended meanwhile included', async () => {
    const [one, other] = [gate(), gate()];
    const held = await hold(one, 'Units');
    const waiting = other(request('Units'));
    await inLine(1);
    await bench.database.sql(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gateway-vendor-budget'
        AND datname = current_database()`,
    );
    for (const release of held) release();
    (await waiting)();
  });
});

describe('a process that dies or stands still', () => {
  it('gives its slots back when its longest call must have ended, and not before', async () => {
    await hold(gate({}), 'Units');
    const other = gate({ clock: hurried(10) });
    // A minute is the time limit of such a call, ten seconds the margin; the last second is waited for.
    bench.time.now = NOON + 68_999;
    expect(await refusal(other(request('Units')))).toEqual({ code: 'OWN_SLOTS_BUSY', seconds: 5 });
    bench.time.now = NOON + 70_000;
    (await other(request('Units')))();
  });

  it('gives them back sooner when it is known to be dead, but not while the vendor works on', async () => {
    const dead = newId();
    await hold(gate({ instanceId: dead }), 'Units');
    const [living, admit] = [bench.instance({}), gate({ clock: hurried(10) })];
    bench.time.now = NOON + 5_000;
    await living.bury(dead);
    bench.time.now = NOON + 13_999;
    expect(await refusal(admit(request('Units')))).toMatchObject({ code: 'OWN_SLOTS_BUSY' });
    bench.time.now = NOON + 15_000;
    (await admit(request('Units')))();
  });

  it('does not hold up the line', async () => {
    const held = await hold(gate({}), 'Units');
    const clock: Clock = { now: () => 0, after: () => () => undefined };
    void gate({ clock })(request('Units')).catch(() => undefined);
    await inLine(1);
    bench.time.now = NOON + 5_001;
    const waiting = gate({})(request('Units'));
    held[0]?.({ sent: false, answered: false });
    (await waiting)();
  });

  it('asks again before it starts a call that was let through long ago', async () => {
    const local = { now: 0 };
    const clock: Clock = { ...hurried(1), now: () => local.now };
    const admit = gate({ clock });
    (await admit(request('Companies')))();
    const late = admit(request('Units'));
    // It has asked; the answer finds it six seconds older.
    await Promise.resolve();
    await Promise.resolve();
    local.now = 6_000;
    bench.time.now = NOON + 6_000;
    const release = await late;
    const [row] = await bench.database.sql<{ startAt: Date }>(
      `SELECT "startAt" FROM "VendorCall" WHERE 'Units' = ANY("buckets")`,
    );
    expect(row?.startAt.getTime()).toBe(NOON + 6_000);
    release();
  });
});

describe('a vendor that refuses', () => {
  const refused = { sent: true, answered: true, limitHit: { limitId: 'threads', retryAfterSeconds: 60 } };
  /** How long the slot of a call that just ended is held, in milliseconds. */
  async function held(admit: Admit): Promise<number> {
    (await admit(request('Units')))();
    await bench.instance({ databaseNow: () => new Date(bench.time.now) }).of('psa:1', LIMITS)(request('Other'));
    const [row] = await bench.database.sql<{ ms: number }>(
      `SELECT (extract(epoch FROM "freeAt" - $1::timestamptz) * 1000)::int AS "ms" FROM "VendorCall"
        WHERE 'Units' = ANY("buckets") AND "ended" ORDER BY "freeAt" DESC LIMIT 1`,
      [new Date(bench.time.now)],
    );
    bench.time.now += 1_000;
    return row?.ms ?? Number.NaN;
  }

  it('too many at once gets more time to free its slots, for a while, longer each time; nothing is paused', async () => {
    const admit = gate({});
    expect(await held(admit)).toBe(5);
    (await admit(request('Units')))(refused);
    expect(await held(admit)).toBe(60);
    bench.time.now += 2_000;
    (await admit(request('Units')))(refused);
    expect(await held(admit)).toBe(120);
    bench.time.now += 59 * 60_000;
    expect(await held(admit)).toBe(120);
    bench.time.now += 60_000;
    expect(await held(admit)).toBe(5);
  });

  it('everything for a time gets no call of any instance until then, and both kinds of callers are told', async () => {
    const [one, other] = [gate({}), gate({})];
    (await one(request('Units')))({
      sent: true,
      answered: true,
      limitHit: { limitId: 'hourly', retryAfterSeconds: 120 },
    });
    await inDatabase('SELECT FROM "VendorBudget" WHERE "pausedUntil" IS NOT NULL', 1);
    bench.time.now += 1_000;
    expect(await refusal(other(request('Companies')))).toEqual({ code: 'VENDOR_PAUSED', seconds: 119 });
    expect(await refusal(background(() => one(request())))).toEqual({ code: 'VENDOR_PAUSED', seconds: 119 });
    await expect(one(request())).rejects.toThrow(/takes no calls until 2026-11-25 12:02:00 UTC/);
    bench.time.now = NOON + 120_000;
    (await other(request('Companies')))();
  });

  it('for a moment only is waited for', async () => {
    const [one, other] = [gate(), gate()];
    const began = performance.now();
    (await one(request('Units')))({
      sent: true,
      answered: true,
      limitHit: { limitId: 'hourly', retryAfterSeconds: 1 },
    });
    await inDatabase('SELECT FROM "VendorBudget" WHERE "pausedUntil" IS NOT NULL', 1);
    (await other(request('Units')))();
    expect(performance.now() - began).toBeGreaterThan(900);
  });
});

describe('a caller', () => {
  it('costs two short statements, and fewer where many come together', async () => {
    const [one, other] = [gate(), gate()];
    for (const admit of [one, other]) (await admit(request('Companies')))();
    const turns = async (work: () => Promise<void>): Promise<number> =>
      (await statementsOf(work)).statements.filter(({ text }) => text.includes('vendor_turn')).length;
    const single = async () => {
      (await one(request('Companies')))();
      await one(request('Other')).then((release) => release());
    };
    // Two calls: what the first gives back is told with the second's coming.
    expect(await turns(single)).toBeLessThanOrEqual(4);
    const many = async (): Promise<void> => {
      const call = async (admit: Admit) => {
        const release = await admit(request('Units'));
        await pause(5);
        release();
      };
      await Promise.all(Array.from({ length: 60 }, (_, at) => call(at % 2 ? one : other)));
    };
    expect(await turns(many)).toBeLessThanOrEqual(120);
  });

  it('is not kept longer than its write may leave, and told that nothing was sent', async () => {
    const admit = gate();
    const held = await hold(admit, 'Units');
    const began = performance.now();
    const write = sendBefore(began + 50, () => admit({ ...request('Units'), write: true }));
    await expect(write).rejects.toMatchObject({ code: 'OWN_SLOTS_BUSY', outcome: 'notApplied', retryable: true });
    expect(performance.now() - began).toBeLessThan(5_000);
    for (const release of held) release();
  });

  it('that gives up leaves the line', async () => {
    const admit = gate();
    const held = await hold(admit, 'Units');
    const giving = new AbortController();
    const waiting = admit({ ...request('Units'), signal: giving.signal });
    await inLine(1);
    giving.abort();
    expect(await refusal(waiting)).toMatchObject({ code: 'ABORTED' });
    await inLine(0);
    for (const release of held) release();
  });

  it('is told when the database is not there', async () => {
    const databaseUrl = bench.database.url.replace(/\/[^/?]*(\?|$)/, '/nowhere$1');
    const admit = gate({ databaseUrl, clock: hurried(50) });
    expect(await refusal(admit(request('Units')))).toMatchObject({ code: 'BUDGET_UNREACHABLE' });
  });
});
