import type { HttpRequest, Limit, VendorQuota } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';
import { type CallEnd, DEFAULT_TIMEOUT_MS, givenUp } from '../connectors/http.js';
import type { NewId } from '../storage/ids.js';
import { createOwnConnection } from '../storage/own-connection.js';
import { meterCalls } from './call-meter.js';
import { checkSendWindow, sendWindowLeft } from './send-window.js';
import { type Answer, type Clock, createTurnstile, type GivenUp, type Turn, type Turnstile } from './turnstile.js';
import { asCounter, currentRank, RANK } from './urgency.js';

/** Gives a request its turn; the answer is told how it ended, and gives back what it held. */
export type Admit = (request: HttpRequest) => Promise<(end?: CallEnd) => void>;

/** Undefined where the vendor does not tell. */
export type Quota = () => Promise<VendorQuota> | undefined;

export interface VendorBudget {
  /**
   * The gate of one vendor instance, by the limits its connector declares. `quota` asks the vendor for its own count; it is
   * called at most every five minutes, over all instances, and only while there is traffic.
   */
  of(key: string, limits: readonly Limit[], quota?: Quota): Admit;
  /**
   * Gives back what a dead instance held. Its sockets are closed, but the vendor works on: a call keeps its slots for as long
   * as calls last, though not to the end of its lease.
   */
  bury(instanceId: string): Promise<void>;
  /** Resolves when every call that ended is told to the database. */
  close(): Promise<void>;
}

export interface Share {
  /** Percent of the vendor's allowance that is ours; the rest is for the customer's other tools. */
  readonly percent: number;
  /** Percent of our share that background work leaves to people. */
  readonly reserve: number;
}

export interface VendorBudgetOptions {
  readonly databaseUrl: string;
  readonly instanceId: string;
  readonly newId: NewId;
  readonly share: Share;
  readonly now: () => Date;
  readonly onError?: (error: unknown) => void;
  /** For a simulation: its clock for waiting and for the database, and how statements are run. */
  readonly clock?: Clock;
  readonly databaseNow?: () => Date | null;
  readonly connect?: typeof createOwnConnection;
}

export const DEFAULT_SHARE: Share = { percent: 40, reserve: 20 };

/** Longer than a call may last: what lies between its admission and its first byte, and between its last byte and the database. */
const LEASE_MARGIN_MS = 10_000;
/** So long the vendor may still work on a call whose process is gone; nearly all end within a second or two. */
const ORPHAN_MS = 15_000;
/** So long a call waits for its turn; whoever would wait longer is told to come back. */
const PATIENCE_MS = { people: 10_000, background: 30_000 };
/** A vendor frees a slot a little after its answer. vendor_turn holds longer where this turns out to be too short. */
const HOLD_MS = 5;
/** From half of its allowance on, used by whomever, a vendor may answer slower: background work stays below, or in its share. */
const BACKGROUND_LINE = 0.5;
/** Beyond this the vendor might stop everybody, the customer's other tools too. */
const PEOPLE_LINE = 0.95;
const UNLIMITED = 1_000_000_000;

