import { Command } from 'commander';
import { describeConfig, namedConnectors, type Setting } from '../config.js';
import { builtInConnectors, builtInSources } from '../connectors/index.js';
import { loadConnectors } from '../connectors/installed.js';
import { contextOf, type Host } from './context.js';
import { EXIT } from './errors.js';

/** `config check`: every setting, its source and what is wrong with it; exit code 2 with faults. */
export function configCommand(host: Host): Command {
  const check = new Command('check')
    .description('show every setting and its source, and all that is wrong')
    .action(async (_options, command) => {
      const { terminal, env } = contextOf(command, host);
      const installed = await loadConnectors(namedConnectors(env), builtInConnectors);
      const options = [...installed.factories, ...builtInSources].flatMap((factory) => factory.options);
      const settings = describeConfig(env, options).map((setting) =>
        setting.name === 'CONNECTORS' && installed.faults.length > 0
          ? { ...setting, fault: installed.faults.map((text) => text.replace(/^CONNECTORS |\.$/g, '')).join('; it ') }
          : setting,
      );
      const faults = settings.filter(({ fault }) => fault !== null);
      terminal.rows<Setting>(
        settings,
        { SETTING: ({ name }) => name, VALUE: ({ value }) => value, SOURCE: ({ source }) => source },
        '',
      );
      if (faults.length === 0) return;
      terminal.line('');
      for (const { name, fault } of faults) terminal.line(`${name} ${fault}.`);
      process.exitCode = EXIT.wrongUse;
    });
  return new Command('config').description('the settings').addCommand(check);
}
