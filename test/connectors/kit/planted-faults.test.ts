import { describe, expect, test } from 'vitest';
import { conformanceCases, levelOf, referenceSubject, runConformance } from '../../../src/connectors/kit/index.js';
import { plantedFaults } from './faults/index.js';
import { withFault } from './faults/plant.js';

const failedOf = async (subject: Parameters<typeof runConformance>[0], ids?: readonly string[]) => {
  const report = await runConformance(subject, ids ? { only: ({ id }) => ids.includes(id) } : {});
  return { report, failed: report.results.filter(({ status }) => status === 'failed') };
};

test('the reference connector is without fault', async () => {
  const { report, failed } = await failedOf(referenceSubject);
  expect(failed).toEqual([]);
  expect(levelOf(report)).toBe('Money-safe');
  const skipped = report.results.filter(({ status }) => status === 'skipped').map(({ id, reason }) => [id, reason]);
  expect(skipped).toEqual([
    ['dispose.twice', 'dispose is absent'],
    ['descriptor.compatible', 'no published descriptor was given to compare with'],
  ]);
});

describe('one planted fault', () => {
  test('is named once, and each is another', () => {
    const names = plantedFaults.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(25);
    const cases = new Set(conformanceCases.map(({ id }) => id));
    expect(plantedFaults.flatMap(({ caughtBy }) => caughtBy).filter((id) => !cases.has(id))).toEqual([]);
  });

  // Only the cases that must find it run here: the others have their own.
  test.each(plantedFaults)('$name: fails, and is named', async (fault) => {
    const { failed } = await failedOf(withFault(fault), fault.caughtBy);
    expect(failed.map(({ id }) => id).sort()).toEqual([...fault.caughtBy].sort());
    expect(failed.find(({ id }) => id === fault.caughtBy[0])?.reason).toMatch(fault.named);
  });
});
