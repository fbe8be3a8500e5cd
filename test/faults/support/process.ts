import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewaySetup, Order, Report } from './gateway.js';

/** A gateway process as its parent sees it. */
export interface GatewayProcess {
  readonly url: string;
  readonly pid: number;
  /** What it logged, one text a line. */
  readonly logged: readonly string[];
  isAlive(): boolean;
  /** kill -9; ends when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>;
  pause(): void;
  resume(): void;
  /** Its wall clock jumps. */
  jumpClock(milliseconds: number): void;
  /** Bytes it holds in memory. */
  memory(): Promise<number>;
}

const ENTRY = 'test/faults/support/gateway.ts';
const root = join(import.meta.dirname, '../../..');

/** Starts a gateway from one bundle of the sources, as `npm start` does: many of them start in a run. */
export async function startGatewayProcess(setup: GatewaySetup): Promise<GatewayProcess> {
  const child: ChildProcess = fork(join(root, 'scripts/run.mjs'), [ENTRY], {
    cwd: root,
    execArgv: [],
    env: { ...process.env, FAULT_GATEWAY: JSON.stringify(setup) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const logged: string[] = [];
  const gone = once(child, 'exit') as Promise<[number | null]>;
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said = (said + text).slice(-10_000);
  });
  // Libraries grumble while a database is away; what counts is why a process ended that nobody ended.
  child.once('exit', (code) => code !== null && code !== 0 && process.stderr.write(said));
  const told = <T>(pick: (report: Report) => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const listen = (report: Report) => {
        const found = pick(report);
        if (found === undefined) return;
        child.off('message', listen);
        resolve(found);
      };
      child.on('message', listen);
    });
  child.on('message', (report: Report) => {
    if ('log' in report) logged.push(`${report.log.level} ${report.log.text}`);
  });
  const url = await Promise.race([
    told((report) => ('url' in report ? report.url : undefined)),
    gone.then(([code]) => Promise.reject(new Error(`The gateway ended with ${code} before it listened.`))),
  ]);
  const order = (message: Order) => void child.send(message);
  const signal = async (name: NodeJS.Signals) => {
    child.kill(name);
    return (await gone)[0];
  };
  return {
    url,
    pid: child.pid ?? 0,
    logged,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    kill: () => signal('SIGKILL').then(() => undefined),
    stop: () => signal('SIGTERM'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    jumpClock: (jumpMs) => order({ jumpMs }),
    async memory() {
      const answer = told((report) => ('memory' in report ? report.memory.rss : undefined));
      order({ ask: 'memory' });
      return answer;
    },
  };
}
