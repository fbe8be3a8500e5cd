import { expect, test } from 'vitest';
import { listCustomers } from '../../src/marketplace/customer-list.js';
import { ingestCustomers } from '../../src/marketplace/customers.js';
import { context, counted, customer, fates, NOW, only, pushCustomers, useMarket } from './support.js';

const market = useMarket();

const stored = (externalId: string) => market.db.client.customer.findFirstOrThrow({ where: { externalId } });

test('a push creates, updates and leaves alone, in the order of its rows', async () => {
  const { db, cspA } = market;
  await pushCustomers(db, cspA, [customer('a-same'), customer('a-other', { email: 'old@a.example', taxId: '1' })]);
  const results = await pushCustomers(db, cspA, [
    customer('a-new'),
    customer('a-other', { email: 'new@a.example' }),
    customer('a-same'),
  ]);
  expect(results.map(({ externalId, outcome }) => `${externalId} ${outcome}`)).toEqual([
    'a-new CREATED',
    'a-other UPDATED',
    'a-same UNCHANGED',
  ]);
  // Absent keeps, null clears.
  expect(await stored('a-other')).toMatchObject({ id: results[1]!.id, email: 'new@a.example', taxId: '1' });
  await pushCustomers(db, cspA, [customer('a-other', { taxId: null })]);
  expect((await stored('a-other')).taxId).toBeNull();
});

test('bad rows are rejected with code and path, and the good ones are written', async () => {
  const { db, cspA } = market;
  const results = await pushCustomers(db, cspA, [
    customer('b-good', { companyName: '  Grüße & Söhne  ' }),
    customer('b-unknown', { favouriteColour: 'red' }),
    { externalId: 'b-nameless' },
    customer('b-control', { companyName: 'a\u0000b' }),
    customer('b-surrogate', { companyName: 'a\ud800b' }),
    customer('b-long', { companyName: 'x'.repeat(251) }),
    customer('b-currency', { currency: 'eur' }),
    customer('b-good'),
    customer('b-future', { observedAt: '2026-03-10T12:06:00Z' }),
    'not an object',
    null,
  ]);
  expect(fates(results)).toEqual([
    'CREATED',
    'REJECTED UNKNOWN_FIELD',
    'REJECTED REQUIRED',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
    'REJECTED DUPLICATE_IN_CALL',
    'REJECTED OBSERVED_IN_FUTURE',
    'REJECTED INVALID_VALUE',
    'REJECTED INVALID_VALUE',
  ]);
  expect(results[6]!.errors[0]!.path).toEqual(['input', 'rows', '6', 'currency']);
  expect(results[9]).toMatchObject({ index: 9, externalId: null, id: null });
  expect((await stored('b-good')).companyName).toBe('Grüße & Söhne');
  expect(await db.client.customer.count({ where: { externalId: { startsWith: 'b-' } } })).toBe(1);
});

test('an older observation never overwrites a newer one, even when the newer one changed nothing', async () => {
  const { db, cspA } = market;
  const at = (minute: number) => new Date(NOW.getTime() + minute * 1000).toISOString();
  const push = async (companyName: string, observedAt: string) =>
    fates(await pushCustomers(db, cspA, [customer('c', { companyName, observedAt })]));
  expect(await push('First', at(10))).toEqual(['CREATED']);
  expect(await push('First', at(30))).toEqual(['UNCHANGED']);
  expect(await push('Between', at(20))).toEqual(['UNCHANGED STALE_OBSERVATION']);
  expect((await stored('c')).companyName).toBe('First');
  expect(await push('Same moment', at(30))).toEqual(['UPDATED']);
  // Without a time a push is about now.
  expect(fates(await pushCustomers(db, cspA, [customer('c', { companyName: 'Now' })]))).toEqual(['UPDATED']);
});

test('deleting hides a customer from the list, and it can come back (R21)', async () => {
  const { db, cspA } = market;
  const listed = async () =>
    (await listCustomers(db.client, cspA, { filter: { prefix: 'd-gone' } })).rows.map((row) => row.companyName);
  await pushCustomers(db, cspA, [customer('d-gone')]);
  expect(fates(await pushCustomers(db, cspA, [customer('d-gone', { deleted: true })]))).toEqual(['UPDATED']);
  expect(await listed()).toEqual([]);
  expect(fates(await pushCustomers(db, cspA, [customer('d-gone')]))).toEqual(['UNCHANGED']);
  await pushCustomers(db, cspA, [customer('d-gone', { deleted: false })]);
  expect(await listed()).toEqual(['d-gone']);
});

