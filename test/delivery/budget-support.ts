import type { HttpRequest, Limit } from '../../src/connectors/contract.js';
import {
  createVendorBudget,
  type Share,
  type VendorBudget,
  type VendorBudgetOptions,
} from '../../src/delivery/budget.js';
import type { Clock } from '../../src/delivery/turnstile.js';
import { inBackground } from '../../src/delivery/urgency.js';
import { newId } from '../../src/storage/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

export const HOUR = 3_600_000;
/** A whole minute of the database's clock, so that the sixtieths of the hour begin with the test. */
export const NOON = Date.parse('2026-11-25T12:00:00.000Z');

export interface Bench {
  readonly database: TestDatabase;
  /** Another gateway process's budget on the same database. */
  instance(more?: Partial<VendorBudgetOptions>): VendorBudget;
  /** The database's clock as the budgets see it; it stands still until it is moved. */
  readonly time: { now: number };
  close(): Promise<void>;
}

/** Several budgets on one database, with a clock of their own for what the database counts. */
export async function createBench(share: Share = { percent: 40, reserve: 20 }): Promise<Bench> {
  const database = await createTestDatabase();
  const budgets: VendorBudget[] = [];
  const time = { now: NOON };
  return {
    database,
    time,
    instance(more = {}) {
      const budget = createVendorBudget({
        databaseUrl: database.url,
        instanceId: newId(),
        newId,
        share,
        now: () => new Date(time.now),
        databaseNow: () => new Date(time.now),
        ...more,
      });
      budgets.push(budget);
      return budget;
    },
    async close() {
      for (const budget of budgets) await budget.close();
      await database.drop();
    },
  };
}

export const perHour = (count: number): Limit => ({ id: 'hourly', requests: { count, perSeconds: 3600 }, note: '' });
export const atOnce = (concurrency: number): Limit => ({ id: 'threads', concurrency, note: '' });

export const request = (...buckets: string[]): HttpRequest => ({ method: 'GET', url: 'https://psa.test', buckets });
export const background = <T>(work: () => Promise<T>): Promise<T> => inBackground(work);

/** Waiting goes so many times as fast; the budgets' patience with it. */
export function hurried(times: number): Clock {
  return {
    now: () => performance.now() * times,
    after(milliseconds, work) {
      const timer = setTimeout(work, milliseconds / times);
      return () => clearTimeout(timer);
    },
  };
}

/** How a promise stands, without waiting for it. */
export async function stateOf(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
  const pending = Symbol('pending');
  const settled = promise.then(
    () => 'resolved' as const,
    () => 'rejected' as const,
  );
  const state = await Promise.race([settled, new Promise((resolve) => setImmediate(() => resolve(pending)))]);
  return state === pending ? 'pending' : (state as 'resolved');
}

/** The code of the error a promise rejects with. */
export async function refusal(promise: Promise<unknown>): Promise<{ code: string; seconds: number | undefined }> {
  try {
    await promise;
  } catch (error) {
    const { code, detail } = error as { code: string; detail: { retryAfterSeconds?: number } };
    return { code, seconds: detail.retryAfterSeconds };
  }
  throw new Error('It was not refused.');
}
