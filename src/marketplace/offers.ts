import { z } from 'zod';
import type { Offer } from '../../prisma/generated/client/client.js';
import { BillingType, OfferType } from '../../prisma/generated/client/enums.js';
import type { Queries } from '../storage/database.js';
import { type IngestContext, keep, observationOf, openBatch, type Row, type RowResult } from './batch.js';
import { type BulkTable, differs, insertMissing, overwrite } from './bulk.js';
import { externalId, moment, text } from './fields.js';
import {
  addVariants,
  ILLEGAL_PAIR,
  isLegalPair,
  loadVariants,
  type OfferHead,
  refreshVariants,
  variantKey,
  variantShape,
} from './offer-variants.js';

/** One offer of the calling organization. Its variants are only ever added to: a mapping may hang on each. */
export const offerRow = z.strictObject({
  externalId,
  name: text(250),
  providerOfferId: text(200).nullish(),
  offerType: z.enum(OfferType),
  /** Absent: USAGE for Azure plans, else LICENSE. */
  billingType: z.enum(BillingType).optional(),
  isAddon: z.boolean().optional(),
  isTrial: z.boolean().optional(),
  variants: z.array(variantShape).max(100, 'At most 100 variants.').default([]),
  observedAt: moment.nullish(),
});
export type OfferRow = z.infer<typeof offerRow>;

const OFFERS: BulkTable = {
  name: 'Offer',
  key: ['tenantId', 'organizationId', 'externalId'],
  columns: {
    tenantId: 'uuid',
    id: 'uuid',
    organizationId: 'uuid',
    externalId: 'text',
    name: 'text',
    providerOfferId: 'text',
    offerType: '"OfferType"',
    billingType: '"BillingType"',
    isAddon: 'boolean',
    isTrial: 'boolean',
    observedAt: 'timestamptz(3)',
    updatedAt: 'timestamptz(3)',
  },
};

/** Writes a push of offers and their variants in a handful of statements. Answers what became of each row, in order. */
export async function ingestOffers(
  tx: Queries,
  context: IngestContext,
  rows: readonly unknown[],
): Promise<RowResult[]> {
  const { scope, now } = context;
  const { tenantId } = scope;
  const batch = openBatch(rows, offerRow, now);
  let open = batch.open.filter((row) => {
    const at = row.data.variants.findIndex((variant) => !isLegalPair(variant));
    if (at >= 0) batch.reject(row, ILLEGAL_PAIR.code, ILLEGAL_PAIR.message, 'variants', String(at), 'billingFrequency');
    return at < 0;
  });
  while (open.length > 0) open = await pass(open);
  return batch.results();

  async function pass(pending: readonly Row<OfferRow>[]): Promise<Row<OfferRow>[]> {
    const stored = await lockOffers(tx, scope, pending);
    const decided = new Map<string, { row: Row<OfferRow>; head: OfferHead; changed: boolean; isNew: boolean }>();
    const inserts = [];
    const updates = [];
    for (const row of pending) {
      const before = stored.get(row.data.externalId);
      const observedAt = observationOf(row.data.observedAt, before?.observedAt, now);
      if (before && observedAt === null) {
        batch.stale(row, before.id);
        continue;
      }
      const after = {
        ...scopeColumns(scope),
        id: before?.id ?? context.newId(),
        ...columnsOf(row.data, before),
        observedAt: (observedAt ?? now).toISOString(),
        updatedAt: now.toISOString(),
      };
      const changed = before !== undefined && differs(OFFERS, { ...before }, after, ['observedAt', 'updatedAt']);
      decided.set(after.id, { row, head: after, changed, isNew: !before });
      if (before) updates.push(changed ? after : { ...after, updatedAt: before.updatedAt.toISOString() });
      else inserts.push(after);
    }
    await overwrite(tx, OFFERS, updates);
    const created = await insertMissing(tx, OFFERS, inserts);

    const written = [...decided.values()].filter(({ head, isNew }) => !isNew || created.has(head.id));
    const offerIds = written.map(({ head }) => head.id);
    await refreshVariants(
      tx,
      tenantId,
      written.flatMap(({ head, changed }) => (changed ? [head] : [])),
    );
    const known = await loadVariants(tx, tenantId, { offerIds });
    const wishes = written.flatMap(({ row, head }) =>
      row.data.variants.map((variant) => ({ ...variant, offer: head })),
    );
    const added = await addVariants(tx, { tenantId, newId: context.newId }, known, wishes);
    for (const { row, head, changed, isNew } of written) {
      const grew = row.data.variants.some((variant) => added.has(variantKey(head.id, variant)));
      batch.settle(row, isNew ? 'CREATED' : changed || grew ? 'UPDATED' : 'UNCHANGED', head.id);
    }
    return [...decided.values()].flatMap(({ row, head, isNew }) => (isNew && !created.has(head.id) ? [row] : []));
  }
}

async function lockOffers(tx: Queries, scope: IngestContext['scope'], rows: readonly Row<OfferRow>[]) {
  const found = await tx.$queryRaw<Offer[]>`
    SELECT t.* FROM "Offer" t
    WHERE t."tenantId" = ${scope.tenantId}::uuid AND t."organizationId" = ${scope.organizationId}::uuid
      AND t."externalId" = ANY(${rows.map(({ data }) => data.externalId)}::text[])
    ORDER BY t."externalId" FOR NO KEY UPDATE`;
  return new Map(found.map((offer) => [offer.externalId, offer]));
}

const scopeColumns = ({ tenantId, organizationId }: IngestContext['scope']) => ({ tenantId, organizationId });

function columnsOf(row: OfferRow, before: Offer | undefined) {
  const usual = row.offerType === 'AZURE_PLAN' || row.offerType === 'AZURE_LEGACY' ? 'USAGE' : 'LICENSE';
  return {
    externalId: row.externalId,
    name: row.name,
    providerOfferId: keep(row.providerOfferId, before?.providerOfferId),
    offerType: row.offerType,
    billingType: row.billingType ?? before?.billingType ?? usual,
    isAddon: row.isAddon ?? before?.isAddon ?? false,
    isTrial: row.isTrial ?? before?.isTrial ?? false,
  };
}
