import { Command } from 'commander';
import { contextOf, type Host } from './context.js';

/** `connections list`. */
export function connectionsCommand(host: Host): Command {
  const list = new Command('list')
    .description('list the connections to PSAs')
    .option('--organization <name or id>', 'of this organization only')
    .action(async ({ organization }: { organization?: string }, command: Command) => {
      const context = contextOf(command, host);
      const { listConnections } = await import('./connections-list.js');
      await listConnections(context, organization);
    });
  return new Command('connections').description('the connections to PSAs').addCommand(list);
}
