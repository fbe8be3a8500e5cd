import { z } from 'zod';
import type { CloudSubscription } from '../../prisma/generated/client/client.js';
import { CloudSubscriptionStatus, PriceBasis } from '../../prisma/generated/client/enums.js';
import { fromDateColumn } from '../storage/calendar-date.js';
import { keep } from './batch.js';
import type { BulkTable } from './bulk.js';
import { calendarDate, currency, decimal, externalId, moment, text, wholeNumber } from './fields.js';
import { variantFields } from './offer-variants.js';

/** One cloud subscription as a marketplace tells it. Optional members: absent keeps what is stored, null clears it. */
export const subscriptionRow = z
  .strictObject({
    externalId,
    customerExternalId: externalId,
    /** The seller's own offer, else the CSP's. A new variant of a known offer is added to it. */
    offerExternalId: externalId,
    ...variantFields,
    name: text(250),
    status: z.enum(CloudSubscriptionStatus),
    quantity: wholeNumber,
    assignedLicenses: wholeNumber.nullish(),
    /** When it was bought (R39); absent on a new row: the start date. */
    creationDate: calendarDate.optional(),
    startDate: calendarDate,
    endDate: calendarDate.nullish(),
    cancellationAllowedUntil: moment.nullish(),
    autoRenewEnabled: z.boolean().optional(),
    poNumber: text(100).nullish(),
    providerSubscriptionId: text(200).nullish(),
    orderId: text(200).nullish(),
    currency,
    /** What the calling organization pays and takes for one unit (R43). */
    unitCost: decimal,
    unitPrice: decimal,
    priceBasis: z.enum(PriceBasis).optional(),
    /** From when what changed counts. Absent: the UTC day of observedAt, else today. */
    effectiveDate: calendarDate.nullish(),
    observedAt: moment.nullish(),
    /** For a CSP: the Reseller that sells it, by organization id or externalId, and that Reseller's money. */
    resellerId: text(200).nullish(),
    resellerPrice: z.strictObject({ unitCost: decimal, unitPrice: decimal, currency: currency.optional() }).nullish(),
  })
  .refine(({ startDate, endDate }) => endDate == null || endDate >= startDate, {
    path: ['endDate'],
    message: 'endDate lies before startDate.',
  });
export type SubscriptionRow = z.infer<typeof subscriptionRow>;

export const SUBSCRIPTIONS = {
  name: 'CloudSubscription',
  key: ['tenantId', 'externalId'],
  columns: {
    tenantId: 'uuid',
    id: 'uuid',
    organizationId: 'uuid',
    cspParty: 'boolean',
    customerId: 'uuid',
    offerVariantId: 'uuid',
    externalId: 'text',
    providerSubscriptionId: 'text',
    orderId: 'text',
    name: 'text',
    status: '"CloudSubscriptionStatus"',
    quantity: 'integer',
    assignedLicenses: 'integer',
    creationDate: 'date',
    startDate: 'date',
    endDate: 'date',
    cancellationAllowedUntil: 'timestamptz(3)',
    autoRenewEnabled: 'boolean',
    poNumber: 'text',
    currency: 'text',
    revision: 'integer',
    observedAt: 'timestamptz(3)',
    updatedAt: 'timestamptz(3)',
  },
} as const satisfies BulkTable;

export type SubscriptionColumns = Readonly<
  Omit<
    CloudSubscription,
    'creationDate' | 'startDate' | 'endDate' | 'cancellationAllowedUntil' | 'observedAt' | 'updatedAt' | 'createdAt'
  > & {
    creationDate: string;
    startDate: string;
    endDate: string | null;
    cancellationAllowedUntil: string | null;
    observedAt: string;
    updatedAt: string;
  }
>;

/** A stored row in the form the writers take: dates as `YYYY-MM-DD`, instants as ISO text. */
export function storedColumns(row: CloudSubscription): SubscriptionColumns {
  const { createdAt: _createdAt, ...rest } = row;
  return {
    ...rest,
    creationDate: fromDateColumn(row.creationDate),
    startDate: fromDateColumn(row.startDate),
    endDate: row.endDate && fromDateColumn(row.endDate),
    cancellationAllowedUntil: row.cancellationAllowedUntil?.toISOString() ?? null,
    observedAt: row.observedAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

type Fixed = Pick<
  SubscriptionColumns,
  'tenantId' | 'id' | 'organizationId' | 'cspParty' | 'customerId' | 'offerVariantId' | 'currency' | 'observedAt'
>;

export function columnsOf(row: SubscriptionRow, before: SubscriptionColumns | undefined, fixed: Fixed, now: Date) {
  return {
    ...fixed,
    externalId: row.externalId,
    providerSubscriptionId: keep(row.providerSubscriptionId, before?.providerSubscriptionId),
    orderId: keep(row.orderId, before?.orderId),
    name: row.name,
    status: row.status,
    quantity: row.quantity,
    assignedLicenses: keep(row.assignedLicenses, before?.assignedLicenses),
    creationDate: row.creationDate ?? before?.creationDate ?? row.startDate,
    startDate: row.startDate,
    endDate: keep(row.endDate, before?.endDate),
    cancellationAllowedUntil: keep(row.cancellationAllowedUntil?.toISOString(), before?.cancellationAllowedUntil),
    autoRenewEnabled: row.autoRenewEnabled ?? before?.autoRenewEnabled ?? false,
    poNumber: keep(row.poNumber, before?.poNumber),
    revision: before?.revision ?? 0,
    updatedAt: now.toISOString(),
  } satisfies SubscriptionColumns;
}
