import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.js';
import { breakRule, MUTANTS, type Mutant } from './mutants.js';
import { passed } from './report.js';
import { type Result, type RunOptions, simulate } from './run.js';

async function run(more: Partial<RunOptions>, mutant?: Mutant): Promise<Result> {
  const database = await createTestDatabase();
  try {
    if (mutant) await breakRule(database.url, mutant);
    return await simulate({ databaseUrl: database.url, hours: 1.25, instances: 4, seed: 5, releaseMs: 2, ...more });
  } finally {
    await database.drop();
  }
}

describe('several instances with more work than budget', () => {
  it('stay within it for more than an hour and use what they may, while processes die and the vendor pauses', async () => {
    const result = await run({});
    expect(result.faults).toEqual([]);
    expect(passed(result)).toBe(true);
    expect(result.mostInAnHour).toBeGreaterThan(3_500);
    expect(result.mostAtOnce).toBe(3);
    expect([result.deaths, result.pauses]).toEqual([1, 1]);
  }, 300_000);

  it('learn from the first refusal of a vendor that frees its slots late', async () => {
    const result = await run({ hours: 0.05, releaseMs: 50 });
    expect(result.faults.map(({ kind }) => kind)).toEqual(['refusedAtOnce']);
  }, 300_000);
});

describe('a broken rule is found', () => {
  it.each(MUTANTS)(
    '$name',
    async (mutant) => {
      const { faults } = await run({ hours: 3, stopAtFault: true, perHour: mutant.perHour ?? 10_000 }, mutant);
      expect(faults.map(({ kind }) => kind)).toEqual([mutant.shows]);
    },
    300_000,
  );
});
