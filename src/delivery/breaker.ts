import { isConnectorError } from '../connectors/errors.js';
import type { Job, Jobs } from '../jobs/engine.js';
import type { Database } from '../storage/database.js';
import { wakeLanesOf } from './lane-wake.js';
import type { ConnectionRow, Sessions } from './sessions.js';

/** So many passing failures in a row, within so long, and the vendor is left alone. */
const FAILURES = 5;
const WITHIN_MS = 30_000;
/** Pauses between probes: doubled from the first to the longest, with jitter. */
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;

export const PROBE_TASK = 'probe-connection';

export interface Breaker {
  /** How a call of a connection ended. Only passing failures count, and any answer starts the count anew. */
  note(connection: Pick<ConnectionRow, 'tenantId' | 'id'>, error: unknown): void;
}

export interface BreakerOptions {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly random: () => number;
  /** On a monotonic clock. */
  readonly monotonic: () => number;
  readonly log: (message: string) => void;
}

/**
 * A vendor that fails again and again is left alone: the connection becomes DEGRADED for all instances, delivery stops, and
 * one read from time to time asks whether it is back. Failures are counted per process, the state is the database's. Only
 * ACTIVE becomes DEGRADED, and only DEGRADED becomes ACTIVE again.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const failures = new Map<string, number[]>();

  async function open({ tenantId, id }: Pick<ConnectionRow, 'tenantId' | 'id'>): Promise<void> {
    const reason =
      'The PSA failed several times in a row. It is asked again from time to time, and work goes on by itself.';
    await options.db.transaction(async (tx) => {
      const { count } = await tx.connection.updateMany({
        where: { tenantId, id, status: 'ACTIVE' },
        data: { status: 'DEGRADED', statusCode: 'VENDOR_FAILING', statusReason: reason, updatedAt: new Date() },
      });
      if (count > 0) await options.jobs.enqueue(tx, probeJob({ tenantId, id }, 0, options.random));
      if (count > 0) options.log(`Connection ${id} is DEGRADED: the vendor fails.`);
    });
  }

  return {
    note(connection, error) {
      // Whoever waited went away, which tells nothing of the vendor.
      if (isConnectorError(error) && error.kind === 'aborted') return;
      const passing = isConnectorError(error) && (error.kind === 'unavailable' || error.kind === 'unknownOutcome');
      if (!passing) {
        failures.delete(connection.id);
        return;
      }
      const now = options.monotonic();
      const recent = [...(failures.get(connection.id) ?? []), now].filter((at) => at > now - WITHIN_MS);
      failures.set(connection.id, recent);
      if (recent.length < FAILURES) return;
      failures.delete(connection.id);
      open(connection).catch((cause: Error) => options.log(`A failing connection could not be marked: ${cause.name}.`));
    },
  };
}

function probeJob({ tenantId, id }: Pick<ConnectionRow, 'tenantId' | 'id'>, tries: number, random: () => number): Job {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries) * (0.5 + random() / 2);
  return {
    task: PROBE_TASK,
    payload: { tenantId, connectionId: id, tries: String(tries) },
    key: `probe:${id}`,
    runAt: new Date(Date.now() + pause),
  };
}

/** One cheap read of a DEGRADED connection: it works again and its lanes go on, or it is asked later. */
export async function probeConnection(
  { db, jobs, sessions, random }: { db: Database; jobs: Jobs; sessions: Sessions; random: () => number },
  { tenantId = '', connectionId = '', tries = '0' }: Record<string, string>,
): Promise<void> {
  const where = { tenantId, id: connectionId, status: 'DEGRADED' as const };
  const connection = await db.client.connection.findFirst({ where });
  if (!connection) return;
  const session = sessions.of(connection);
  let failure: unknown = null;
  try {
    if (session.vendorQuota) await session.vendorQuota();
    else await session.search({ kind: 'company', prefix: '', first: 1, onlyCustomers: false });
  } catch (error) {
    if (!isConnectorError(error)) throw error;
    failure = error;
  }
  await db.transaction(async (tx) => {
    if (failure) {
      await jobs.enqueue(tx, probeJob(connection, Number(tries) + 1, random));
    } else {
      const told = { statusCode: null, statusReason: null, updatedAt: new Date() };
      const { count } = await tx.connection.updateMany({ where, data: { status: 'ACTIVE', ...told } });
      if (count > 0) await wakeLanesOf(tx, jobs, tenantId, connectionId);
    }
  });
}
