import { Command, InvalidArgumentError } from 'commander';
import { contextOf, type Host } from './context.js';
import type { DevOptions } from './dev/run.js';

const PORT = 4000;

/** `dev`: a connector package, running in a gateway, while it is being written. */
export function devCommand(host: Host): Command {
  return new Command('dev')
    .description('run a connector package on its simulator with data to play with; reloads on save')
    .option('--package <folder>', 'the folder of the package', '.')
    .option('--port <port>', 'port of the gateway; 0 takes a free one', portNumber, PORT)
    .option('--data <folder>', 'where the database is kept (default: .gateway/dev in the package)')
    .action(async (options: DevOptions, command: Command) => {
      const context = contextOf(command, host);
      const { runDev } = await import('./dev/run.js');
      await runDev(context, options);
    });
}

/** The gateway process of `dev`; only that starts it. */
export function devGatewayCommand(host: Host): Command {
  return new Command('dev-gateway').action(async () => {
    const { serveForDev } = await import('./dev/served.js');
    await serveForDev(host.env);
  });
}

function portNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port number, 0 to 65535.');
}
