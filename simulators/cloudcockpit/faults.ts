import type { FaultRule as Rule } from '../common/faults.js';

/** What can go wrong with one request. Nothing is written here, so a lost answer loses nothing. */
export type FaultAction =
  | { kind: 'drop' }
  | { kind: 'hang' }
  | { kind: 'delay'; ms: number }
  /** Half of the body, then the connection is cut. */
  | { kind: 'truncated' }
  /** Half of the body, told as a whole one. */
  | { kind: 'halfJson' }
  | { kind: 'html200' }
  | { kind: 'html502' }
  | { kind: 'json500' }
  | { kind: 'status401' }
  | { kind: 'status403' }
  | { kind: 'status404' }
  | { kind: 'status429'; retryAfter?: number }
  | { kind: 'redirect'; to: string }
  /** 200 with this in the place of the answer. */
  | { kind: 'body'; value: unknown };

export type FaultRule = Rule<FaultAction>;

export const FAULT_KINDS = new Set<string>(
  'drop hang delay truncated halfJson html200 html502 json500 status401 status403 status404 status429 redirect body'.split(
    ' ',
  ),
);
