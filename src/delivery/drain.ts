import type { EntryError } from '../audit/entry.js';
import type { LineState, Plan, Resolution, Session, Step } from '../connectors/contract.js';
import { ConnectorError, isConnectorError } from '../connectors/errors.js';
import { callsSoFar, meterCalls } from './call-meter.js';
import { type LaneKey, type LaneStore, type Lease, LeaseLost, type Sent, type WorkItem } from './lane.js';
import { addDays } from './period.js';
import type { ConnectionRow } from './sessions.js';

export interface DrainOptions {
  readonly store: LaneStore;
  readonly session: (connection: ConnectionRow) => Session;
  /** How long after a send an unanswered write may still land, for this connection's connector. */
  readonly quarantineMs: (connection: ConnectionRow) => number;
  /** The longest a write may take; a send is given up when the lease does not outlive it. */
  readonly sendWindowMs: number;
  readonly monotonic: () => number;
  /** Keeps a write from leaving when the lease, held until then, no longer outlives it. Absent: nothing delays a write. */
  readonly guardSend?: <T>(heldUntil: number, work: () => Promise<T>) => Promise<T>;
  readonly random: () => number;
}

/** Sent at most twice: once, and once more after `resolve` proved that the first did nothing. */
const MAX_SENDS = 2;
/** So often a change is dated a day later before a person is asked. */
const MAX_MOVES = 8;

type Next = 'go on' | 'stop';

/**
 * Drains one lane: settles its oldest unfinished operation, goes on, stops at the first that cannot be settled now.
 * No operation overtakes another, whatever crashes (R69-R72); no write is sent that may have been sent before, unless
 * reading proved that it did nothing. A wake-up, nothing more: calling it twice, or for an empty lane, is harmless.
 */
