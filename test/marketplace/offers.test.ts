import { expect, test } from 'vitest';
import { ingestOffers } from '../../src/marketplace/offers.js';
import { ANNUAL, context, counted, fates, MONTHLY, offer, only, pushOffers, useMarket } from './support.js';

const market = useMarket();

const variantsOf = (offerExternalId: string) => market.db.client.offerVariant.findMany({ where: { offerExternalId } });

test('an offer brings its variants, and a new variant is an update', async () => {
  const { db, cspA } = market;
  expect(fates(await pushOffers(db, cspA, [offer('a')]))).toEqual(['CREATED']);
  expect(fates(await pushOffers(db, cspA, [offer('a')]))).toEqual(['UNCHANGED']);
  expect(fates(await pushOffers(db, cspA, [offer('a', { variants: [MONTHLY, ANNUAL, ANNUAL] })]))).toEqual(['UPDATED']);
  // Absent variants stay: mappings may hang on them.
  expect(fates(await pushOffers(db, cspA, [offer('a', { variants: [] })]))).toEqual(['UNCHANGED']);
  expect((await variantsOf('a')).map((one) => one.billingFrequency).sort()).toEqual(['ANNUAL', 'MONTHLY']);
});

test('a renamed offer is renamed in its variants', async () => {
  const { db, cspA } = market;
  await pushOffers(db, cspA, [offer('b', { name: 'Ｏld Ñame', providerOfferId: 'CFQ1' })]);
  expect(only(await variantsOf('b'))).toMatchObject({ nameKey: 'old ñame', providerOfferId: 'CFQ1' });
  expect(fates(await pushOffers(db, cspA, [offer('b', { name: 'New', offerType: 'AZURE_PLAN' })]))).toEqual([
    'UPDATED',
  ]);
  const copies = { offerName: 'New', nameKey: 'new', offerType: 'AZURE_PLAN', providerOfferId: 'CFQ1' };
  expect(only(await variantsOf('b'))).toMatchObject(copies);
});

test.each([
  ['ONE_MONTH', ['MONTHLY']],
  ['ONE_YEAR', ['MONTHLY', 'ANNUAL']],
  ['THREE_YEARS', ['MONTHLY', 'ANNUAL', 'TRIENNIAL']],
  ['NO_TERM', ['ONE_TIME', 'MONTHLY', 'ANNUAL', 'TRIENNIAL', 'NONE']],
  ['FIVE_YEARS', ['ONE_TIME', 'MONTHLY', 'ANNUAL', 'TRIENNIAL', 'NONE']],
])('of the term %s exactly %j are legal (1.8)', async (term, legal) => {
  const frequencies = ['ONE_TIME', 'MONTHLY', 'ANNUAL', 'TRIENNIAL', 'NONE'];
  const rows = frequencies.map((billingFrequency) =>
    offer(`c-${term}-${billingFrequency}`, { variants: [{ segment: 'EDUCATION', term, billingFrequency }] }),
  );
  const results = await pushOffers(market.db, market.cspA, rows);
  expect(frequencies.filter((_, at) => results[at]!.outcome === 'CREATED')).toEqual(legal);
  for (const { errors, index } of results.filter(({ outcome }) => outcome === 'REJECTED')) {
    expect(errors[0]).toMatchObject({
      code: 'ILLEGAL_BILLING_FREQUENCY',
      path: ['input', 'rows', String(index), 'variants', '0', 'billingFrequency'],
    });
  }
});

test('every organization has its own offers under the same externalId', async () => {
  const { db, cspA, cspB, reseller1 } = market;
  for (const scope of [cspA, cspB, reseller1]) {
    expect(fates(await pushOffers(db, scope, [offer('d', { name: scope.organizationId })]))).toEqual(['CREATED']);
  }
  await pushOffers(db, reseller1, [offer('d', { name: 'Changed' })]);
  const names = (await db.client.offer.findMany({ where: { externalId: 'd' } })).map(({ name }) => name).sort();
  expect(names).toEqual(['Changed', cspA.organizationId, cspB.organizationId].sort());
});

test('an older observation changes neither the offer nor its variants', async () => {
  const { db, cspA } = market;
  await pushOffers(db, cspA, [offer('e', { observedAt: '2026-03-10T11:00:00Z' })]);
  const older = offer('e', { name: 'Old', variants: [ANNUAL], observedAt: '2026-03-10T12:59:00+02:00' });
  expect(fates(await pushOffers(db, cspA, [older]))).toEqual(['UNCHANGED STALE_OBSERVATION']);
  expect(only(await variantsOf('e'))).toMatchObject({ offerName: 'e', billingFrequency: 'MONTHLY' });
});

test('500 offers with two variants each take a handful of statements', async () => {
  const { db, cspA } = market;
  const rows = Array.from({ length: 500 }, (_, at) => offer(`f-${at}`, { variants: [MONTHLY, ANNUAL] }));
  const count = (some: typeof rows) =>
    db.transaction(async (raw) => {
      const { tx, statements } = counted(raw);
      await ingestOffers(tx, context(cspA), some);
      return statements();
    });
  expect(await count(rows)).toBeLessThanOrEqual(6);
  expect(await count(rows.map((row) => ({ ...row, name: `${row.name} 2` })))).toBeLessThanOrEqual(6);
  expect(await db.client.offerVariant.count({ where: { offerName: { endsWith: ' 2' } } })).toBe(1000);
});

test('two pushes at once make each variant once', async () => {
  const { db, cspA } = market;
  const rows = Array.from({ length: 40 }, (_, at) => offer(`g-${at}`, { variants: [MONTHLY, ANNUAL] }));
  await Promise.all([pushOffers(db, cspA, rows), pushOffers(db, cspA, [...rows].reverse())]);
  expect(await db.client.offerVariant.count({ where: { offerExternalId: { startsWith: 'g-' } } })).toBe(80);
});
