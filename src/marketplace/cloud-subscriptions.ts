import type { CloudSubscription } from '../../prisma/generated/client/client.js';
import { type Queries, widenToTenant } from '../storage/database.js';
import { type Batch, type IngestContext, observationOf, openBatch, type Row, type RowResult } from './batch.js';
import { differs, insertMissing, overwrite } from './bulk.js';
import { appendChanges, type ChangeDraft, contentHash, type NewChange } from './changes.js';
import { decideSeller, EXTERNAL_ID_IN_USE, type FindReseller, loadResellers } from './sellers.js';
import { type Difference, differencesOf, type PriceState, priceDifference } from './subscription-diff.js';
import { loadPrices, type OwnedPrice, priceKey, savePrices } from './subscription-prices.js';
import { type Candidate, type Resolved, resolveReferences } from './subscription-references.js';
import {
  columnsOf,
  SUBSCRIPTIONS,
  type SubscriptionColumns,
  type SubscriptionRow,
  storedColumns,
  subscriptionRow,
} from './subscription-row.js';

type Pending = readonly Row<SubscriptionRow>[];

/** What one row makes of the database. */
interface Plan {
  readonly row: Row<SubscriptionRow>;
  readonly before: SubscriptionColumns | undefined;
  readonly after: SubscriptionColumns;
  readonly prices: readonly OwnedPrice[];
  readonly drafts: readonly ChangeDraft[];
  readonly outcome: 'CREATED' | 'UPDATED' | 'UNCHANGED';
}

/**
 * Writes a push of cloud subscriptions in a handful of statements. Answers what became of each row, in their order, and the
 * changes an altered row stands for; a first creation makes none.
 */
export async function ingestCloudSubscriptions(
  tx: Queries,
  context: IngestContext,
  rows: readonly unknown[],
): Promise<{ readonly results: RowResult[]; readonly changes: NewChange[] }> {
  const batch = openBatch(rows, subscriptionRow, context.now);
  const references = batch.open.map(({ data }) => data.resellerId);
  const findReseller = await loadResellers(tx, context.scope, references);
  const changes: NewChange[] = [];
  await widenToTenant(tx);
  // A second pass for rows another call created between the read and the insert. What is not seen then either is hidden.
  const again = await pass(tx, context, batch, findReseller, batch.open, changes);
  for (const row of await pass(tx, context, batch, findReseller, again, changes)) {
    batch.reject(row, ...EXTERNAL_ID_IN_USE);
  }
  return { results: batch.results(), changes };
}

async function pass(
  tx: Queries,
  context: IngestContext,
  batch: Batch<SubscriptionRow>,
  findReseller: FindReseller,
  pending: Pending,
  changes: NewChange[],
): Promise<Pending> {
  if (pending.length === 0) return [];
  const { tenantId } = context.scope;
  const stored = await lockSubscriptions(tx, tenantId, pending);
  const candidates = pending.flatMap((row) => candidateOf(context, batch, findReseller, row, stored) ?? []);
  const resolved = await resolveReferences(tx, context, batch, candidates);
  const storedIds = resolved.flatMap(({ before }) => (before ? [before.id] : []));
  const prices = await loadPrices(tx, tenantId, storedIds);
  const plans = resolved.map((one) => planOf(context, one, prices));

  const updates = plans.filter(({ before }) => before);
  const inserts = plans.filter(({ before }) => !before);
  await overwrite(
    tx,
    SUBSCRIPTIONS,
    updates.map(({ after }) => after),
  );
  const created = await insertMissing(
    tx,
    SUBSCRIPTIONS,
    inserts.map(({ after }) => after),
  );
  const written = plans.filter(({ before, after }) => before || created.has(after.id));
  await savePrices(
    tx,
    tenantId,
    context.now,
    written.flatMap((plan) => plan.prices),
  );
  const drafts = written.flatMap((plan) => plan.drafts);
  const appended = await appendChanges(tx, { tenantId, newId: context.newId }, drafts);
  if (appended.length < drafts.length) throw new Error('A revision of a cloud subscription has been used already.');
  changes.push(...appended);
  for (const { row, outcome, after } of written) batch.settle(row, outcome, after.id);
  return inserts.filter(({ after }) => !created.has(after.id)).map(({ row }) => row);
}

async function lockSubscriptions(tx: Queries, tenantId: string, rows: Pending) {
  const found = await tx.$queryRaw<CloudSubscription[]>`
    SELECT t.* FROM "CloudSubscription" t WHERE t."tenantId" = ${tenantId}::uuid
      AND t."externalId" = ANY(${rows.map(({ data }) => data.externalId)}::text[])
    ORDER BY t."externalId" FOR NO KEY UPDATE`;
  return new Map(found.map((row) => [row.externalId, row]));
}

