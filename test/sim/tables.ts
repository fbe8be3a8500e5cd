import { type AuditStatus, type EntryError, MOVES } from '../../src/audit/entry.js';
import type { Step } from '../../src/connectors/contract.js';
import { type LaneKey, type Lease, LeaseLost, type Sent, type Verdict, type WorkItem } from '../../src/delivery/lane.js';

/**
 * The tables of delivery in memory, each function one transaction with the effect of its SQL in `src/delivery`
 * (lane-store, lane-reader, lane-verdict, lane-wake, enqueue). Time is the database's.
 */
export interface StepRow {
  readonly id: string;
  readonly attempt: number;
  readonly step: Step;
  readonly sentAt: number;
  state: Sent['state'];
  settledAt: number | null;
}

export interface Operation {
  readonly id: string;
  readonly laneId: string;
  readonly position: number;
  readonly quantity: number;
  /** What a person asked for; `date` moves when the PSA takes one adjustment a day only. */
  readonly wantedDate: string;
  date: string;
  state: WorkItem['state'] | 'SUCCEEDED';
  attempts: number;
  notBefore: number | null;
  entry: AuditStatus;
  error: EntryError | null;
  supersededBy: string | null;
  begunAt: number | null;
  endedAt: number | null;
  readonly steps: StepRow[];
}

export interface LaneRow {
  readonly id: string;
  fence: number;
  owner: string | null;
  leaseUntil: number | null;
  badge: 'SYNCED' | 'PENDING' | 'OUT_OF_SYNC' | 'NEEDS_REVIEW';
  readonly operations: Operation[];
}

/** Rules of the store that a mutant may leave out. */
export interface TableRules {
  readonly fenced: boolean;
  /** Only a later change of the same day makes an earlier one needless. */
  readonly netsSameDayOnly: boolean;
  /** The oldest unfinished operation comes first, whatever its state. */
  readonly stopsAtFailure: boolean;
}

const TENANT = 'tenant';
const SCOPE = { tenantId: TENANT, organizationId: 'organization' };
const STATE = {
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  RETRYING: 'PENDING',
  VERIFYING: 'VERIFYING',
  NEEDS_REVIEW: 'NEEDS_REVIEW',
} as const;

