import type { BillingFrequency, CloudSubscriptionStatus, PriceBasis } from '../../prisma/generated/client/enums.js';
import type { ChangeDraft } from './changes.js';
import type { VariantShape } from './offer-variants.js';
import { hasEnded } from './supported.js';

/** What of a cloud subscription can change in a way somebody may have to know. */
export interface SubscriptionState {
  readonly name: string;
  readonly status: CloudSubscriptionStatus;
  readonly quantity: number;
  readonly endDate: string | null;
  readonly autoRenewEnabled: boolean;
  readonly variant: VariantShape & { readonly id: string; readonly offerId: string };
}

export interface PriceState {
  readonly unitCost: string;
  readonly unitPrice: string;
  readonly currency: string;
  readonly basis: PriceBasis;
}

export type Difference = Pick<ChangeDraft, 'kind' | 'before' | 'after'>;

/** What happened between two states, one difference per kind; what stops billing comes last. */
export function differencesOf(before: SubscriptionState, after: SubscriptionState): Difference[] {
  const found: Difference[] = [];
  const note = (kind: Difference['kind'], was: Difference['before'], is: Difference['after']) =>
    found.push({ kind, before: was, after: is });

  if (before.name !== after.name) note('FRIENDLY_NAME', { name: before.name }, { name: after.name });
  if (before.autoRenewEnabled !== after.autoRenewEnabled) {
    note('AUTO_RENEW', pick(before, 'autoRenewEnabled'), pick(after, 'autoRenewEnabled'));
  }
  if (before.endDate !== after.endDate) note('RENEWAL', pick(before, 'endDate'), pick(after, 'endDate'));
  noteVariant(before.variant, after.variant, note);

  const status = [pick(before, 'status'), pick(after, 'status')] as const;
  const reopened = hasEnded(before.status) && !hasEnded(after.status);
  if (before.status !== after.status && after.status === 'ACTIVE' && before.status !== 'PENDING')
    note('RESUME', ...status);
  // Its end took the units to 0 (R57), so reopening brings them back, whatever number the marketplace shows.
  if (reopened || before.quantity !== after.quantity) {
    note('QUANTITY', { quantity: reopened ? 0 : before.quantity }, { quantity: after.quantity });
  }
  if (before.status !== after.status && after.status === 'SUSPENDED') note('SUSPEND', ...status);
  if (!hasEnded(before.status) && hasEnded(after.status)) note('CANCEL', ...status);
  return found;
}

export function priceDifference(before: PriceState, after: PriceState): Difference[] {
  const same =
    before.unitCost === after.unitCost &&
    before.unitPrice === after.unitPrice &&
    before.currency === after.currency &&
    before.basis === after.basis;
  return same ? [] : [{ kind: 'PRICE', before, after }];
}

function noteVariant(
  before: SubscriptionState['variant'],
  after: SubscriptionState['variant'],
  note: (kind: Difference['kind'], was: Difference['before'], is: Difference['after']) => void,
): void {
  if (before.id === after.id) return;
  const values = ({ id, billingFrequency }: { id: string; billingFrequency: BillingFrequency }) => ({
    offerVariantId: id,
    billingFrequency,
  });
  const upgraded = before.offerId !== after.offerId || before.segment !== after.segment || before.term !== after.term;
  if (upgraded) note('UPGRADE', values(before), values(after));
  if (before.billingFrequency !== after.billingFrequency) note('BILLING_FREQUENCY', values(before), values(after));
}

function pick<T, K extends keyof T>(value: T, key: K): Pick<T, K> {
  return { [key]: value[key] } as Pick<T, K>;
}
