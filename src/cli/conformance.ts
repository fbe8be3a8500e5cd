import { Command, Option } from 'commander';
import type { Level } from '../connectors/kit/index.js';
import type { ConformanceOptions } from './conformance-run.js';
import { contextOf, type Host } from './context.js';

const LEVELS: readonly Level[] = ['Basic', 'Read', 'Write', 'Money-safe', 'Compatible'];

/** `conformance <package>`: the rules of the connector contract, run against a connector and its simulator. */
export function conformanceCommand(host: Host): Command {
  return new Command('conformance')
    .description('check a connector against the contract, on its own simulator')
    .argument('<package>', 'name of an installed package, its folder, or the file that exports `conformance`')
    .option('--markdown <file>', 'write the report as Markdown too')
    .option('--against <file>', 'the descriptor of the published version as JSON: nothing of it may be taken away')
    .addOption(new Option('--level <level>', 'only the cases of this level').choices(LEVELS))
    .action(async (name: string, options: ConformanceOptions, command) => {
      const { checkConformance } = await import('./conformance-run.js');
      process.exitCode = await checkConformance(contextOf(command, host).terminal, name, options);
    });
}