export function createDrain(options: DrainOptions) {
  const { store, guardSend = (_heldUntil, work) => work() } = options;

  return async function drain(lane: LaneKey): Promise<void> {
    const taken = await store.take(lane);
    if (!taken) return;
    if ('busyUntil' in taken) {
      // Its owner works on it or died; look again when the lease ends.
      await store.wakeLater(lane, taken.busyUntil);
      return;
    }
    let lease: Lease = taken;
    try {
      for (;;) {
        const item = await store.next(lease);
        if (!item) break;
        if ((await meterCalls(() => settleOne(item))) === 'stop') break;
      }
      await store.release(lease);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    }

    async function settleOne(item: WorkItem): Promise<Next> {
      if (item.state === 'FAILED' || item.state === 'NEEDS_REVIEW') return 'stop';
      if (item.connection.status !== 'ACTIVE') return 'stop';
      if (item.notBefore && item.notBefore > item.databaseNow) {
        await store.wakeLater(lease, item.notBefore);
        return 'stop';
      }
      const open = item.sent?.state === 'SENDING' || item.sent?.state === 'UNKNOWN' ? item.sent : null;
      if (open) return verify(item, open);
      if (item.supersededBy) {
        await store.settle(lease, item, null, {
          to: 'SUCCEEDED',
          message: 'Superseded by a later change of the same day.',
          details: { supersededBy: item.supersededBy },
        });
        return 'go on';
      }
      return send(item);
    }

    async function send(item: WorkItem): Promise<Next> {
      await store.begin(lease, item);
      const session = options.session(item.connection);
      let plan: Plan;
      try {
        plan = await session.plan(changeOf(item), item.mapped);
      } catch (error) {
        return refused(item, null, error);
      }
      const doubt = mayBeOld(item, plan);
      if (doubt) {
        await store.settle(lease, item, null, { ...retryLater(item, undefined, 0, oldRead()), notBefore: doubt });
        await store.wakeLater(lease, doubt);
        return 'stop';
      }
      const [step] = plan.steps;
      if (!step) {
        await store.settle(lease, item, null, {
          to: 'SUCCEEDED',
          message: `Already so: ${plan.after.units} units from ${item.effectiveDate}. Nothing was written.`,
          details: report(plan.before, null, plan.after, plan),
        });
        return 'go on';
      }
      const stored = await store.storeStep(lease, item, step);
      lease = stored.lease;
      if (lease.heldUntil - options.monotonic() < options.sendWindowMs) {
        // Paused since the commit: another instance may own the lane before the vendor answers. Nothing has left.
        await store.settle(lease, item, stored.sent, retryLater(item, 'REFUSED', 0, tooLate()));
        await store.wakeLater(lease, item.databaseNow);
        return 'stop';
      }
      return apply(session, item, stored.sent, plan);
    }

    /**
     * Until the quarantine of the lane's previous write is over, a read that does not show that write may be older than
     * it. A difference computed from such a read would be wrong: read again soon, then when no read can be that old.
     */
    function mayBeOld(item: WorkItem, plan: Plan): Date | null {
      const { lastWrite } = item;
      if (!lastWrite || plan.before.units === lastWrite.units) return null;
      const due = new Date(lastWrite.sentAt.getTime() + options.quarantineMs(item.connection));
      if (due <= item.databaseNow) return null;
      const soon = later(item, 30_000);
      return item.attempts === 0 && soon < due ? soon : due;
    }

    async function apply(session: Session, item: WorkItem, sent: Sent, plan: Plan): Promise<Next> {
      let lineRef: string | undefined;
      try {
        const held = lease.heldUntil;
        ({ lineRef } = await guardSend(held, () => session.apply(sent.step)));
      } catch (error) {
        if (isConnectorError(error) && error.outcome === 'notApplied') return refused(item, sent, error);
        return quarantine(item, sent, entryError(error));
      }
      const seen = await readBack(session, sent.step);
      if (seen.state === 'applied') {
        const ref = seen.lineRef ?? lineRef;
        await store.settle(lease, item, sent, {
          to: 'SUCCEEDED',
          step: 'APPLIED',
          message: `${sent.step.label}; read back.`,
          details: report(sent.step.before, seen, sent.step.after, plan),
          ...(ref !== undefined && { lineRef: ref }),
        });
        return 'go on';
      }
      return quarantine(item, sent, {
        class: 'unknownOutcome',
        code: 'READ_BACK_DIFFERS',
        message: `The PSA acknowledged the write, but reading it back did not show it yet: ${seen.evidence}`,
      });
    }

    /** A write of which nobody knows whether it took effect: wait until it cannot land any more, then read. */
    async function verify(item: WorkItem, sent: Sent): Promise<Next> {
      const due = new Date(sent.sentAt.getTime() + options.quarantineMs(item.connection));
      if (due > item.databaseNow) {
        await store.settle(lease, item, sent, {
          to: 'VERIFYING',
          message: 'Waiting until the unanswered write can no longer land, then reading.',
          notBefore: due,
          error: { class: 'unknownOutcome', code: 'ANSWER_MISSING', message: 'No trustworthy answer came.' },
        });
        await store.wakeLater(lease, due);
        return 'stop';
      }
      const read = await readBack(options.session(item.connection), sent.step);
      // Without an acknowledgement, the wanted units at an odd price may be somebody else's work.
      const seen = read.state === 'applied' && read.warning ? ({ ...read, state: 'conflict' } as const) : read;
      if (seen.state === 'applied') {
        await store.settle(lease, item, sent, {
          to: 'SUCCEEDED',
          step: 'APPLIED',
          message: `${sent.step.label}; found applied by reading.`,
          details: report(sent.step.before, seen, sent.step.after, null),
          ...(seen.lineRef !== undefined && { lineRef: seen.lineRef }),
        });
        return 'go on';
      }
      if (seen.state === 'notApplied' && item.sends < MAX_SENDS) {
        await store.settle(
          lease,
          item,
          sent,
          retryLater(item, 'NOT_APPLIED', 0, {
            class: 'unknownOutcome',
            code: 'FOUND_NOT_APPLIED',
            message: 'Reading proved that the write did nothing; it is sent once more.',
          }),
        );
        return 'go on';
      }
      if (seen.state === 'undetermined') {
        const at = later(item, 30_000);
        await store.settle(lease, item, sent, {
          to: 'VERIFYING',
          message: 'The PSA could not be read; trying to read again.',
          notBefore: at,
          error: { class: 'unknownOutcome', code: 'CANNOT_READ', message: seen.evidence },
        });
        await store.wakeLater(lease, at);
        return 'stop';
      }
      await store.settle(lease, item, sent, {
        to: 'NEEDS_REVIEW',
        message:
          seen.state === 'conflict'
            ? 'The PSA shows neither the state before nor the state after. A person must say what is true.'
            : 'It was sent twice, both times without an answer and without effect. A person must look before it is sent again.',
        step: seen.state === 'conflict' ? 'CONFLICT' : 'UNKNOWN',
        details: {
          observed: seen.observed,
          expectedBefore: sent.step.before.units,
          expectedAfter: sent.step.after.units,
        },
        error: {
          class: 'conflict',
          code: seen.state === 'conflict' ? 'PSA_CHANGED_MEANWHILE' : 'SENT_TWICE_WITHOUT_EFFECT',
          message: seen.evidence,
          hint: 'Compare the contract line in the PSA with the marketplace, then resolve this operation.',
        },
      });
      return 'stop';
    }

    async function quarantine(item: WorkItem, sent: Sent, error: EntryError): Promise<Next> {
      const due = new Date(sent.sentAt.getTime() + options.quarantineMs(item.connection));
      await store.settle(lease, item, sent, {
        to: 'VERIFYING',
        message: 'The outcome of the write is unknown; it will be settled by reading, not by sending again.',
        notBefore: due,
        error,
      });
      await store.wakeLater(lease, due);
      return 'stop';
    }

    /** Nothing was changed in the PSA. Passing reasons are tried again, the rest needs a person. */
    async function refused(item: WorkItem, sent: Sent | null, cause: unknown): Promise<Next> {
      const error = entryError(cause);
      const step = sent ? 'REFUSED' : undefined;
      if (isConnectorError(cause) && cause.kind === 'authInvalid') {
        // First the stop: whatever crashes now, the refused secret is not tried again (lock-out).
        await store.stopConnection(lease, item, error);
        await store.settle(lease, item, sent, retryLater(item, step, 0, error));
        return 'stop';
      }
      if (isConnectorError(cause) && /^(SAME_DAY_ADJUSTMENT|DUPLICATE_PERIOD)$/.test(cause.code)) {
        // After an earlier send this is evidence that it landed after all: read, do not guess.
        if (sent && item.sends > 0) return quarantine(item, sent, error);
        if (item.attempts < MAX_MOVES) {
          const moveTo = addDays(item.effectiveDate, 1);
          const message = `The PSA takes one adjustment of a line a day; dated ${moveTo} instead of ${item.effectiveDate}.`;
          await store.settle(lease, item, sent, { ...retryLater(item, step, 0, error), message, moveTo });
          return 'go on';
        }
      }
      if (isConnectorError(cause) && cause.retryable) {
        const wait = (cause.detail.retryAfterSeconds ?? 0) * 1000 || backoff(item.attempts);
        const verdict = retryLater(item, step, wait, error);
        await store.settle(lease, item, sent, verdict);
        await store.wakeLater(lease, verdict.notBefore);
        return 'stop';
      }
      await store.settle(lease, item, sent, { to: 'FAILED', message: error.message, error, ...(step && { step }) });
      return 'stop';
    }
  };

  /** Reading is safe to fail: an unreadable PSA is "undetermined", never a verdict. */
  async function readBack(session: Session, step: Step): Promise<Resolution> {
    try {
      return await session.resolve(step);
    } catch (error) {
      return { state: 'undetermined', observed: null, evidence: entryError(error).message };
    }
  }

  /** Full jitter, at most five minutes. */
  function backoff(attempts: number): number {
    return 1_000 + options.random() * Math.min(300_000, 2_000 * 2 ** attempts);
  }
}

