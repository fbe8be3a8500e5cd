import type { Details, EntryError, Scope } from '../audit/entry.js';
import type { ChangeKind, LineState, MappedTarget, Step } from '../connectors/contract.js';
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
  readonly queueName: string;
  readonly fence: number;
  /** On the local monotonic clock, counted from before the database was asked: never later than the database's. */
  readonly heldUntil: number;
}

export interface Sent {
  readonly stepId: string;
  readonly attempt: number;
  readonly state: 'SENDING' | 'APPLIED' | 'REFUSED' | 'UNKNOWN' | 'NOT_APPLIED' | 'CONFLICT';
  readonly step: Step;
  readonly sentAt: Date;
}

export interface WorkItem {
  readonly operationId: string;
  readonly auditLogId: string;
  readonly kind: ChangeKind;
  readonly state: 'PENDING' | 'RUNNING' | 'VERIFYING' | 'FAILED' | 'NEEDS_REVIEW';
  readonly attempts: number;
  readonly notBefore: Date | null;
  readonly effectiveDate: string;
  readonly target: { readonly quantity: number; readonly unitPrice?: string; readonly unitCost?: string };
  /** A later waiting operation of the same kind and day: it alone will be sent (R50). */
  readonly supersededBy: string | null;
  /** The last write of this operation, if one left or may have left. */
  readonly sent: Sent | null;
  /** How often this operation was sent in all. */
  readonly sends: number;
  /** The newest write of an earlier operation of the lane that is known to have taken effect: what reads must show. */
  readonly lastWrite: { readonly units: number; readonly sentAt: Date } | null;
  readonly mapped: MappedTarget;
  readonly connection: ConnectionRow & { readonly status: string };
  /** The database's clock at the time of the read. */
  readonly databaseNow: Date;
}

/** How an operation is left. Everything in one transaction with its audit entry, its step and the badge. */
export type Verdict = { readonly message: string; readonly details?: Details } & (
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
  | { readonly to: 'VERIFYING'; readonly error: EntryError; readonly notBefore: Date }
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
  /** The lease, or when the present one ends. */
  take(lane: LaneKey): Promise<Lease | { readonly busyUntil: Date } | null>;
  next(lease: Lease): Promise<WorkItem | null>;
  /** Marks the operation and its entry RUNNING. */
  begin(lease: Lease, item: WorkItem): Promise<void>;
  /** The intent, before anything leaves: state before, payload, fence; renews the lease. */
  storeStep(lease: Lease, item: WorkItem, step: Step): Promise<{ readonly sent: Sent; readonly lease: Lease }>;
  settle(lease: Lease, item: WorkItem, sent: Sent | null, verdict: Verdict): Promise<void>;
  /** The vendor refuses the credentials: no more traffic until a person mends them. */
  stopConnection(lease: Lease, item: WorkItem, error: EntryError): Promise<void>;
  wakeLater(lane: LaneKey, at: Date): Promise<void>;
  release(lease: Lease): Promise<void>;
}
