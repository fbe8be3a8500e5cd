import type { Database } from '../storage/database.js';
import type { Principal } from './principal.js';

/** Seconds to wait before the next request; 0: go on. */
export type Admit = (caller: Principal) => Promise<number>;

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
export function createRequestRate(db: Database, perMinute: RequestsPerMinute, now: () => Date): Admit {
  const ofCaller = createBuckets(db, perMinute.caller, now);
  const ofTenant = createBuckets(db, perMinute.tenant, now);
  return async ({ tenantId, organizationId, actor }) => {
    const wait = await ofCaller(`${tenantId} ${organizationId} ${actor.kind} ${actor.id}`);
    return wait > 0 ? wait : ofTenant(tenantId);
  };
}

/**
 * So many requests a minute under each name, shared by all instances: they take small parts of the minute from one row in the
 * database. Never more than `perMinute` in all; a part an instance took and did not use is lost to the others. A database that
 * does not answer refuses nobody: the request itself will find out.
 */
function createBuckets(db: Database, perMinute: number, now: () => Date): (name: string) => Promise<number> {
  const part = Math.max(1, Math.floor(perMinute * PART));
  const held = new Map<string, { minute: number; left: number; over: boolean; taking: Promise<void> | null }>();

  async function take(caller: string, minute: number): Promise<number> {
    // An instance whose clock is ahead begins the minute for all.
    const [row] = await db.client.$queryRaw<{ taken: number }[]>`
      INSERT INTO "RequestRate" AS r ("caller", "minute", "taken") VALUES (${caller}, ${minute}, ${part})
      ON CONFLICT ("caller") DO UPDATE SET
        "minute" = GREATEST(r."minute", EXCLUDED."minute"),
        "taken" = CASE WHEN r."minute" < EXCLUDED."minute" THEN ${part} ELSE LEAST(r."taken", ${perMinute}) + ${part} END
      RETURNING "taken"`;
    return Math.min(part, Math.max(0, perMinute - ((row?.taken ?? 0) - part)));
  }

  return async (caller) => {
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
      own.taking ??= take(caller, minute)
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
  };
}
