import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { isUnavailable } from './database.js';

export interface WaitOptions {
  /** Told of every try in vain, and how long it waits for the next one. */
  readonly onWait: (error: Error, milliseconds: number) => void;
  /** Gives up waiting; then it throws. */
  readonly signal?: AbortSignal;
  readonly firstWaitMs?: number;
  readonly longestWaitMs?: number;
}

const CONNECT_WITHIN_MS = 5_000;

/**
 * Ends when the database answers. It may be started later, be starting, or be unreachable for a while; what only a person can
 * mend (a wrong password, no such database) is thrown at once.
 */
export async function whenAvailable(url: string, options: WaitOptions): Promise<void> {
  const { onWait, signal, firstWaitMs = 250, longestWaitMs = 5_000 } = options;
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    signal?.throwIfAborted();
    try {
      return await askOnce(url);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      onWait(error as Error, waitMs);
    }
    await delay(waitMs, undefined, signal && { signal });
  }
}

async function askOnce(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => undefined);
  }
}
