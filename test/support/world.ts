import type { SeedRow, World, WorldUser } from '../../simulators/autotask/index.js';
import { addDays } from '../../src/delivery/period.js';
import { CONTRACT_END, CONTRACT_START, TODAY } from './dates.js';

const INTEGRATION_CODE = 'TESTINTEGRATIONCODE00000001';

export const API_USER = { username: 'api@psa.test', secret: 'Psa-Secret#0001', integrationCode: INTEGRATION_CODE };

/** Ids of the test PSA, by what is special about the record. */
export const PSA = {
  company: { contoso: '201', fabrikam: '202', euro: '203', inactive: '204', prospect: '205', vendor: '207' },
  service: {
    yearly: '151',
    yearlyOther: '152',
    inactive: '161',
    quarterly: '162',
    azure: '171',
    azurePriced: '172',
    azureWithCost: '173',
  },
  contract: {
    ofFabrikam: '2001',
    supportHours: '2002',
    inactive: '2003',
    yearly: '2004',
    beginsToday: '2005',
    fromTheSecond: '2006',
    ended: '2007',
    inEuro: '2008',
    azure: '2009',
  },
} as const;

/** Monthly services 101 to 130 and monthly contracts of Contoso 1001 to 1090: one for each test that needs its own. */
export const monthlyService = (at: number): string => String(101 + at);
export const monthlyContract = (at: number): string => String(1001 + at);

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

export function testWorld(more: { readonly users?: readonly WorldUser[] } = {}): World {
  return {
    users: [{ ...API_USER }, ...(more.users ?? [])],
    currencies: [
      { id: 1, name: 'USD', description: 'US Dollar', isInternalCurrency: true, exchangeRate: 1 },
      { id: 2, name: 'EUR', description: 'Euro', exchangeRate: 1.1 },
    ],
    modules: [{ id: 1, name: 'Multi-Currency' }],
    companies: [
      { id: 201, companyName: 'Contoso' },
      { id: 202, companyName: 'Fabrikam' },
      { id: 203, companyName: 'Euro Works', currencyID: 2 },
      { id: 204, companyName: 'Sleeping', isActive: false },
      { id: 205, companyName: 'Perhaps', companyType: 3 },
      { id: 206, companyName: 'Alcontoso' },
      { id: 207, companyName: 'Contractor Supplies', companyType: 7 },
      { id: 208, companyName: 'contoso Annex' },
    ],
    services: [
      ...upTo(30).map((at) => service(101 + at, `Monthly ${at}`, 2, 10, 8)),
      service(151, 'Yearly', 5, 120, 96),
      service(152, 'Yearly, other', 5, 120, 96),
      { ...service(161, 'Retired', 2, 10, 8), isActive: false },
      service(162, 'Quarterly', 3, 30, 24),
      service(171, 'Azure Plan', 2, 0, 0),
      service(172, 'Azure Plan, priced', 2, 0.01, 0),
      service(173, 'Azure Plan, with a cost', 2, 0, 0.01),
    ],
    contracts: [
      ...upTo(90).map((at) => contract(1001 + at, 201)),
      contract(2001, 202),
      { ...contract(2002, 201), contractType: 4, contractPeriodType: null },
      { ...contract(2003, 201), status: 0 },
      { ...contract(2004, 201), contractPeriodType: 5 },
      { ...contract(2005, 201), startDate: TODAY },
      { ...contract(2006, 201), startDate: addDays(CONTRACT_START, 1) },
      { ...contract(2007, 201), endDate: addDays(TODAY, -1) },
      contract(2008, 203),
      contract(2009, 201),
    ],
  };
}

const service = (id: number, name: string, periodType: number, unitPrice: number, unitCost: number): SeedRow => ({
  id,
  name,
  periodType,
  unitPrice,
  unitCost,
});

const contract = (id: number, companyID: number): SeedRow => ({
  id,
  companyID,
  contractName: `Cloud ${id}`,
  startDate: CONTRACT_START,
  endDate: CONTRACT_END,
});
