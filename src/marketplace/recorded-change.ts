import type { CloudSubscription, OfferVariant } from '../../prisma/generated/client/client.js';
import { Prisma, type Queries, widenToTenant } from '../storage/database.js';
import { aheadMessage, type IngestContext, isAhead, OBSERVED_IN_FUTURE } from './batch.js';
import { overwrite } from './bulk.js';
import type { ChangeInput } from './change-input.js';
import { appendChanges, type ChangeValues, contentHash, type NewChange } from './changes.js';
import { addVariants, ILLEGAL_PAIR, isLegalPair, loadVariants, variantKey } from './offer-variants.js';
import type { PriceState } from './subscription-diff.js';
import { loadPrices, priceKey, savePrices } from './subscription-prices.js';
import { SUBSCRIPTIONS, type SubscriptionColumns, storedColumns } from './subscription-row.js';
import { hasEnded } from './supported.js';
import { visibleSales } from './visibility.js';

/** What became of an event. Nothing was written unless it is `recorded`. */
export type Recorded =
  | { readonly outcome: 'recorded'; readonly change: NewChange }
  | { readonly outcome: 'replayed'; readonly subscriptionId: string; readonly changeId: string }
  | { readonly outcome: 'notFound' }
  /** The event id was used for something else. */
  | { readonly outcome: 'conflict' }
  | { readonly outcome: 'refused'; readonly code: string; readonly message: string; readonly field: string };

type Refused = Extract<Recorded, { outcome: 'refused' }>;

/** What an event makes of the rows; the values of the change are those of its kind. */
interface Effect {
  readonly before: ChangeValues;
  readonly after: ChangeValues;
  readonly columns?: Partial<SubscriptionColumns>;
  readonly price?: PriceState;
}

/**
 * Records one event: its absolute values go to the cloud subscription and a change is appended, once however often it comes.
 * The row lock makes simultaneous events of one cloud subscription follow each other. An event older than what is stored is
 * refused: it could only take the row back. So is one that is yet to come: it would make all that is true older.
 */
export async function recordChange(tx: Queries, context: IngestContext, input: ChangeInput): Promise<Recorded> {
  const { scope, now } = context;
  const row = await lockVisible(tx, context, input);
  if (!row) return { outcome: 'notFound' };
  await widenToTenant(tx);
  const inputHash = hashOf(input, row.id, scope.organizationId);
  const [first] = await tx.$queryRaw<{ id: string; cloudSubscriptionId: string; inputHash: string }[]>`
    SELECT "id", "cloudSubscriptionId", "inputHash" FROM "SubscriptionChange"
    WHERE "tenantId" = ${scope.tenantId}::uuid AND "eventId" = ${input.eventId}
      AND ("organizationId" = ${scope.organizationId}::uuid OR "cloudSubscriptionId" = ${row.id}::uuid)
    ORDER BY "inputHash" = ${inputHash} LIMIT 1`;
  if (first) {
    if (first.inputHash !== inputHash) return { outcome: 'conflict' };
    return { outcome: 'replayed', subscriptionId: first.cloudSubscriptionId, changeId: first.id };
  }
  if (isAhead(input.occurredAt, now)) return refused(OBSERVED_IN_FUTURE, aheadMessage('occurredAt'), 'occurredAt');
  if (input.occurredAt && input.occurredAt < row.observedAt) {
    const message = 'Something newer is stored of this cloud subscription. Push its present state instead.';
    return refused('STALE_OBSERVATION', message, 'occurredAt');
  }
  const before = storedColumns(row);
  const effect = await effectOf(tx, context, before, input);
  if ('outcome' in effect) return effect;

  const observed = input.occurredAt ?? (now < row.observedAt ? row.observedAt : now);
  const revision = row.revision + 1;
  const [change] = await appendChanges(tx, { tenantId: scope.tenantId, newId: context.newId }, [
    {
      cloudSubscriptionId: row.id,
      organizationId: scope.organizationId,
      kind: input.kind,
      effectiveDate: input.effectiveDate ?? (input.occurredAt ?? now).toISOString().slice(0, 10),
      before: effect.before,
      after: effect.after,
      revision,
      eventId: input.eventId,
      inputHash,
    },
  ]);
  // Another cloud subscription got this event id a moment ago.
  if (!change) return { outcome: 'conflict' };
  const bookkeeping = { revision, observedAt: observed.toISOString(), updatedAt: now.toISOString() };
  await overwrite(tx, SUBSCRIPTIONS, [{ ...before, ...effect.columns, ...bookkeeping }]);
  if (effect.price) {
    const owner = { cloudSubscriptionId: row.id, organizationId: scope.organizationId };
    await savePrices(tx, scope.tenantId, now, [{ ...owner, price: effect.price }]);
  }
  return { outcome: 'recorded', change };
}

