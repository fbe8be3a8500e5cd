import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.js';
import { isUnavailable } from '../storage/database.js';
import { EmbeddedPostgresError } from '../storage/embedded-postgres.js';
import { SecretKeyError } from '../storage/secret-key.js';
import { auditCommand } from './audit.js';
import { backupCommand, restoreCommand } from './backup.js';
import { configCommand } from './config.js';
import { conformanceCommand } from './conformance.js';
import { connectionsCommand } from './connections.js';
import type { Host } from './context.js';
import { devCommand, devGatewayCommand } from './dev.js';
import { CommandError, EXIT } from './errors.js';
import { keysCommand } from './keys.js';
import { newConnectorCommand } from './new-connector.js';
import { demoCommand, serveCommand } from './run.js';
import { secretsCommand } from './secrets.js';
import { sourcesCommand } from './sources.js';

/** A group of commands, such as `audit ...`: a file of this folder. Bodies are loaded when they are called. */
type Group = (host: Host) => Command;

const GROUPS: readonly Group[] = [
  serveCommand,
  demoCommand,
  configCommand,
  connectionsCommand,
  keysCommand,
  secretsCommand,
  sourcesCommand,
  auditCommand,
  backupCommand,
  restoreCommand,
  conformanceCommand,
  newConnectorCommand,
  devCommand,
];

const ABOUT = 'Keeps the subscriptions a cloud marketplace sells and the contracts a PSA bills equal.';
const AFTER_HELP = `
Settings are environment variables ("config check" lists them). Commands work on the embedded database, whether the gateway
runs or not, or on DATABASE_URL.

Exit codes: 0 done; 1 failed; 2 wrong command or configuration; 3 something was found that should not
be: damage ("audit verify"), a fault of a connector ("conformance"), a refused row ("sources pull").`;

/** Runs one command to its end; answers the exit code. */
export async function runCommandLine(argv: readonly string[], host: Host): Promise<number> {
  // Whoever reads the output may go at any time (`| head`); the write itself tells the command.
  process.stdout.on('error', () => undefined);
  try {
    await createProgram(host).parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    return explain(error);
  }
}

function createProgram(host: Host): Command {
  const { version } = JSON.parse(readFileSync(join(host.root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('connector-gateway')
    .description(ABOUT)
    .version(version)
    .option('--json', 'print results as JSON, for programs')
    .option('--data-dir <folder>', 'use this data folder instead of GATEWAY_DATA_DIR')
    .addHelpText('after', AFTER_HELP)
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  for (const group of GROUPS) program.addCommand(inheriting(program, group(host)));
  program.addCommand(inheriting(program, devGatewayCommand(host)), { hidden: true });
  return program;
}

/** Settings of the root hold for commands made elsewhere only when they are copied. */
function inheriting(root: Command, command: Command): Command {
  command.copyInheritedSettings(root);
  for (const child of command.commands) inheriting(root, child);
  return command;
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  const known = [CommandError, ConfigError, EmbeddedPostgresError, SecretKeyError].some(
    (kind) => error instanceof kind,
  );
  process.stderr.write(
    `${known ? (error as Error).message : (ofDatabase(error) ?? `Failed: ${(error as Error).message}`)}\n`,
  );
  if (error instanceof CommandError) return error.exitCode;
  return error instanceof ConfigError ? EXIT.wrongUse : EXIT.failed;
}

/** What a server of one's own refuses, with the setting that mends it. */
function ofDatabase(error: unknown): string | null {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (isUnavailable(error)) return `The database does not answer: ${message || code}. Start it, or set DATABASE_URL.`;
  if (code === '42501')
    return `The database refuses it: ${message}. Set DATABASE_OWNER_URL to the owner of the tables.`;
  if (code === '28P01' || code === '28000' || code === '3D000') return `DATABASE_URL is not right: ${message}.`;
  return null;
}
