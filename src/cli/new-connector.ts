import { Command } from 'commander';
import { contextOf, type Host } from './context.js';

/** `new-connector <id>`: a package whose tests are green, to be turned into a connector for another PSA part by part. */
export function newConnectorCommand(host: Host): Command {
  return new Command('new-connector')
    .description('make a package for a further PSA: a simulator, and the parts of a connector to be written one by one')
    .argument('<id>', 'its id, such as acme: lower-case letters, digits and dashes')
    .option('--folder <folder>', 'where to make it (default: connector-gateway-connector-<id>)')
    .option('--complete', 'with parts that work, those of the reference connector, to look at or to change')
    .action(async (id: string, { folder, complete }: { folder?: string; complete?: boolean }, command) => {
      const { makeConnector } = await import('./new-connector-run.js');
      const made = await makeConnector(host.root, id, folder ?? `connector-gateway-connector-${id}`, {
        complete: complete ?? false,
      });
      const { terminal } = contextOf(command, host);
      terminal.value(made);
      terminal.line(`${made.files.length} files in ${made.folder}. Its tests are green as it is:\n`);
      terminal.line(`  cd ${made.folder} && npm install && npm test`);
      terminal.line('  npx connector-gateway dev     # a gateway around it, with data to play with\n');
      terminal.line('Then read its README: what to change, and in which order.');
    });
}
