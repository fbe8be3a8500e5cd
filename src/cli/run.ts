import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Command } from 'commander';
import { contextOf, type Host } from './context.js';

/** `serve`: as `npm start`. */
export function serveCommand(host: Host): Command {
  return new Command('serve').description('run the gateway, as "npm start" does').action(async (_options, command) => {
    const context = contextOf(command, host);
    const { runGateway } = await import('../process.js');
    await runGateway(context.env);
  });
}

/** `demo`: a program of its own, since nothing of the product may depend on it. */
export function demoCommand(host: Host): Command {
  return new Command('demo')
    .description('run the demo: a simulated PSA, a seeded marketplace, keys to use it with')
    .action(async (_options, command) => {
      const context = contextOf(command, host);
      const args = [join(host.root, 'scripts/run.mjs'), 'demo/main.ts', ...(context.terminal.json ? ['--json'] : [])];
      const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...context.env } });
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
      const [code] = await once(child, 'exit');
      process.exitCode = Number(code ?? 1);
    });
}
