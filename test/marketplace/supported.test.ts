import { expect, test } from 'vitest';
import { ChangeKind, type CloudSubscriptionStatus, type OfferType } from '../../prisma/generated/client/enums.js';
import { psaUnitsOf, verdictOf } from '../../src/marketplace/supported.js';

const verdict = (kind: ChangeKind, offerType: OfferType = 'LICENSE', status: CloudSubscriptionStatus = 'ACTIVE') =>
  verdictOf({ kind, offerType, status }).verdict;

test('quantity, price, promotion and cancel of a licence are synchronised; nothing else is (R49-R61)', () => {
  const synced = Object.values(ChangeKind).filter((kind) => verdict(kind) === 'sync');
  expect(synced).toEqual(['QUANTITY', 'PRICE', 'PROMOTION', 'CANCEL']);
  const unsupported = Object.values(ChangeKind).filter((kind) => verdict(kind) === 'unsupported');
  const expected = ['BILLING_FREQUENCY', 'FRIENDLY_NAME', 'AUTO_RENEW', 'RENEWAL', 'UPGRADE', 'SCHEDULED_CHANGE'];
  expect(unsupported).toEqual(expected);
});

test('an Azure Plan is suspended but not resumed, and has no price (R56, R58, R59)', () => {
  expect(verdict('SUSPEND', 'AZURE_PLAN', 'SUSPENDED')).toBe('sync');
  expect(verdict('SUSPEND', 'LICENSE', 'SUSPENDED')).toBe('ignored');
  expect(verdict('RESUME', 'AZURE_PLAN')).toBe('ignored');
  expect(verdict('PRICE', 'AZURE_PLAN')).toBe('ignored');
  expect(verdict('PROMOTION', 'AZURE_PLAN')).toBe('ignored');
  expect(verdict('CANCEL', 'AZURE_PLAN', 'CANCELLED')).toBe('sync');
});

test("an Azure Plan has no seats: one unit carries a month's cost (R62)", () => {
  expect(verdict('QUANTITY', 'AZURE_PLAN')).toBe('ignored');
  expect(verdict('QUANTITY', 'AZURE_PLAN', 'CANCELLED')).toBe('ignored');
  expect(psaUnitsOf({ offerType: 'AZURE_PLAN', quantity: 25 })).toBe(1);
  expect(psaUnitsOf({ offerType: 'LICENSE', quantity: 25 })).toBe(25);
});

test('a price counts while active or suspended only, and one that has ended has no units (R53, R55, R57)', () => {
  expect(verdict('PRICE', 'LICENSE', 'SUSPENDED')).toBe('sync');
  for (const status of ['PENDING', 'CANCELLED', 'EXPIRED', 'DISABLED', 'DELETED'] as const) {
    expect([status, verdict('PRICE', 'LICENSE', status)]).toEqual([status, 'ignored']);
  }
  for (const status of ['CANCELLED', 'EXPIRED', 'DISABLED', 'DELETED'] as const) {
    expect([status, verdict('QUANTITY', 'LICENSE', status)]).toEqual([status, 'ignored']);
  }
  expect(verdict('QUANTITY', 'LICENSE', 'SUSPENDED')).toBe('sync');
});
