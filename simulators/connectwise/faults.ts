import type { ActiveFault as Active, FaultRule as Rule } from '../common/faults.js';

/** What can go wrong with one request. The "AfterCommit" ones are the deciding case: applied, and nobody is told. */
export type FaultAction =
  | { kind: 'delay'; ms: number }
  | { kind: 'dropBefore' }
  | { kind: 'dropAfterCommit' }
  | { kind: 'html502' }
  | { kind: 'html500' }
  | { kind: 'html502AfterCommit' }
  | { kind: 'html500AfterCommit' }
  /** connectwise: "500: network fault or an undefined error"; time-outs have the word in the text. */
  | { kind: 'json500'; text?: string }
  | { kind: 'json500AfterCommit'; text?: string }
  | { kind: 'status429'; retryAfter?: number }
  | { kind: 'status401' }
  | { kind: 'status403' }
  /** connectwise: in use or conflicting. */
  | { kind: 'status409' }
  | { kind: 'truncated' }
  /** Drops the connection now and carries the request out `ms` later, or when late commits are flushed. */
  | { kind: 'lateCommit'; ms: number }
  | { kind: 'hang' }
  | { kind: 'hangAfterCommit' };

export type FaultRule = Rule<FaultAction>;
export type ActiveFault = Active<FaultAction>;

export const FAULT_KINDS = new Set<string>(
  'delay dropBefore dropAfterCommit html502 html500 html502AfterCommit html500AfterCommit json500 json500AfterCommit status429 status401 status403 status409 truncated lateCommit hang hangAfterCommit'.split(
    ' ',
  ),
);
