import type { HttpRequest, Limit } from '../connectors/contract.js';
import { ConnectorError } from '../connectors/errors.js';
import type { Database } from '../storage/database.js';
import { checkSendWindow } from './send-window.js';

/** Gives a request its turn; the answer gives back what it held. */
export type Admit = (request: HttpRequest) => Promise<() => void>;

export interface VendorBudget {
  /** The gate of one vendor instance, by the limits its connector declares. */
  of(key: string, limits: readonly Limit[]): Admit;
}

/** Our share of what the vendor allows to everybody; the rest is for the customer's other tools. */
const SHARE = 0.4;
/** A burst of a tenth of the hour's share may go at once. */
const BURST = 0.1;
/** Whoever would wait longer is told to come back instead. */
const MAX_WAIT_SECONDS = 30;

/**
 * One allowance for all instances and connections of a vendor instance: a token bucket in one row, spent per call, and per
 * process a number of slots per endpoint. Going over it would lock out the customer's other tools.
 */
export function createVendorBudget(db: Database): VendorBudget {
  const slots = new Map<string, Slots>();

  async function spend(key: string, limit: { count: number; perSeconds: number }): Promise<void> {
    const rate = (limit.count / limit.perSeconds) * SHARE;
    const burst = limit.count * SHARE * BURST;
    const [row] = await db.client.$queryRaw<{ tokens: number }[]>`
      INSERT INTO "VendorBudget" AS b ("key", "tokens") VALUES (${key}, ${burst - 1}::float8)
      ON CONFLICT ("key") DO UPDATE SET "refilledAt" = now(), "tokens" = LEAST(${burst}::float8,
        b."tokens" + extract(epoch FROM now() - b."refilledAt")::float8 * ${rate}::float8) - 1
      RETURNING "tokens"`;
    const owed = -(row?.tokens ?? 0) / rate;
    if (owed <= 0) return;
    if (owed > MAX_WAIT_SECONDS) {
      await db.client.$executeRaw`UPDATE "VendorBudget" SET "tokens" = "tokens" + 1 WHERE "key" = ${key}`;
      throw new ConnectorError('rateLimited', "The gateway's own share of the vendor's calls is used up for now.", {
        code: 'OWN_BUDGET_SPENT',
        retryAfterSeconds: Math.ceil(owed),
        hint: 'It goes on by itself as the share refills.',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, owed * 1000));
  }

  return {
    of(key, limits) {
      const perHour = limits.find((limit) => limit.requests)?.requests;
      // One below the vendor's number: a slot frees a little after its answer arrives.
      const vendors = limits.find((limit) => limit.concurrency !== undefined)?.concurrency ?? Number.POSITIVE_INFINITY;
      const atOnce = Math.max(1, vendors - 1);
      return async (request) => {
        const held: Slots[] = [];
        // One order for all, so that two requests never hold what the other waits for.
        for (const bucket of [...new Set(request.buckets ?? [])].sort()) {
          const name = `${key} ${bucket}`;
          const slot = slots.get(name) ?? createSlots(atOnce);
          slots.set(name, slot);
          await slot.take();
          held.push(slot);
        }
        const release = () => {
          for (const slot of held.splice(0)) slot.give();
        };
        try {
          if (perHour) await spend(key, perHour);
          if (request.write) checkSendWindow();
        } catch (error) {
          release();
          throw error;
        }
        return release;
      };
    },
  };
}

interface Slots {
  take(): Promise<void>;
  give(): void;
}

/** First come, first served. */
function createSlots(size: number): Slots {
  let free = size;
  const waiting: (() => void)[] = [];
  return {
    take() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}