const REAL_CLOCK: Clock = {
  now: () => performance.now(),
  after(milliseconds, work) {
    const timer = setTimeout(work, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Connections of whichever organization to one vendor instance share a budget; one whose instance is not known has its own. */
export function budgetKey(connection: {
  readonly connectorId: string;
  readonly instanceKey?: string | null;
  readonly id: string;
}): string {
  return `${connection.connectorId}:${connection.instanceKey ?? connection.id}`;
}

/** The calls a window may hold: of everybody, of us, of our background work. */
export function allowances(limits: readonly Limit[], { percent, reserve }: Share) {
  const declared = limits.find((limit) => limit.requests)?.requests;
  const share = declared ? Math.floor((declared.count * percent) / 100) : UNLIMITED;
  return {
    windowSeconds: declared?.perSeconds ?? 3600,
    declared: declared?.count ?? UNLIMITED,
    share,
    background: share - Math.floor((share * reserve) / 100),
  };
}

/**
 * One allowance for all instances and connections of a vendor instance. Going over it would lock out the customer's other
 * tools; more calls at once than the vendor takes would be refused. See docs/decisions for how it counts.
 */
export function createVendorBudget(options: VendorBudgetOptions): VendorBudget {
  const { instanceId, share, clock = REAL_CLOCK, databaseNow = () => null, onError = () => undefined } = options;
  const gates = new Map<string, Gate>();
  const readings = new Set<Promise<void>>();
  const connection = (options.connect ?? createOwnConnection)(options.databaseUrl, {
    name: 'gateway-vendor-budget',
    channel: `vendor_${instanceId.replaceAll('-', '')}`,
    onLost: onError,
    onNotice(payload) {
      const { key, answers } = JSON.parse(payload) as { key: string; answers: Answer[] };
      gates.get(key)?.turnstile.told(answers);
    },
  });

  function gateOf(key: string, limits: readonly Limit[]): Gate {
    const known = gates.get(key);
    if (known) return known;
    const atOnce = limits.find((limit) => limit.concurrency !== undefined)?.concurrency ?? UNLIMITED;
    const rules = {
      ...allowances(limits, share),
      ...{ atOnce, holdMs: HOLD_MS },
      linePeople: PEOPLE_LINE,
      lineBackground: Math.max(BACKGROUND_LINE, share.percent / 100),
    };
    async function take({ asked, ended }: Turn): Promise<Answer[]> {
      try {
        const [row] = await connection.query<{ turn: { answers: Answer[]; quotaDue: boolean } }>(
          'SELECT vendor_turn($1, $2, $3, $4, $5, $6) AS turn',
          [
            key,
            instanceId,
            { ...rules, quota: gate.quota !== undefined },
            JSON.stringify(asked),
            JSON.stringify(ended),
            databaseNow(),
          ],
        );
        if (row?.turn.quotaDue && gate.quota) readQuota(key, rules.windowSeconds, gate.quota);
        return row?.turn.answers ?? [];
      } catch (error) {
        onError(error);
        throw error;
      }
    }
    const gate: Gate = { turnstile: createTurnstile({ clock, ahead: atOnce, take }), quota: undefined };
    gates.set(key, gate);
    return gate;
  }

  /** Beside the call that made it due; a vendor that does not tell is asked again when it is due again. */
  function readQuota(key: string, windowSeconds: number, quota: Quota): void {
    const reading = meterCalls(() => asCounter(async () => quota()))
      .then(async (told) => {
        if (!told) return;
        const { limit, used, windowSeconds: theirs } = told;
        await connection.query(
          `UPDATE "VendorBudget" SET "quotaReadAt" = coalesce($2, clock_timestamp()), "quotaLimit" = $3, "quotaUsed" = $4,
            "quotaWindowSeconds" = $5, "quotaOurs" = vendor_used("head", "calls", $6 / 60.0, coalesce($2, clock_timestamp()))
          WHERE "key" = $1`,
          [key, databaseNow(), limit, used, theirs, windowSeconds],
        );
      })
      .catch(onError)
      .finally(() => readings.delete(reading));
    readings.add(reading);
  }

  return {
    of(key, limits, quota) {
      const gate = gateOf(key, limits);
      return async (request) => {
        const id = options.newId();
        // Asked by way of whoever came last: that session is not closed.
        gate.quota = quota ?? gate.quota;
        const rank = currentRank();
        const left = request.write ? sendWindowLeft() : Number.POSITIVE_INFINITY;
        const leaseMs = (request.timeoutMs ?? DEFAULT_TIMEOUT_MS) + LEASE_MARGIN_MS;
        const call = { id, buckets: [...new Set(request.buckets)], rank, leaseMs };
        const patience = Math.max(
          0,
          Math.min(left, rank === RANK.background ? PATIENCE_MS.background : PATIENCE_MS.people),
        );
        try {
          await gate.turnstile.enter(call, patience, request.signal);
        } catch (refusal) {
          if (request.signal?.aborted) throw givenUp(request.signal);
          throw refused(refusal as GivenUp, options.now());
        }
        const release = (end: CallEnd = { sent: true, answered: true }): void => {
          const { sent, answered, limitHit } = end;
          const limit = limitHit && limits.find(({ id }) => id === limitHit.limitId);
          const refused = limit?.concurrency !== undefined;
          const seconds = refused ? undefined : limitHit?.retryAfterSeconds;
          gate.turnstile.leave({ id, sent, answered, refused, pauseMs: seconds === undefined ? null : seconds * 1000 });
        };
        try {
          if (request.write) checkSendWindow();
        } catch (error) {
          release({ sent: false, answered: false });
          throw error;
        }
        return release;
      };
    },
    async bury(dead) {
      await connection.query(
        `WITH waiting AS (DELETE FROM "VendorCall" WHERE "instanceId" = $1 AND "startAt" IS NULL)
        UPDATE "VendorCall" SET "freeAt" = least("freeAt", greatest("startAt" + make_interval(secs => $2 / 1000.0),
          coalesce($3, clock_timestamp()) + interval '1 second'))
        WHERE "instanceId" = $1 AND "startAt" IS NOT NULL AND NOT "ended"`,
        [dead, ORPHAN_MS, databaseNow()],
      );
    },
    async close() {
      await Promise.all(readings);
      await Promise.all([...gates.values()].map(({ turnstile }) => turnstile.idle()));
      await connection.close();
    },
  };
}

interface Gate {
  readonly turnstile: Turnstile;
  quota: Quota | undefined;
}

/** Nothing was sent; says why and until when. */
function refused(refusal: GivenUp, now: Date): ConnectorError {
  if ('milliseconds' in refusal) {
    const seconds = Math.max(1, Math.ceil(refusal.milliseconds / 1000));
    const until = new Date(now.getTime() + seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const { code, text, hint } = SPENT[refusal.why];
    const message = `${text} until ${until} UTC; nothing was sent.`;
    return new ConnectorError('rateLimited', message, { code, retryAfterSeconds: seconds, hint });
  }
  if (refusal.why === 'database') {
    return new ConnectorError('unavailable', "The gateway's own database did not answer; nothing was sent.", {
      code: 'BUDGET_UNREACHABLE',
      outcome: 'notApplied',
    });
  }
  return new ConnectorError('rateLimited', 'Too many calls to this part of the PSA are under way; nothing was sent.', {
    code: 'OWN_SLOTS_BUSY',
    retryAfterSeconds: 5,
    hint: 'It goes on by itself as they end.',
  });
}

const SPENT = {
  paused: {
    code: 'VENDOR_PAUSED',
    text: 'The PSA takes no calls',
    hint: 'Its allowance, which all integrations share, is used up. It goes on by itself.',
  },
  budget: {
    code: 'OWN_BUDGET_SPENT',
    text: "The gateway's own share of the PSA's calls is used up",
    hint: 'It goes on by itself as calls leave the window. GATEWAY_VENDOR_SHARE sets the share.',
  },
  quota: {
    code: 'VENDOR_QUOTA_HIGH',
    text: "Other integrations use much of the PSA's calls; the gateway holds back",
    hint: 'It goes on by itself when they use less.',
  },
} as const;
