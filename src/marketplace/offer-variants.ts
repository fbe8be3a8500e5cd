import { z } from 'zod';
import type { BillingFrequency, OfferVariant, Term } from '../../prisma/generated/client/client.js';
import { BillingFrequency as Frequencies, Segment, Term as Terms } from '../../prisma/generated/client/enums.js';
import type { Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { type BulkTable, insertMissing } from './bulk.js';
import { nameKeyOf } from './name-key.js';

/** What makes an offer a thing that is mapped (R24). */
export const variantFields = {
  segment: z.enum(Segment),
  term: z.enum(Terms),
  billingFrequency: z.enum(Frequencies),
};
export const variantShape = z.strictObject(variantFields);
export type VariantShape = z.infer<typeof variantShape>;

/** As much of an offer as its variants copy. */
export interface OfferHead {
  readonly id: string;
  readonly organizationId: string;
  readonly externalId: string;
  readonly name: string;
  readonly providerOfferId: string | null;
  readonly offerType: OfferVariant['offerType'];
}

export interface VariantWish extends VariantShape {
  readonly offer: OfferHead;
}

/** The legal pairs of section 1.8; the marketplace names no rule for the other terms. */
const LEGAL: { readonly [T in Term]?: readonly BillingFrequency[] } = {
  ONE_MONTH: ['MONTHLY'],
  ONE_YEAR: ['MONTHLY', 'ANNUAL'],
  THREE_YEARS: ['MONTHLY', 'ANNUAL', 'TRIENNIAL'],
};

export function isLegalPair({ term, billingFrequency }: Pick<VariantShape, 'term' | 'billingFrequency'>): boolean {
  return LEGAL[term]?.includes(billingFrequency) ?? true;
}

export const ILLEGAL_PAIR = {
  code: 'ILLEGAL_BILLING_FREQUENCY',
  message: 'One month is billed monthly; one year monthly or annually; three years monthly, annually or triennially.',
};

const VARIANTS: BulkTable = {
  name: 'OfferVariant',
  key: ['tenantId', 'offerId', 'segment', 'term', 'billingFrequency'],
  columns: {
    tenantId: 'uuid',
    id: 'uuid',
    organizationId: 'uuid',
    offerId: 'uuid',
    segment: '"Segment"',
    term: '"Term"',
    billingFrequency: '"BillingFrequency"',
    offerName: 'text',
    nameKey: 'text',
    offerExternalId: 'text',
    providerOfferId: 'text',
    offerType: '"OfferType"',
  },
};

export const variantKey = (offerId: string, { segment, term, billingFrequency }: VariantShape) =>
  `${offerId}/${segment}/${term}/${billingFrequency}`;

/** The variants of some offers, and those with the given ids, by `variantKey`. */
export async function loadVariants(
  tx: Queries,
  tenantId: string,
  wanted: { readonly offerIds: readonly string[]; readonly ids?: readonly string[] },
): Promise<Map<string, OfferVariant>> {
  const found = await tx.$queryRaw<OfferVariant[]>`
    SELECT t.* FROM "OfferVariant" t WHERE t."tenantId" = ${tenantId}::uuid
      AND (t."offerId" = ANY(${wanted.offerIds}::uuid[]) OR t."id" = ANY(${wanted.ids ?? []}::uuid[]))`;
  return new Map(found.map((variant) => [variantKey(variant.offerId, variant), variant]));
}

/** Adds the wished variants that are not in `known` to the database and to `known`; returns the keys it added. */
export async function addVariants(
  tx: Queries,
  context: { readonly tenantId: string; readonly newId: NewId },
  known: Map<string, OfferVariant>,
  wishes: readonly VariantWish[],
): Promise<Set<string>> {
  const missing = new Map(
    wishes.map((wish) => [variantKey(wish.offer.id, wish), wish] as const).filter(([key]) => !known.has(key)),
  );
  if (missing.size === 0) return new Set();
  const rows = [...missing.values()].map(({ offer, segment, term, billingFrequency }) => ({
    tenantId: context.tenantId,
    id: context.newId(),
    organizationId: offer.organizationId,
    offerId: offer.id,
    ...{ segment, term, billingFrequency },
    ...copiesOf(offer),
  }));
  await insertMissing(tx, VARIANTS, rows);
  // Read again instead of trusting the own rows: another call may have added one a moment ago, under another id.
  const offerIds = [...new Set(rows.map(({ offerId }) => offerId))];
  for (const [key, variant] of await loadVariants(tx, context.tenantId, { offerIds })) known.set(key, variant);
  return new Set(missing.keys());
}

/** Carries a renamed or retyped offer into its variants' copies. */
export async function refreshVariants(tx: Queries, tenantId: string, offers: readonly OfferHead[]): Promise<void> {
  if (offers.length === 0) return;
  const rows = offers.map((offer) => ({ id: offer.id, ...copiesOf(offer) }));
  await tx.$executeRaw`
    UPDATE "OfferVariant" t SET "offerName" = x."offerName", "nameKey" = x."nameKey",
      "providerOfferId" = x."providerOfferId", "offerType" = x."offerType"
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS x("id" uuid, "offerName" text, "nameKey" text, "providerOfferId" text, "offerType" "OfferType")
    WHERE t."tenantId" = ${tenantId}::uuid AND t."offerId" = x."id"`;
}

function copiesOf(offer: OfferHead) {
  return {
    offerName: offer.name,
    nameKey: nameKeyOf(offer.name),
    offerExternalId: offer.externalId,
    providerOfferId: offer.providerOfferId,
    offerType: offer.offerType,
  };
}