export function createTables(options: {
  readonly now: () => number;
  readonly leaseMs: number;
  readonly rules: TableRules;
  readonly wake: (lane: string, at?: number) => void;
  readonly trace: (text: string) => void;
}) {
  const { now, rules, trace } = options;
  const lanes = new Map<string, LaneRow>();
  const connection = {
    ...{ tenantId: TENANT, id: 'connection', connectorId: 'psa', currency: 'EUR', settings: {}, instanceKey: null },
    ...{ sealedCredentials: null, credentialsVersion: 1, status: 'ACTIVE' },
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

  return {
    lanes,
    connection,
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
          ...{ id, laneId, position, quantity, wantedDate: date, date, state: 'PENDING', attempts: 0, notBefore: null },
          ...{ entry: 'PENDING', error: null, supersededBy: null, begunAt: null, endedAt: null, steps: [] },
        });
        trace(`change ${id}: ${quantity} units from ${date}`);
      }
      if (lane.badge === 'SYNCED') lane.badge = 'PENDING';
      options.wake(laneId);
    },

    take(key: LaneKey, owner: string, asked: number): Lease | { busyUntil: Date } | null {
      const lane = laneOf(key);
      if (lane.leaseUntil !== null && lane.leaseUntil >= now()) return { busyUntil: new Date(lane.leaseUntil) };
      lane.fence += 1;
      lane.owner = owner;
      lane.leaseUntil = now() + options.leaseMs;
      trace(`${owner} takes ${lane.id} with fence ${lane.fence}`);
      return { ...key, scope: SCOPE, queueName: 'queue', fence: lane.fence, heldUntil: asked + options.leaseMs };
    },

    next(lease: Lease): WorkItem | null {
      const lane = laneOf(lease);
      const waiting = unfinished(lane);
      const head = rules.stopsAtFailure
        ? waiting[0]
        : (waiting.find(({ state }) => state !== 'FAILED' && state !== 'NEEDS_REVIEW') ?? waiting[0]);
      if (!head) return null;
      const netted = lane.operations.findLast(
        (each) =>
          each.position > head.position &&
          each.state === 'PENDING' &&
          (each.date === head.date || !rules.netsSameDayOnly),
      );
      const step = head.steps.at(-1);
      return {
        ...{ operationId: head.id, auditLogId: head.id, kind: 'quantity', attempts: head.attempts },
        ...{ effectiveDate: head.date, target: { quantity: head.quantity }, supersededBy: netted?.id ?? null },
        state: head.state as WorkItem['state'],
        notBefore: head.notBefore === null ? null : new Date(head.notBefore),
        sent: step
          ? { stepId: step.id, attempt: step.attempt, state: step.state, step: step.step, sentAt: new Date(step.sentAt) }
          : null,
        sends: head.steps.filter(({ state }) => state !== 'REFUSED').length,
        mapped: { companyId: '1', serviceId: '2', contractId: lane.id, lineRef: null },
        connection: { ...connection },
        databaseNow: new Date(now()),
        ...settledBefore(lane),
      };
    },

    begin(lease: Lease, item: WorkItem, begun: number): void {
      const operation = operationOf(item, guard(lease, begun));
      operation.state = 'RUNNING';
      operation.attempts += 1;
      operation.begunAt ??= now();
      move(operation, 'RUNNING');
    },

    storeStep(lease: Lease, item: WorkItem, step: Step, begun: number, asked: number): { sent: Sent; lease: Lease } {
      const operation = operationOf(item, guard(lease, begun));
      ids += 1;
      const attempt = operation.steps.length + 1;
      const row: StepRow = { id: `s${ids}`, attempt, step, sentAt: now(), state: 'SENDING', settledAt: null };
      operation.steps.push(row);
      trace(`${lease.laneId} fence ${lease.fence} stores ${row.id} of ${operation.id}: ${step.label}`);
      return {
        lease: { ...lease, heldUntil: asked + options.leaseMs },
        sent: { stepId: row.id, attempt, state: 'SENDING', step, sentAt: new Date(row.sentAt) },
      };
    },

    settle(lease: Lease, item: WorkItem, sent: Sent | null, verdict: Verdict, begun: number): void {
      const lane = guard(lease, begun);
      const operation = operationOf(item, lane);
      const state = verdict.to === 'VERIFYING' ? 'UNKNOWN' : verdict.step;
      const row = operation.steps.find(({ id }) => id === sent?.stepId);
      if (row && state) {
        row.state = state;
        row.settledAt = state === 'UNKNOWN' ? null : now();
      }
      operation.state = STATE[verdict.to];
      operation.notBefore = 'notBefore' in verdict ? verdict.notBefore.getTime() : null;
      operation.endedAt = verdict.to === 'SUCCEEDED' || verdict.to === 'FAILED' ? now() : null;
      operation.error = 'error' in verdict ? verdict.error : null;
      if ('moveTo' in verdict && verdict.moveTo) operation.date = verdict.moveTo;
      if (verdict.details?.supersededBy) operation.supersededBy = verdict.details.supersededBy as string;
      move(operation, verdict.to);
      const head = unfinished(lane)[0];
      const waiting = head?.state === 'NEEDS_REVIEW' ? 'NEEDS_REVIEW' : 'PENDING';
      lane.badge = !head ? 'SYNCED' : head.state === 'FAILED' ? 'OUT_OF_SYNC' : waiting;
      trace(`${lease.laneId} fence ${lease.fence} settles ${operation.id}: ${verdict.to}, ${verdict.message}`);
    },

    stopConnection(lease: Lease, item: WorkItem, begun: number): void {
      guard(lease, begun);
      if (item.connection.credentialsVersion === connection.credentialsVersion) connection.status = 'INVALID';
    },

    release(lease: Lease): void {
      const lane = laneOf(lease);
      if (rules.fenced && lane.fence !== lease.fence) return;
      lane.leaseUntil = null;
      lane.owner = null;
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

    /** A person mended the connection. */
    reactivate(): void {
      connection.status = 'ACTIVE';
      connection.credentialsVersion += 1;
      for (const lane of lanes.values()) {
        if (lane.operations.some(({ state }) => /^(PENDING|RUNNING|VERIFYING)$/.test(state))) options.wake(lane.id);
      }
    },
  };
}

/** The newest write of the lane that is known to have taken effect. */
function settledBefore(_lane: LaneRow): object {
  return {};
}

export type Tables = ReturnType<typeof createTables>;
