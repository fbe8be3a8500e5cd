import { hostname } from 'node:os';
import type { Database } from '../storage/database.js';

const BEAT_MS = 5_000;
/** Three missed beats and some more: an instance that is silent this long is dead. */
const DEAD_AFTER_SECONDS = 30;

export interface Instances {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface InstancesOptions {
  readonly db: Database;
  readonly id: string;
  /** In whose names this process's jobs are locked. */
  readonly workerIds: () => readonly string[];
  /** Hands back what a dead instance held, besides its jobs. */
  readonly onDeath: (instanceId: string) => Promise<void>;
  readonly log: (message: string) => void;
}

/**
 * Heartbeat of this process, and the funeral of others. The engine keeps a killed worker's jobs locked for hours;
 * here they are unlocked within a minute, at once for a killed process of the same machine.
 */
export function createInstances(options: InstancesOptions): Instances {
  const { db, id } = options;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();

  async function beat(): Promise<void> {
    const workers = [...options.workerIds()];
    await db.client.instance.upsert({
      where: { id },
      create: { id, host: hostname(), pid: process.pid, workers },
      update: { workers, beatAt: new Date() },
    });
    await db.client.$executeRaw`UPDATE "Instance" SET "beatAt" = now() WHERE "id" = ${id}::uuid`;
    for (const dead of await findDead()) await bury(dead);
    await unlockOrphans();
  }

  async function findDead(): Promise<{ id: string; workers: string[] }[]> {
    const others = await db.client.$queryRaw<
      { id: string; host: string; pid: number; workers: string[]; silent: boolean }[]
    >`
      SELECT "id"::text, "host", "pid", "workers", "beatAt" < now() - make_interval(secs => ${DEAD_AFTER_SECONDS}) AS "silent"
      FROM "Instance" WHERE "id" <> ${id}::uuid`;
    return others.filter((other) => other.silent || (other.host === hostname() && !isAlive(other.pid)));
  }

  async function bury(dead: { id: string; workers: string[] }): Promise<void> {
    options.log(`Instance ${dead.id} is gone; taking over what it held.`);
    await options.onDeath(dead.id);
    await unlock(dead.workers);
    await db.client.instance.deleteMany({ where: { id: dead.id } });
  }

  /** Jobs of workers that nobody alive claims: their instance died before its first beat told of them. */
  async function unlockOrphans(): Promise<void> {
    const orphans = await db.client.$queryRaw<{ worker: string }[]>`
      SELECT DISTINCT "locked_by" AS "worker" FROM graphile_worker._private_jobs
      WHERE "locked_by" IS NOT NULL AND "locked_at" < now() - make_interval(secs => ${DEAD_AFTER_SECONDS})
        AND NOT EXISTS (SELECT 1 FROM "Instance" i WHERE "locked_by" = ANY(i."workers"))`;
    if (orphans.length > 0) await unlock(orphans.map(({ worker }) => worker));
  }

  async function unlock(workers: readonly string[]): Promise<void> {
    await db.client.$queryRaw`SELECT count(*) FROM (
      SELECT graphile_worker.force_unlock_workers(${[...workers]}::text[])) AS done`;
  }

  return {
    async start() {
      await beat();
      timer = setInterval(() => {
        beating = beating.then(beat).catch((error) => options.log(`Heartbeat failed: ${(error as Error).name}`));
      }, BEAT_MS);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await beating;
      await db.client.instance.deleteMany({ where: { id } });
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
