import { hostname } from 'node:os';
import type { Database } from '../storage/database.js';

export const BEAT_MS = 5_000;
/** Three missed beats and some more: an instance that is silent this long is dead. */
const DEAD_AFTER_SECONDS = 30;

/** A claimed job is under way long before. */
const LOST_AFTER_SECONDS = 10;

export interface Instances {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface InstancesOptions {
  readonly db: Database;
  readonly id: string;
  /** Where this process's id means one process (`readPidSpace`); null: not told. */
  readonly pidSpace: string | null;
  /** In whose names this process's jobs are locked, and those it really works on. */
  readonly workerIds: () => readonly string[];
  readonly activeJobIds: () => readonly string[];
  /** Hands back what a dead instance held, besides its jobs. */
  readonly onDeath: (instanceId: string) => Promise<void>;
  readonly log: (message: string) => void;
}

/**
 * Heartbeat of this process, and the funeral of others. The engine keeps a killed worker's jobs locked for hours;
 * here they are unlocked within a minute, at once for a killed process whose id means the same process here.
 */
export function createInstances(options: InstancesOptions): Instances {
  const { db, id, pidSpace } = options;
  let timer: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();

  async function beat(): Promise<void> {
    const workers = [...options.workerIds()];
    await showAlive(db, { id, host: hostname(), pid: process.pid, pidSpace, workers });
    for (const dead of await findDead()) await bury(dead);
    await unlockOrphans();
    await unlockLost(workers);
  }

  async function findDead(): Promise<{ id: string; workers: string[] }[]> {
    const others = await db.client.$queryRaw<
      { id: string; pid: number; near: boolean; workers: string[]; silent: boolean }[]
    >`
      SELECT "id"::text, "pid", "pidSpace" = ${pidSpace}::text IS TRUE AS "near", "workers", "beatAt" < now() - make_interval(secs => ${DEAD_AFTER_SECONDS}) AS "silent"
      FROM "Instance" WHERE "id" <> ${id}::uuid`;
    return others.filter((other) => other.silent || (other.near && !isAlive(other.pid)));
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

  /**
   * Jobs locked in this process's names that it does not work on: the database's answer to the claim, or the claim's end, was
   * lost with a connection. The engine would leave them, and their queue, locked for hours.
   */
  async function unlockLost(workers: readonly string[]): Promise<void> {
    const active = [...options.activeJobIds()];
    await db.client.$executeRaw`
      WITH lost AS (
        UPDATE graphile_worker._private_jobs SET "locked_by" = NULL, "locked_at" = NULL
        WHERE "locked_by" = ANY(${[...workers]}::text[]) AND NOT "id" = ANY(${active}::bigint[])
          AND "locked_at" < now() - make_interval(secs => ${LOST_AFTER_SECONDS})
        RETURNING "id")
      UPDATE graphile_worker._private_job_queues q SET "locked_by" = NULL, "locked_at" = NULL
      WHERE "locked_by" = ANY(${[...workers]}::text[]) AND "locked_at" < now() - make_interval(secs => ${LOST_AFTER_SECONDS})
        AND NOT EXISTS (SELECT 1 FROM graphile_worker._private_jobs j WHERE j."job_queue_id" = q."id"
          AND j."id" = ANY(${active}::bigint[]))`;
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

/** By the database's clock alone: a host's clock may jump, and an instance that looks silent is buried. */
export async function showAlive(
  db: Database,
  self: {
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly pidSpace: string | null;
    readonly workers: readonly string[];
  },
): Promise<void> {
  await db.client.$executeRaw`
    INSERT INTO "Instance" ("id", "host", "pid", "pidSpace", "workers", "startedAt", "beatAt")
    VALUES (${self.id}::uuid, ${self.host}, ${self.pid}, ${self.pidSpace}, ${[...self.workers]}::text[], now(), now())
    ON CONFLICT ("id") DO UPDATE SET "workers" = EXCLUDED."workers", "beatAt" = now()`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
