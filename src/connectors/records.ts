/** What a connector reads: the lines of its doctor, and companies, services and contracts in neutral shapes. Plain data. */

import type { LookupKind } from './descriptor.js';
import type { ErrorKind } from './errors.js';
import type { Json } from './transport.js';
import type { BillingFrequency, CalendarDate, CurrencyCode, Decimal } from './values.js';

export type DiagnosticStatus = 'pass' | 'warn' | 'fail' | 'unverified';

/** One line of the connection doctor. */
export interface Diagnostic {
  /** Stable id, such as `"credentials"` or `"permission.contracts"`; `SetupStep.checks` and `Permission.id` name it. */
  readonly check: string;
  readonly status: DiagnosticStatus;
  readonly title: string;
  /** What was found, in one or two sentences for an administrator. Never a secret. */
  readonly detail: string;
  /** What to do about it and where, as a menu path of the PSA. */
  readonly action?: { readonly text: string; readonly where: readonly string[] };
  /** For `fail`: the typed reason, an upper-case code such as `SECRET_REJECTED`. */
  readonly code?: string;
  /** For `fail`: the class of the failure, which decides what the host does with the connection. */
  readonly kind?: ErrorKind;
  /**
   * Facts worth keeping, never a secret. The host knows `instanceKey`: connections of which it is equal share the vendor's
   * limits. Without one each connection has a budget of its own.
   */
  readonly facts?: { readonly [name: string]: Json };
}

/** The vendor's own count of calls. */
export interface VendorQuota {
  readonly limit: number;
  readonly used: number;
  readonly windowSeconds: number;
}

interface RecordBase {
  /** The vendor's id, as text. */
  readonly id: string;
  readonly name: string;
  /** Inactive records may be left out of a search; where they are shown, this must be true to the vendor. */
  readonly active: boolean;
  /** Values of `descriptor.lookupColumns`, by name. Absent = none are known. */
  readonly columns?: { readonly [name: string]: string | null };
}

export interface RemoteCompany extends RecordBase {
  readonly kind: 'company';
  readonly number: string | null;
  /** Is it of the vendor's type for customers (R17)? `typeLabel` is the vendor's word for what it is. */
  readonly isCustomer: boolean;
  readonly typeLabel: string;
  readonly currency: CurrencyCode | null;
}

export interface RemoteService extends RecordBase {
  readonly kind: 'service';
  readonly sku: string | null;
  readonly recurring: boolean;
  readonly billingFrequency: BillingFrequency | null;
  readonly frequencyLabel: string;
  readonly unitPrice: Decimal;
  /** Null when the vendor does not tell; a hidden cost is never a fact. */
  readonly unitCost: Decimal | null;
}

export interface RemoteContract extends RecordBase {
  readonly kind: 'contract';
  readonly number: string | null;
  readonly companyId: string;
  readonly recurring: boolean;
  readonly billingFrequency: BillingFrequency | null;
  readonly frequencyLabel: string;
  readonly startDate: CalendarDate;
  readonly endDate: CalendarDate | null;
  readonly currency: CurrencyCode | null;
}

export interface RemoteRecords {
  readonly company: RemoteCompany;
  readonly service: RemoteService;
  readonly contract: RemoteContract;
}
export type RemoteRecord = RemoteRecords[LookupKind];

/** A search with the mapping rules as filters; a filter that is absent does not narrow. */
export type SearchQuery = {
  /** The first characters of the name, in either case, and nothing but characters: no wildcard, no syntax. "" = all. */
  readonly prefix: string;
  /** At least 1. */
  readonly first: number;
} & (
  | { readonly kind: 'company'; readonly onlyCustomers: boolean }
  | {
      readonly kind: 'service';
      readonly billingFrequency?: BillingFrequency;
      /** Only services whose price and cost are 0 (R33). */
      readonly onlyFree?: boolean;
    }
  | {
      readonly kind: 'contract';
      readonly companyId: string;
      readonly billingFrequency?: BillingFrequency;
      /** Only contracts that start before this date (R39). */
      readonly startsBefore?: CalendarDate;
      /** Only contracts that start on the first day of a month (R41). */
      readonly startsOnFirst?: boolean;
    }
);

export interface SearchPage {
  readonly records: readonly RemoteRecord[];
  /** True when the vendor has more matches than were asked for. */
  readonly more: boolean;
}

export type MappingProposal =
  | { readonly kind: 'customer'; readonly company: RemoteCompany }
  | { readonly kind: 'offer'; readonly service: RemoteService }
  | { readonly kind: 'subscription'; readonly contract: RemoteContract; readonly serviceId: string };
