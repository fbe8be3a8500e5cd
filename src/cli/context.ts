import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Actor } from '../audit/entry.js';
import { type Config, readConfig } from '../config.js';
import { builtInOptions } from '../connectors/index.js';
import { createTerminal, type Terminal } from './terminal.js';

export type Environment = { readonly [name: string]: string | undefined };

/** What the process hands to its commands. */
export interface Host {
  readonly env: Environment;
  /** The project's folder: bundled code lies elsewhere than its source. */
  readonly root: string;
}

/** What every command works with. */
export interface Context extends Host {
  readonly terminal: Terminal;
  /** Reads the settings. Throws `ConfigError` with all faults. */
  config(): Config;
}

/** The settings and the terminal of one command, `--json` and `--data-dir` taken into account. */
export function contextOf(command: Command, host: Host): Context {
  const { json = false, dataDir } = command.optsWithGlobals<{ json?: boolean; dataDir?: string }>();
  const settings = dataDir === undefined ? host.env : { ...host.env, GATEWAY_DATA_DIR: dataDir };
  return {
    root: host.root,
    env: settings,
    terminal: createTerminal(json),
    config: () => readConfig(settings, builtInOptions),
  };
}

/** Who acts in the audit log when somebody uses the command line: the account of the operating system. */
export function operator(): Actor {
  const { username } = userInfo();
  return { kind: 'USER', id: `operator:${username}`, name: `${username} (command line)` };
}
