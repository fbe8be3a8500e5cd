import type { SeedRow, World } from '../../simulators/autotask/index.js';
import { AZURE_VARIANT, LICENCE_VARIANTS } from './catalogue.js';
import {
  AZURE_FROM_SECOND,
  CUSTOMERS,
  customerNamed,
  type DemoCustomer,
  domainOf,
  INACTIVE,
  ODD_CONTRACTS,
  PROSPECT,
} from './companies.js';
import { newYear, plusDays } from './dates.js';

/** The API user of the simulated Autotask. It opens nothing outside this machine. */
export const PSA_USER = {
  username: 'demo-gateway@example.test',
  password: 'demo-secret-Autotask-1',
  integrationCode: 'DEMOINTEGRATIONCODE00000001',
} as const;

const MONTHLY = 2;
const YEARLY = 5;
const CUSTOMER = 1;
const PROSPECTIVE = 3;
const EURO_ID = 2;

/** What does not fit, by id, so that refusals can be tried. */
export const MISFITS = {
  prospectCompany: customerNamed(PROSPECT).companyId,
  inactiveCompany: customerNamed(INACTIVE).companyId,
  inactiveService: 901,
  azureServiceWithPrice: 902,
  contractFromSecond: contractId(customerNamed(AZURE_FROM_SECOND), 3),
  contractStartingToday: contractId(customerNamed(ODD_CONTRACTS), 4),
  inactiveContract: contractId(customerNamed(ODD_CONTRACTS), 5),
  blockHoursContract: contractId(customerNamed(ODD_CONTRACTS), 6),
} as const;

/** The simulated Autotask that fits the marketplace of the same day. */
export function psaWorldOf(today: string): World {
  return {
    users: [{ username: PSA_USER.username, secret: PSA_USER.password, integrationCode: PSA_USER.integrationCode }],
    modules: [
      { id: 1, name: 'Multi-Currency' },
      { id: 2, name: 'Contracts' },
    ],
    currencies: [
      { id: 1, name: 'USD', description: 'US Dollar', isInternalCurrency: true, exchangeRate: 1, displaySymbol: 1 },
      { id: EURO_ID, name: 'EUR', description: 'Euro', exchangeRate: 1.1, displaySymbol: 2 },
    ],
    countries: [
      { id: 237, name: 'United States', displayName: 'United States', countryCode: 'US', isDefaultCountry: true },
      { id: 82, name: 'Germany', displayName: 'Germany', countryCode: 'DE' },
    ],
    internalLocations: [
      { id: 10, name: 'Headquarters', isDefault: true },
      { id: 11, name: 'CloudCockpit API Location', timeZone: '(GMT-08:00) Pacific Time (US & Canada)' },
    ],
    billingCodes: [{ id: 1, name: 'Cloud Services', useType: 3 }],
    companies: companies(),
    services: services(),
    contracts: [...CUSTOMERS.flatMap((customer) => contractsOf(customer, today)), ...misfits(today)],
  };
}

const companies = (): SeedRow[] => [
  { id: 0, companyName: 'Contoso Cloud', companyType: CUSTOMER },
  ...CUSTOMERS.map((customer) => ({
    id: customer.companyId,
    companyName: customer.name,
    companyNumber: `C-${String(customer.companyId).padStart(4, '0')}`,
    companyType: customer.name === PROSPECT ? PROSPECTIVE : CUSTOMER,
    isActive: customer.name !== INACTIVE,
    webAddress: `https://${domainOf(customer)}`,
    countryID: customer.currency === 'EUR' ? 82 : 237,
    ...(customer.currency === 'EUR' && { currencyID: EURO_ID }),
  })),
  { id: 301, companyName: 'Microsoft Distribution', companyType: 7 },
  { id: 302, companyName: 'Northwind Prospects', companyType: PROSPECTIVE },
];

const FIRST_SERVICE = 101;

const services = (): SeedRow[] => [
  ...LICENCE_VARIANTS.map(({ serviceName, variant, periodCents }, at) =>
    service(FIRST_SERVICE + at, serviceName, variant.billingFrequency === 'ANNUAL' ? YEARLY : MONTHLY, periodCents),
  ),
  service(FIRST_SERVICE + LICENCE_VARIANTS.length, AZURE_VARIANT.serviceName, MONTHLY, 0),
  { ...service(MISFITS.inactiveService, 'Retired Backup', MONTHLY, 1200), isActive: false },
  service(MISFITS.azureServiceWithPrice, 'Azure plan with a price', MONTHLY, 1000),
];

const service = (id: number, name: string, periodType: number, cents: number): SeedRow => ({
  id,
  name,
  sku: `SKU-${id}`,
  description: name,
  invoiceDescription: name,
  periodType,
  unitPrice: cents / 100,
  unitCost: Math.round(cents * 0.8) / 100,
  billingCodeID: 1,
  vendorCompanyID: 301,
});

function contractId({ index }: DemoCustomer, place: number): number {
  return 29_680_000 + (index + 1) * 10 + place;
}

/** One contract of each period that began a year before the oldest subscription could; an Azure contract where needed. */
function contractsOf(customer: DemoCustomer, today: string): SeedRow[] {
  const cloud = { startDate: newYear(today, -1), endDate: plusDays(newYear(today, 3), -1) };
  return [
    contract(customer, 1, 'Cloud monthly', { ...cloud, contractPeriodType: MONTHLY }),
    contract(customer, 2, 'Cloud yearly', { ...cloud, contractPeriodType: YEARLY }),
    ...(customer.azure ? [azureContract(customer, today)] : []),
  ];
}

function azureContract(customer: DemoCustomer, today: string): SeedRow {
  const second = customer.name === AZURE_FROM_SECOND;
  return contract(customer, 3, second ? 'Azure from the 2nd' : 'Azure', {
    startDate: plusDays(newYear(today, -1), second ? 1 : 0),
    endDate: plusDays(newYear(today, 9), second ? 0 : -1),
    contractPeriodType: MONTHLY,
  });
}

function misfits(today: string): SeedRow[] {
  const customer = customerNamed(ODD_CONTRACTS);
  const years = { startDate: newYear(today, -1), endDate: plusDays(newYear(today, 2), -1) };
  return [
    contract(customer, 4, 'Cloud monthly from today', { startDate: today, endDate: plusDays(newYear(today, 3), -1) }),
    contract(customer, 5, 'Cloud monthly, inactive', { ...years, status: 0 }),
    contract(customer, 6, 'Support hours', { ...years, contractType: 4, contractPeriodType: null }),
  ];
}

const contract = (customer: DemoCustomer, place: number, contractName: string, fields: object): SeedRow => ({
  id: contractId(customer, place),
  companyID: customer.companyId,
  contractName,
  contractNumber: `CSP-${contractId(customer, place)}`,
  contractType: 7,
  contractPeriodType: MONTHLY,
  status: 1,
  ...fields,
});
