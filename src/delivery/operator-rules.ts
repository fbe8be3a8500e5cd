import type { Standing } from './standing.js';

/** What a person may do with an operation that cannot go on by itself. */
export const OPERATOR_ACTIONS = ['RETRY', 'SKIP', 'RESOLVE'] as const;
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number];

/** Why not, and what to do instead. `auditLogId`: the entry to look at first. */
export interface NotPossible {
  readonly code:
    | 'BLOCKED'
    | 'FIRST_LINE'
    | 'NEEDS_REVIEW'
    | 'NOT_FAILED'
    | 'NOT_IN_REVIEW'
    | 'NO_WRITE_IN_DOUBT'
    | 'OPERATION_ENDED'
    | 'STILL_BEING_SETTLED'
    | 'UNMAPPED'
    | 'WATCH_ONLY';
  readonly message: string;
  readonly auditLogId?: string;
}

/** The code that the policy gives a decrease which a person must approve. */
const HELD_DECREASE = 'DECREASE_HELD';

export function isHeldDecrease({ state, errorCode }: Pick<Standing, 'state' | 'errorCode'>): boolean {
  return state === 'NEEDS_REVIEW' && errorCode === HELD_DECREASE;
}

/** What stops a lane until somebody acts. */
const STUCK: ReadonlySet<string> = new Set(['FAILED', 'NEEDS_REVIEW', 'HELD']);

/** What may be known of the last write of an operation in review. */
const IN_DOUBT: ReadonlySet<string> = new Set(['CONFLICT', 'UNKNOWN', 'SENDING', 'APPLIED']);

/** Null: it is possible now. Whether the connection works is asked elsewhere. Pure. */
export function notPossible(action: OperatorAction, standing: Standing): NotPossible | null {
  switch (action) {
    case 'RETRY':
      return notRetriable(standing);
    case 'SKIP':
      return notSkippable(standing);
    case 'RESOLVE':
      return notResolvable(standing);
  }
}

/** A failed operation at the head of its lane, or a decrease that waits for approval. */
function notRetriable(standing: Standing): NotPossible | null {
  const { state, mapped, blocker, watchOnly } = standing;
  if (!mapped) return unmapped();
  const stuck = blocker !== null && (STUCK.has(blocker.state) || state === 'FAILED');
  if (stuck && state !== 'SUCCEEDED' && state !== 'CANCELED') return blocked(blocker);
  if (state === 'HELD' && watchOnly) return watched();
  if (state === 'FAILED' || state === 'HELD' || isHeldDecrease(standing)) return null;
  if (state === 'NEEDS_REVIEW') {
    return {
      code: 'NEEDS_REVIEW',
      message:
        'Trying again could double the write in doubt. Look at the line in the PSA, then say what is true with resolveSubscriptionOperation.',
    };
  }
  return {
    code: 'NOT_FAILED',
    message: `This operation has not failed; it is ${state}. Only a failed one can be retried.`,
  };
}

/** What has not ended and has no write on its way: failed, held, waiting, planned, in review, or not to be read. */
function notSkippable({ state, unsettled, mapped, kind, step }: Standing): NotPossible | null {
  if (state === 'SUCCEEDED' || state === 'CANCELED') return ended(state);
  if (!mapped) return unmapped();
  const onItsWay = step?.state === 'SENDING' || (step?.state === 'UNKNOWN' && state !== 'NEEDS_REVIEW');
  if ((state === 'VERIFYING' || onItsWay) && !unsettled) {
    return {
      code: 'STILL_BEING_SETTLED',
      message: 'A write of this operation may still land in the PSA. Wait until it is settled, then skip what is left.',
    };
  }
  if (kind === 'create') {
    return {
      code: 'FIRST_LINE',
      message:
        'Without its first line nothing can be synchronised. Delete the mapping of this cloud subscription instead.',
    };
  }
  return null;
}

/**
 * A write of which only a person can tell whether it took effect, for good or while the PSA cannot be read; or one that was
 * seen and then undone by somebody; of a deleted mapping too, to end its entry.
 */
function notResolvable(standing: Standing): NotPossible | null {
  const { state, status, step, unsettled } = standing;
  const inReview = state === 'NEEDS_REVIEW' || unsettled || (state === 'CANCELED' && status === 'NEEDS_REVIEW');
  if (!inReview) {
    return {
      code: 'NOT_IN_REVIEW',
      message: `Only an operation in NEEDS_REVIEW can be resolved; this one is ${state}.`,
    };
  }
  if (step && IN_DOUBT.has(step.state) && !isHeldDecrease(standing)) return null;
  return {
    code: 'NO_WRITE_IN_DOUBT',
    message:
      'Nothing of this operation was sent, so there is nothing to state. Approve it with retrySubscriptionOperation, or skip it.',
  };
}

function unmapped(): NotPossible {
  return {
    code: 'UNMAPPED',
    message: 'The mapping of this cloud subscription was deleted; nothing more is written. Map it again.',
  };
}

function blocked(blocker: NonNullable<Standing['blocker']>): NotPossible {
  return {
    code: 'BLOCKED',
    message: `An older operation of this cloud subscription comes first; it is ${blocker.state}. Retry, skip or resolve that one.`,
    auditLogId: blocker.auditLogId,
  };
}

function watched(): NotPossible {
  return {
    code: 'WATCH_ONLY',
    message:
      'The policy says watch only: it is planned and not sent. Set writeMode to WRITE with updateConnectionPolicy.',
  };
}

function ended(state: string): NotPossible {
  return { code: 'OPERATION_ENDED', message: `This operation has ended already; it is ${state}.` };
}
