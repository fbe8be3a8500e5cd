import type { Details, EntryError } from '../audit/entry.js';
import type { LineState, Plan, Resolution, Step } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';
import type { Decision } from './decision.js';
import type { Sent, Verdict, WorkItem } from './lane.js';
import { addDays } from './period.js';

/** How operations are left, in words. Pure. */

type VerdictOf<To extends Verdict['to']> = Extract<Verdict, { to: To }>;

export function retryLater(
  item: WorkItem,
  step: 'REFUSED' | 'NOT_APPLIED' | undefined,
  waitMs: number,
  error: EntryError,
): VerdictOf<'RETRYING'> {
  const notBefore = later(item, waitMs);
  return { to: 'RETRYING', message: error.message, error, notBefore, ...(step && { step }) };
}

/** The vendor takes no second adjustment of the line on its day: it is planned again for the day after. */
export function movedOn(
  item: WorkItem,
  { step: { after } }: Sent,
  step: 'REFUSED' | 'NOT_APPLIED',
  error: EntryError,
): VerdictOf<'RETRYING'> {
  const moveTo = addDays(after.date, 1);
  const message = `The PSA takes one adjustment of a line a day; dated ${moveTo} instead of ${after.date}.`;
  return { ...retryLater(item, step, 0, error), message, moveTo };
}

export function later(item: WorkItem, milliseconds: number): Date {
  return new Date(item.databaseNow.getTime() + milliseconds);
}

/** Full jitter, at most five minutes. */
export function backoff(attempts: number, random: () => number): number {
  return 1_000 + random() * Math.min(300_000, 2_000 * 2 ** attempts);
}

/** What the policy says instead of a plan. */
export function decided(decision: Decision): Verdict {
  const { code, message, hint } = decision as Extract<Decision, { do: 'review' | 'refuse' }>;
  const error = { class: 'policy', code, message, hint };
  return { to: decision.do === 'review' ? 'NEEDS_REVIEW' : 'FAILED', message, error };
}

export function heldBack(decision: Extract<Decision, { do: 'hold' }>, plan: Plan): Verdict {
  const { code, message } = decision;
  return { to: 'HELD', message, details: { held: { code, ...outline(plan) } } };
}

export function planChanged(plan: Plan): Verdict {
  const message = 'The PSA or the marketplace changed since the preview; nothing was written.';
  const hint = 'Preview it again and, if it is still right, apply it with the new fingerprint.';
  const error = { class: 'precondition', code: 'PLAN_CHANGED', message, hint };
  return { to: 'FAILED', message, error, details: { plan: outline(plan) } };
}

export function unanswered(due: Date): Verdict {
  return {
    to: 'VERIFYING',
    message: 'Waiting until the unanswered write can no longer land, then reading.',
    notBefore: due,
    error: { class: 'unknownOutcome', code: 'ANSWER_MISSING', message: 'No trustworthy answer came.' },
  };
}

/** Why a read told nothing. */
export interface Unread {
  readonly error: EntryError;
  /** It ends by itself, or with the connection's credentials: no reason to ask a person. */
  readonly passing: boolean;
}

/** So often a read may fail, for a reason that does not pass by itself, before a person is asked. */
const MAX_FAILED_READS = 10;

/**
 * The write can no longer land, and nothing tells what became of it. It is read again, ever more seldom; a person may state
 * it at any time. An outage alone is nobody's work: what failed for a passing reason is read until the PSA is back.
 */
export function cannotRead(
  item: WorkItem,
  sent: Sent,
  due: Date,
  { error, passing }: Unread,
): VerdictOf<'VERIFYING' | 'NEEDS_REVIEW'> {
  const failedReads = sent.failedReads + (passing ? 0 : 1);
  const { message, hint } = error;
  if (failedReads >= MAX_FAILED_READS) {
    return {
      to: 'NEEDS_REVIEW',
      step: 'UNKNOWN',
      message:
        'The PSA did not let this line be read, again and again. A person must say whether the write took effect.',
      error: { class: 'conflict', code: 'CANNOT_READ', message, hint: hint ?? LOOK },
    };
  }
  const waited = item.databaseNow.getTime() - due.getTime();
  return {
    to: 'VERIFYING',
    failedReads,
    message: 'The PSA could not be read; trying to read again.',
    notBefore: later(item, Math.min(300_000, Math.max(30_000, waited))),
    error: { class: 'unknownOutcome', code: 'CANNOT_READ', message, ...(hint !== undefined && { hint }) },
  };
}

const LOOK = 'Compare the contract line in the PSA with the marketplace, then resolve this operation.';

