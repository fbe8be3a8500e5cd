import type { Scope } from '../entry.js';

/**
 * What verification finds.
 *
 *   ALTERED     an event is not what its hash says
 *   REWRITTEN   an event was changed together with its hash; the event behind it remembers another one
 *   DELETED     events are missing
 *   INSERTED    an event or an entry that nothing vouches for
 *   SWAPPED     an event stands where another one belongs
 *   UNPROVEN    an event that is sound by itself, but its only witness, the event behind it, is missing or changed
 *   HEAD        the head of the chain does not fit its last event
 *   CHECKPOINT  the log is not what a checkpoint says, or the checkpoint is not what was signed
 *   ENTRY       an entry is not what its last event says
 */
export type FindingKind =
  | 'ALTERED'
  | 'REWRITTEN'
  | 'DELETED'
  | 'INSERTED'
  | 'SWAPPED'
  | 'UNPROVEN'
  | 'HEAD'
  | 'CHECKPOINT'
  | 'ENTRY';

export interface Finding extends Scope {
  readonly kind: FindingKind;
  /** The number of the event, the first of them when several are missing; null when it is about no event. */
  readonly seq: string | null;
  /** The last of several missing events. */
  readonly toSeq?: string;
  /** The entry the event belongs to, as far as it is known. */
  readonly auditLogId: string | null;
  readonly message: string;
}

export type Report = (finding: Finding) => void;
