import type { ChangeKind, CloudSubscriptionStatus, OfferType } from '../../prisma/generated/client/enums.js';

/**
 * What becomes of a change of a mapped cloud subscription.
 *   sync         it is written to the PSA
 *   unsupported  a FAILED audit entry without a call; the badge stays (R52, R61, R67)
 *   ignored      nothing at all, not even an entry
 */
export type Verdict =
  | { readonly verdict: 'sync'; readonly rule: string }
  | { readonly verdict: 'unsupported' | 'ignored'; readonly rule: string; readonly reason: string };

/** Billed by a month's cost, not by units; their figures are added to the plan's (R34, R62). */
export const BILLED_BY_USAGE: readonly OfferType[] = ['AZURE_PLAN', 'AZURE_RESERVATION', 'AZURE_SAVINGS_PLAN'];

const ENDED: readonly CloudSubscriptionStatus[] = ['CANCELLED', 'EXPIRED', 'DISABLED', 'DELETED'];

/**
 * Nothing is billed any more (R57), however it came to that: what is suspended is billed until its term is over, then
 * expires, is disabled and deleted. Prices count in none of these states either (R55).
 */
export function hasEnded(status: CloudSubscriptionStatus): boolean {
  return ENDED.includes(status);
}

/** The units a PSA line has for a subscription that has not ended. An Azure Plan has no seats: its cost is that of one. */
export function psaUnitsOf({
  offerType,
  quantity,
}: {
  readonly offerType: OfferType;
  readonly quantity: number;
}): number {
  return offerType === 'AZURE_PLAN' ? 1 : quantity;
}

/** The table of R49 to R61. `status` is the subscription's after the change. */
export function verdictOf(change: {
  readonly kind: ChangeKind;
  readonly offerType: OfferType;
  readonly status: CloudSubscriptionStatus;
}): Verdict {
  const { kind, offerType, status } = change;
  switch (kind) {
    case 'QUANTITY':
      if (offerType === 'AZURE_PLAN') {
        return { verdict: 'ignored', rule: 'R62', reason: "An Azure Plan has no seats; a month's cost is written." };
      }
      return hasEnded(status)
        ? { verdict: 'ignored', rule: 'R57', reason: 'A cloud subscription that has ended has no units.' }
        : { verdict: 'sync', rule: 'R49' };
    case 'PRICE':
    case 'PROMOTION':
      if (offerType === 'AZURE_PLAN') {
        return { verdict: 'ignored', rule: 'R56', reason: 'An Azure Plan has no fixed cost or price.' };
      }
      return status === 'ACTIVE' || status === 'SUSPENDED'
        ? { verdict: 'sync', rule: kind === 'PRICE' ? 'R53' : 'R51' }
        : {
            verdict: 'ignored',
            rule: 'R55',
            reason: 'Prices count while a cloud subscription is active or suspended.',
          };
    case 'CANCEL':
      return { verdict: 'sync', rule: 'R57' };
    case 'SUSPEND':
      return offerType === 'AZURE_PLAN'
        ? { verdict: 'sync', rule: 'R58' }
        : { verdict: 'ignored', rule: 'R60', reason: 'A suspended licence is still billed.' };
    case 'RESUME':
      return offerType === 'AZURE_PLAN'
        ? { verdict: 'ignored', rule: 'R59', reason: 'A resumed Azure Plan is set right in the PSA by hand.' }
        : { verdict: 'ignored', rule: 'R60', reason: 'A resumed licence was billed all the time.' };
    case 'BILLING_FREQUENCY':
      return {
        verdict: 'unsupported',
        rule: 'R52',
        reason: 'Another billing frequency needs another service: map it again.',
      };
    case 'FRIENDLY_NAME':
    case 'AUTO_RENEW':
      return { verdict: 'unsupported', rule: 'R52', reason: 'A PSA contract line has nothing that this changes.' };
    case 'RENEWAL':
    case 'UPGRADE':
    case 'SCHEDULED_CHANGE':
      return {
        verdict: 'unsupported',
        rule: 'R61',
        reason: 'Carry this out in the PSA by hand, then map again if needed.',
      };
  }
}