function retryLater(item: WorkItem, step: 'REFUSED' | 'NOT_APPLIED' | undefined, waitMs: number, error: EntryError) {
  return {
    to: 'RETRYING' as const,
    message: error.message,
    error,
    notBefore: later(item, waitMs),
    ...(step && { step }),
  };
}

function later(item: WorkItem, milliseconds: number): Date {
  return new Date(item.databaseNow.getTime() + milliseconds);
}

function tooLate(): EntryError {
  return {
    class: 'unavailable',
    code: 'LEASE_TOO_SHORT',
    message: 'The gateway was held up between storing the write and sending it; nothing was sent.',
    retryable: true,
  };
}

function oldRead(): EntryError {
  return {
    class: 'unavailable',
    code: 'READ_MAY_BE_OLD',
    message: 'The PSA did not show the previous change of this line yet, or somebody edited it; it will be read again.',
    retryable: true,
  };
}

function changeOf(item: WorkItem) {
  return {
    operationId: item.operationId,
    kind: item.kind,
    effectiveDate: item.effectiveDate,
    ...item.target,
    currency: item.connection.currency,
  };
}

/** What the audit shows of a change: before, change, after, from the PSA's own figures; `seen` is null without a write. */
function report(before: LineState, seen: Resolution | null, wanted: LineState, plan: Plan | null) {
  const after = seen?.observed ?? wanted;
  const warnings = [...(plan?.warnings ?? []), ...(seen?.warning ? [seen.warning] : [])];
  return {
    before: { units: before.units, unitPrice: before.unitPrice },
    change: { units: after.units - before.units, effectiveDate: after.date },
    after: { units: after.units, unitPrice: after.unitPrice },
    writes: seen ? 1 : 0,
    calls: callsSoFar(),
    ...(warnings.length > 0 && { warnings }),
  };
}

function entryError(error: unknown): EntryError {
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
