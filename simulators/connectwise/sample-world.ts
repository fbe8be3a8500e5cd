import type { World } from './world.js';

/** A small tenant: enough of everything to page, map, change and be refused. */
export function sampleWorld(): World {
  return {
    companyId: 'sample',
    members: [{ identifier: 'gateway', publicKey: 'samplePublicKey1', privateKey: 'samplePrivateKey1' }],
    clientIds: ['11111111-2222-4333-8444-555555555555'],
    companies: [
      { id: 201, identifier: 'Contoso', name: 'Contoso' },
      { id: 202, identifier: 'Fabrikam', name: 'Fabrikam' },
      { id: 203, identifier: 'EuroWorks', name: 'Euro Works', currencyCode: 'EUR' },
      { id: 204, identifier: 'Gone', name: 'Gone', deletedFlag: true },
      { id: 205, identifier: 'Perhaps', name: 'Perhaps', types: [{ id: 2, name: 'Prospect' }] },
      { id: 206, identifier: 'Quoted', name: 'The "Quoted" 100%' },
    ],
    catalog: [
      { id: 101, identifier: 'M365-BB', description: 'Microsoft 365 Business Basic', price: 6.6, cost: 5.1 },
      { id: 102, identifier: 'M365-BP', description: 'Microsoft 365 Business Premium', price: 20, cost: 16.5 },
      {
        ...{
          id: 103,
          identifier: 'M365-BB-Y',
          description: 'Microsoft 365 Business Basic, yearly',
          price: 72,
          cost: 60,
        },
        recurringBillCycle: { id: 2, name: 'Annual' },
      },
      { id: 104, identifier: 'OLD', description: 'Retired', inactiveFlag: true },
      { id: 105, identifier: 'BUNDLE', description: 'A bundle', productClass: 'Bundle' },
      { id: 106, identifier: 'AZURE', description: 'Azure plan' },
    ],
    agreements: [
      { id: 1001, name: 'Cloud monthly', company: { id: 201 } },
      { id: 1002, name: 'Cloud yearly', company: { id: 201 }, billingCycle: { id: 2, name: 'Annual' } },
      { id: 1003, name: 'Cancelled', company: { id: 201 }, cancelledFlag: true, agreementStatus: 'Cancelled' },
      {
        ...{ id: 1004, name: 'Expired', company: { id: 201 }, agreementStatus: 'Expired' },
        ...{ noEndingDateFlag: false, endDate: '2026-06-30T00:00:00Z' },
      },
      { id: 1005, name: 'Euro', company: { id: 203 }, currencyCode: 'EUR' },
      { id: 1006, name: 'Not prorated', company: { id: 201 }, prorateFlag: false },
    ],
    additions: [
      { id: 501, agreementId: 1001, product: { id: 101 }, quantity: 10 },
      { id: 502, agreementId: 1001, product: { id: 102 }, quantity: 5 },
    ],
  };
}
