import type { LineSnapshot, LineState, Plan, Session, Step, Written } from '../connectors/contract.js';
import { isConnectorError } from '../connectors/errors.js';
import { workingOn } from '../telemetry/context.js';
import { inSpan } from '../telemetry/trace.js';
import { callsSoFar, meterCalls } from './call-meter.js';
import type { LaneStore, Lease, Sent, WorkItem } from './lane.js';
import { planFor } from './planning.js';
import type { ConnectionRow } from './sessions.js';
import { asAcknowledged, tell } from './told.js';
import {
  backoff,
  cannotRead,
  decided,
  editedAgain,
  entryError,
  forReview,
  foundNotApplied,
  heldBack,
  later,
  movedOn,
  oldRead,
  planChanged,
  readBackDiffers,
  report,
  retryLater,
  tooLate,
  unanswered,
} from './verdicts.js';

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
  /** The process is about to end: what is under way is finished, nothing more is begun. Absent: never. */
  readonly stopping?: () => boolean;
}

/**
 * What the last read showed of a lane's line, from which day on, and when it began and ended on the local monotonic clock; or
 * why it failed.
 */
export type Seen =
  | { readonly line: LineSnapshot; readonly from: string; readonly began: number; readonly ended: number }
  | { readonly error: unknown };

/** One lane in a drain. */
export interface Turn {
  lease: Lease;
  item: WorkItem | null;
  /** A write of this turn that the vendor acknowledged; the next read tells whether it shows. */
  acknowledged: { readonly sent: Sent; readonly plan: Plan; readonly written: Written } | null;
  /** The unanswered write that the next read is for. */
  verifying: string | null;
  /** Vendor calls for the present operation; a shared read counts by its share. */
  calls: number;
}

const factsOf = ({ auditLogId, connection }: WorkItem) => ({ auditLogId, connectionId: connection.id });

/** A write leaves long after the request that asked for it ended: its span goes back to that one by a link. */
function spanOf({ traceParent, auditLogId, attempts }: WorkItem) {
  return { links: [traceParent], attributes: { 'gateway.audit_log': auditLogId, 'gateway.attempt': attempts + 1 } };
}

/** `read`: the lane wants a fresh read. `stop`: nothing more to do for it now. */
type Next = 'go on' | 'read' | 'stop';

/** Sent at most twice: once, and once more after reading proved that the first did nothing. */
const MAX_SENDS = 2;
/** So often a change is dated a day later before a person is asked. */
const MAX_MOVES = 8;
/** A difference is not computed from a read that is older: in a long round somebody may have edited the line meanwhile. */
const FRESH_MS = 10_000;

/**
 * A lane's turn: settles its oldest unfinished operation, goes on to the next, stops at the first that cannot be settled now.
 * No operation overtakes another, whatever crashes (R69-R72); no write is sent that may have been sent before, unless
 * reading proved that it did nothing.
 */
