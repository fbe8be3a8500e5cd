import type { OfferRow } from '../../src/marketplace/offers.js';

type Variant = OfferRow['variants'][number];

export interface CatalogueOffer {
  readonly externalId: string;
  readonly name: string;
  readonly offerType: OfferRow['offerType'];
  /** List price of one unit in one month, in cents. */
  readonly monthlyCents: number;
  readonly variants: readonly Variant[];
}

const variant = (term: Variant['term'], billingFrequency: Variant['billingFrequency']): Variant => ({
  segment: 'COMMERCIAL',
  term,
  billingFrequency,
});
const FLEXIBLE = variant('ONE_MONTH', 'MONTHLY');
const MONTHLY = variant('ONE_YEAR', 'MONTHLY');
const YEARLY = variant('ONE_YEAR', 'ANNUAL');

const licence = (externalId: string, name: string, monthlyCents: number, variants: Variant[]): CatalogueOffer => ({
  externalId,
  name,
  offerType: 'LICENSE',
  monthlyCents,
  variants,
});

/** What can be mapped: every variant has its service in the PSA. The second name is the marketplace's product id. */
const MAPPABLE: readonly CatalogueOffer[] = [
  licence('CFQ7TTC0LH18', 'Microsoft 365 Business Basic', 600, [FLEXIBLE, MONTHLY, YEARLY]),
  licence('CFQ7TTC0LDPB', 'Microsoft 365 Business Standard', 1250, [FLEXIBLE, MONTHLY, YEARLY]),
  licence('CFQ7TTC0LCHC', 'Microsoft 365 Business Premium', 2200, [FLEXIBLE, MONTHLY, YEARLY]),
  licence('CFQ7TTC0LFLX', 'Microsoft 365 E3', 3600, [MONTHLY, YEARLY, variant('THREE_YEARS', 'ANNUAL')]),
  licence('CFQ7TTC0LFLZ', 'Microsoft 365 E5', 5700, [MONTHLY, YEARLY]),
  licence('CFQ7TTC0LF8Q', 'Office 365 E1', 1000, [MONTHLY, YEARLY]),
  licence('CFQ7TTC0LH16', 'Exchange Online (Plan 1)', 400, [FLEXIBLE, MONTHLY, YEARLY]),
  licence('CFQ7TTC0LH0T', 'Microsoft Teams Phone Standard', 800, [MONTHLY, YEARLY]),
  licence('CFQ7TTC0HD32', 'Visio Plan 2', 1500, [MONTHLY, YEARLY]),
  licence('CFQ7TTC0HDB0', 'Planner and Project Plan 3', 3000, [MONTHLY, YEARLY]),
  licence('CFQ7TTC0HL8W', 'Power BI Pro', 1000, [MONTHLY, YEARLY]),
  licence('CFQ7TTC0JXX1', 'Microsoft Defender for Business', 300, [MONTHLY, YEARLY]),
];

/** Billed by usage, so its service in the PSA costs nothing; the real amount is written every month. */
export const AZURE: CatalogueOffer = {
  externalId: 'DZH318Z0BPS6',
  name: 'Azure plan',
  offerType: 'AZURE_PLAN',
  monthlyCents: 0,
  variants: [variant('NO_TERM', 'MONTHLY')],
};

/**
 * What a mapping refuses, each for its own reason: reservation, legacy, billed once, billed every three years. The first goes
 * to a customer with an Azure plan, which carries its cost.
 */
const REFUSED: readonly CatalogueOffer[] = [
  { ...licence('DZH318Z0D1L9', 'Azure reservation D4s v5', 9800, [MONTHLY]), offerType: 'AZURE_RESERVATION' },
  { ...licence('MS-0A-OFFICE365E3', 'Office 365 E3 (legacy)', 2300, [MONTHLY]), offerType: 'LICENSE_LEGACY' },
  {
    ...licence('DG7GMGF0PWHC', 'Windows Server 2025 Standard', 99_900, [variant('NO_TERM', 'ONE_TIME')]),
    offerType: 'PERPETUAL_SOFTWARE',
  },
  licence('CFQ7TTC0LGTX', 'Microsoft 365 E5 (three years ahead)', 5400, [variant('THREE_YEARS', 'TRIENNIAL')]),
];

export const CATALOGUE: readonly CatalogueOffer[] = [...MAPPABLE, AZURE, ...REFUSED];

export interface CatalogueVariant {
  readonly offer: CatalogueOffer;
  readonly variant: Variant;
  /** As the service of the PSA is called. */
  readonly serviceName: string;
  /** List price of one unit in one billing period, in cents. */
  readonly periodCents: number;
}

const MONTHS: { readonly [frequency: string]: number } = { MONTHLY: 1, ANNUAL: 12, TRIENNIAL: 36 };
const TERMS: { readonly [term: string]: string } = { ONE_MONTH: '1 month', ONE_YEAR: '1 year', THREE_YEARS: '3 years' };

const expand = (offers: readonly CatalogueOffer[]): CatalogueVariant[] =>
  offers.flatMap((offer) =>
    offer.variants.map((each) => ({
      offer,
      variant: each,
      serviceName: TERMS[each.term]
        ? `${offer.name} (${TERMS[each.term]}, ${each.billingFrequency === 'ANNUAL' ? 'yearly' : 'monthly'})`
        : offer.name,
      periodCents: offer.monthlyCents * (MONTHS[each.billingFrequency] ?? 1),
    })),
  );

/** The variants that have a service, in a fixed order: the place is part of the service's id. */
export const LICENCE_VARIANTS = expand(MAPPABLE);
export const AZURE_VARIANT = expand([AZURE])[0] as CatalogueVariant;
export const REFUSED_VARIANTS = expand(REFUSED);
