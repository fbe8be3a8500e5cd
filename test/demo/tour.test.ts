import { afterAll, expect, test } from 'vitest';
import { createDemos, processesOf } from './support.js';

const demos = createDemos();
afterAll(demos.close);

test('the tour brings both sides together and leaves nothing behind', { timeout: 60_000 }, async () => {
  const run = demos.run([process.execPath, 'scripts/run.mjs', 'demo/tour.ts', '--json']);
  const { code, stdout, stderr } = await run.ended;
  expect([code, stderr]).toEqual([0, '']);
  const outcome = JSON.parse(stdout) as { equal: boolean; quantityInMarketplace: number; unitsOnContract: number };
  expect(outcome).toMatchObject({ equal: true, badge: 'SYNCED' });
  expect(outcome.unitsOnContract).toBe(outcome.quantityInMarketplace);
  expect(await processesOf('gateway-tour-')).toEqual([]);
});