export function createTurns(options: DrainOptions) {
  const { store, guardSend = (_heldUntil, work) => work() } = options;
  const told = (item: WorkItem, step: Step, seen: Seen) => tell(() => options.session(item.connection), step, seen);

  return async function takeTurn(turn: Turn, seen: Seen | null): Promise<'read' | 'stop'> {
    for (;;) {
      const next = turn.acknowledged ? await readBack(turn, turn.acknowledged, seen) : await takeNext(turn, seen);
      if (next !== 'go on') return next;
    }
  };

  async function takeNext(turn: Turn, seen: Seen | null): Promise<Next> {
    const item = await store.next(turn.lease);
    if (!item || waitsForSomebody(item)) return 'stop';
    // A read that met a refused secret has stopped the connection; its own operation is told so all the same.
    const stopped = seen !== null && 'error' in seen && isSecretRefused(seen.error);
    if (item.connection.status !== 'ACTIVE' && !stopped) return 'stop';
    if (turn.item && item.operationId !== turn.item.operationId) turn.calls = 0;
    turn.item = item;
    if (options.stopping?.()) {
      // Another instance goes on at once.
      await store.wakeLater(turn.lease, item.databaseNow);
      return 'stop';
    }
    if (item.notBefore && item.notBefore > item.databaseNow) {
      await store.wakeLater(turn.lease, item.notBefore);
      return 'stop';
    }
    const open = item.sent?.state === 'SENDING' || item.sent?.state === 'UNKNOWN' ? item.sent : null;
    if (open) return verify(turn, item, open, seen);
    // Half written it would be billed in between; and for the later one what stands there now is no ground to decide on.
    if (item.supersededBy && item.began === null) {
      await store.settle(turn.lease, item, null, {
        to: 'SUCCEEDED',
        message: 'Superseded by a later change of the same day.',
        details: { supersededBy: item.supersededBy },
      });
      return 'go on';
    }
    if (!seen || isOutdated(seen, item)) return 'read';
    return send(turn, item, seen);
  }

  function isOutdated(seen: Seen, { mapped, effectiveDate, movedTo }: WorkItem): boolean {
    if ('error' in seen) return false;
    const { line, from, ended } = seen;
    if (line.target.lineRef !== mapped.lineRef || (movedTo ?? effectiveDate) < from) return true;
    return options.monotonic() - ended > FRESH_MS;
  }

  async function send(turn: Turn, item: WorkItem, seen: Seen): Promise<Next> {
    if ('error' in seen) return refused(turn, item, null, seen.error);
    const session = options.session(item.connection);
    let planning: ReturnType<typeof planFor>;
    try {
      planning = planFor(session, item, seen.line);
    } catch (error) {
      return refused(turn, item, null, error);
    }
    const { decision, plan } = planning;
    if (!plan) {
      await store.settle(turn.lease, item, null, decided(decision));
      return 'stop';
    }
    const doubt = mayBeOld(item, plan, seen.began);
    if (doubt) {
      await store.settle(turn.lease, item, null, { ...retryLater(item, undefined, 0, oldRead()), notBefore: doubt });
      await store.wakeLater(turn.lease, doubt);
      return 'stop';
    }
    const notes = 'notes' in decision ? decision.notes : [];
    const undone = plan.steps.find((each) => item.applied.includes(each.key) && each.before.units !== each.after.units);
    if (undone) {
      await store.settle(turn.lease, item, null, editedAgain(undone));
      return 'stop';
    }
    // Amounts that the vendor does not show ask for their step for ever; it is taken once.
    const [step, ...rest] = plan.steps.filter(({ key }) => !item.applied.includes(key));
    if (!step) {
      await store.settle(turn.lease, item, null, {
        to: 'SUCCEEDED',
        message: `Already so: ${plan.after.units} units from ${plan.after.date}. Nothing was written.`,
        details: report(plan.before, null, plan, turn.calls, notes),
      });
      return 'go on';
    }
    if (item.fingerprint !== null && item.fingerprint !== plan.fingerprint && item.applied.length === 0) {
      await store.settle(turn.lease, item, null, planChanged(plan));
      return 'stop';
    }
    if (decision.do === 'hold') {
      if (item.state !== 'HELD') await store.settle(turn.lease, item, null, heldBack(decision, plan));
      return 'stop';
    }
    const stored = await store.storeStep(turn.lease, item, step, rest.length);
    turn.lease = stored.lease;
    if (turn.lease.heldUntil - options.monotonic() < options.sendWindowMs) {
      // Paused since the commit: another instance may own the lane before the vendor answers. Nothing has left.
      await store.settle(turn.lease, item, stored.sent, retryLater(item, 'REFUSED', 0, tooLate()));
      await store.wakeLater(turn.lease, item.databaseNow);
      return 'stop';
    }
    return apply(turn, item, session, stored.sent, { ...plan, warnings: [...notes, ...plan.warnings] });
  }

  /**
   * A read that began before the quarantine of the lane's previous write was over and does not show that write may be older
   * than it. A difference computed from such a read would be wrong: read again soon, then when no read can be that old.
   */
  function mayBeOld(item: WorkItem, plan: Plan, began: number): Date | null {
    const { lastWrite } = item;
    if (!lastWrite || plan.before.units === lastWrite.units) return null;
    const due = new Date(lastWrite.sentAt.getTime() + options.quarantineMs(item.connection));
    // In database time, and rather too early than too late.
    if (due <= later(item, began - options.monotonic())) return null;
    const soon = later(item, 30_000);
    return item.attempts === 0 && soon < due ? soon : due > item.databaseNow ? due : item.databaseNow;
  }

  async function apply(turn: Turn, item: WorkItem, session: Session, sent: Sent, plan: Plan): Promise<Next> {
    try {
      const held = turn.lease.heldUntil;
      await meterCalls(async () => {
        try {
          const written = await workingOn(factsOf(item), () =>
            inSpan('deliver', spanOf(item), () => guardSend(held, () => session.apply(sent.step))),
          );
          turn.acknowledged = { sent, plan, written };
        } finally {
          turn.calls += callsSoFar();
        }
      });
    } catch (error) {
      if (isConnectorError(error) && error.outcome === 'notApplied') return refused(turn, item, sent, error);
      return quarantine(turn, item, sent, entryError(error));
    }
    return 'read';
  }

  /** SUCCEEDED means that the PSA showed it, not that it said yes. */
  async function readBack(turn: Turn, sending: NonNullable<Turn['acknowledged']>, seen: Seen | null): Promise<Next> {
    if (!seen) return 'read';
    const item = turn.item!;
    const { sent, plan, written } = sending;
    const back = told(item, sent.step, seen);
    const shown = asAcknowledged(sent.step, back);
    turn.acknowledged = null;
    if (shown.state !== 'applied') return quarantine(turn, item, sent, readBackDiffers(shown));
    const ref = shown.lineRef ?? written.lineRef ?? null;
    await store.settle(turn.lease, item, sent, {
      to: sent.remaining > 0 ? 'RUNNING' : 'SUCCEEDED',
      step: 'APPLIED',
      message: `${sent.step.label}; ${shown === back ? 'read back' : 'acknowledged; the amounts are not shown'}.${sent.remaining > 0 ? ` ${sent.remaining} more to do.` : ''}`,
      details: {
        ...report(beganAt(item, sent.step), shown, plan, turn.calls, []),
        ...(written.details && { vendor: written.details }),
      },
      ...(ref !== null && { lineRef: ref }),
    });
    return 'go on';
  }

  /** A write of which nobody knows whether it took effect: wait until it cannot land any more, then read. */
  async function verify(turn: Turn, item: WorkItem, sent: Sent, seen: Seen | null): Promise<Next> {
    const due = new Date(sent.sentAt.getTime() + options.quarantineMs(item.connection));
    if (due > item.databaseNow) {
      await store.settle(turn.lease, item, sent, unanswered(due));
      await store.wakeLater(turn.lease, due);
      return 'stop';
    }
    // Only a read that began after the quarantine counts.
    if (!seen || turn.verifying !== sent.stepId) {
      turn.verifying = sent.stepId;
      return 'read';
    }
    turn.verifying = null;
    const read = told(item, sent.step, seen);
    // Without an acknowledgement, the wanted units at an odd price may be somebody else's work.
    const shown = read.state === 'applied' && read.warning ? ({ ...read, state: 'conflict' } as const) : read;
    if (shown.state === 'applied') {
      const plan = { after: sent.step.after, warnings: [] };
      await store.settle(turn.lease, item, sent, {
        to: sent.remaining > 0 ? 'RUNNING' : 'SUCCEEDED',
        step: 'APPLIED',
        message: `${sent.step.label}; found applied by reading.`,
        details: report(beganAt(item, sent.step), shown, plan, turn.calls, []),
        ...(shown.lineRef !== undefined && { lineRef: shown.lineRef }),
      });
      return 'go on';
    }
    if (shown.state === 'notApplied' && sent.doubt?.class === 'invalid') {
      // The vendor said no in words that may have come after the effect. They did not.
      const error = sent.doubt;
      const message = `${error.message} Reading proved that it did nothing.`;
      await store.settle(turn.lease, item, sent, { to: 'FAILED', step: 'NOT_APPLIED', message, error });
      return 'stop';
    }
    if (shown.state === 'notApplied' && sent.doubt && isDayTaken(sent.doubt.code) && item.attempts < MAX_MOVES) {
      // Neither send landed, so it is an adjustment of somebody else, or of another operation, that takes the day.
      await store.settle(turn.lease, item, sent, movedOn(item, sent, 'NOT_APPLIED', sent.doubt));
      return 'go on';
    }
    if (shown.state === 'notApplied' && item.sends < MAX_SENDS) {
      await store.settle(turn.lease, item, sent, retryLater(item, 'NOT_APPLIED', 0, foundNotApplied()));
      return 'go on';
    }
    if (read.unread) {
      const verdict = cannotRead(item, sent, due, read.unread);
      await store.settle(turn.lease, item, sent, verdict);
      if (verdict.to === 'VERIFYING') await store.wakeLater(turn.lease, verdict.notBefore);
      return 'stop';
    }
    await store.settle(turn.lease, item, sent, forReview(sent.step, shown.state, shown));
    return 'stop';
  }

  async function quarantine(
    turn: Turn,
    item: WorkItem,
    sent: Sent,
    error: ReturnType<typeof entryError>,
  ): Promise<Next> {
    const due = new Date(sent.sentAt.getTime() + options.quarantineMs(item.connection));
    await store.settle(turn.lease, item, sent, {
      to: 'VERIFYING',
      message: 'The outcome of the write is unknown; it will be settled by reading, not by sending again.',
      notBefore: due,
      error,
    });
    await store.wakeLater(turn.lease, due);
    return 'stop';
  }

  /** Nothing was changed in the PSA. Passing reasons are tried again, the rest needs a person. */
  async function refused(turn: Turn, item: WorkItem, sent: Sent | null, cause: unknown): Promise<Next> {
    const error = entryError(cause);
    const step = sent ? 'REFUSED' : undefined;
    if (isSecretRefused(cause)) {
      await store.settle(turn.lease, item, sent, retryLater(item, step, 0, error));
      // Its session has stopped the connection, and so the lane; unless new credentials have come in between.
      await store.wakeLater(turn.lease, later(item, 0));
      return 'stop';
    }
    if (sent && isConnectorError(cause) && isDayTaken(cause.code)) {
      // After an earlier send it may be that one which takes the day: read, do not guess.
      if (item.sends > 0 && item.sent?.step.key === sent.step.key) return quarantine(turn, item, sent, error);
      if (item.attempts < MAX_MOVES) {
        await store.settle(turn.lease, item, sent, movedOn(item, sent, 'REFUSED', error));
        return 'go on';
      }
    }
    if (isConnectorError(cause) && cause.retryable) {
      const wait = (cause.detail.retryAfterSeconds ?? 0) * 1000 || backoff(item.attempts, options.random);
      const verdict = retryLater(item, step, wait, error);
      await store.settle(turn.lease, item, sent, verdict);
      await store.wakeLater(turn.lease, verdict.notBefore);
      return 'stop';
    }
    await store.settle(turn.lease, item, sent, {
      to: 'FAILED',
      message: error.message,
      error,
      ...(step && { step }),
    });
    return 'stop';
  }
}

/** The vendor takes one adjustment of a line a day, and there is one. */
function isDayTaken(code: string): boolean {
  return code === 'SAME_DAY_ADJUSTMENT' || code === 'DUPLICATE_PERIOD';
}

/** What several writes of one day began from: what stood between two of them is of no account. */
function beganAt({ began }: WorkItem, { before }: Step): LineState {
  return began?.date === before.date ? began : before;
}

function isSecretRefused(error: unknown): boolean {
  return isConnectorError(error) && error.kind === 'authInvalid';
}

function waitsForSomebody({ state, policy }: WorkItem): boolean {
  if (state === 'FAILED' || state === 'NEEDS_REVIEW') return true;
  return state === 'HELD' && policy.writeMode === 'WATCH_ONLY';
}
