import type { Customer, Offer, OfferVariant } from '../../prisma/generated/client/client.js';
import type { Queries } from '../storage/database.js';
import type { Batch, IngestContext, Row } from './batch.js';
import { addVariants, ILLEGAL_PAIR, isLegalPair, loadVariants, type OfferHead, variantKey } from './offer-variants.js';
import type { Seller } from './sellers.js';
import type { SubscriptionColumns, SubscriptionRow } from './subscription-row.js';
import { seesSale } from './visibility.js';

/** A row whose seller is decided. */
export interface Candidate {
  readonly row: Row<SubscriptionRow>;
  readonly before: SubscriptionColumns | undefined;
  readonly seller: Seller;
  readonly observedAt: Date;
}

export interface Resolved extends Candidate {
  readonly customerId: string;
  readonly variant: OfferVariant;
  /** The variant of the stored row. */
  readonly variantBefore: OfferVariant | undefined;
}

type CustomerHead = Pick<Customer, 'id' | 'externalId' | 'organizationId' | 'cspParty'>;
interface Known {
  readonly customers: ReadonlyMap<string, CustomerHead>;
  readonly offers: readonly Offer[];
  readonly variants: Map<string, OfferVariant>;
}

/**
 * Finds the customer and the offer variant of every row, in three statements, and adds the variants that are new. Rows whose
 * references do not hold are rejected in the batch and left out.
 */
export async function resolveReferences(
  tx: Queries,
  context: IngestContext,
  batch: Batch<SubscriptionRow>,
  candidates: readonly Candidate[],
): Promise<Resolved[]> {
  if (candidates.length === 0) return [];
  const { tenantId } = context.scope;
  const known = await load(tx, tenantId, candidates);
  const byId = new Map([...known.variants.values()].map((variant) => [variant.id, variant]));
  const accepted = candidates.flatMap((candidate) => {
    const { row, before, seller } = candidate;
    const variantBefore = before && byId.get(before.offerVariantId);
    const customer = known.customers.get(row.data.customerExternalId);
    const offer = offerFor(known.offers, row.data.offerExternalId, tenantId, seller, variantBefore);
    const fault = faultOf(context, candidate, customer, offer, known.variants);
    if (fault) {
      batch.reject(row, fault.code, fault.message, fault.field);
      return [];
    }
    return [{ ...candidate, customerId: customer!.id, offer: offer!, variantBefore }];
  });
  const wishes = accepted.map(({ row, offer }) => ({ ...row.data, offer }));
  await addVariants(tx, { tenantId, newId: context.newId }, known.variants, wishes);
  return accepted.map(({ offer, ...rest }) => ({
    ...rest,
    variant: known.variants.get(variantKey(offer.id, rest.row.data))!,
  }));
}

async function load(tx: Queries, tenantId: string, candidates: readonly Candidate[]): Promise<Known> {
  const customers = await tx.$queryRaw<CustomerHead[]>`
    SELECT "id", "externalId", "organizationId", "cspParty" FROM "Customer" WHERE "tenantId" = ${tenantId}::uuid
      AND "externalId" = ANY(${distinct(candidates.map(({ row }) => row.data.customerExternalId))}::text[])`;
  const sellers = distinct([tenantId, ...candidates.map(({ seller }) => seller.organizationId)]);
  const offers = await tx.$queryRaw<Offer[]>`
    SELECT t.* FROM "Offer" t WHERE t."tenantId" = ${tenantId}::uuid AND t."organizationId" = ANY(${sellers}::uuid[])
      AND t."externalId" = ANY(${distinct(candidates.map(({ row }) => row.data.offerExternalId))}::text[])`;
  const variants = await loadVariants(tx, tenantId, {
    offerIds: offers.map(({ id }) => id),
    ids: distinct(candidates.flatMap(({ before }) => (before ? [before.offerVariantId] : []))),
  });
  return { customers: new Map(customers.map((customer) => [customer.externalId, customer])), offers, variants };
}

/**
 * The offer the row is already of when that has the same externalId, so that a seller who begins to record offers of its own
 * upgrades nothing; then the seller's own; then the CSP's.
 */
function offerFor(
  offers: readonly Offer[],
  externalId: string,
  tenantId: string,
  seller: Seller,
  variantBefore: OfferVariant | undefined,
): OfferHead | undefined {
  const named = offers.filter((offer) => offer.externalId === externalId);
  const recordedBy = (organizationId: string) => named.find((offer) => offer.organizationId === organizationId);
  const present = named.find((offer) => offer.id === variantBefore?.offerId);
  return present ?? recordedBy(seller.organizationId) ?? recordedBy(tenantId);
}

function faultOf(
  { scope }: IngestContext,
  { row, before, seller }: Candidate,
  customer: CustomerHead | undefined,
  offer: OfferHead | undefined,
  variants: ReadonlyMap<string, OfferVariant>,
): { code: string; message: string; field: string } | null {
  const field = 'customerExternalId';
  if (!customer || (customer.organizationId !== seller.organizationId && !seesSale(scope, customer))) {
    return { code: 'UNKNOWN_CUSTOMER', message: 'No customer of yours has this externalId. Push it first.', field };
  }
  if (customer.organizationId !== seller.organizationId) {
    const message = 'This customer is sold to by another seller than this row. Give the resellerId that fits both.';
    return { code: 'CUSTOMER_OF_ANOTHER_SELLER', message, field };
  }
  if (before && before.customerId !== customer.id) {
    const message = 'A cloud subscription stays with its customer: what it is billed to was fixed when it was mapped.';
    return { code: 'CUSTOMER_CANNOT_CHANGE', message, field };
  }
  if (!offer) {
    const message = 'Neither the seller nor its CSP has an offer with this externalId. Push it first.';
    return { code: 'UNKNOWN_OFFER', message, field: 'offerExternalId' };
  }
  if (!variants.has(variantKey(offer.id, row.data)) && !isLegalPair(row.data)) {
    return { ...ILLEGAL_PAIR, field: 'billingFrequency' };
  }
  return null;
}

const distinct = (values: readonly string[]) => [...new Set(values)];
