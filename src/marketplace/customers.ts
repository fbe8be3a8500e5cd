import { z } from 'zod';
import type { Customer } from '../../prisma/generated/client/client.js';
import { type Queries, widenToTenant } from '../storage/database.js';
import { type IngestContext, keep, observationOf, openBatch, type Row, type RowResult } from './batch.js';
import { type BulkTable, differs, insertMissing, overwrite } from './bulk.js';
import { currency, externalId, moment, text } from './fields.js';
import { nameKeyOf } from './name-key.js';
import { decideSeller, EXTERNAL_ID_IN_USE, loadResellers, type Seller } from './sellers.js';

/** One customer as a marketplace tells it. Optional members: absent keeps what is stored, null clears it. */
export const customerRow = z.strictObject({
  externalId,
  companyName: text(250),
  internalIdentifier: text(200).nullish(),
  email: text(320).nullish(),
  taxId: text(100).nullish(),
  domain: text(253).nullish(),
  country: text(100).nullish(),
  currency: currency.nullish(),
  /** R21: a deleted customer is no longer listed; `false` brings it back. */
  deleted: z.boolean().nullish(),
  observedAt: moment.nullish(),
  /** For a CSP: the Reseller that sells to this customer, by organization id or externalId. */
  resellerId: text(200).nullish(),
});
export type CustomerRow = z.infer<typeof customerRow>;

const CUSTOMERS: BulkTable = {
  name: 'Customer',
  key: ['tenantId', 'externalId'],
  columns: {
    tenantId: 'uuid',
    id: 'uuid',
    organizationId: 'uuid',
    cspParty: 'boolean',
    externalId: 'text',
    companyName: 'text',
    nameKey: 'text',
    internalIdentifier: 'text',
    email: 'text',
    taxId: 'text',
    domain: 'text',
    country: 'text',
    currency: 'text',
    deletedAt: 'timestamptz(3)',
    observedAt: 'timestamptz(3)',
    updatedAt: 'timestamptz(3)',
  },
};

/** Writes a push of customers in a handful of statements. Answers what became of each row, in their order. */
export async function ingestCustomers(
  tx: Queries,
  context: IngestContext,
  rows: readonly unknown[],
): Promise<RowResult[]> {
  const { scope, now } = context;
  const batch = openBatch(rows, customerRow, now);
  const references = batch.open.map(({ data }) => data.resellerId);
  const findReseller = await loadResellers(tx, scope, references);
  // A CSP that names a Reseller records that one's sale.
  if (references.some((reference) => reference != null)) await widenToTenant(tx);
  // A second pass for rows another call created between the read and the insert. What is not seen then either is hidden.
  const again = await pass(batch.open);
  for (const row of await pass(again)) batch.reject(row, ...EXTERNAL_ID_IN_USE);
  return batch.results();

  async function pass(pending: readonly Row<CustomerRow>[]): Promise<Row<CustomerRow>[]> {
    if (pending.length === 0) return [];
    const stored = await lockCustomers(tx, scope.tenantId, pending);
    const inserts = new Map<string, Row<CustomerRow>>();
    const insertRows = [];
    const updates = [];
    for (const row of pending) {
      const before = stored.get(row.data.externalId);
      const seller = decideSeller(scope, row.data.resellerId, findReseller, before);
      if ('code' in seller) {
        batch.reject(row, seller.code, seller.message, seller.field);
        continue;
      }
      const observedAt = observationOf(row.data.observedAt, before?.observedAt, now);
      if (before && observedAt === null) {
        batch.stale(row, before.id);
        continue;
      }
      const id = before?.id ?? context.newId();
      const after = columnsOf(row.data, before, {
        tenantId: scope.tenantId,
        id,
        seller,
        observedAt: observedAt ?? now,
        now,
      });
      if (!before) {
        inserts.set(id, row);
        insertRows.push(after);
        continue;
      }
      const changed = differs(CUSTOMERS, plain(before), after, ['observedAt', 'updatedAt']);
      updates.push(changed ? after : { ...after, updatedAt: before.updatedAt.toISOString() });
      batch.settle(row, changed ? 'UPDATED' : 'UNCHANGED', id);
    }
    await overwrite(tx, CUSTOMERS, updates);
    const created = await insertMissing(tx, CUSTOMERS, insertRows);
    for (const id of created) batch.settle(inserts.get(id)!, 'CREATED', id);
    return [...inserts].filter(([id]) => !created.has(id)).map(([, row]) => row);
  }
}

async function lockCustomers(tx: Queries, tenantId: string, rows: readonly Row<CustomerRow>[]) {
  const found = await tx.$queryRaw<Customer[]>`
    SELECT t.* FROM "Customer" t WHERE t."tenantId" = ${tenantId}::uuid
      AND t."externalId" = ANY(${rows.map(({ data }) => data.externalId)}::text[])
    ORDER BY t."externalId" FOR NO KEY UPDATE`;
  return new Map(found.map((customer) => [customer.externalId, customer]));
}

function columnsOf(
  row: CustomerRow,
  before: Customer | undefined,
  fixed: { tenantId: string; id: string; seller: Seller; observedAt: Date; now: Date },
) {
  const deletedAt = row.deleted == null ? before?.deletedAt : row.deleted ? (before?.deletedAt ?? fixed.now) : null;
  return {
    tenantId: fixed.tenantId,
    id: fixed.id,
    organizationId: fixed.seller.organizationId,
    cspParty: fixed.seller.cspParty,
    externalId: row.externalId,
    companyName: row.companyName,
    nameKey: nameKeyOf(row.companyName),
    internalIdentifier: keep(row.internalIdentifier, before?.internalIdentifier),
    email: keep(row.email, before?.email),
    taxId: keep(row.taxId, before?.taxId),
    domain: keep(row.domain, before?.domain),
    country: keep(row.country, before?.country),
    currency: keep(row.currency, before?.currency),
    deletedAt: deletedAt?.toISOString() ?? null,
    observedAt: fixed.observedAt.toISOString(),
    updatedAt: fixed.now.toISOString(),
  };
}

function plain(customer: Customer) {
  return { ...customer, deletedAt: customer.deletedAt?.toISOString() ?? null };
}
