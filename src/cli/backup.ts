import { Command } from 'commander';
import { contextOf, type Host } from './context.js';

const AFTER_BACKUP = `
Gateways go on working meanwhile; the backup is of one moment. The keys that open stored credentials are NOT in it: keep
secret.key of the data folder (or GATEWAY_SECRET_KEY), and audit.key, in another place. Whoever has both has the credentials.
On a server of your own, its usual tools (pg_dump, snapshots) serve as well.`;

const AFTER_RESTORE = `
The database must be empty: name a new data folder, and put the kept secret.key into it first. The version must be the one
that made the backup. Afterwards the audit log is verified. Start no gateway on both databases: each would send what is pending.`;

/** `backup`. */
export function backupCommand(host: Host): Command {
  return new Command('backup')
    .description('copy the database into a new folder, while gateways work on it')
    .argument('<folder>', 'a folder that is not there yet')
    .addHelpText('after', AFTER_BACKUP)
    .action(async (folder: string, _options, command: Command) => {
      const { makeBackup } = await import('./backup-run.js');
      await makeBackup(contextOf(command, host), folder);
    });
}

/** `restore`. */
export function restoreCommand(host: Host): Command {
  return new Command('restore')
    .description('put a backup into an empty database and verify its audit log')
    .argument('<folder>', 'a folder that "backup" made')
    .addHelpText('after', AFTER_RESTORE)
    .action(async (folder: string, _options, command: Command) => {
      const { restoreBackup } = await import('./backup-run.js');
      await restoreBackup(contextOf(command, host), folder);
    });
}
