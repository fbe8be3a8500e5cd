import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Principal } from '../../src/access/principal.js';
import { createRequestRate } from '../../src/access/request-rate.js';
import { createDatabase, type Database } from '../../src/storage/database.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let db: Database;
let clock = Date.UTC(2026, 10, 25, 12, 0, 15);
beforeAll(async () => {
  database = await createTestDatabase();
  db = createDatabase(database.url);
});
afterAll(async () => {
  await db?.close();
  await database?.drop();
});

const callerOf = (id: string): Principal => ({
  ...{ tenantId: newId(), organizationId: newId(), organizationKind: 'CSP', organizationName: 'x', role: 'VIEWER' },
  actor: { kind: 'API_KEY', id, name: 'x' },
});
const rate = (caller: number, of = db, tenant = 0) => createRequestRate(of, { caller, tenant }, () => new Date(clock));

test('three instances together let no more through than one minute allows, and nearly all of it', async () => {
  const caller = callerOf('busy');
  const instances = [1, 2, 3].map(() => rate(100));
  const ask = () => Promise.all(Array.from({ length: 150 }, (_, at) => instances[at % 3]?.admit(caller)));
  const waits = await ask();
  const passed = waits.filter((wait) => wait === 0).length;
  expect(passed).toBeGreaterThan(85);
  expect(passed).toBeLessThanOrEqual(100);
  expect(new Set(waits.filter((wait) => wait !== 0))).toEqual(new Set([45]));
  expect((await ask()).filter((wait) => wait === 0).length).toBeLessThanOrEqual(100 - passed);
  expect(await instances[0]?.admit(callerOf('another'))).toBe(0);
  clock += 60_000;
  expect((await ask()).filter((wait) => wait === 0).length).toBeGreaterThan(85);
});

test('one request a minute is one', async () => {
  const [one, two] = [rate(1), rate(1)];
  const caller = callerOf('slow');
  expect([await one.admit(caller), await two.admit(caller), await one.admit(caller)]).toEqual([0, 45, 45]);
});

test('no limit asks nobody, and a database that does not answer refuses nobody', async () => {
  const none = createDatabase('postgresql://127.0.0.1:1/none');
  expect(await rate(0, none).admit(callerOf('a'))).toBe(0);
  expect(await rate(10, none).admit(callerOf('a'))).toBe(0);
  await none.close();
});

test('what a CSP and its Resellers ask counts together, whoever of them asks', async () => {
  const tenantId = newId();
  const callers = ['a', 'b', 'c', 'd'].map((id) => ({ ...callerOf(id), tenantId }));
  const { admit } = rate(0, db, 2);
  const waits: number[] = [];
  for (const caller of callers) waits.push(await admit(caller));
  expect(waits).toEqual([0, 0, 45, 45]);
  expect(await admit(callerOf('of another tenant'))).toBe(0);
});

test('what is left is told of both limits: this instance knows its own part, and the others count as used', async () => {
  const caller = callerOf('reader');
  const [here, there, none] = [rate(100, db, 1000), rate(100, db, 1000), rate(0)];
  const resetAt = new Date(Math.ceil(clock / 60_000) * 60_000);
  const whole = { caller: { limit: 100, remaining: 100, resetAt }, tenant: { limit: 1000, remaining: 1000, resetAt } };
  expect(await here.read(caller)).toEqual(whole);
  for (let at = 0; at < 7; at += 1) await here.admit(caller);
  expect(await here.read(caller)).toMatchObject({ caller: { remaining: 93 }, tenant: { remaining: 993 } });
  // Ten were taken in two parts of five, of which three are left here; fifty of the tenant's.
  expect(await there.read(caller)).toMatchObject({ caller: { remaining: 90 }, tenant: { remaining: 950 } });
  while ((await there.admit(caller)) === 0);
  expect(await there.read(caller)).toMatchObject({ caller: { remaining: 0 } });
  expect(await none.read(caller)).toEqual({ caller: null, tenant: null });
  clock += 60_000;
  expect(await here.read(caller)).toMatchObject({ caller: { remaining: 100 }, tenant: { remaining: 1000 } });
});
