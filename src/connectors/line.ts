/**
 * The money part of the contract: a change of a cloud subscription, the line of a PSA contract it must reach, what was read
 * of that line, and the writes between the two. All of it is plain, serialisable data.
 */

import type { ErrorKind } from './errors.js';
import type { Json } from './transport.js';
import type { BillingFrequency, CalendarDate, ChangeKind, CurrencyCode, Decimal } from './values.js';

/** One thing that happened to a cloud subscription, with the absolute state it must lead to. Built by the host. */
export interface Change {
  /** The operation's id; stable over retries. */
  readonly operationId: string;
  readonly kind: ChangeKind;
  /** From this day on. The host has applied its date policy already. */
  readonly effectiveDate: CalendarDate;
  /** For `costPush`: the amounts count for the days before this one; from it on they are 0 again (R62). */
  readonly until?: CalendarDate;
  /** Absolute targets, never differences. An absent price or cost stays as it is. */
  readonly quantity: number;
  readonly unitPrice?: Decimal;
  readonly unitCost?: Decimal;
  readonly currency: CurrencyCode;
}

/** Where a mapped cloud subscription lives in the PSA. */
export interface MappedTarget {
  readonly companyId: string;
  readonly serviceId: string;
  readonly contractId: string;
  /** The vendor's id of the line once known; null before the first write. */
  readonly lineRef: string | null;
}

/** What the PSA bills for a line from a date on. `evidence` is what was read, for the audit. */
export interface LineState {
  readonly date: CalendarDate;
  readonly units: number;
  /** Null when the vendor does not tell. */
  readonly unitPrice: Decimal | null;
  readonly evidence: Json;
}

/** Which lines to read, and how much of them. */
export interface SnapshotQuery {
  readonly targets: readonly MappedTarget[];
  /** Only what is billed on these days matters; both inclusive. Absent: from the contract's start, to its end. */
  readonly from?: CalendarDate;
  readonly until?: CalendarDate;
  /**
   * Snapshots that the same piece of work took seconds ago: what they say of contracts and services may be taken over
   * without a call. Units, prices and periods are always read.
   */
  readonly known?: readonly LineSnapshot[];
}

/** One billing period of a contract; `closed` when what it bills cannot be changed any more (approved, invoiced). */
export interface BillingPeriod {
  readonly start: CalendarDate;
  /** Its last day. */
  readonly end: CalendarDate;
  readonly closed: boolean;
}

/** What is billed from `date` until the next entry's. Amounts are per unit; null when the vendor does not tell. */
export interface LineFact {
  readonly date: CalendarDate;
  readonly units: number;
  readonly unitPrice: Decimal | null;
  readonly unitCost: Decimal | null;
}

/** Why nothing can be planned for a line, as data: the members of the `ConnectorError` that `plan` throws for it. */
export interface LineProblem {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly where?: readonly string[];
}

/** What the PSA shows of one line at one moment. Plain data. */
export interface LineSnapshot {
  readonly target: MappedTarget;
  readonly problem: LineProblem | null;
  /** Null: it does not exist or may not be seen. */
  readonly contract: {
    readonly name: string;
    readonly companyId: string;
    readonly active: boolean;
    /** Whether it bills again and again (R40). Absent = it does. */
    readonly recurring?: boolean;
    readonly startDate: CalendarDate;
    readonly endDate: CalendarDate | null;
    readonly billingFrequency: BillingFrequency | null;
    readonly currency: CurrencyCode | null;
  } | null;
  readonly service: { readonly name: string; readonly active: boolean } | null;
  /** The vendor's id of the line; null when there is none yet, or more than one and none is the mapped one. */
  readonly lineRef: string | null;
  /** The billing periods that were asked for, ascending, without gaps. Empty when the vendor has none. */
  readonly periods: readonly BillingPeriod[];
  /**
   * What is billed over the days that were asked for, from the start of the period that holds the first: a change is dated
   * there by some policies. Ascending; empty when there is no line.
   */
  readonly facts: readonly LineFact[];
  /** What `plan` and `resolve` need beyond this. Opaque to the host, which may store it. No secret. */
  readonly evidence: Json;
}

/** One remote write, complete and serialisable: the host stores it before it is sent. */
export interface Step {
  /** Unique within the plan, stable for equal input. */
  readonly key: string;
  /** What it does, for people: "Change units from 5 to 7 on 2026-12-10". */
  readonly label: string;
  readonly target: MappedTarget;
  /** Opaque to the host; must hold no secret. */
  readonly payload: Json;
  /** The state it was computed from and the state it leads to. */
  readonly before: LineState;
  readonly after: LineState;
  /**
   * It only takes back what somebody set for a later day than the change's. Absent: it belongs to the change itself, and the
   * host dates no later change of the line before it.
   */
  readonly restores?: true;
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly before: LineState;
  readonly after: LineState;
  /** Equal for equal remote state and equal change; changes when either side does. */
  readonly fingerprint: string;
  /** Worth knowing but no reason to stop. */
  readonly warnings: readonly string[];
}

export interface Written {
  /** The line's id when this write made or revealed it. */
  readonly lineRef?: string;
  /** The vendor's own id of the request or record, where it gives one. */
  readonly remoteId?: string;
  /** Values of `descriptor.writeDetails`, by name. */
  readonly details?: { readonly [name: string]: Json };
}

export interface Resolution {
  /**
   * applied: the PSA shows the state after. notApplied: it still shows the state before.
   * conflict: it shows neither (somebody else changed it). undetermined: it could not be told.
   */
  readonly state: 'applied' | 'notApplied' | 'conflict' | 'undetermined';
  readonly observed: LineState | null;
  readonly lineRef?: string;
  readonly evidence: string;
  /** For `applied`: something that reads otherwise than it was sent and deserves a look. */
  readonly warning?: string;
}
