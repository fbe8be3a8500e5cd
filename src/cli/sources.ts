import { Command } from 'commander';
import { contextOf, type Host } from './context.js';

/** `sources pull <name>`. */
export function sourcesCommand(host: Host): Command {
  const pull = new Command('pull')
    .description('have a running gateway pull a source now, and follow it to its end')
    .argument('<name>', 'one of those GATEWAY_SOURCES names, such as files')
    .action(async (name: string, _options, command: Command) => {
      const { pullNow } = await import('./sources-run.js');
      await pullNow(contextOf(command, host), name);
    });
  return new Command('sources')
    .description('where customers, offers and subscriptions are pulled from')
    .addCommand(pull);
}
