import type { AuditStatus, EntryError } from '../../src/audit/entry.js';
import type { Step } from '../../src/connectors/contract.js';
import type { Sent, WorkItem } from '../../src/delivery/lane.js';

export interface StepRow {
  readonly id: string;
  readonly attempt: number;
  readonly step: Step;
  readonly remaining: number;
  readonly sentAt: number;
  state: Sent['state'];
  settledAt: number | null;
  doubt: EntryError | null;
  failedReads: number;
}

export interface Operation {
  readonly id: string;
  readonly laneId: string;
  readonly position: number;
  readonly quantity: number;
  /** What a person asked for; `date` is the day it was sent with, `movedTo` where the PSA refused that day. */
  readonly wantedDate: string;
  date: string;
  movedTo: string | null;
  state: WorkItem['state'] | 'SUCCEEDED';
  attempts: number;
  notBefore: number | null;
  entry: AuditStatus;
  error: EntryError | null;
  supersededBy: string | null;
  begunAt: number | null;
  endedAt: number | null;
  readonly steps: StepRow[];
}

export interface LaneRow {
  readonly id: string;
  fence: number;
  owner: string | null;
  leaseUntil: number | null;
  badge: 'SYNCED' | 'PENDING' | 'OUT_OF_SYNC' | 'NEEDS_REVIEW';
  readonly operations: Operation[];
}

/** Rules of the store that a mutant may leave out. */
export interface TableRules {
  readonly fenced: boolean;
  /** Only a later change of the same day makes an earlier one needless. */
  readonly netsSameDayOnly: boolean;
  /** And not when a change of a later day comes before that one. */
  readonly netsUpToLaterDays: boolean;
  /** The oldest unfinished operation comes first, whatever its state. */
  readonly stopsAtFailure: boolean;
  /** No change is dated before one that was delivered. */
  readonly staysInOrder: boolean;
}
