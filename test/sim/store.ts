import type { LaneStore, WorkItem } from '../../src/delivery/lane.js';
import type { Kernel } from './kernel.js';
import type { Process, Processes } from './processes.js';
import type { Rates } from './profile.js';
import type { Random } from './random.js';
import type { Tables } from './tables.js';

const DATABASE_MS = 3;

/** The lane store of one process: every transaction takes time, and its commit may fail before or after it happened. */
export function createStore(options: {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly rates: () => Rates;
  readonly processes: Processes;
  readonly process: Process;
  readonly tables: Tables;
  readonly wake: (lane: string, at?: number) => void;
  readonly trace: (text: string) => void;
}): LaneStore & { stopConnection(connection: WorkItem['connection']): Promise<void> } {
  const { kernel, random, process, processes, tables, trace } = options;

  function transaction<T>(what: string, work: () => T): Promise<T> {
    return processes.call(process, what, true, DATABASE_MS, () => {
      const fails = random.chance(options.rates().commitFails);
      const before = fails && random.chance(0.5);
      if (before) throw failure(`${what}: the commit failed`);
      const value = work();
      if (fails) throw failure(`${what}: committed, but the answer was lost`);
      return value;
    });
  }

  function failure(message: string): Error {
    trace(`${process.id} ${message}`);
    return new Error(message);
  }

  const working = new Set<string>();
  const local = () => kernel.now() + process.clock;
  // The clock is read before the database is asked, and a transaction counts the lease from its own beginning.
  return {
    async take(lane) {
      const asked = local();
      const mine = !working.has(lane.laneId);
      const taken = await transaction('take', () => tables.take(lane, process.id, asked, mine));
      if (Array.isArray(taken)) for (const { laneId } of taken) working.add(laneId);
      return taken;
    },
    next: (lease) => transaction('next', () => tables.next(lease)),
    storeStep(lease, item, step, remaining) {
      const [begun, asked] = [kernel.now(), local()];
      return transaction('storeStep', () => tables.storeStep(lease, item, { step, remaining }, begun, asked));
    },
    settle(lease, item, sent, verdict) {
      const begun = kernel.now();
      return transaction('settle', () => tables.settle(lease, item, sent, verdict, begun));
    },
    stopConnection: (connection) => transaction('stopConnection', () => tables.stopConnection(connection)),
    wakeLater: (lane, at) => transaction('wakeLater', () => options.wake(lane.laneId, at.getTime())),
    release(leases) {
      for (const { laneId } of leases) working.delete(laneId);
      return transaction('release', () => tables.release(leases));
    },
  };
}
