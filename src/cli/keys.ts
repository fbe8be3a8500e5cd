import { Command, InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './audit.js';
import { contextOf, type Host } from './context.js';
import type { CreateOptions, ListOptions, RevokeOptions, RotateOptions } from './keys-run.js';

/** `keys ...`: API keys, for whoever has the database: the first key of a Reseller, or a way back in. */
export function keysCommand(host: Host): Command {
  return new Command('keys')
    .description('the API keys programs sign in with')
    .addCommand(list(host))
    .addCommand(create(host))
    .addCommand(rotate(host))
    .addCommand(revoke(host));
}

const ORGANIZATION = ['--organization <name or id>', 'of this organization'] as const;

function list(host: Host): Command {
  return new Command('list')
    .description('list keys; their texts cannot be shown again')
    .option(...ORGANIZATION)
    .option('--ended', 'with those that have expired or were revoked')
    .action(async (options: ListOptions, command: Command) => {
      const { listKeys } = await import('./keys-run.js');
      await listKeys(contextOf(command, host), options);
    });
}

function create(host: Host): Command {
  return new Command('create')
    .description('make a key and show its text, this once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <role>', 'what it may do').choices(['administrator', 'viewer']).default('viewer'))
    .option(...ORGANIZATION)
    .option('--days <count>', 'how long it works; absent: until it is revoked', days)
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { createKey } = await import('./keys-run.js');
      await createKey(contextOf(command, host), name, options);
    });
}

function rotate(host: Host): Command {
  return new Command('rotate')
    .description('give a key a new text and show it, this once; the one before works on for a while')
    .argument('<id>', 'the key, as "keys list" shows it')
    .option('--overlap <seconds>', 'how long the text before works on; 0 ends it now', wholeNumber, 86_400)
    .option('--days <count>', 'how long the key works from now; absent: as it was', days)
    .action(async (id: string, options: RotateOptions, command: Command) => {
      const { rotateKey } = await import('./keys-run.js');
      await rotateKey(contextOf(command, host), id, options);
    });
}

function revoke(host: Host): Command {
  return new Command('revoke')
    .description('end a key; running gateways notice within five seconds')
    .argument('<id>', 'the key, as "keys list" shows it')
    .option('--with-made', 'also the keys made with it, and with those')
    .action(async (id: string, options: RevokeOptions, command: Command) => {
      const { revokeKey } = await import('./keys-run.js');
      await revokeKey(contextOf(command, host), id, options);
    });
}

function days(text: string): number {
  const count = wholeNumber(text);
  if (count < 1 || count > 36_500) throw new InvalidArgumentError('It must be 1 to 36500 days.');
  return count;
}
