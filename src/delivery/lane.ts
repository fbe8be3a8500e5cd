import type { AuditStatus, Details, EntryError, Scope } from '../audit/entry.js';
import type { ChangeKind, LineState, MappedTarget, Step } from '../connectors/contract.js';
import type { Policy } from './policy.js';
import type { ConnectionRow } from './sessions.js';

/**
 * Words of delivery. A lane is the ordered queue of one mapped cloud subscription; a lease is the right to work on it,
 * for a bounded time, with a fence number that grows; a work item is the oldest unfinished operation of the lane.
 */
export interface LaneKey {
  readonly tenantId: string;
  readonly laneId: string;
}

export interface Lease extends LaneKey {
  readonly scope: Scope;
  readonly fence: number;
  /** On the local monotonic clock, counted from before the database was asked: never later than the database's. */
  readonly heldUntil: number;
}

export interface Sent {
  readonly stepId: string;
  readonly attempt: number;
  readonly state: 'SENDING' | 'APPLIED' | 'REFUSED' | 'UNKNOWN' | 'NOT_APPLIED' | 'CONFLICT';
  readonly step: Step;
  /** How many steps of its plan come after it. */
  readonly remaining: number;
  readonly sentAt: Date;
  /** Why nobody knows whether it took effect, once that was noticed. */
  readonly doubt: EntryError | null;
  /** How often reading what became of it failed for a reason that does not pass by itself. */
  readonly failedReads: number;
}

export interface WorkItem {
  readonly operationId: string;
  readonly auditLogId: string;
  /** The span that asked for it. */
  readonly traceParent: string | null;
  readonly kind: ChangeKind;
  readonly state: 'PENDING' | 'RUNNING' | 'VERIFYING' | 'HELD' | 'FAILED' | 'NEEDS_REVIEW';
  /** The status of its audit entry. */
  readonly status: AuditStatus;
  readonly attempts: number;
  readonly notBefore: Date | null;
  readonly effectiveDate: string;
  /** The day it is sent with where the vendor refused the policy's. */
  readonly movedTo: string | null;
  readonly target: OperationTarget;
  readonly policy: Policy;
  /** A person approved what the policy would not write by itself. */
  readonly approved: boolean;
  /** The plan it was accepted with; another one is refused. */
  readonly fingerprint: string | null;
  /** A later waiting operation of the same kind and day, none of a later day before it: it alone will be sent (R50). */
  readonly supersededBy: string | null;
  /** The last write of this operation, if one left or may have left. */
  readonly sent: Sent | null;
  /** How often that write was sent in all. */
  readonly sends: number;
  /** Keys of its steps that are known to have taken effect: a step is never taken twice, whatever a read shows. */
  readonly applied: readonly string[];
  /** What the line showed before the first of them that belongs to the change itself; null: none of those took effect. */
  readonly began: LineState | null;
  /** The newest write of the lane that is known to have taken effect: what reads must show. */
  readonly lastWrite: { readonly units: number; readonly sentAt: Date } | null;
  /**
   * The latest days from which delivered changes count, of units and of price: a later change never reaches behind them. What
   * one took back of later days is no change of those days, so that the next counts from its own day again (R49, R57).
   */
  readonly delivered: { readonly units: string | null; readonly price: string | null };
  readonly mapped: MappedTarget;
  readonly connection: ConnectionRow & { readonly status: string };
  /** The database's clock at the time of the read. */
  readonly databaseNow: Date;
}

/** What an operation leads to; never differences. */
export interface OperationTarget {
  readonly quantity: number;
  /** Of one unit in one billing period, as the marketplace had it when the operation was added. */
  readonly unitPrice?: string;
  readonly unitCost?: string;
  /** Of the amounts: only those of the connection's currency are written. Absent: that one. */
  readonly currency?: string;
  /** For a month's cost: the first day it does not count for any more (R62). */
  readonly until?: string;
  /** Of a quantity: why it has no amounts for units that begin where nothing is billed (R43, R52). */
  readonly unpriced?: { readonly code: string; readonly message: string };
}

/** How an operation is left. Everything in one transaction with its audit entry, its step and the badge. */
export type Verdict = {
  readonly message: string;
  readonly details?: Details;
} /** One of several steps is read back; the next one is planned from the same read. */ & (
  | { readonly to: 'RUNNING'; readonly step: 'APPLIED'; readonly lineRef?: string }
  /** Planned, not to be sent: the policy says so. */
  | { readonly to: 'HELD' }
  | { readonly to: 'SUCCEEDED'; readonly lineRef?: string; readonly step?: 'APPLIED' }
  | { readonly to: 'FAILED'; readonly error: EntryError; readonly step?: 'REFUSED' | 'NOT_APPLIED' }
  | {
      readonly to: 'RETRYING';
      /** The operation's new date, where the vendor refused the old one. */
      readonly moveTo?: string;
      readonly error: EntryError;
      readonly notBefore: Date;
      readonly step?: 'REFUSED' | 'NOT_APPLIED';
    }
  | { readonly to: 'VERIFYING'; readonly error: EntryError; readonly notBefore: Date; readonly failedReads?: number }
  | {
      readonly to: 'NEEDS_REVIEW';
      readonly error: EntryError;
      readonly step?: 'CONFLICT' | 'UNKNOWN';
      readonly observed?: LineState;
    }
);

/** The lease is gone: another instance owns the lane. Nothing more may be written or sent. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Where lanes live. Every write under a lease changes nothing and throws `LeaseLost` when the fence is not the newest. */
export interface LaneStore {
  /**
   * The lease of the lane and those of others of its engine queue that have work now, the wanted one first: they share
   * reads. Or when its present lease ends; or null when there is no such lane.
   */
  take(lane: LaneKey): Promise<readonly Lease[] | { readonly busyUntil: Date } | null>;
  next(lease: Lease): Promise<WorkItem | null>;
  /** The intent, before anything leaves: state before, payload, fence; the operation RUNNING; renews the lease. */
  storeStep(
    lease: Lease,
    item: WorkItem,
    step: Step,
    remaining: number,
  ): Promise<{ readonly sent: Sent; readonly lease: Lease }>;
  settle(lease: Lease, item: WorkItem, sent: Sent | null, verdict: Verdict): Promise<void>;
  wakeLater(lane: LaneKey, at: Date): Promise<void>;
  release(leases: readonly Lease[]): Promise<void>;
}
