import { EventEmitter } from 'node:events';
import { Logger, type Runner, run, runMigrations, type Task, type WorkerEvents } from 'graphile-worker';
import type { Queries } from '../storage/database.js';

/** One thing to do later. The engine knows no task; it only finds it by name. */
export interface Job {
  readonly task: string;
  readonly payload: { readonly [key: string]: string };
  /** Jobs of one queue never run at once, over all instances. */
  readonly queueName?: string;
  /** A job that is still waiting under this key is replaced: waking twice is waking once. */
  readonly key?: string;
  readonly runAt?: Date;
  readonly maxAttempts?: number;
}

export type Tasks = {
  readonly [name: string]: (payload: Record<string, string>, signal: AbortSignal) => Promise<void>;
};

export interface Jobs {
  /** Enqueues in the caller's transaction, in one statement: no commit, no job. */
  enqueue(tx: Queries, ...jobs: readonly Job[]): Promise<void>;
}

export interface JobEngine extends Jobs {
  /** `everyMinute` names the tasks that also run by themselves, once over all instances. */
  start(tasks: Tasks, everyMinute?: readonly string[]): Promise<void>;
  /** Takes no new job, waits for those under way. */
  stop(): Promise<void>;
  /** In whose names this process's jobs are locked, for the heartbeat. */
  workerIds(): readonly string[];
}

export interface JobEngineOptions {
  readonly databaseUrl: string;
  readonly concurrency: number;
  readonly log: (level: string, message: string) => void;
}

/** graphile-worker on the gateway's own PostgreSQL: claiming, back-off, LISTEN/NOTIFY and many instances are its work. */
export function createJobEngine(options: JobEngineOptions): JobEngine {
  const workers = new Set<string>();
  let runner: Runner | null = null;
  const shared = {
    connectionString: options.databaseUrl,
    logger: new Logger(() => (level, message) => options.log(level, message)),
  };

  return {
    async enqueue(tx, ...jobs) {
      if (jobs.length === 0) return;
      await tx.$queryRaw`
        SELECT count(graphile_worker.add_job("task", "payload", queue_name => "queueName", run_at => "runAt",
          max_attempts => coalesce("maxAttempts", 25), job_key => "key"))
        FROM jsonb_to_recordset(${JSON.stringify(jobs)}::jsonb) AS j("task" text, "payload" json, "queueName" text,
          "runAt" timestamptz, "maxAttempts" int, "key" text)`;
    },
    async start(tasks, everyMinute = []) {
      // The engine locks jobs in the name of the pool. Listening from before the start: the first heartbeat must name it.
      const events: WorkerEvents = new EventEmitter();
      events.on('pool:create', ({ workerPool }) => workers.add(workerPool.id));
      runner = await run({
        ...shared,
        events,
        crontab: everyMinute.map((task) => `* * * * * ${task}`).join('\n'),
        taskList: Object.fromEntries(Object.entries(tasks).map(([name, work]) => [name, asTask(work)])),
        concurrency: options.concurrency,
        maxPoolSize: options.concurrency + 2,
        pollInterval: 2_000,
        noHandleSignals: true,
      });
    },
    async stop() {
      await runner?.stop();
      runner = null;
    },
    workerIds: () => [...workers],
  };

  function asTask(work: Tasks[string]): Task {
    return (payload, helpers) =>
      work(payload as Record<string, string>, helpers.abortSignal ?? new AbortController().signal);
  }
}

/** Makes the engine's own tables; safe to run from several instances at once. */
export async function migrateJobs(databaseUrl: string): Promise<void> {
  await runMigrations({ connectionString: databaseUrl, logger: new Logger(() => () => {}) });
}
