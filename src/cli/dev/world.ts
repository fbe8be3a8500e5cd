import type { World, WorldLine } from '../../connectors/kit/index.js';
import type { OfferRow } from '../../marketplace/offers.js';
import type { SubscriptionRow } from '../../marketplace/subscription-row.js';
import { toDateColumn } from '../../storage/calendar-date.js';

type Variant = OfferRow['variants'][number];

/** The customer, subscription, company, service and contract that are mapped to each other; the others are for the author. */
export const STAGE = {
  ...{ customer: 'contoso', subscription: 'contoso-mail' },
  ...{ company: 'contoso', service: 'mail', contract: 'contoso-monthly' },
} as const;

const CURRENCY = 'USD';
const MONTHLY: Variant = { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' };
const YEARLY: Variant = { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'ANNUAL' };

const COMPANIES = { contoso: 'Contoso', fabrikam: 'Fabrikam' } as const;
const PRODUCTS = {
  mail: { name: 'Cloud Mail', price: '6.00', cost: '4.80', variant: MONTHLY },
  office: { name: 'Cloud Office', price: '22.00', cost: '18.10', variant: MONTHLY },
  reports: { name: 'Cloud Reports', price: '120.00', cost: '96.00', variant: YEARLY },
} as const;
const SOLD = [
  { externalId: STAGE.subscription, customer: 'contoso', product: 'mail', quantity: 10 },
  { externalId: 'contoso-office', customer: 'contoso', product: 'office', quantity: 4 },
  { externalId: 'contoso-reports', customer: 'contoso', product: 'reports', quantity: 2 },
  { externalId: 'fabrikam-mail', customer: 'fabrikam', product: 'mail', quantity: 25 },
] as const;

/**
 * What the simulator is seeded with: companies, services and contracts under which all that was sold can be mapped. A contract
 * starts before what it bills was bought (R39), on the first of a month; of both, months lie between then and today.
 */
export function worldOf(now: Date, lines: readonly WorldLine[]): World {
  const startDate = firstOfMonth(now, -4);
  const endDate = dayBefore(firstOfMonth(now, 32));
  const contracts = Object.entries(COMPANIES).flatMap(([company, name]) => [
    { key: `${company}-monthly`, name: `${name} monthly`, company, billingFrequency: 'MONTHLY' as const },
    { key: `${company}-yearly`, name: `${name} yearly`, company, billingFrequency: 'ANNUAL' as const },
  ]);
  return {
    now: now.toISOString(),
    currency: CURRENCY,
    companies: Object.entries(COMPANIES).map(([key, name]) => ({
      ...{ key, name, active: true, isCustomer: true, currency: CURRENCY },
    })),
    services: Object.entries(PRODUCTS).map(([key, { name, price, cost, variant }]) => ({
      ...{ key, name, active: true, unitPrice: price, unitCost: cost },
      billingFrequency: variant.billingFrequency as 'MONTHLY' | 'ANNUAL',
    })),
    contracts: contracts.map((contract) => ({ ...contract, startDate, endDate })),
    lines,
  };
}

/** What the marketplace sold: rows of its pushes. */
export function marketplaceOf(now: Date) {
  const startDate = firstOfMonth(now, -1);
  const offers: (Omit<OfferRow, 'variants'> & { variants: Variant[] })[] = Object.entries(PRODUCTS).map(
    ([externalId, { name, variant }]) => ({ externalId, name, offerType: 'LICENSE', variants: [variant] }),
  );
  const customers = Object.entries(COMPANIES).map(([externalId, companyName]) => ({
    ...{ externalId, companyName, currency: CURRENCY },
  }));
  const subscriptions: SubscriptionRow[] = SOLD.map(({ externalId, customer, product, quantity }) => {
    const { name, price, cost, variant } = PRODUCTS[product];
    return {
      ...{ externalId, customerExternalId: customer, offerExternalId: product, ...variant, name, quantity },
      ...{ status: 'ACTIVE', startDate, endDate: dayBefore(firstOfMonth(now, 11)), currency: CURRENCY },
      ...{ unitPrice: price, unitCost: cost },
    };
  });
  return { offers, customers, subscriptions };
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10);

const firstOfMonth = (now: Date, months: number) =>
  dayOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1)));

function dayBefore(day: string): string {
  const date = toDateColumn(day);
  date.setUTCDate(date.getUTCDate() - 1);
  return dayOf(date);
}
