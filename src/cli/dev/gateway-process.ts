import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Environment } from '../context.js';
import type { Asked, Begin, Told } from './messages.js';

/** A gateway of `dev` in a process of its own. */
export interface GatewayProcess {
  /** The package was looked at; throws an Error with the sentence that names the fault. */
  readonly checked: Promise<Extract<Told, { type: 'checked' }>>;
  /** Answers the port. Throws as `checked` does. */
  serve(port: number, fault: string | null): Promise<number>;
  ask(asked: Asked): void;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 20_000;

export interface Listener {
  readonly tell: (told: Exclude<Told, { type: 'checked' | 'listening' | 'broken' }>) => void;
  /** It ended by itself while it served. */
  readonly onDeath: (reason: string) => void;
}

/** Starts one; its standard output goes to stderr, where it is in nobody's way. */
export function startGatewayProcess(
  root: string,
  env: Environment,
  begin: Begin,
  { tell, onDeath }: Listener,
): GatewayProcess {
  const args = ['src/cli.ts', 'dev-gateway'];
  const child = fork(join(root, 'scripts/run.mjs'), args, {
    env: { ...env },
    execArgv: [],
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  const exited = once(child, 'exit').then(() => undefined);
  const checked = told(child, 'checked');
  let serving = false;
  let broken = '';
  child.on('message', (message: Told) => {
    if (message.type === 'broken') broken = message.reason;
    else if (message.type !== 'checked' && message.type !== 'listening') tell(message);
  });
  child.on('exit', (code) => {
    if (serving) onDeath(broken || `The gateway process ended by itself (exit code ${code}).`);
  });
  const ask = (asked: Asked) => void (child.connected && child.send(asked));
  ask(begin);

  return {
    checked,
    ask,
    async serve(port, fault) {
      const listening = told(child, 'listening');
      ask({ type: 'serve', port, fault });
      const { port: taken } = await listening;
      serving = true;
      return taken;
    },
    async stop() {
      serving = false;
      ask({ type: 'stop' });
      const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(impatience);
    },
  };
}

/** The first message of a type; throws the sentence when it is broken or ends before. */
function told<T extends Told['type']>(child: ChildProcess, type: T): Promise<Extract<Told, { type: T }>> {
  const awaited = new Promise<Extract<Told, { type: T }>>((resolve, reject) => {
    child.on('message', (message: Told) => {
      if (message.type === type) resolve(message as Extract<Told, { type: T }>);
      if (message.type === 'broken') reject(new Error(message.reason));
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The process ended (exit code ${code}).`)));
  });
  awaited.catch(() => undefined);
  return awaited;
}
