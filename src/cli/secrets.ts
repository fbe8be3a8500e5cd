import { Command } from 'commander';
import { contextOf, type Host } from './context.js';
import type { RotateOptions } from './secrets-run.js';

const AFTER = `
The key that wraps the organizations' data keys is a line of the key file (secret.key in the data folder), or GATEWAY_SECRET_KEY.
With the file this makes a new one. With the variable, first give all instances the new key in GATEWAY_SECRET_KEYS_ACCEPTED, then
make it GATEWAY_SECRET_KEY and the old one accepted, then run this.

Gateways go on working meanwhile. It may be stopped and run again: it goes on where it was.`;

/** `secrets rotate`. */
export function secretsCommand(host: Host): Command {
  const rotate = new Command('rotate')
    .description('wrap all data keys with a new key, and seal with present keys what is not')
    .option('--data-keys', 'also make a new data key for each organization and seal its secrets anew')
    .addHelpText('after', AFTER)
    .action(async (options: RotateOptions, command: Command) => {
      const { rotateSecrets } = await import('./secrets-run.js');
      await rotateSecrets(contextOf(command, host), options);
    });
  return new Command('secrets').description('the keys that seal stored credentials').addCommand(rotate);
}