/** What a read that went well leaves to a person. */
const REVIEWS = {
  conflict: {
    step: 'CONFLICT',
    code: 'PSA_CHANGED_MEANWHILE',
    message: 'The PSA shows neither the state before nor the state after. A person must say what is true.',
  },
  undetermined: {
    step: 'UNKNOWN',
    code: 'CANNOT_TELL',
    message: 'What the PSA shows does not tell whether the write took effect. A person must say what is true.',
  },
  notApplied: {
    step: 'UNKNOWN',
    code: 'SENT_TWICE_WITHOUT_EFFECT',
    message:
      'It was sent twice, both times without an answer and without effect. A person must look before it is sent again.',
  },
} as const;

export function forReview({ before, after }: Step, state: keyof typeof REVIEWS, shown: Resolution): Verdict {
  const { step, code, message } = REVIEWS[state];
  return {
    to: 'NEEDS_REVIEW',
    message,
    step,
    details: { observed: shown.observed, expectedBefore: before.units, expectedAfter: after.units },
    error: { class: 'conflict', code, message: shown.evidence, hint: LOOK },
  };
}

/** A step that was read back is asked for again: somebody undid it while the others were under way. */
export function editedAgain(step: Step): Verdict {
  const message = `"${step.label}" was read back, and then undone by somebody else. A person must say what is true.`;
  return {
    to: 'NEEDS_REVIEW',
    message,
    error: { class: 'conflict', code: 'PSA_CHANGED_MEANWHILE', message, hint: LOOK },
  };
}

export function readBackDiffers(shown: Resolution): EntryError {
  return {
    class: 'unknownOutcome',
    code: 'READ_BACK_DIFFERS',
    message: `The PSA acknowledged the write, but reading it back did not show it yet: ${shown.evidence}`,
  };
}

export function foundNotApplied(): EntryError {
  return {
    class: 'unknownOutcome',
    code: 'FOUND_NOT_APPLIED',
    message: 'Reading proved that the write did nothing; it is sent once more.',
  };
}

export function tooLate(): EntryError {
  return {
    class: 'unavailable',
    code: 'LEASE_TOO_SHORT',
    message: 'The gateway was held up between storing the write and sending it; nothing was sent.',
    retryable: true,
  };
}

export function oldRead(): EntryError {
  return {
    class: 'unavailable',
    code: 'READ_MAY_BE_OLD',
    message: 'The PSA did not show the previous change of this line yet, or somebody edited it; it will be read again.',
    retryable: true,
  };
}

/** What the audit shows of a change: before, change, after, from the PSA's own figures; `seen` is null without a write. */
export function report(
  before: LineState,
  seen: Resolution | null,
  plan: Pick<Plan, 'after' | 'warnings'>,
  calls: number,
  notes: readonly string[],
): Details {
  const after = seen?.observed ?? plan.after;
  const warnings = [...notes, ...plan.warnings, ...(seen?.warning ? [seen.warning] : [])];
  return {
    before: { units: before.units, unitPrice: before.unitPrice },
    change: { units: after.units - before.units, effectiveDate: after.date },
    after: { units: after.units, unitPrice: after.unitPrice },
    writes: seen ? 1 : 0,
    // A read that several lanes share counts for each by its share.
    calls: Math.round(calls * 100) / 100,
    ...(warnings.length > 0 && { warnings }),
  };
}

/** One of several writes that took effect. */
export function writeOf({ label, payload, before, after }: Step): Details {
  return {
    ...{ label, write: payload },
    before: { units: before.units, unitPrice: before.unitPrice },
    after: { units: after.units, unitPrice: after.unitPrice, effectiveDate: after.date },
  };
}

/** What would be sent, for people. */
export function outline({ steps, before, after, fingerprint, warnings }: Plan): Details {
  return {
    steps: steps.map(({ label, payload }) => ({ label, write: payload })),
    before: { units: before.units, unitPrice: before.unitPrice },
    after: { units: after.units, unitPrice: after.unitPrice, effectiveDate: after.date },
    fingerprint,
    warnings,
  };
}

export function entryError(error: unknown): EntryError {
  if (error instanceof ConnectorError) {
    const { hint, remote } = error.detail;
    const said = remote?.message ? ` (${remote.message})` : '';
    return {
      class: error.kind,
      code: error.code,
      message: `${error.message}${said}`.slice(0, 1000),
      retryable: error.retryable,
      ...(hint !== undefined && { hint }),
    };
  }
  return { class: 'protocol', code: 'CONNECTOR_FAULT', message: 'The connector failed in a way it does not explain.' };
}
