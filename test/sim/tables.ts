import { type AuditStatus, MOVES } from '../../src/audit/entry.js';
import type { Step } from '../../src/connectors/contract.js';
import {
  type LaneKey,
  type Lease,
  LeaseLost,
  type Sent,
  type Verdict,
  type WorkItem,
} from '../../src/delivery/lane.js';
import type { Policy } from '../../src/delivery/policy.js';
import type { LaneRow, Operation, StepRow, TableRules } from './rows.js';

const TENANT = 'tenant';
const SCOPE = { tenantId: TENANT, organizationId: 'organization' };
const SWEEP_PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 5_000;
const STATE = {
  RUNNING: 'RUNNING',
  HELD: 'HELD',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  RETRYING: 'PENDING',
  VERIFYING: 'VERIFYING',
  NEEDS_REVIEW: 'NEEDS_REVIEW',
} as const;

/**
 * The tables of delivery in memory, each function one transaction with the effect of its SQL in `src/delivery`
 * (lane-store, lane-reader, lane-verdict, lane-wake, enqueue). Time is the database's.
 */
export function createTables(options: {
  readonly now: () => number;
  readonly leaseMs: number;
  readonly rules: TableRules;
  readonly policy: Policy;
  /** When the read was made that decisions about a lane rest on. */
  readonly lastRead: (lane: string) => number;
  /** Lanes of one engine queue are taken together. */
  readonly queueOf: (lane: string) => string;
  readonly wake: (lane: string, at?: number) => void;
  readonly trace: (text: string) => void;
}) {
  const { now, rules, trace } = options;
  const lanes = new Map<string, LaneRow>();
  let connection: WorkItem['connection'] = {
    ...SCOPE,
    id: 'connection',
    connectorId: 'psa',
    currency: 'EUR',
    settings: {},
    instanceKey: null,
    sealedCredentials: null,
    credentialsVersion: 1,
    status: 'ACTIVE',
  };
  let ids = 0;

  function laneOf(key: LaneKey): LaneRow {
    return lanes.get(key.laneId)!;
  }

  function guard(lease: Lease, begun: number): LaneRow {
    const lane = laneOf(lease);
    if (rules.fenced && lane.fence !== lease.fence) throw new LeaseLost('Another instance owns this lane now.');
    lane.leaseUntil = begun + options.leaseMs;
    return lane;
  }

  function operationOf(item: WorkItem, lane: LaneRow): Operation {
    return lane.operations.find(({ id }) => id === item.operationId)!;
  }

  function move(operation: Operation, to: AuditStatus): void {
    if (MOVES[operation.entry].includes(to)) operation.entry = to;
  }

  function unfinished(lane: LaneRow): Operation[] {
    return lane.operations.filter((each) => each.state !== 'SUCCEEDED');
  }

  function headOf(lane: LaneRow): Operation | undefined {
    const head = lane.operations.find(({ state }) => state !== 'SUCCEEDED');
    if (rules.stopsAtFailure || !head) return head;
    const open = lane.operations.find(
      ({ state }) => state !== 'SUCCEEDED' && state !== 'FAILED' && state !== 'NEEDS_REVIEW',
    );
    return open ?? head;
  }

  function nettedInto(lane: LaneRow, head: Operation): string | null {
    let found: string | null = null;
    for (const later of lane.operations.slice(head.position)) {
      const sameDay = later.wantedDate === head.wantedDate;
      if (later.state === 'PENDING' && (sameDay || !rules.netsSameDayOnly)) found = later.id;
      if (later.wantedDate > head.wantedDate && rules.netsUpToLaterDays) break;
    }
    return found;
  }

  /** Free, of the same queue, with work that is due. */
  function mayJoin(lane: LaneRow, wanted: LaneRow): boolean {
    if (options.queueOf(lane.id) !== options.queueOf(wanted.id)) return false;
    if (lane.leaseUntil !== null && lane.leaseUntil >= now()) return false;
    const [head] = unfinished(lane);
    return (
      head !== undefined &&
      /^(PENDING|RUNNING|VERIFYING)$/.test(head.state) &&
      (head.notBefore === null || head.notBefore <= now())
    );
  }

  return {
    lanes,
    unfinished,

    addLane(id: string): void {
      lanes.set(id, { id, fence: 0, owner: null, leaseUntil: null, badge: 'SYNCED', operations: [] });
    },

    enqueue(laneId: string, changes: readonly { readonly date: string; readonly quantity: number }[]): void {
      const lane = lanes.get(laneId)!;
      for (const { date, quantity } of changes) {
        const position = lane.operations.length + 1;
        const id = `${laneId}#${position}`;
        lane.operations.push({
          id,
          laneId,
          position,
          quantity,
          wantedDate: date,
          date,
          movedTo: null,
          state: 'PENDING',
          attempts: 0,
          notBefore: null,
          entry: 'PENDING',
          error: null,
          supersededBy: null,
          begunAt: null,
          endedAt: null,
          steps: [],
        });
        trace(`change ${id}: ${quantity} units from ${date}`);
      }
      if (lane.badge === 'SYNCED') lane.badge = 'PENDING';
      options.wake(laneId);
    },

    take(key: LaneKey, owner: string, asked: number, leftBehind: boolean): Lease[] | { busyUntil: Date } | null {
      const wanted = laneOf(key);
      const held = wanted.leaseUntil !== null && wanted.leaseUntil >= now();
      if (held && !(wanted.owner === owner && leftBehind)) {
        return { busyUntil: new Date(Math.min(wanted.leaseUntil!, now() + LOOK_AGAIN_MS)) };
      }
      const others = [...lanes.values()].filter((lane) => lane !== wanted && mayJoin(lane, wanted));
      return [wanted, ...others].map((lane) => {
        lane.fence += 1;
        lane.owner = owner;
        lane.leaseUntil = now() + options.leaseMs;
        trace(`${owner} takes ${lane.id} with fence ${lane.fence}`);
        const heldUntil = asked + options.leaseMs;
        return { tenantId: TENANT, laneId: lane.id, scope: SCOPE, fence: lane.fence, heldUntil };
      });
    },

    next(lease: Lease): WorkItem | null {
      const lane = laneOf(lease);
      const head = headOf(lane);
      if (!head) return null;
      const step = head.steps.at(-1);
      return {
        traceParent: null,
        operationId: head.id,
        auditLogId: head.id,
        kind: 'quantity',
        state: head.state as WorkItem['state'],
        status: head.entry,
        attempts: head.attempts,
        notBefore: head.notBefore === null ? null : new Date(head.notBefore),
        effectiveDate: head.wantedDate,
        movedTo: head.movedTo,
        target: { quantity: head.quantity },
        policy: options.policy,
        approved: false,
        fingerprint: null,
        supersededBy: nettedInto(lane, head),
        sent: step
          ? {
              stepId: step.id,
              attempt: step.attempt,
              state: step.state,
              step: step.step,
              remaining: step.remaining,
              sentAt: new Date(step.sentAt),
              doubt: step.doubt,
              failedReads: step.failedReads,
            }
          : null,
        sends: head.steps.filter((each) => each.state !== 'REFUSED' && each.step.key === step?.step.key).length,
        applied: head.steps.filter(({ state }) => state === 'APPLIED').map((each) => each.step.key),
        began: head.steps.find(({ state, step }) => state === 'APPLIED' && !step.restores)?.step.before ?? null,
        lastWrite: lastWriteBefore(lane, head.position),
        delivered: { units: rules.staysInOrder ? deliveredBefore(lane, head.position) : null, price: null },
        mapped: { companyId: '1', serviceId: '2', contractId: lane.id, lineRef: null },
        connection,
        databaseNow: new Date(now()),
      };
    },

    storeStep(
      lease: Lease,
      item: WorkItem,
      { step, remaining }: { readonly step: Step; readonly remaining: number },
      begun: number,
      asked: number,
    ): { sent: Sent; lease: Lease } {
      const operation = operationOf(item, guard(lease, begun));
      ids += 1;
      const attempt = operation.steps.length + 1;
      const row: StepRow = {
        id: `s${ids}`,
        attempt,
        step,
        remaining,
        sentAt: now(),
        state: 'SENDING',
        settledAt: null,
        doubt: null,
        failedReads: 0,
      };
      operation.steps.push(row);
      operation.state = 'RUNNING';
      operation.attempts += 1;
      operation.date = step.after.date;
      operation.notBefore = null;
      move(operation, 'RUNNING');
      trace(`${lease.laneId} fence ${lease.fence} stores ${row.id} of ${operation.id}: ${step.label}`);
      return {
        lease: { ...lease, heldUntil: asked + options.leaseMs },
        sent: {
          ...{ stepId: row.id, attempt, state: 'SENDING', step, remaining },
          ...{ sentAt: new Date(row.sentAt), doubt: null, failedReads: 0 },
        },
      };
    },

    settle(lease: Lease, item: WorkItem, sent: Sent | null, verdict: Verdict, begun: number): void {
      const lane = guard(lease, begun);
      const operation = operationOf(item, lane);
      const state = verdict.to === 'VERIFYING' ? 'UNKNOWN' : verdict.to === 'HELD' ? undefined : verdict.step;
      const row = operation.steps.find(({ id }) => id === sent?.stepId);
      if (row && state) {
        if (state === 'UNKNOWN' && 'error' in verdict) row.doubt ??= verdict.error;
        if ('failedReads' in verdict) row.failedReads = verdict.failedReads ?? row.failedReads;
        row.state = state;
        row.settledAt = state === 'UNKNOWN' ? null : now();
      }
      operation.state = STATE[verdict.to];
      operation.notBefore = 'notBefore' in verdict ? verdict.notBefore.getTime() : null;
      operation.begunAt = options.lastRead(lane.id);
      operation.endedAt = verdict.to === 'SUCCEEDED' || verdict.to === 'FAILED' ? now() : null;
      operation.error = 'error' in verdict ? verdict.error : null;
      if (verdict.to === 'RETRYING' && !sent) operation.attempts += 1;
      if ('moveTo' in verdict && verdict.moveTo) operation.movedTo = verdict.moveTo;
      const told = verdict.details?.change as { readonly effectiveDate: string } | undefined;
      if (told) operation.date = told.effectiveDate;
      if (verdict.details?.supersededBy) operation.supersededBy = verdict.details.supersededBy as string;
      if (verdict.to !== 'HELD') move(operation, verdict.to);
      const head = unfinished(lane)[0];
      const waiting = head?.state === 'NEEDS_REVIEW' ? 'NEEDS_REVIEW' : 'PENDING';
      lane.badge = !head ? 'SYNCED' : head.state === 'FAILED' ? 'OUT_OF_SYNC' : waiting;
      trace(`${lease.laneId} fence ${lease.fence} settles ${operation.id}: ${verdict.to}, ${verdict.message}`);
    },

    stopConnection(used: WorkItem['connection']): void {
      if (used.credentialsVersion === connection.credentialsVersion) {
        connection = { ...connection, status: 'INVALID' };
      }
    },

    release(leases: readonly Lease[]): void {
      for (const lease of leases) {
        const lane = laneOf(lease);
        if (rules.fenced && lane.fence !== lease.fence) continue;
        lane.leaseUntil = null;
        lane.owner = null;
      }
    },

    /** A dead instance's lanes are free at once. */
    releaseLanesOf(owner: string): void {
      for (const lane of lanes.values()) {
        if (lane.owner !== owner) continue;
        lane.owner = null;
        lane.leaseUntil = null;
        lane.fence += 1;
        options.wake(lane.id);
      }
    },

    /** Is there work that waits for no person? */
    open: () => [...lanes.values()].some((lane) => /^(PENDING|RUNNING|VERIFYING)$/.test(headState(lane))),

    /** The safety net of every minute: lanes with work that nobody holds, and whose time came a while ago. */
    sweep(): void {
      if (connection.status !== 'ACTIVE') return;
      for (const lane of lanes.values()) {
        if (!/^(PENDING|RUNNING|VERIFYING)$/.test(headState(lane))) continue;
        if (lane.leaseUntil !== null && lane.leaseUntil >= now()) continue;
        const { notBefore } = unfinished(lane)[0]!;
        if (notBefore === null || notBefore < now() - SWEEP_PATIENCE_MS) options.wake(lane.id);
      }
    },

    /** Manual sync: a failed head is tried again under a new entry; else the lane is only woken. */
    retry(laneId: string): void {
      const lane = lanes.get(laneId)!;
      const head = unfinished(lane)[0];
      if (head?.state === 'NEEDS_REVIEW') return;
      if (head?.state === 'FAILED') {
        Object.assign(head, { state: 'PENDING', attempts: 0, notBefore: null, endedAt: null, entry: 'PENDING' });
        lane.badge = 'PENDING';
      }
      trace(`a person asks for ${laneId} to be synchronised`);
      options.wake(laneId);
    },

    /** A person mended the connection. */
    reactivate(): void {
      connection = { ...connection, status: 'ACTIVE', credentialsVersion: connection.credentialsVersion + 1 };
      for (const lane of lanes.values()) {
        if (lane.operations.some(({ state }) => /^(PENDING|RUNNING|VERIFYING)$/.test(state))) options.wake(lane.id);
      }
    },
  };
}

function headState(lane: LaneRow): string {
  return lane.operations.find(({ state }) => state !== 'SUCCEEDED')?.state ?? 'none';
}

/** The latest day from which a delivered write of an earlier operation changed units. */
function deliveredBefore(lane: LaneRow, position: number): string | null {
  const earlier = lane.operations.slice(0, position - 1).flatMap(({ steps }) => steps);
  const applied = earlier.filter(({ state, step }) => state === 'APPLIED' && !step.restores);
  const days = applied.map(({ step }) => step.after.date);
  return days.sort().at(-1) ?? null;
}

/** The newest write of the lane that is known to have taken effect. */
function lastWriteBefore(lane: LaneRow, position: number): WorkItem['lastWrite'] {
  for (let at = position - 1; at >= 0; at -= 1) {
    const applied = lane.operations[at]!.steps.findLast(({ state }) => state === 'APPLIED');
    if (applied) return { units: applied.step.after.units, sentAt: new Date(applied.sentAt) };
  }
  return null;
}

export type Tables = ReturnType<typeof createTables>;
