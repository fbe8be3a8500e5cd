import type { ActorKind, AuditStatus } from '../../prisma/generated/client/enums.js';

/**
 * The vocabulary of the audit log. An entry is one operation; an event is one change of its status or one step report.
 *
 *   PENDING       accepted, not begun
 *   RUNNING       being worked on
 *   RETRYING      refused for a passing reason; will be tried again by itself
 *   VERIFYING     a write was sent and no trustworthy answer came; being settled by reading
 *   SUCCEEDED     done, and read back where it wrote to a PSA
 *   FAILED        refused or impossible; nothing more happens by itself
 *   NEEDS_REVIEW  a person must say what is true
 *   CANCELED      given up before it began
 */
export type { AuditStatus };

/** Whose data: the unit of ownership and isolation. */
export interface Scope {
  readonly tenantId: string;
  readonly organizationId: string;
}

export interface Actor {
  readonly kind: ActorKind;
  readonly id: string | null;
  readonly name: string;
}

/** Work the gateway does by itself. */
export const SYSTEM: Actor = { kind: 'SYSTEM', id: null, name: 'connector-gateway' };

export interface EntryError {
  /** The class of the failure, such as `permissionMissing` or `MappingConflict`. */
  readonly class: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** What an entry is about. Everything is optional until it is known. */
export interface EntrySubject {
  readonly target?: { readonly kind: string; readonly id: string; readonly name: string };
  readonly connectionId?: string;
  readonly customer?: { readonly id: string; readonly name: string };
}

export interface NewEntry extends EntrySubject {
  readonly id: string;
  readonly operation: string;
  /** FAILED: an operation that was refused before it began. */
  readonly status: 'PENDING' | 'RUNNING' | 'FAILED';
  readonly error?: EntryError;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly requestId?: string;
  readonly parentId?: string;
  readonly summary: string;
  readonly details?: Details;
  readonly dryRun?: boolean;
  readonly idempotencyKey?: string;
  readonly inputHash?: string;
  /** Set when no job would go on with it: the other instances fail it when this one dies. */
  readonly instanceId?: string;
}

/** What a move of an entry may change besides its status. */
export interface EntryPatch extends EntrySubject {
  readonly summary?: string;
  readonly details?: Details;
  readonly error?: EntryError;
  readonly attempts?: number;
}

export type Details = { readonly [key: string]: unknown };

const OPEN: readonly AuditStatus[] = ['PENDING', 'RUNNING', 'RETRYING', 'VERIFYING'];

/**
 * Which status may follow which. SUCCEEDED, FAILED and CANCELED are final; NEEDS_REVIEW waits for a person. VERIFYING and
 * RETRYING may follow themselves: why it is not settled yet has changed.
 */
export const MOVES: { readonly [From in AuditStatus]: readonly AuditStatus[] } = {
  PENDING: ['RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED'],
  RUNNING: ['RETRYING', 'VERIFYING', 'SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED'],
  RETRYING: ['RUNNING', 'RETRYING', 'VERIFYING', 'SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED'],
  VERIFYING: ['VERIFYING', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED', 'NEEDS_REVIEW'],
  NEEDS_REVIEW: ['RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED', 'CANCELED'],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
};

export function isFinal(status: AuditStatus): boolean {
  return !OPEN.includes(status) && status !== 'NEEDS_REVIEW';
}

/** The model's three values (R75). */
export function outcomeOf(status: AuditStatus): 'PROCESSING' | 'SUCCEEDED' | 'FAILED' {
  if (status === 'SUCCEEDED') return 'SUCCEEDED';
  return status === 'FAILED' || status === 'CANCELED' ? 'FAILED' : 'PROCESSING';
}

/** "CreateConnectorConnection" -> "Create Connector Connection" (R79). */
export function operationLabel(operation: string): string {
  const words = operation.replace(/([a-z0-9])([A-Z])/g, '$1 $2').split(' ');
  return words.map((word, at) => (at > 0 && /^(On|To|Of)$/.test(word) ? word.toLowerCase() : word)).join(' ');
}