test('a CSP records for its own Resellers, by id or externalId, and takes part', async () => {
  const { db, cspA, cspB, reseller1, reseller2 } = market;
  const byName = await pushCustomers(db, cspA, [customer('e-1', { resellerId: 'r1' })]);
  expect(fates(byName)).toEqual(['CREATED']);
  expect(await stored('e-1')).toMatchObject({ organizationId: reseller1.organizationId, cspParty: true });
  await pushCustomers(db, cspA, [customer('e-2', { resellerId: reseller2.organizationId })]);
  expect(await stored('e-2')).toMatchObject({ organizationId: reseller2.organizationId, cspParty: true });
  // Without a resellerId the seller stays.
  await pushCustomers(db, cspA, [customer('e-1', { companyName: 'Renamed' })]);
  expect(await stored('e-1')).toMatchObject({ companyName: 'Renamed', organizationId: reseller1.organizationId });

  const rejected = 'REJECTED NOT_YOUR_RESELLER';
  const named = (resellerId: string) => [customer('e-3', { resellerId })];
  expect(fates(await pushCustomers(db, cspB, named('r1')))).toEqual([rejected]);
  expect(fates(await pushCustomers(db, cspB, named(reseller1.organizationId)))).toEqual([rejected]);
  expect(fates(await pushCustomers(db, reseller1, named('r2')))).toEqual([rejected]);
  expect(fates(await pushCustomers(db, cspA, named(cspA.organizationId)))).toEqual([rejected]);
  expect(fates(await pushCustomers(db, reseller1, named('r1')))).toEqual(['CREATED']);
  expect(await stored('e-3')).toMatchObject({ organizationId: reseller1.organizationId, cspParty: false });
});

test('nobody writes the row of another seller; a CSP that names its Reseller begins to take part', async () => {
  const { db, cspA, cspB, reseller1, reseller2 } = market;
  await pushCustomers(db, reseller1, [customer('f')]);
  const inUse = ['REJECTED EXTERNAL_ID_IN_USE'];
  const taken = await pushCustomers(db, reseller2, [customer('f', { companyName: 'Mine' })]);
  expect(fates(taken)).toEqual(inUse);
  expect(only(taken).id).toBeNull();
  expect(fates(await pushCustomers(db, cspA, [customer('f', { companyName: 'Mine' })]))).toEqual(inUse);
  expect(fates(await pushCustomers(db, cspA, [customer('f', { resellerId: 'r2' })]))).toEqual(inUse);
  expect((await stored('f')).companyName).toBe('f');
  expect(fates(await pushCustomers(db, cspA, [customer('f', { resellerId: 'r1' })]))).toEqual(['UPDATED']);
  expect(await stored('f')).toMatchObject({ organizationId: reseller1.organizationId, cspParty: true });
  // Another tenant has its own external ids.
  expect(fates(await pushCustomers(db, cspB, [customer('f')]))).toEqual(['CREATED']);
});

test('500 rows take as many statements as one', async () => {
  const { db, cspA } = market;
  const rows = Array.from({ length: 500 }, (_, at) => customer(`g-${at}`, { resellerId: 'r1' }));
  const count = (some: typeof rows) =>
    db.transaction(async (raw) => {
      const { tx, statements } = counted(raw);
      await ingestCustomers(tx, context(cspA), some);
      return statements();
    });
  expect(await count(rows)).toBeLessThanOrEqual(4);
  expect(await count(rows.map((row) => ({ ...row, companyName: `${row.companyName} Ltd` })))).toBeLessThanOrEqual(4);
  expect(await db.client.customer.count({ where: { companyName: { endsWith: ' Ltd' } } })).toBe(500);
});

test('two pushes at once create each row once', async () => {
  const { db, cspA, reseller1 } = market;
  const rows = Array.from({ length: 60 }, (_, at) => customer(`h-${at}`));
  const [one, two] = await Promise.all([pushCustomers(db, cspA, rows), pushCustomers(db, cspA, [...rows].reverse())]);
  const all = [...fates(one!), ...fates(two!)];
  expect(all.filter((fate) => fate === 'CREATED')).toHaveLength(60);
  expect(all.filter((fate) => fate === 'UNCHANGED')).toHaveLength(60);
  const other = rows.map((row) => ({ ...row, externalId: `i${row.externalId}` }));
  const [mine, theirs] = await Promise.all([pushCustomers(db, cspA, other), pushCustomers(db, reseller1, other)]);
  for (const [at, fate] of fates(mine!).entries()) {
    expect([fate, fates(theirs!)[at]].sort()).toEqual(['CREATED', 'REJECTED EXTERNAL_ID_IN_USE']);
  }
});
