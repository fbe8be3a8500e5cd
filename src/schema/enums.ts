import type { EnumRef } from '@pothos/core';
import {
  BillingFrequency,
  BillingType,
  ChangeKind,
  CloudSubscriptionStatus,
  OfferType,
  OrganizationKind,
  PriceBasis,
  Role,
  Segment,
  SyncState,
  Term,
} from '../../prisma/generated/client/enums.js';
import type { Builder } from './builder.js';

type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

const PRICE_BASIS = [
  'What a price is for. It is stored as it was given; a PSA is told, and compared with, the amount of one billing period,',
  'rounded half away from zero to six places. Where that is no number (no billing period, no term, a term that is not a number',
  'of billing periods) nothing is mapped and no price is written: PRICE_BASIS_UNUSABLE says what to push instead.',
].join(' ');

/** Enumerations of the marketplace and of access, each value described. */
export function enumTypes(builder: Builder) {
  const make = <Values extends Record<string, string>>(
    name: string,
    description: string,
    values: Values,
    texts: { readonly [Key in keyof Values]: string },
  ) =>
    builder.enumType(name, {
      description,
      values: Object.fromEntries(
        Object.entries<string>(texts).map(([key, text]) => [key, { value: values[key], description: text }]),
      ),
    }) as unknown as EnumRef<Types, Values[keyof Values]>;

  return {
    organizationKind: make('OrganizationKind', 'What an organization is.', OrganizationKind, {
      CSP: 'A cloud solution provider: the root of a tenant.',
      RESELLER: 'A reseller under a CSP.',
    }),
    role: make('Role', 'What a caller may do.', Role, {
      ADMINISTRATOR: 'Reads and acts.',
      VIEWER: 'Reads; changes nothing and never sees a secret.',
    }),
    offerType: make('OfferType', 'What kind of thing is sold.', OfferType, {
      LICENSE: 'A licence of the new commerce experience.',
      LICENSE_LEGACY: 'A licence of the old one; it cannot be mapped.',
      SOFTWARE_SUBSCRIPTION: 'A software subscription.',
      PERPETUAL_SOFTWARE: 'Software bought once.',
      AZURE_PLAN: 'An Azure plan, billed by usage.',
      AZURE_RESERVATION: 'An Azure reservation; its cost is added to the plan.',
      AZURE_LEGACY: 'A single Azure subscription of the old kind; it cannot be mapped.',
      AZURE_SAVINGS_PLAN: 'An Azure savings plan; its cost is added to the plan.',
      OTHER: 'Something else.',
    }),
    billingType: make('BillingType', 'How it is billed.', BillingType, {
      LICENSE: 'By seat.',
      USAGE: 'By usage.',
      NONE: 'Not billed.',
    }),
    segment: make('Segment', 'Whom an offer is for.', Segment, {
      COMMERCIAL: 'Companies.',
      EDUCATION: 'Schools and universities.',
      GOVERNMENT: 'Public bodies.',
      NON_PROFIT: 'Charities.',
    }),
    term: make('Term', 'How long it is committed for.', Term, {
      NO_TERM: 'No commitment.',
      ONE_MONTH: 'One month.',
      ONE_YEAR: 'One year.',
      THREE_YEARS: 'Three years.',
      FIVE_YEARS: 'Five years.',
    }),
    billingFrequency: make('BillingFrequency', 'How often it is billed.', BillingFrequency, {
      ONE_TIME: 'Once.',
      MONTHLY: 'Every month.',
      ANNUAL: 'Every year.',
      TRIENNIAL: 'Every three years.',
      NONE: 'Never.',
    }),
    subscriptionStatus: make('CloudSubscriptionStatus', 'State of a cloud subscription.', CloudSubscriptionStatus, {
      PENDING: 'Ordered, not running yet.',
      ACTIVE: 'Running.',
      SUSPENDED: 'Suspended; the provider still bills it.',
      CANCELLED: 'Cancelled; not billed any more (R57).',
      EXPIRED: 'Its term has ended; not billed any more.',
      DISABLED: 'Disabled by the provider; not billed any more.',
      DELETED: 'Deleted; not billed any more.',
    }),
    priceBasis: make('PriceBasis', PRICE_BASIS, PriceBasis, {
      PER_BILLING_PERIOD: 'One unit in one billing period: taken as it is.',
      PER_MONTH: 'One unit in one month: times the months of a billing period.',
      PER_TERM: 'One unit in the whole term: divided by the billing periods of the term.',
    }),
    changeKind: make('ChangeKind', 'What happened to a cloud subscription.', ChangeKind, {
      QUANTITY: 'Units were bought or given back (R49).',
      PRICE: 'Cost or price changed (R53).',
      PROMOTION: 'A promotion began or ended (R51).',
      CANCEL: 'It ended: it was cancelled, expired, was disabled or deleted (R57).',
      SUSPEND: 'It was suspended (R58, R60).',
      RESUME: 'It was resumed (R59).',
      BILLING_FREQUENCY: 'It is billed at another frequency; not synchronised (R52).',
      FRIENDLY_NAME: 'It was renamed; not synchronised (R52).',
      AUTO_RENEW: 'Automatic renewal was switched; not synchronised (R52).',
      RENEWAL: 'It was renewed; not synchronised (R61).',
      UPGRADE: 'It was upgraded; not synchronised (R61).',
      SCHEDULED_CHANGE: 'A change was scheduled; not synchronised (R61).',
    }),
    syncState: make('SyncState', 'The badge of a mapped cloud subscription.', SyncState, {
      SYNCED: 'Every supported operation reached the PSA.',
      PENDING: 'An operation is on its way.',
      OUT_OF_SYNC: 'An operation failed; later ones wait behind it.',
      NEEDS_REVIEW: 'A person must say what is true in the PSA.',
    }),
  };
}

export type EnumTypes = ReturnType<typeof enumTypes>;
