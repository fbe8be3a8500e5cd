import { createHash } from 'node:crypto';
import type {
  BillingFrequency,
  ChangeKind,
  CloudSubscriptionStatus,
  PriceBasis,
} from '../../prisma/generated/client/enums.js';
import type { Queries } from '../storage/database.js';
import type { NewId } from '../storage/ids.js';
import { type BulkTable, insertMissing } from './bulk.js';

/** The members a change is about, before and after; others are absent. Dates are calendar dates, money decimal texts. */
export interface ChangeValues {
  readonly quantity?: number;
  readonly unitCost?: string;
  readonly unitPrice?: string;
  readonly currency?: string;
  readonly basis?: PriceBasis;
  readonly status?: CloudSubscriptionStatus;
  readonly offerVariantId?: string;
  readonly billingFrequency?: BillingFrequency;
  readonly name?: string;
  readonly autoRenewEnabled?: boolean;
  readonly endDate?: string | null;
}

/** A change that was appended just now, for delivery. */
export interface NewChange {
  readonly changeId: string;
  readonly cloudSubscriptionId: string;
  /**
   * Who recorded it. Prices belong to one organization (R43): a PRICE or PROMOTION is that organization's and concerns only
   * its own mapping; the other kinds concern whoever mapped the cloud subscription.
   */
  readonly organizationId: string;
  readonly kind: ChangeKind;
  readonly effectiveDate: string;
  readonly before: ChangeValues;
  readonly after: ChangeValues;
  readonly revision: number;
}

export interface ChangeDraft extends Omit<NewChange, 'changeId'> {
  readonly eventId: string;
  readonly inputHash: string;
}

const CHANGES: BulkTable = {
  name: 'SubscriptionChange',
  key: ['tenantId', 'organizationId', 'eventId'],
  columns: {
    tenantId: 'uuid',
    id: 'uuid',
    organizationId: 'uuid',
    cloudSubscriptionId: 'uuid',
    revision: 'integer',
    eventId: 'text',
    inputHash: 'text',
    kind: '"ChangeKind"',
    effectiveDate: 'date',
    before: 'jsonb',
    after: 'jsonb',
  },
};

/**
 * Appends changes: the one end of both roads, pushes and recorded events. The locks of their cloud subscriptions must be
 * held, so that revisions follow each other. In the order given; a draft whose event id the organization has used for
 * another cloud subscription is left out.
 */
export async function appendChanges(
  tx: Queries,
  context: { readonly tenantId: string; readonly newId: NewId },
  drafts: readonly ChangeDraft[],
): Promise<NewChange[]> {
  const changes = drafts.map((draft) => ({ ...draft, changeId: context.newId() }));
  const rows = changes.map(({ changeId, ...draft }) => ({ ...draft, tenantId: context.tenantId, id: changeId }));
  const appended = await insertMissing(tx, CHANGES, rows);
  return changes
    .filter(({ changeId }) => appended.has(changeId))
    .map(({ eventId: _eventId, inputHash: _inputHash, ...change }) => change);
}

/** SHA-256 of a value with its keys in one order. */
export function contentHash(value: object): string {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