async function lockVisible(tx: Queries, { scope }: IngestContext, input: ChangeInput) {
  const which = input.subscriptionId
    ? Prisma.sql`t."id" = ${input.subscriptionId}::uuid`
    : Prisma.sql`t."externalId" = ${input.externalId}`;
  const [row] = await tx.$queryRaw<CloudSubscription[]>`
    SELECT t.* FROM "CloudSubscription" t WHERE ${visibleSales(scope)} AND ${which} FOR NO KEY UPDATE`;
  return row;
}

/** Of what was given, not of what it defaults to: an event sent again tomorrow is the same one. Prices are the caller's own. */
function hashOf(input: ChangeInput, subscriptionId: string, organizationId: string): string {
  const { idempotencyKey: _key, externalId: _externalId, ...content } = input;
  const given = Object.fromEntries(Object.entries(content).filter(([, value]) => value != null));
  const priced = input.unitCost != null || input.unitPrice != null;
  return contentHash({ ...given, subscriptionId, ...(priced && { organizationId }) });
}

async function effectOf(
  tx: Queries,
  context: IngestContext,
  before: SubscriptionColumns,
  input: ChangeInput,
): Promise<Effect | Refused> {
  switch (input.kind) {
    case 'QUANTITY':
      return columnEffect(before, { quantity: input.quantity! });
    case 'FRIENDLY_NAME':
      return columnEffect(before, { name: input.name! });
    case 'AUTO_RENEW':
      return columnEffect(before, { autoRenewEnabled: input.autoRenewEnabled! });
    case 'RENEWAL':
      if (input.endDate! < before.startDate)
        return refused('INVALID_DATE', 'endDate lies before the start.', 'endDate');
      return columnEffect(before, { endDate: input.endDate! });
    case 'CANCEL':
      return columnEffect(before, { status: hasEnded(before.status) ? before.status : 'CANCELLED' });
    case 'SUSPEND':
    case 'RESUME':
      if (hasEnded(before.status)) {
        const message = 'A cloud subscription that has ended is reopened by a push, not by an event.';
        return refused('ALREADY_CANCELLED', message, 'kind');
      }
      return columnEffect(before, { status: input.kind === 'SUSPEND' ? 'SUSPENDED' : 'ACTIVE' });
    case 'PRICE':
    case 'PROMOTION':
      return priceEffect(tx, context, before, input);
    case 'BILLING_FREQUENCY':
      return frequencyEffect(tx, context, before, input.billingFrequency!);
    case 'UPGRADE':
    case 'SCHEDULED_CHANGE':
      return { before: {}, after: {} };
  }
}

function columnEffect<K extends keyof SubscriptionColumns & keyof ChangeValues>(
  before: SubscriptionColumns,
  columns: Pick<SubscriptionColumns, K>,
): Effect {
  const [key] = Object.keys(columns) as [K];
  return { before: { [key]: before[key] }, after: { ...columns }, columns };
}

async function priceEffect(
  tx: Queries,
  { scope }: IngestContext,
  before: SubscriptionColumns,
  input: ChangeInput,
): Promise<Effect | Refused> {
  const prices = await loadPrices(tx, scope.tenantId, [before.id]);
  const stored = prices.get(priceKey(before.id, scope.organizationId));
  const unitCost = input.unitCost ?? stored?.unitCost;
  const unitPrice = input.unitPrice ?? stored?.unitPrice;
  if (unitCost === undefined || unitPrice === undefined) {
    const message = 'Your organization has no price of this cloud subscription yet: give unitCost and unitPrice.';
    return refused('PRICE_UNKNOWN', message, unitCost === undefined ? 'unitCost' : 'unitPrice');
  }
  const { currency, basis } = stored ?? { currency: before.currency, basis: 'PER_BILLING_PERIOD' as const };
  const price = { unitCost, unitPrice, currency, basis };
  return { before: stored ?? {}, after: price, price };
}

async function frequencyEffect(
  tx: Queries,
  { scope: { tenantId }, newId }: IngestContext,
  before: SubscriptionColumns,
  billingFrequency: OfferVariant['billingFrequency'],
): Promise<Effect | Refused> {
  const [present] = (await loadVariants(tx, tenantId, { offerIds: [], ids: [before.offerVariantId] })).values();
  const variant = present!;
  const wished = { segment: variant.segment, term: variant.term, billingFrequency };
  const key = variantKey(variant.offerId, wished);
  const known = await loadVariants(tx, tenantId, { offerIds: [variant.offerId] });
  if (!known.has(key)) {
    if (!isLegalPair(wished)) return refused(ILLEGAL_PAIR.code, ILLEGAL_PAIR.message, 'billingFrequency');
    const { offerId: id, offerName: name, offerExternalId: externalId, ...head } = variant;
    await addVariants(tx, { tenantId, newId }, known, [{ ...wished, offer: { ...head, id, name, externalId } }]);
  }
  const offerVariantId = known.get(key)!.id;
  return {
    before: { offerVariantId: variant.id, billingFrequency: variant.billingFrequency },
    after: { offerVariantId, billingFrequency },
    columns: { offerVariantId },
  };
}

const refused = (code: string, message: string, field: string): Refused => ({
  outcome: 'refused',
  code,
  message,
  field,
});
