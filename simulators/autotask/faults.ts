import type { ActiveFault as Active, FaultRule as Rule } from '../common/faults.js';

/** What can go wrong with one request. The "AfterCommit" ones are the deciding case: applied, and nobody is told. */
export type FaultAction =
  | { kind: 'delay'; ms: number }
  /** Waits, before it is carried out, until the rules are cleared. */
  | { kind: 'hold' }
  | { kind: 'dropBefore' }
  | { kind: 'dropAfterCommit' }
  | { kind: 'html502' }
  | { kind: 'html500' }
  | { kind: 'html502AfterCommit' }
  | { kind: 'html500AfterCommit' }
  | { kind: 'json500AfterCommit'; text?: string }
  | { kind: 'status429'; retryAfter?: number }
  | { kind: 'status401' }
  | { kind: 'truncated' }
  /** Drops the connection now and carries the request out `ms` later, or when late commits are flushed. */
  | { kind: 'lateCommit'; ms: number }
  /** Never answers; the connection stays open. */
  | { kind: 'hang' }
  | { kind: 'hangAfterCommit' }
  /** zoneInformation gives this url. */
  | { kind: 'zoneRedirect'; url: string };

export type FaultRule = Rule<FaultAction>;
export type ActiveFault = Active<FaultAction>;

export const FAULT_KINDS = new Set<string>(
  'delay hold dropBefore dropAfterCommit html502 html500 html502AfterCommit html500AfterCommit json500AfterCommit status429 status401 truncated lateCommit hang hangAfterCommit zoneRedirect'.split(
    ' ',
  ),
);
