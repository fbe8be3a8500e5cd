import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewayOptions } from './app.js';
import { root } from './root.js';

export interface GatewayChild {
  readonly url: string;
  readonly pid: number;
  /** kill -9; ends when the process is gone. */
  kill(): Promise<void>;
}

export async function startGatewayChild(options: GatewayOptions): Promise<GatewayChild> {
  // From one bundle of the sources, as `npm start` does.
  const child: ChildProcess = fork(join(root, 'scripts/run.mjs'), ['test/support/gateway-child.ts'], {
    cwd: root,
    execArgv: [],
    env: { ...process.env, TEST_GATEWAY: JSON.stringify(options) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const gone = once(child, 'exit');
  const [url] = (await Promise.race([
    once(child, 'message'),
    gone.then(() => Promise.reject(new Error('The gateway process ended before it listened.'))),
  ])) as [string];
  return {
    url,
    pid: child.pid ?? 0,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
