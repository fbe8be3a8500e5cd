import type { Row, World } from './world.js';

/** The `at`th id of its kind. */
export const uuid = (kind: number, at: number): string =>
  `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(at).padStart(12, '0')}`;

const named = (name: string) => ({ name });
const money = (value: number, currency: string) => ({ value, currency: named(currency) });

export function customer(at: number, companyName: string, more: object = {}): Row {
  return {
    id: uuid(1, at),
    companyName,
    taxId: null,
    country: 'PT',
    email: `it@customer-${at}.example`,
    internalIdentifier: null,
    resellerId: null,
    isDeleted: false,
    ...more,
  };
}

/** One year, monthly or annually, in the commercial segment. */
export function offer(at: number, name: string, more: object = {}): Row {
  return {
    id: uuid(2, at),
    name,
    description: null,
    offerType: named('License'),
    billingType: named('License'),
    isAddon: false,
    prices: [offerPrice('OneYear', ['Monthly', 'Annual'])],
    ...more,
  };
}

export function offerPrice(term: string, frequencies: readonly string[], segment = 'Commercial') {
  return {
    termDuration: named(term),
    segment: named(segment),
    region: { value: 'PT' },
    billingFrequencies: frequencies.map(named),
    costPrice: money(96, 'EUR'),
  };
}

/** Prices are for one unit in the whole term. */
export function subscription(at: number, of: { customer: number; offer: number }, more: object = {}): Row {
  return {
    id: uuid(3, at),
    orderId: uuid(4, at),
    offerId: uuid(2, of.offer),
    customerId: uuid(1, of.customer),
    resellerId: null,
    subscriptionName: `Subscription ${at}`,
    offerName: `Offer ${of.offer}`,
    offerType: named('License'),
    isTrialOffer: false,
    providerSubscriptionId: uuid(5, at),
    subscriptionStatus: named('Active'),
    startDate: '2026-03-10T00:00:00+00:00',
    endDate: '2027-03-09T23:59:59+00:00',
    cancellationAllowedUntil: '2026-03-17T09:42:00+00:00',
    quantity: 5,
    assignedLicenses: 3,
    termDuration: named('OneYear'),
    billingFrequency: named('Monthly'),
    segment: named('Commercial'),
    autoRenewEnabled: true,
    poNumber: null,
    listPrice: money(96, 'EUR'),
    revenuePrice: money(120, 'EUR'),
    erpPrice: money(132, 'EUR'),
    ...more,
  };
}

/** A small portal: three customers, four offers, five subscriptions. */
export function sampleWorld(): World {
  return {
    domains: ['portal.cockpit.test'],
    clients: [{ clientId: uuid(9, 1), clientSecret: 'Cockpit~Secret#0001&+' }],
    scope: `api://${uuid(9, 2)}/.default`,
    customers: [
      customer(1, 'Contoso', { internalIdentifier: 'C-100', taxId: 'PT500100200' }),
      customer(2, 'Fabrikam'),
      customer(3, 'Gone Works', { isDeleted: true }),
    ],
    offers: [
      offer(1, 'Office Seats'),
      offer(2, 'Office Seats for Schools', { prices: [offerPrice('OneYear', ['Annual'], 'Education')] }),
      offer(3, 'Azure Plan', {
        offerType: named('AzurePlan'),
        billingType: named('Usage'),
        prices: [offerPrice('NoTerm', ['Monthly'])],
      }),
      offer(4, 'Backup', { isAddon: true, prices: [offerPrice('OneMonth', ['Monthly'])] }),
    ],
    subscriptions: [
      subscription(1, { customer: 1, offer: 1 }),
      subscription(2, { customer: 1, offer: 1 }, { billingFrequency: named('Annual'), quantity: 2 }),
      subscription(3, { customer: 1, offer: 3 }, azurePlan()),
      subscription(4, { customer: 2, offer: 4 }, { termDuration: named('OneMonth'), listPrice: money(8.43, 'EUR') }),
      subscription(5, { customer: 2, offer: 1 }, { subscriptionStatus: named('Suspended') }),
    ],
  };
}

function azurePlan() {
  const free = { listPrice: money(0, 'EUR'), revenuePrice: money(0, 'EUR'), erpPrice: money(0, 'EUR') };
  return { offerType: named('AzurePlan'), termDuration: named('NoTerm'), quantity: 1, ...free };
}
