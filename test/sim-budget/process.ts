import type { Limit } from '../../src/connectors/contract.js';
import type { ConnectorError } from '../../src/connectors/errors.js';
import type { CallEnd } from '../../src/connectors/http.js';
import { createVendorBudget, type Share } from '../../src/delivery/budget.js';
import { inBackground } from '../../src/delivery/urgency.js';
import type { Random } from '../sim/random.js';
import type { Database } from './database.js';
import { clockOf, type Kernel } from './kernel.js';
import type { Oracle } from './oracle.js';
import { BUSIEST, type Call, type Vendor } from './vendor.js';

/** Jobs of one process at once, as many as the engine's. */
const WORKERS = 8;

export interface ProcessOptions {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly database: Database;
  readonly vendor: Vendor;
  readonly oracle: Oracle;
  readonly limits: readonly Limit[];
  readonly share: Share;
  readonly newId: () => string;
  /** On average a person asks something so often. */
  readonly peopleEveryMs: () => number;
  readonly onBackground: (what: 'sent' | 'spent') => void;
}

export interface Process {
  readonly id: string;
  isAlive(): boolean;
  /** Dies on the spot. */
  kill(): void;
  /** Gives back what another one held that is known to be dead. */
  bury(dead: string): void;
}

/** A gateway process that has more to do than it may: background work without end, and people who ask now and then. */
export function startProcess(options: ProcessOptions): Process {
  const { kernel, random, database, vendor, oracle, newId } = options;
  const id = newId();
  let alive = true;
  const isAlive = () => alive;
  const budget = createVendorBudget({
    ...{ databaseUrl: '', instanceId: id, newId, share: options.share },
    now: database.now,
    databaseNow: database.now,
    clock: clockOf(kernel, isAlive),
    connect: database.connect(isAlive),
    onError: (error) => {
      throw error;
    },
  });
  const admit = budget.of('psa:1', options.limits);
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => clockOf(kernel, isAlive).after(milliseconds, resolve));

  async function call(by: Call['by'], buckets: readonly string[], write = false): Promise<void> {
    const timeoutMs = write ? 100_000 : 60_000;
    const release = await admit({ method: write ? 'POST' : 'GET', url: '', buckets, timeoutMs });
    if (by === 'background') options.onBackground('sent');
    const { limitHit } = await vendor.call({ buckets, by, instance: id, timeoutMs });
    const end: CallEnd = { sent: true, answered: true, limitHit };
    release(end);
  }

  /** As a drain does: some reads, a write that counts against a child too, and a read back. */
  async function drainOne(): Promise<void> {
    await call('background', [BUSIEST]);
    if (random.chance(0.3)) await call('background', ['ContractServiceAdjustments']);
    if (random.chance(0.1)) await call('background', ['Companies']);
    await call('background', [BUSIEST, 'ContractServiceAdjustments'], true);
    if (random.chance(0.5)) await call('background', ['ContractServiceUnits', BUSIEST]);
  }

  async function work(): Promise<never> {
    for (;;) {
      try {
        await inBackground(drainOne);
      } catch (error) {
        const { code, detail } = error as ConnectorError;
        if (code === 'OWN_BUDGET_SPENT') options.onBackground('spent');
        await sleep((detail.retryAfterSeconds ?? 1) * 1000 + random.between(0, 500));
      }
    }
  }

  async function ask(): Promise<never> {
    for (;;) {
      await sleep(random.between(0, 2) * options.peopleEveryMs());
      try {
        await call('people', [random.pick(['Companies', 'Services', BUSIEST])]);
      } catch (error) {
        if ((error as ConnectorError).code === 'OWN_BUDGET_SPENT') oracle.personRefused(kernel.now());
      }
    }
  }

  for (let at = 0; at < WORKERS; at += 1) void work();
  void ask();
  return {
    id,
    isAlive,
    bury: (dead) => void budget.bury(dead),
    kill() {
      alive = false;
      oracle.died(id, kernel.now());
    },
  };
}
