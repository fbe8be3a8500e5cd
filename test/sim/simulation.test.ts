import { describe, expect, it } from 'vitest';
import { runBatch } from './batch.js';
import { profileOf } from './profile.js';
import { scheduleSeed, seedOf } from './random.js';
import { runSchedule } from './schedule.js';

const NOTHING = { lost: 0, doubled: 0, outOfOrder: 0, stuck: 0, wronglyClaimed: 0 };

describe('the delivery engine in simulation', () => {
  it.each([
    ['default', 2_000],
    ['crashes', 600],
    ['edits', 800],
    ['calm', 300],
  ])('loses, doubles, reorders and claims nothing: %s', async (name, schedules) => {
    const tally = await runBatch({ seed: 7, schedules, instances: 0, profile: profileOf(name) });
    expect(tally.faults, `replay: --seed ${tally.first?.seed} --profile ${name} --schedules 1 --trace`).toEqual(
      NOTHING,
    );
    expect(tally.sends).toBeGreaterThan(schedules);
  });

  it('asks nobody for help where nothing happens', async () => {
    const tally = await runBatch({ seed: 3, schedules: 300, instances: 0, profile: profileOf('calm') });
    expect(tally).toMatchObject({ needlessReviews: 0, handedOver: 0 });
  });

  it('replays a schedule event by event', async () => {
    const trace = async (seed: number) => {
      const lines: string[] = [];
      await runSchedule({ seed, instances: 0, profile: profileOf('default'), trace: (line) => lines.push(line) });
      return lines;
    };
    const first = await trace(scheduleSeed(99, 4));
    expect(first.length).toBeGreaterThan(20);
    expect(await trace(scheduleSeed(99, 4))).toEqual(first);
    expect(await trace(scheduleSeed(99, 5))).not.toEqual(first);
  });

  it('takes any text as a seed, and a schedule alone has the seed of its run', () => {
    expect(seedOf('4092541152')).toBe(4092541152);
    expect(seedOf('release 1')).toBe(seedOf('release 1'));
    expect(seedOf('release 1')).not.toBe(seedOf('release 2'));
    expect(scheduleSeed(4092541152, 0)).toBe(4092541152);
  });
});
