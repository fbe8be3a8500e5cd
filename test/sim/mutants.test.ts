import { describe, expect, it } from 'vitest';
import { runBatch } from './batch.js';
import { drainOf, MUTANTS, rulesOf } from './mutants.js';
import { profileOf } from './profile.js';

describe('a simulation that finds what it should', () => {
  it.each(MUTANTS)('fails: $name', async (mutant) => {
    const tally = await runBatch({
      seed: 20_261,
      schedules: 6_000,
      stopAtFault: true,
      instances: 0,
      profile: profileOf(mutant.profile ?? 'default'),
      rules: rulesOf(mutant),
      createDrain: await drainOf(mutant),
    });
    expect(tally.first, `${tally.schedules} schedules without a fault`).not.toBeNull();
    if (process.env.SIM_VERBOSE) console.log(mutant.name, tally.schedules, tally.first);
  });

  it('holds with the source transpiled as it is', async () => {
    const mutant = { name: 'none' };
    const tally = await runBatch({
      seed: 1,
      schedules: 200,
      instances: 0,
      profile: profileOf('default'),
      rules: rulesOf(mutant),
      createDrain: await drainOf(mutant),
    });
    expect(tally.faultySchedules).toBe(0);
  });
});
