import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { createStage, type Line, reached, record, type Stage, toQuantity } from './support/stage.js';

/** Two gateways on two hosts, one of which has a clock that jumps. Monotonic clocks and timers go on, as on a real host. */
let database: TestDatabase;
let scene: Scene;
let jumping: Gateway;
let steady: Gateway;
let stage: Stage;

const HOUR = 3_600_000;
const QUARANTINE = 6;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await createScene({ databaseUrl: database.url, quarantineSeconds: QUARANTINE });
  [jumping, steady] = await Promise.all([scene.start(), scene.start()]);
  stage = await createStage(steady.csp);
});
afterAll(async () => {
  await scene?.close();
  await database?.drop();
});

const changesOf = async ({ contractId }: Line) =>
  (await scene.psa.posts(contractId))
    .slice(1)
    .map(({ committed, body }) => [committed, (body as { unitChange: number }).unitChange]);

describe('clock jumps by 1 h', () => {
  it.each([
    ['forwards', HOUR],
    ['backwards', -HOUR],
  ] as const)('%s: leases and quarantines go by database time; nothing is sent early', async (_way, milliseconds) => {
    const lines = await Promise.all([1, 2, 3, 4].map(() => stage.subscribe()));
    await scene.psa.addFault({
      match: { path: '/serviceadjustments', method: 'POST' },
      action: 'dropBefore',
      times: 4,
    });
    const ids = await Promise.all(lines.map((line) => record(jumping.csp, line, toQuantity(8))));
    await Promise.all(ids.map((id) => reached(steady.csp, id, ['VERIFYING'])));
    const since = performance.now();
    jumping.jumpClock(milliseconds);
    const ended = await Promise.all(ids.map((id) => reached(steady.csp, id)));
    const waited = (performance.now() - since) / 1000;
    expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    // The writes had left a little before that was known.
    expect(waited).toBeGreaterThan(QUARANTINE - 3);
    expect(waited).toBeLessThan(QUARANTINE + 30);
    for (const line of lines) {
      expect(await changesOf(line)).toEqual([
        [false, 3],
        [true, 3],
      ]);
    }
    // Neither took the other for dead.
    for (const { logged } of [jumping, steady]) expect(logged.filter((text) => text.includes('is gone'))).toEqual([]);
    jumping.jumpClock(-milliseconds);
  });
});
