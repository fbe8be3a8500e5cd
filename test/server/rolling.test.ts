import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRolling } from '../rolling/run.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** Twenty of them: npm run test:rolling. */
test('each of two gateways is replaced under load: no accepted request fails, no live client misses anything', async () => {
  const report = await runRolling({ database, restarts: 2, readers: 3, lines: 2 });
  expect(report).toMatchObject({ failed: [], wrongLines: [], badExits: [], missed: 0, doubled: 0 });
  expect(report.requests).toBeGreaterThan(20);
  expect(report.losses).toBeGreaterThan(0);
  expect(report.slowestStopMs).toBeLessThan(25_000);
}, 300_000);
