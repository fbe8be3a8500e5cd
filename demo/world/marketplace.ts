import type { z } from 'zod';
import type { azureUsageInput } from '../../src/marketplace/azure-usage.js';
import type { customerRow } from '../../src/marketplace/customers.js';
import type { offerRow } from '../../src/marketplace/offers.js';
import type { subscriptionRow } from '../../src/marketplace/subscription-row.js';
import { AZURE_VARIANT, CATALOGUE, type CatalogueVariant, LICENCE_VARIANTS, REFUSED_VARIANTS } from './catalogue.js';
import { CUSTOMERS, type DemoCustomer, domainOf, type SellerName } from './companies.js';
import { plusDays, plusYears } from './dates.js';

export type CustomerPush = z.input<typeof customerRow>;
export type OfferPush = z.input<typeof offerRow>;
export type SubscriptionPush = z.input<typeof subscriptionRow>;

export type UsagePush = z.input<typeof azureUsageInput>;

/** What one organization records. A CSP that names a Reseller takes part in that sale. */
export interface Push {
  readonly by: SellerName;
  readonly offers: readonly OfferPush[];
  readonly customers: readonly CustomerPush[];
  readonly subscriptions: readonly SubscriptionPush[];
  /** What Azure cost it in the month before and in the present one. */
  readonly usage: readonly UsagePush[];
}

/** The external ids of the organizations. */
export const ORGANIZATIONS = {
  csp: { name: 'Contoso Cloud', externalId: 'csp-contoso-cloud' },
  reseller: { name: 'Northwind IT', externalId: 'reseller-northwind-it' },
  otherReseller: { name: 'Tailspin Services', externalId: 'reseller-tailspin' },
} as const satisfies { readonly [seller in SellerName]: { name: string; externalId: string } };

const LICENCES_EACH = 7;

/** The seeded marketplace as the pushes that make it. `today` dates it; the same day makes the same rows. */
export function marketplaceOf(today: string): readonly Push[] {
  const subscriptions = CUSTOMERS.flatMap((customer) => subscriptionsOf(customer, today));
  return (['csp', 'reseller', 'otherReseller'] as const).map((by) => {
    const pushes = (customer: DemoCustomer) => (customer.cspParty ? 'csp' : customer.seller) === by;
    return {
      by,
      offers: by === 'csp' ? CATALOGUE.map(offerOf) : [],
      customers: CUSTOMERS.filter(pushes).map(customerOf),
      subscriptions: subscriptions.filter(({ customer }) => pushes(customer)).map(({ row }) => row),
      usage: subscriptions
        .filter(({ customer }) => pushes(customer) || customer.seller === by)
        .flatMap((sale) => usageOf(sale, by, today)),
    };
  });
}

const offerOf = ({ externalId, name, offerType, variants }: (typeof CATALOGUE)[number]): OfferPush => ({
  externalId,
  name,
  offerType,
  providerOfferId: externalId,
  variants: [...variants],
});

const customerOf = (customer: DemoCustomer): CustomerPush => ({
  externalId: customer.externalId,
  companyName: customer.name,
  internalIdentifier: `C-${String(customer.companyId).padStart(4, '0')}`,
  email: `it@${domainOf(customer)}`,
  domain: domainOf(customer),
  country: customer.currency === 'EUR' ? 'Germany' : 'United States',
  currency: customer.currency,
  ...throughReseller(customer),
});

const throughReseller = ({ seller, cspParty }: DemoCustomer) =>
  cspParty ? { resellerId: ORGANIZATIONS[seller].externalId } : {};

interface Sale {
  readonly customer: DemoCustomer;
  readonly row: SubscriptionPush;
  readonly offerType: string;
}

const AZURE_CENTS: { readonly [offerType: string]: number } = { AZURE_PLAN: 12_345, AZURE_RESERVATION: 5_000 };

