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

test('an Azure plan and a reservation of one customer cost 123.45 and 50.00 in the present month', () => {
  const bought = (offerExternalId: string) => subscriptions.filter((each) => each.offerExternalId === offerExternalId);
  const [reservation] = bought('DZH318Z0D1L9');
  const plan = bought('DZH318Z0BPS6').find((each) => each.customerExternalId === reservation?.customerExternalId);
  const costs = pushes[0]?.usage.filter(({ month }) => month === '2027-03-01') ?? [];
  expect(costs.find(({ externalId }) => externalId === plan?.externalId)).toMatchObject({
    cost: '123.4500',
    price: '148.1400',
  });
  expect(costs.find(({ externalId }) => externalId === reservation?.externalId)).toMatchObject({ cost: '50.0000' });
  // The run of the month before has figures too, and every organization those of what it sells.
  expect(pushes.map(({ usage }) => new Set(usage.map(({ month }) => month)).size)).toEqual([2, 2, 2]);
  expect(new Set(pushes.flatMap(({ usage }) => usage.map(({ eventId }) => eventId))).size).toBe(
    pushes.flatMap(({ usage }) => usage).length,
  );
});