/** The row with its seller, or null when it was settled without a write. */
function candidateOf(
  { scope, now }: IngestContext,
  batch: Batch<SubscriptionRow>,
  findReseller: FindReseller,
  row: Row<SubscriptionRow>,
  stored: ReadonlyMap<string, CloudSubscription>,
): Candidate | null {
  const found = stored.get(row.data.externalId);
  const seller = decideSeller(scope, row.data.resellerId, findReseller, found);
  if ('code' in seller) {
    batch.reject(row, seller.code, seller.message, seller.field);
    return null;
  }
  if (row.data.resellerPrice && seller.organizationId === scope.organizationId) {
    batch.reject(row, 'NO_RESELLER', 'resellerPrice needs a row that one of your Resellers sells.', 'resellerPrice');
    return null;
  }
  const observedAt = observationOf(row.data.observedAt, found?.observedAt, now);
  if (found && observedAt === null) {
    batch.stale(row, found.id);
    return null;
  }
  return { row, before: found && storedColumns(found), seller, observedAt: observedAt ?? now };
}

function planOf(context: IngestContext, one: Resolved, storedPrices: ReadonlyMap<string, PriceState>): Plan {
  const { scope, now, newId } = context;
  const { row, before, seller, variant, variantBefore } = one;
  const fixed = {
    tenantId: scope.tenantId,
    id: before?.id ?? newId(),
    ...seller,
    customerId: one.customerId,
    offerVariantId: variant.id,
    currency: sellerCurrency(scope.organizationId, one),
    observedAt: one.observedAt.toISOString(),
  };
  const after = columnsOf(row.data, before, fixed, now);
  const prices = pricesOf(scope.organizationId, row.data, after, storedPrices);
  if (!before) return { row, before, after, prices, drafts: [], outcome: 'CREATED' };

  const newPrices = prices.filter(({ organizationId, price }) => {
    const was = storedPrices.get(priceKey(after.id, organizationId));
    return !was || priceDifference(was, price).length > 0;
  });
  const differences = [
    // An organization's first price is no change.
    ...newPrices.flatMap(({ organizationId, price }) => {
      const was = storedPrices.get(priceKey(after.id, organizationId));
      return was ? priceDifference(was, price).map((difference) => ({ ...difference, organizationId })) : [];
    }),
    ...differencesOf({ ...before, variant: variantBefore! }, { ...after, variant }).map((difference) => ({
      ...difference,
      organizationId: scope.organizationId,
    })),
  ];
  const effectiveDate = row.data.effectiveDate ?? (row.data.observedAt ?? now).toISOString().slice(0, 10);
  const changed =
    newPrices.length > 0 || differs(SUBSCRIPTIONS, before, after, ['observedAt', 'updatedAt', 'revision']);
  return {
    row,
    before,
    after: {
      ...after,
      revision: before.revision + differences.length,
      updatedAt: changed ? after.updatedAt : before.updatedAt,
    },
    prices: newPrices,
    drafts: differences.map((difference, at) => draftOf(before, difference, effectiveDate, before.revision + at + 1)),
    outcome: changed ? 'UPDATED' : 'UNCHANGED',
  };
}

function draftOf(
  { id, externalId }: SubscriptionColumns,
  difference: Difference & { organizationId: string },
  effectiveDate: string,
  revision: number,
): ChangeDraft {
  const content = { ...difference, cloudSubscriptionId: id, effectiveDate, revision };
  return { ...content, eventId: `upsert:${externalId}:${revision}`, inputHash: contentHash(content) };
}

/** The row is in the currency of its seller; a CSP that takes part has its own with its price (R43). */
function sellerCurrency(caller: string, { row: { data }, before, seller }: Resolved): string {
  if (seller.organizationId === caller) return data.currency;
  return data.resellerPrice?.currency ?? before?.currency ?? data.currency;
}

/** The caller's own price, and its Reseller's when it gave one. */
function pricesOf(
  caller: string,
  row: SubscriptionRow,
  { id: cloudSubscriptionId, organizationId: seller, currency }: SubscriptionColumns,
  stored: ReadonlyMap<string, PriceState>,
): OwnedPrice[] {
  const owned = (
    organizationId: string,
    money: Pick<PriceState, 'unitCost' | 'unitPrice' | 'currency'>,
  ): OwnedPrice => {
    const basis =
      row.priceBasis ?? stored.get(priceKey(cloudSubscriptionId, organizationId))?.basis ?? 'PER_BILLING_PERIOD';
    const { unitCost, unitPrice, currency } = money;
    return { cloudSubscriptionId, organizationId, price: { unitCost, unitPrice, currency, basis } };
  };
  return [owned(caller, row), ...(row.resellerPrice ? [owned(seller, { ...row.resellerPrice, currency })] : [])];
}
