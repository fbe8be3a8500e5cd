import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { root } from '../support/root.js';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

type Environment = { readonly [name: string]: string | undefined };

/** The command line in a process of its own. */
export function runCli(args: readonly string[], env: Environment = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(process.execPath, ['scripts/run.mjs', 'src/cli.ts', ...args], options, (_e, out, err) => {
      resolve({ code: child.exitCode ?? -1, out, err });
    });
  });
}

/** The same, still running; its output is the caller's to read. */
export function startCli(args: readonly string[], env: Environment = {}): ChildProcess {
  const options = { cwd: root, env: { ...process.env, ...env } };
  return spawn(process.execPath, ['scripts/run.mjs', 'src/cli.ts', ...args], options);
}
