import type { Database } from '../storage/database.js';
import type { Principal } from './principal.js';

export interface RequestRate {
  /** Seconds to wait before the next request; 0: go on. */
  admit(caller: Principal): Promise<number>;
  /** What is left of both limits; asks the database once, and counts as nothing. */
  read(caller: Principal): Promise<{ readonly [Limit in keyof RequestsPerMinute]: Allowance | null }>;
}

/** Of the minute that runs. */
export interface Allowance {
  readonly limit: number;
  /** What other instances took for themselves and did not use yet is not among it. */
  readonly remaining: number;
  readonly resetAt: Date;
}

const MINUTE_MS = 60_000;
/** An instance takes this part of the minute at once, so that most requests ask nobody. */
const PART = 1 / 20;
const MOST_CALLERS = 10_000;

/** Requests a minute: of each key or person, and of a CSP with its Resellers together. 0: any. */
export interface RequestsPerMinute {
  readonly caller: number;
  readonly tenant: number;
}

/** Both limits hold, for all instances together. */
export function createRequestRate(db: Database, perMinute: RequestsPerMinute, now: () => Date): RequestRate {
  const ofCaller = createBuckets(db, perMinute.caller, now);
  const ofTenant = createBuckets(db, perMinute.tenant, now);
  return {
    async admit(caller) {
      const wait = await ofCaller.take(nameOf(caller));
      return wait > 0 ? wait : ofTenant.take(caller.tenantId);
    },
    async read(caller) {
      const names = { caller: nameOf(caller), tenant: caller.tenantId };
      const limited = perMinute.caller > 0 || perMinute.tenant > 0;
      const rows = limited
        ? await db.client.requestRate.findMany({ where: { caller: { in: Object.values(names) } } })
        : [];
      const rowOf = (name: string) => rows.find((row) => row.caller === name);
      return {
        caller: ofCaller.left(names.caller, rowOf(names.caller)),
        tenant: ofTenant.left(names.tenant, rowOf(names.tenant)),
      };
    },
  };
}

function nameOf({ tenantId, organizationId, actor }: Principal): string {
  return `${tenantId} ${organizationId} ${actor.kind} ${actor.id}`;
}

interface Buckets {
  /** Seconds to wait; 0: one was taken. */
  take(name: string): Promise<number>;
  /** By the row the instances share; null: there is no limit. */
  left(name: string, row: Shared | undefined): Allowance | null;
}

interface Shared {
  readonly minute: number;
  readonly taken: number;
}

/**
 * So many requests a minute under each name, shared by all instances: they take small parts of the minute from one row in the
 * database. Never more than `perMinute` in all; a part an instance took and did not use is lost to the others. A database that
 * does not answer refuses nobody: the request itself will find out.
 */
function createBuckets(db: Database, perMinute: number, now: () => Date): Buckets {
  const part = Math.max(1, Math.floor(perMinute * PART));
  const held = new Map<string, { minute: number; left: number; over: boolean; taking: Promise<void> | null }>();

  async function takePart(caller: string, minute: number): Promise<number> {
    // An instance whose clock is ahead begins the minute for all.
    const [row] = await db.client.$queryRaw<{ taken: number }[]>`
      INSERT INTO "RequestRate" AS r ("caller", "minute", "taken") VALUES (${caller}, ${minute}, ${part})
      ON CONFLICT ("caller") DO UPDATE SET
        "minute" = GREATEST(r."minute", EXCLUDED."minute"),
        "taken" = CASE WHEN r."minute" < EXCLUDED."minute" THEN ${part} ELSE LEAST(r."taken", ${perMinute}) + ${part} END
      RETURNING "taken"`;
    return Math.min(part, Math.max(0, perMinute - ((row?.taken ?? 0) - part)));
  }

  async function take(caller: string): Promise<number> {
    if (perMinute === 0) return 0;
    const at = now().getTime();
    const minute = Math.floor(at / MINUTE_MS);
    let mine = held.get(caller);
    if (mine?.minute !== minute) {
      if (held.size >= MOST_CALLERS) held.clear();
      mine = { minute, left: 0, over: false, taking: null };
      held.set(caller, mine);
    }
    const own = mine;
    while (own.left === 0 && !own.over) {
      // Requests that come at once share one look.
      own.taking ??= takePart(caller, minute)
        .catch(() => part)
        .then((taken) => {
          own.left += taken;
          own.over = taken === 0;
          own.taking = null;
        });
      await own.taking;
    }
    if (own.left === 0) return Math.ceil(((minute + 1) * MINUTE_MS - at) / 1000);
    own.left -= 1;
    return 0;
  }

  function left(caller: string, row: Shared | undefined): Allowance | null {
    if (perMinute === 0) return null;
    const minute = Math.floor(now().getTime() / MINUTE_MS);
    const mine = held.get(caller);
    const here = mine?.minute === minute ? mine.left : 0;
    const taken = row && row.minute >= minute ? Math.min(row.taken, perMinute) : 0;
    return {
      limit: perMinute,
      remaining: here + perMinute - taken,
      resetAt: new Date((minute + 1) * MINUTE_MS),
    };
  }

  return { take, left };
}
