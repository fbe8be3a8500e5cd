import type { Kernel } from './kernel.js';
import type { Rates } from './profile.js';
import type { Random } from './random.js';

/** One run of one gateway instance, from its start to its kill. */
export interface Process {
  readonly id: string;
  readonly slot: number;
  alive: boolean;
  paused: boolean;
  /** Its monotonic clock is its own. */
  readonly clock: number;
  /** What waits for the end of a pause. */
  readonly waiting: (() => void)[];
}

export interface ProcessesOptions {
  readonly kernel: Kernel;
  readonly random: Random;
  readonly rates: () => Rates;
  readonly instances: number;
  /** Hands back what a dead instance held; asked by a living one. */
  readonly onDeath: (dead: Process) => void;
  /** An instance can take jobs again. */
  readonly onReady: () => void;
  readonly trace: (text: string) => void;
}

/** Seconds of heartbeat silence after which the others bury an instance (src/jobs/instances.ts), and its beat. */
const SILENT_MS = 30_000;
const BEAT_MS = 5_000;

/**
 * Gateway instances that are killed and paused at any step. Every call of the code under test goes through `call`: the
 * request leaves, is worked on, is answered; the process can be lost or held up before and after each of them.
 */
export function createProcesses(options: ProcessesOptions) {
  const { kernel, random, trace } = options;
  const current: Process[] = [];
  const graves = new Set<Process>();
  let started = 0;

  function start(slot: number): void {
    started += 1;
    const clock = random.whole(0, 1_000_000);
    current[slot] = { id: `i${slot}.${started}`, slot, alive: true, paused: false, clock, waiting: [] };
    trace(`${current[slot]!.id} starts`);
    ready();
  }

  function kill(process: Process, where: string): void {
    trace(`${process.id} is KILLED ${where}`);
    process.alive = false;
    graves.add(process);
    // On the same machine the process id tells at the next beat; elsewhere only silence does.
    const found = random.chance(0.5) ? random.between(0, BEAT_MS) : SILENT_MS + random.between(0, BEAT_MS);
    kernel.after(found, buryAll);
    kernel.after(random.between(500, 60_000), () => start(process.slot));
  }

  function pause(process: Process, where: string): void {
    const length =
      random.pick([3_000, 8_000, 14_000, 40_000, 100_000, 130_000, 200_000, 400_000]) * random.between(0.8, 1.2);
    trace(`${process.id} is PAUSED ${where} for ${Math.round(length / 1000)} s`);
    process.paused = true;
    const until = kernel.now() + length;
    if (length > SILENT_MS) {
      kernel.after(SILENT_MS + random.between(0, BEAT_MS), () => {
        if (!process.paused || !process.alive) return;
        graves.add(process);
        buryAll();
      });
    }
    kernel.after(until - kernel.now(), () => resume(process));
  }

  function resume(process: Process): void {
    if (!process.alive || !process.paused) return;
    trace(`${process.id} goes on`);
    process.paused = false;
    graves.delete(process);
    for (const work of process.waiting.splice(0)) kernel.after(random.between(0, 5), work);
    ready();
  }

  function ready(): void {
    kernel.after(random.between(0, BEAT_MS), buryAll);
    options.onReady();
  }

  /** Needs a living instance; without one the graves wait for the next that starts. */
  function buryAll(): void {
    if (graves.size === 0 || living().length === 0) return;
    for (const dead of [...graves]) {
      graves.delete(dead);
      trace(`${dead.id} is buried`);
      options.onDeath(dead);
    }
  }

  function living(): Process[] {
    return current.filter((process) => process.alive && !process.paused);
  }

  function strike(process: Process, where: string): void {
    const { kill: killed, pause: held } = options.rates();
    if (random.chance(killed)) kill(process, where);
    else if (random.chance(held)) pause(process, where);
  }

  /** `late`: may a pause of the caller hold up a request that it made already? Not where it left for the PSA. */
  function call<T>(process: Process, what: string, late: boolean, latency: number, work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      strike(process, `before ${what}`);
      const left = process.alive || random.chance(0.5);
      if (left) kernel.after(latency * random.between(0.2, 1.8), execute);
      kernel.parked();

      function execute(): void {
        if (late && process.paused && process.alive && random.chance(0.5)) {
          process.waiting.push(execute);
          return;
        }
        let answer: () => void;
        try {
          const value = work();
          answer = () => resolve(value);
        } catch (error) {
          answer = () => reject(error);
        }
        kernel.after(latency * random.between(0.2, 1.8), () => {
          if (!process.alive) return;
          if (!process.paused) strike(process, `after ${what}`);
          deliver(process, answer);
        });
      }
    });
  }

  /** The code under test goes on with an answer: now, after the pause, or never. */
  function deliver(process: Process, answer: () => void): void {
    if (!process.alive) return;
    if (process.paused) process.waiting.push(() => deliver(process, answer));
    else kernel.wake(answer);
  }

  return {
    start: () => {
      for (let slot = 0; slot < options.instances; slot += 1) start(slot);
    },
    living,
    call,
    deliver,
    strike,
    /** Ends all pauses: from here on the world is friendly. */
    heal: () => {
      for (const process of current) resume(process);
    },
  };
}

export type Processes = ReturnType<typeof createProcesses>;
