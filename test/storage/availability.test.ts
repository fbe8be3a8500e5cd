import { afterAll, beforeAll, expect, test } from 'vitest';
import { asUnavailable } from '../../src/schema/errors.js';
import { whenAvailable } from '../../src/storage/availability.js';
import { createDatabase } from '../../src/storage/database.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

test('who gets no connection of the pool is told that the gateway is overloaded, and the next one is served', async () => {
  const db = createDatabase(database.url, { poolSize: 1, connectionWithinMs: 2_000 });
  await db.client.$queryRaw`SELECT 1`;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let holding = () => {};
  const taken = new Promise<void>((resolve) => {
    holding = resolve;
  });
  const first = db.transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1`;
    holding();
    await held;
  });
  await taken;
  const inVain = [db.client.$queryRaw`SELECT 1`, db.transaction((tx) => tx.$queryRaw`SELECT 1`)];
  for (const result of await Promise.allSettled(inVain)) {
    const error = result.status === 'rejected' ? asUnavailable(result.reason) : null;
    expect(error?.extensions).toMatchObject({ code: 'OVERLOADED', http: { status: 503 } });
  }
  letGo();
  await first;
  expect(await db.client.$queryRaw`SELECT 1 AS "one"`).toEqual([{ one: 1 }]);
  await db.close();
});

test('a database that only a person can mend is not waited for', async () => {
  const url = new URL(database.url);
  url.pathname = '/there_is_no_such_database';
  const waits: number[] = [];
  const waiting = whenAvailable(url.href, { onWait: (_error, milliseconds) => waits.push(milliseconds) });
  await expect(waiting).rejects.toMatchObject({ code: '3D000' });
  expect(waits).toEqual([]);
});