/** The figures of a plan or reservation, as the organization pays and takes them; other subscriptions have none. */
function usageOf({ customer, row, offerType }: Sale, by: SellerName, today: string): UsagePush[] {
  const base = AZURE_CENTS[offerType];
  if (base === undefined) return [];
  const present = `${today.slice(0, 7)}-01`;
  const before = `${plusDays(present, -1).slice(0, 7)}-01`;
  const cents = base + customer.index * 250;
  return [before, present].map((month) => ({
    eventId: `demo/${by}/${row.externalId}/${month}`,
    externalId: row.externalId,
    month,
    cost: decimal(cents * 100),
    price: decimal(cents * 120),
  }));
}

/** Every customer has different variants, so that one contract of each period can hold them all. */
function subscriptionsOf(customer: DemoCustomer, today: string): Sale[] {
  const { index } = customer;
  const licences = Array.from({ length: LICENCES_EACH }, (_, place) => {
    const at = (index * 5 + place * 4) % LICENCE_VARIANTS.length;
    return LICENCE_VARIANTS[at] as CatalogueVariant;
  });
  const odd = index < REFUSED_VARIANTS.length ? [REFUSED_VARIANTS[index] as CatalogueVariant] : [];
  const all = [...licences, ...(customer.azure ? [AZURE_VARIANT] : []), ...odd];
  return all.map((bought, place) => ({
    customer,
    row: subscriptionOf(customer, bought, place, today),
    offerType: bought.offer.offerType,
  }));
}

function subscriptionOf(
  customer: DemoCustomer,
  bought: CatalogueVariant,
  place: number,
  today: string,
): SubscriptionPush {
  const { offer, variant } = bought;
  const number = customer.index * 10 + place + 1;
  const usage = offer.offerType === 'AZURE_PLAN';
  // Never today, so that a change of today is not dated as the first line is.
  const startDate = plusDays(today, variant.term === 'ONE_MONTH' ? -3 : -(20 + ((number * 37) % 300)));
  const quantity = usage ? 1 : 3 + ((number * 13) % 58);
  const status = statusOf(number, place);
  return {
    externalId: `sub-${String(number).padStart(4, '0')}`,
    customerExternalId: customer.externalId,
    offerExternalId: offer.externalId,
    ...variant,
    name: offer.name,
    status,
    quantity,
    assignedLicenses: usage ? null : Math.max(1, quantity - (number % 4)),
    startDate,
    endDate: status === 'EXPIRED' ? plusDays(today, -1) : endOf(variant.term, startDate),
    autoRenewEnabled: number % 5 !== 0,
    poNumber: number % 3 === 0 ? `PO-${10_000 + number}` : null,
    orderId: `order-${20_000 + number}`,
    currency: customer.currency,
    ...moneyOf(customer, bought.periodCents),
  };
}

/** The first three of every customer are active; of the others a few are not. */
function statusOf(number: number, place: number): SubscriptionPush['status'] {
  if (place < 3) return 'ACTIVE';
  if (number % 23 === 5) return 'SUSPENDED';
  if (number % 23 === 11) return 'CANCELLED';
  return number % 29 === 7 ? 'EXPIRED' : 'ACTIVE';
}

function endOf(term: string, startDate: string): string | null {
  if (term === 'NO_TERM') return null;
  if (term === 'ONE_MONTH') return plusDays(startDate, 30);
  return plusDays(plusYears(startDate, term === 'THREE_YEARS' ? 3 : 1), -1);
}

/** What the CSP pays, what it takes from a Reseller, and what the customer pays, in per cent of the list price. */
const COST = 80;
const WHOLESALE = 90;
const LIST = 100;

function moneyOf({ seller, cspParty, ...customer }: DemoCustomer, cents: number) {
  const amount = (percent: number) => decimal(cents * percent);
  if (seller === 'csp') return { unitCost: amount(COST), unitPrice: amount(LIST) };
  const reseller = { unitCost: amount(WHOLESALE), unitPrice: amount(LIST) };
  if (!cspParty) return reseller;
  return {
    unitCost: amount(COST),
    unitPrice: amount(WHOLESALE),
    ...throughReseller({ seller, cspParty, ...customer }),
    resellerPrice: reseller,
  };
}

/** From ten-thousandths; whole numbers all the way, because money is never a float. */
const decimal = (tenThousandths: number): string =>
  `${Math.floor(tenThousandths / 10_000)}.${String(tenThousandths % 10_000).padStart(4, '0')}`;
