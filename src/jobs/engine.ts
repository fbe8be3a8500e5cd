import { EventEmitter } from 'node:events';
import {
  Logger,
  type Runner,
  type RunnerOptions,
  run,
  type Task,
  type WorkerEvents,
  type WorkerPool,
} from 'graphile-worker';
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

/** A task that runs by itself, once over all instances. */
export interface Schedule {
  readonly task: string;
  /** Five fields, in UTC. */
  readonly cron: string;
  /** How far back a run that nobody was there for is made up for, such as `6h`. */
  readonly fill?: string;
}

export interface Jobs {
  /** Enqueues in the caller's transaction, in one statement: no commit, no job. */
  enqueue(tx: Queries, ...jobs: readonly Job[]): Promise<void>;
}

export interface JobEngine extends Jobs {
  start(tasks: Tasks, schedules?: readonly Schedule[]): Promise<void>;
  /** Takes no new job, waits for those under way. */
  stop(): Promise<void>;
  /** Does it take jobs? Not while it is being started anew. */
  running(): boolean;
  /** In whose names this process's jobs are locked, for the heartbeat. */
  workerIds(): readonly string[];
  /** The jobs this process really works on; what else is locked in its names got lost on the way. */
  activeJobIds(): readonly string[];
}

export interface JobEngineOptions {
  readonly databaseUrl: string;
  readonly concurrency: number;
  readonly log: (level: string, message: string) => void;
}

const RESTART_MS = 1_000;
/** So long an engine may take to end: by itself, and when it is told to, with the jobs under way. */
const ENDING_MS = { fallen: 8_000, stopped: 20_000 };

/** graphile-worker on the gateway's own PostgreSQL: claiming, back-off, LISTEN/NOTIFY and many instances are its work. */
export function createJobEngine(options: JobEngineOptions): JobEngine {
  const workers = new Set<string>();
  const active = new Set<string>();
  let runner: Runner | null = null;
  /** Settles only when the present engine did not end by itself. */
  let abandoned: Promise<void> = new Promise(() => undefined);
  let stopping = false;
  let running = false;
  /** Settles when a start under way has ended. */
  let starting: Promise<unknown> = Promise.resolve();
  const shared = {
    connectionString: options.databaseUrl,
    logger: new Logger(() => (level, message) => options.log(level, message)),
  };

  return {
    async enqueue(tx, ...jobs) {
      if (jobs.length === 0) return;
      await tx.$executeRaw`SELECT enqueue_jobs(${JSON.stringify(jobs)}::jsonb)`;
    },
    async start(tasks, schedules = []) {
      // The engine locks jobs in the name of the pool. Listening from before the start: the first heartbeat must name it.
      const events: WorkerEvents = new EventEmitter();
      events.on('pool:create', ({ workerPool }) => {
        workers.add(workerPool.id);
        abandoned = abandonedWhenLate(events, workerPool);
      });
      events.on('job:start', ({ job }) => active.add(job.id));
      events.on('job:complete', ({ job }) => active.delete(job.id));
      await begin({
        ...shared,
        events,
        crontab: schedules.map(({ task, cron, fill }) => `${cron} ${task}${fill ? ` ?fill=${fill}` : ''}`).join('\n'),
        taskList: Object.fromEntries(Object.entries(tasks).map(([name, work]) => [name, asTask(work)])),
        concurrency: options.concurrency,
        maxPoolSize: options.concurrency + 2,
        // Jobs that were for later are found by polling.
        pollInterval: 1_000,
        noHandleSignals: true,
        // One by one, a result that the database does not take would be a rejection that nobody handles.
        preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      });
    },
    async stop() {
      stopping = true;
      // One that is just being started anew would go on behind the end of the database.
      await starting;
      await Promise.race([runner?.stop().catch(() => undefined), abandoned]);
      runner = null;
    },
    running: () => running,
    workerIds: () => [...workers],
    activeJobIds: () => [...active],
  };

  async function begin(settings: RunnerOptions): Promise<void> {
    const beginning = run(settings);
    starting = beginning.catch(() => undefined);
    const begun = await beginning;
    runner = begun;
    running = true;
    const again = () => {
      running = false;
      void beginAgain(settings);
    };
    Promise.race([begun.promise, abandoned]).then(again, again);
  }

  /** The engine ends by itself when the database does not take a result. Nothing else would begin it anew. */
  async function beginAgain(settings: RunnerOptions): Promise<void> {
    while (!stopping) {
      options.log('error', 'The job engine ended and is started again.');
      try {
        return await begin(settings);
      } catch {
        await new Promise((waited) => setTimeout(waited, RESTART_MS));
      }
    }
  }

  /**
   * graphile-worker 0.17 miscounts when the database refuses two results at once, and then waits for ever for a third: an
   * engine that has not ended in time is left behind. The heartbeat frees its jobs, fences hold what still runs.
   */
  function abandonedWhenLate(events: WorkerEvents, pool: WorkerPool): Promise<void> {
    return new Promise((abandon) => {
      events.on('pool:gracefulShutdown', ({ workerPool }) => {
        if (workerPool !== pool) return;
        running = false;
        const late = setTimeout(
          () => {
            Promise.resolve(pool.forcefulShutdown('It did not end.')).catch(() => undefined);
            abandon();
          },
          stopping ? ENDING_MS.stopped : ENDING_MS.fallen,
        );
        const ended = () => clearTimeout(late);
        pool.promise.then(ended, ended);
      });
    });
  }

  function asTask(work: Tasks[string]): Task {
    return (payload, helpers) =>
      work(payload as Record<string, string>, helpers.abortSignal ?? new AbortController().signal);
  }
}
