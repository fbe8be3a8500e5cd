import type { Kernel } from './kernel.js';
import type { Process, Processes } from './processes.js';
import type { Random } from './random.js';

interface Job {
  readonly id: number;
  readonly lane: string;
  readonly queue: string;
  keyed: boolean;
  runAt: number;
  attempts: number;
  lockedBy: Process | null;
}

const MAX_ATTEMPTS = 25;

/**
 * graphile-worker as the gateway uses it (add_job with a key, named queues, back-off by e^attempts, unlocking by worker):
 * a waiting job under the same key is moved; one that runs loses its key and its further attempts to a new one; jobs of
 * one queue never run at once unless their worker was buried alive; whoever ends a job deletes it, buried or not.
 */
export function createJobs(options: {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly processes: () => Processes;
  readonly queueOf: (lane: string) => string;
  readonly work: (process: Process, lane: string) => Promise<void>;
  readonly trace: (text: string) => void;
}) {
  const { kernel, random, trace } = options;
  const jobs = new Map<number, Job>();
  const queues = new Map<string, Process>();
  let last = 0;

  function add(lane: string, runAt = kernel.now()): void {
    for (const job of jobs.values()) {
      if (job.lane !== lane || !job.keyed) continue;
      if (job.lockedBy === null && job.attempts < MAX_ATTEMPTS) {
        job.runAt = runAt;
        job.attempts = 0;
        offer(job);
        return;
      }
      job.keyed = false;
      job.attempts = MAX_ATTEMPTS;
    }
    last += 1;
    const job = { id: last, lane, queue: options.queueOf(lane), keyed: true, runAt, attempts: 0, lockedBy: null };
    jobs.set(job.id, job);
    offer(job);
  }

  /** Some instance hears of it or polls. */
  function offer(job: Job): void {
    const wait = Math.max(0, job.runAt - kernel.now());
    kernel.after(wait + random.between(0, random.chance(0.8) ? 20 : 2_000), () => claim(job));
  }

  function claim(job: Job): void {
    if (!jobs.has(job.id) || job.lockedBy || job.attempts >= MAX_ATTEMPTS || job.runAt > kernel.now()) return;
    if (queues.has(job.queue)) return;
    const living = options.processes().living();
    if (living.length === 0) return;
    const process = random.pick(living);
    job.attempts += 1;
    job.lockedBy = process;
    queues.set(job.queue, process);
    options.processes().strike(process, `with job ${job.id}`);
    options.processes().deliver(process, () => {
      options.work(process, job.lane).then(
        () => ended(job, process, null),
        (error: unknown) => ended(job, process, error),
      );
    });
  }

  function ended(job: Job, process: Process, error: unknown): void {
    if (error !== null) trace(`${process.id} job ${job.id} of ${job.lane} fails: ${(error as Error).message}`);
    const finish = error === null ? () => complete(job, process) : () => fail(job, process);
    // The engine repeats this until it gets through; only a kill prevents it.
    const write = () => {
      if (process.paused && process.alive) process.waiting.push(write);
      else if (process.alive) finish();
    };
    options.processes().strike(process, `at the end of job ${job.id}`);
    if (process.alive) kernel.after(random.between(1, 10), write);
    kernel.parked();
  }

  function complete(job: Job, process: Process): void {
    jobs.delete(job.id);
    unlock(job, process);
  }

  function fail(job: Job, process: Process): void {
    if (job.lockedBy !== process) return;
    job.lockedBy = null;
    job.runAt = Math.max(kernel.now(), job.runAt) + 1000 * Math.exp(Math.min(job.attempts, 10));
    unlock(job, process);
    if (job.attempts < MAX_ATTEMPTS) offer(job);
  }

  function unlock(job: Job, process: Process): void {
    if (queues.get(job.queue) === process) queues.delete(job.queue);
    offerAll();
  }

  function offerAll(): void {
    for (const job of jobs.values()) {
      // Later ones have their own event already.
      if (!job.lockedBy && job.attempts < MAX_ATTEMPTS && job.runAt <= kernel.now()) offer(job);
    }
  }

  return {
    add,
    offerAll,
    /** `force_unlock_workers` for everything a dead instance had. */
    unlockOf(dead: Process): void {
      for (const job of jobs.values()) if (job.lockedBy === dead) job.lockedBy = null;
      for (const [queue, owner] of queues) if (owner === dead) queues.delete(queue);
      offerAll();
    },
  };
}

export type SimulatedJobs = ReturnType<typeof createJobs>;
