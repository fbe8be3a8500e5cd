import { afterAll, beforeAll, expect, test } from 'vitest';
import { dumped, leaks } from '../support/leaks.js';
import { createFuzzTarget, type FuzzTarget } from './gateway.js';
import { fuzz } from './run.js';

let target: FuzzTarget;
beforeAll(async () => {
  target = await createFuzzTarget();
});
afterAll(() => target?.app.close());

test('a few hundred inputs are answered without a fault (`npm run fuzz` sends more)', async () => {
  const { app, schema, ids } = target;
  const { failures, statuses } = await fuzz({ url: app.url, key: app.csp.key, schema, ids, inputs: 400, seed: 1 });
  expect(failures).toEqual([]);
  // Some of it is good: a fuzzer that is refused each time tries nothing.
  expect(statuses['200']).toBeGreaterThan(100);
  expect(app.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  expect(leaks(app.logged.join('\n'))).toEqual([]);
  for (const [table, text] of await dumped(app.database)) expect(leaks(text), table).toEqual([]);
});
