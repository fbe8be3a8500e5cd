import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresError, hasCode } from './errors.js';

/** The operating system account PostgreSQL runs under. Empty = the account of this process. */
export type Account = { readonly uid?: number; readonly gid?: number };

/**
 * PostgreSQL refuses to run as root. Root therefore hands it to an account that already exists (no useradd): the owner of
 * the data when there is data, else `postgres`, else `nobody`. Any process of that account could open the private socket,
 * which is one more reason why the embedded server is for trials and small single nodes.
 */
export async function chooseAccount(existingData: string): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const owner = await stat(existingData).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    // macOS writes nobody as -2, which is what the kernel calls 4294967294.
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and neither a "postgres" nor a "nobody" account exists to run it under. ' +
      'Start the gateway as an ordinary user, or set DATABASE_URL to a PostgreSQL server.',
  );
}

/** Environment of every child: nothing inherited that could steer PostgreSQL (PGPORT, PGDATA, LD_PRELOAD, locales). */
/**
 * A backend frees after each statement what it takes again for the next: giving it back to the system in between costs more
 * than most of our statements.
 */
const keptMemory = { MALLOC_TRIM_THRESHOLD_: '67108864', MALLOC_TOP_PAD_: '2097152' };

const childEnvironment = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...keptMemory };

/** Spawn options for a child of that account; `/` because the account may not be able to read our working directory. */
export function spawnOptions(account: Account) {
  if (process.platform === 'win32') return { windowsHide: true };
  return { ...account, cwd: '/', env: childEnvironment };
}

/** Runs one program to its end as that account. Resolves to its output; rejects with the reason it gave. */
export function runAs(account: Account, file: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...spawnOptions(account), timeout: 120_000 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      reject(new EmbeddedPostgresError(explainSpawn(file, error, stderr), { cause: error }));
    });
  });
}

/** Asked of the system itself (modes, ACLs, mounts), by trying it as that account. */
export function canReach(account: Account, folder: string): Promise<boolean> {
  if (account.uid === undefined) return Promise.resolve(true);
  return runAs(account, '/bin/sh', ['-c', 'cd "$0"', folder]).then(
    () => true,
    () => false,
  );
}

export function explainSpawn(file: string, error: unknown, output = ''): string {
  if (hasCode(error, 'ENOENT')) {
    return `${file} cannot run on this system (Alpine and other musl systems have no build). Set DATABASE_URL instead.`;
  }
  if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM') || hasCode(error, 'EINVAL')) {
    return `${file} may not be started here (${error.code}): no permission, a noexec mount, or root without the right to change account. Set DATABASE_URL instead.`;
  }
  return `${file} failed: ${output.trim() || (error instanceof Error ? error.message : 'unknown reason')}`;
}
