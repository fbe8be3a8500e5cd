import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { root } from '../support/root.js';

/** The gateway as operators run it: the process of `npm start`. */
export interface RealGateway {
  readonly port: number;
  readonly pid: number;
  /** What it logged so far, line by line. */
  readonly log: readonly string[];
  /** SIGTERM; answers the exit code and how long it took. */
  stop(): Promise<{ readonly code: number | null; readonly milliseconds: number }>;
  kill(): Promise<void>;
}

/** Starts it without waiting: `listening` ends when it listens. */
export function launchGateway(env: { readonly [name: string]: string }) {
  const child = spawn(process.execPath, ['scripts/run.mjs', 'src/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, GATEWAY_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log: string[] = [];
  const gone = once(child, 'exit');
  let tell: (port: number) => void = () => undefined;
  const told = new Promise<number>((resolve) => {
    tell = resolve;
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      log.push(line);
      const [, port] = /GraphQL on http:\/\/[^:]+:(\d+)\//.exec(line) ?? [];
      if (port) tell(Number(port));
    });
  }
  const listening = async (): Promise<RealGateway> => {
    const port = await Promise.race([
      told,
      gone.then(() => Promise.reject(new Error(`The gateway ended before it listened:\n${log.join('\n')}`))),
    ]);
    return {
      ...{ port, log, pid: child.pid ?? 0 },
      async stop() {
        const began = performance.now();
        return { code: await end(), milliseconds: performance.now() - began };
      },
      kill,
    };
  };
  async function end(): Promise<number | null> {
    child.kill('SIGTERM');
    const [code] = (await gone) as [number | null];
    return code;
  }
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await gone;
  }
  return { log, listening, end, kill };
}
