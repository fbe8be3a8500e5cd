import { expect, test } from 'vitest';
import { CATALOGUE, CUSTOMERS, MISFITS, marketplaceOf, psaWorldOf } from '../../demo/world.js';

const today = '2027-03-01';
const pushes = marketplaceOf(today);
const psa = psaWorldOf(today);
const subscriptions = pushes.flatMap((push) => push.subscriptions);

test('it is large enough', () => {
  expect(CUSTOMERS.length).toBeGreaterThanOrEqual(40);
  expect(CATALOGUE.flatMap(({ variants }) => variants).length).toBeGreaterThanOrEqual(25);
  expect(subscriptions.length).toBeGreaterThanOrEqual(300);
  expect(new Set(subscriptions.map(({ externalId }) => externalId)).size).toBe(subscriptions.length);
});

test('the same day makes the same world', () => {
  expect(marketplaceOf(today)).toEqual(pushes);
  expect(psaWorldOf(today)).toEqual(psa);
});

test('every customer has its company, and a contract of each period older than all it bought', () => {
  const companies = new Map(psa.companies?.map((company) => [company.companyName, company]));
  for (const customer of CUSTOMERS) {
    expect(companies.get(customer.name)?.id).toBe(customer.companyId);
    const contracts = psa.contracts?.filter(
      ({ companyID, status }) => companyID === customer.companyId && status === 1,
    );
    for (const { billingFrequency, startDate } of subscriptions.filter(
      ({ customerExternalId }) => customerExternalId === customer.externalId,
    )) {
      if (billingFrequency !== 'MONTHLY' && billingFrequency !== 'ANNUAL') continue;
      const period = billingFrequency === 'ANNUAL' ? 5 : 2;
      expect(contracts?.some((one) => one.contractPeriodType === period && String(one.startDate) < startDate)).toBe(
        true,
      );
      expect(startDate < today).toBe(true);
    }
  }
});

test('no customer buys a variant twice, so that a contract has each service once', () => {
  const bought = subscriptions.map(({ customerExternalId, offerExternalId, term, billingFrequency, segment }) =>
    [customerExternalId, offerExternalId, term, billingFrequency, segment].join(),
  );
  expect(new Set(bought).size).toBe(bought.length);
});

test('there is something of each kind that does not fit', () => {
  const company = (id: number) => psa.companies?.find((one) => one.id === id);
  const contract = (id: number) => psa.contracts?.find((one) => one.id === id);
  expect(company(MISFITS.prospectCompany)?.companyType).toBe(3);
  expect(company(MISFITS.inactiveCompany)?.isActive).toBe(false);
  expect(psa.services?.find(({ id }) => id === MISFITS.inactiveService)?.isActive).toBe(false);
  expect(contract(MISFITS.contractFromSecond)?.startDate).toBe('2026-01-02');
  expect(contract(MISFITS.contractStartingToday)?.startDate).toBe(today);
  expect(psa.companies?.filter(({ currencyID }) => currencyID === 2)).toHaveLength(1);
});
