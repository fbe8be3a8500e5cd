import type { ChangeKind, ConnectorDescriptor, LookupKind } from '../../contract.js';
import type { Bench } from '../bench.js';

export const LEVELS = ['Basic', 'Read', 'Write', 'Money-safe', 'Compatible'] as const;
export type Level = (typeof LEVELS)[number];

/** One rule of the contract, and how to find out whether a connector keeps it. */
export interface ConformanceCase {
  /** Stable: reports, `skip` and the list of planted faults name it. */
  readonly id: string;
  readonly level: Level;
  /** The member or capability it is about, such as `apply` or `lookups.company`. */
  readonly capability: string;
  /** The rule, as a sentence. */
  readonly title: string;
  /** Why it does not apply to this connector; null = it does. Absent = it always does. */
  skip?(descriptor: ConnectorDescriptor): string | null;
  /** Throws `CaseFailure` with a sentence that names the fault. */
  run(bench: Bench): Promise<void>;
}

export const LOOKUPS: readonly LookupKind[] = ['company', 'service', 'contract'];
export const CHANGES: readonly ChangeKind[] = [
  'create',
  'quantity',
  'price',
  'cancel',
  'suspend',
  'resume',
  'costPush',
];

export const needsLookup = (kind: LookupKind) => (descriptor: ConnectorDescriptor) =>
  descriptor.capabilities.lookups[kind] ? null : `capabilities.lookups.${kind} is absent`;

export const needsChange = (kind: ChangeKind) => (descriptor: ConnectorDescriptor) =>
  descriptor.capabilities.changes[kind] ? null : `capabilities.changes.${kind} is absent`;

/** The steps of most cases are those of a change of units. */
export const needsQuantity = needsChange('quantity');
