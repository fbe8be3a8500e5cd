import type {
  CloudSubscription,
  Customer,
  Offer,
  OfferVariant,
  SubscriptionPrice,
} from '../../prisma/generated/client/client.js';
import { Prisma, type Queries } from '../storage/database.js';
import { type Scope, visibleOffers, visibleSales, visibleVariants } from './visibility.js';

/**
 * Batch loaders: one statement each, answers in the order of the ids, null for what the caller may not see or does not
 * exist; the two look alike.
 */
type Loader<Row> = (queries: Queries, scope: Scope, ids: readonly string[]) => Promise<(Row | null)[]>;

/** Deleted customers too: entries and mappings still speak of them. */
export const customersByIds = loader<Customer>('"Customer"', (scope) => visibleSales(scope));
export const offersByIds = loader<Offer>('"Offer"', visibleOffers);
export const variantsByIds = loader<OfferVariant>('"OfferVariant"', visibleVariants);
export const cloudSubscriptionsByIds = loader<CloudSubscription>('"CloudSubscription"', (scope) => visibleSales(scope));

/** The caller's own prices (R43); nobody sees another organization's. */
export const pricesBySubscriptionIds: Loader<SubscriptionPrice> = async (queries, scope, ids) => {
  const found = await queries.$queryRaw<SubscriptionPrice[]>`
    SELECT t.* FROM "SubscriptionPrice" t WHERE t."tenantId" = ${scope.tenantId}::uuid
      AND t."organizationId" = ${scope.organizationId}::uuid AND t."cloudSubscriptionId" = ANY(${uuidsOf(ids)}::uuid[])`;
  return inOrder(ids, new Map(found.map((row) => [row.cloudSubscriptionId, row])));
};

export async function cloudSubscriptionByExternalId(
  queries: Queries,
  scope: Scope,
  externalId: string,
): Promise<CloudSubscription | null> {
  const [row] = await queries.$queryRaw<CloudSubscription[]>`
    SELECT t.* FROM "CloudSubscription" t WHERE ${visibleSales(scope)} AND t."externalId" = ${externalId}`;
  return row ?? null;
}

function loader<Row extends { id: string }>(table: string, visible: (scope: Scope) => Prisma.Sql): Loader<Row> {
  return async (queries, scope, ids) => {
    const found = await queries.$queryRaw<Row[]>`
      SELECT t.* FROM ${Prisma.raw(table)} t WHERE ${visible(scope)} AND t."id" = ANY(${uuidsOf(ids)}::uuid[])`;
    return inOrder(ids, new Map(found.map((row) => [row.id, row])));
  };
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const uuidsOf = (ids: readonly string[]) => [...new Set(ids.filter((id) => UUID.test(id)))];

function inOrder<Row>(ids: readonly string[], rows: ReadonlyMap<string, Row>): (Row | null)[] {
  return ids.map((id) => rows.get(id.toLowerCase()) ?? null);
}
