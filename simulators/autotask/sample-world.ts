import type { SeedRow, World } from './world.js';

const OWNER = 29_682_885;

/** A small tenant: enough of everything to page, map, adjust and be refused. */
export function sampleWorld(): World {
  return {
    users: [
      {
        username: 'apiuser@example.test',
        secret: 'sample-secret-1',
        integrationCode: 'SAMPLEINTEGRATIONCODE000001',
      },
    ],
    currencies: [
      { id: 1, name: 'USD', description: 'US Dollar', isInternalCurrency: true, exchangeRate: 1, displaySymbol: 1 },
      { id: 2, name: 'EUR', description: 'Euro', exchangeRate: 1.1, displaySymbol: 2 },
      { id: 3, name: 'GBP', description: 'Pound Sterling', exchangeRate: 1.3, displaySymbol: 3 },
    ],
    countries: [
      { id: 237, name: 'United States', displayName: 'United States', countryCode: 'US', isDefaultCountry: true },
      { id: 82, name: 'Germany', displayName: 'Germany', countryCode: 'DE' },
    ],
    internalLocations: [{ id: 10, name: 'Headquarters', isDefault: true, timeZone: '(UTC-05:00) Eastern Time' }],
    resources: [
      { id: OWNER, firstName: 'Olive', lastName: 'Owner', userName: 'oowner', email: 'olive@example.test' },
      {
        id: OWNER + 1,
        firstName: 'Gone',
        lastName: 'Person',
        userName: 'gperson',
        email: 'g@example.test',
        isActive: false,
      },
      {
        id: OWNER + 2,
        firstName: 'API',
        lastName: 'User',
        userName: 'apiuser',
        email: 'api@example.test',
        licenseType: 7,
      },
    ],
    organizationalLevelAssociations: [{ id: 1 }, { id: 2 }],
    modules: [
      { id: 1, name: 'Multi-Currency' },
      { id: 2, name: 'Contracts' },
    ],
    billingCodes: [
      { id: 1, name: 'Cloud Services', useType: 3 },
      { id: 2, name: 'Remote Work', useType: 1 },
    ],
    userDefinedFields: { Companies: [{ name: 'CustomerRanking', label: 'Customer Ranking' }] },
    companies: companies(),
    services: services(),
    contracts: contracts(),
    lines: [
      { contractID: 29_681_001, serviceID: 101, units: 10 },
      { contractID: 29_681_001, serviceID: 102, units: 5, unitPrice: 20 },
      { contractID: 29_681_002, serviceID: 103, units: 25 },
      { contractID: 29_681_004, serviceID: 101, units: 7, unitPrice: 9.5 },
    ],
  };
}

const companies = (): SeedRow[] => [
  { id: 0, companyName: 'Example MSP', companyType: 1 },
  { id: 201, companyName: 'Adventure Works', companyNumber: 'C-0201', city: 'Albany' },
  { id: 202, companyName: 'Blue Yonder Airlines', companyNumber: 'C-0202', city: 'Boston' },
  { id: 203, companyName: 'Contoso', companyNumber: 'C-0203', currencyID: 2, countryID: 82 },
  { id: 204, companyName: 'Datum Corporation', companyNumber: 'C-0204', currencyID: 3 },
  { id: 205, companyName: 'Fabrikam', companyNumber: 'C-0205' },
  { id: 206, companyName: 'Litware', companyNumber: 'C-0206', isActive: false },
  { id: 207, companyName: 'Margie Travel', companyType: 3 },
  { id: 208, companyName: 'Northwind Traders', companyType: 3 },
  { id: 209, companyName: 'Proseware Distribution', companyType: 7 },
  { id: 210, companyName: 'Tailspin Partners', companyType: 8 },
  { id: 211, companyName: 'Wide World Importers', companyNumber: 'C-0211', parentCompanyID: 205 },
];

const services = (): SeedRow[] => [
  service(101, 'Microsoft 365 Business Basic', 2, 6.6, 5.1),
  service(102, 'Microsoft 365 Business Premium', 2, 23.1, 18.7),
  service(103, 'Microsoft 365 E3 (yearly)', 5, 432, 360),
  service(104, 'Exchange Online Plan 1', 2, 4.4, 3.4),
  service(105, 'Visio Plan 2 (yearly)', 5, 180, 151.2),
  { ...service(106, 'Retired Backup', 2, 12, 8), isActive: false },
  { ...service(107, 'Retired Suite (yearly)', 5, 900, 700), isActive: false },
  service(108, 'Azure Plan', 2, 0, 0),
];

const service = (id: number, name: string, periodType: number, unitPrice: number, unitCost: number): SeedRow => ({
  id,
  name,
  sku: `SKU-${id}`,
  description: name,
  invoiceDescription: name,
  periodType,
  unitPrice,
  unitCost,
  billingCodeID: 1,
  vendorCompanyID: 209,
});

const contracts = (): SeedRow[] => [
  contract(29_681_001, 201, 'Cloud monthly'),
  { ...contract(29_681_002, 201, 'Cloud yearly'), contractPeriodType: 5 },
  { ...contract(29_681_003, 202, 'Cloud monthly from the 2nd'), startDate: '2026-01-02', endDate: '2029-01-01' },
  contract(29_681_004, 203, 'Cloud monthly in euro'),
  { ...contract(29_681_005, 204, 'Cloud monthly in pounds'), organizationalLevelAssociationID: 2 },
  { ...contract(29_681_006, 205, 'Cloud monthly, inactive'), status: 0 },
  { ...contract(29_681_007, 205, 'Support hours'), contractType: 4, contractPeriodType: null },
  { ...contract(29_681_008, 202, 'Cloud monthly, ended'), startDate: '2024-01-01', endDate: '2024-12-31' },
];

const contract = (id: number, companyID: number, contractName: string): SeedRow => ({
  id,
  companyID,
  contractName,
  contractNumber: `CSP-${id}`,
  contractType: 7,
  contractPeriodType: 2,
  status: 1,
  startDate: '2026-01-01',
  endDate: '2028-12-31',
});
