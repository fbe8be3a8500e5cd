import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, link, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, canReach, chooseAccount } from './account.js';
import { EmbeddedPostgresError, hasCode } from './errors.js';

/** Where one database lives: `data` (the cluster), `postgres.log`, perhaps `socket` and `binaries-*`. */
export type Home = { readonly path: string; readonly account: Account };

const elsewhereRoot = '/var/lib/connector-gateway';
/** Longest socket path every system takes (macOS 103, Linux 107). */
const longestSocketPath = 103;
export const socketFile = '.s.PGSQL.5432';

/**
 * Finds or makes the folder of the database: `<dataDir>/postgres`, mode 0700, owned by the account PostgreSQL runs under.
 *
 * Started by root that account must be able to walk there. A data folder that only root may enter is opened to the
 * account's group for walking through, no more. When a folder above it is closed (a project under /root), nothing is
 * loosened: the database lives in `/var/lib/connector-gateway/<random>` and `<dataDir>/postgres-location` records that
 * path, so that every later start finds the same data. If the recorded folder is gone the start is refused: an empty
 * database in place of a lost one would look like a fresh installation.
 */
export async function prepareHome(dataDir: string, log: (message: string) => void): Promise<Home> {
  const root = process.getuid?.() === 0;
  await mkdir(dataDir, { recursive: true, mode: root ? 0o711 : 0o700 });
  const local = join(dataDir, 'postgres');
  const record = join(dataDir, 'postgres-location');
  const recorded = await readFile(record, 'utf8').then((text) => text.trim(), ignoreMissing);
  if (recorded !== undefined) return openRecorded(recorded, record);

  const account = await chooseAccount(join(local, 'data'));
  if (await canEnter(dataDir, account)) {
    await makePrivate(local, account);
    return { path: local, account };
  }
  if (await stat(join(local, 'data')).catch(() => undefined)) {
    throw new EmbeddedPostgresError(
      `The database in ${local} belongs to account ${account.uid}, which may no longer walk to it. ` +
        'Let it pass through the folders above (chmod o+x), start as its owner, or set DATABASE_URL.',
    );
  }
  const path = join(elsewhereRoot, randomBytes(8).toString('hex'));
  await mkdir(elsewhereRoot, { recursive: true, mode: 0o711 });
  await makePrivate(path, account);
  if (!(await canReach(account, path))) {
    throw new EmbeddedPostgresError(
      `Account ${account.uid} can reach neither ${dataDir} nor ${path}. Choose another data folder, or set DATABASE_URL.`,
    );
  }
  const winner = await recordOnce(record, path);
  if (winner !== path) {
    await rm(path, { recursive: true });
    return openRecorded(winner, record);
  }
  log(`${dataDir} lies in a folder only root can enter: the database is kept in ${path} instead`);
  return { path, account };
}

async function openRecorded(path: string, record: string): Promise<Home> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    throw new EmbeddedPostgresError(
      `The database was kept in ${path} (says ${record}), and that folder is gone. Restore it; or, to begin with an ` +
        `empty database, delete ${record}.`,
    );
  }
  refuseForeign(path, found.uid);
  return { path, account: await chooseAccount(path) };
}

function refuseForeign(folder: string, owner: number): void {
  const uid = process.getuid?.();
  if (uid === undefined || uid === 0 || uid === owner) return;
  throw new EmbeddedPostgresError(
    `${folder} belongs to account ${owner} and this process runs as ${uid}. Start the gateway as that account or as ` +
      'root, choose another data folder, or set DATABASE_URL.',
  );
}

/** `link` fails when the name exists, so of two starters exactly one records his folder; both get the recorded one. */
async function recordOnce(record: string, path: string): Promise<string> {
  const draft = `${record}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${path}\n`, { mode: 0o600, flush: true });
  try {
    await link(draft, record);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(record, 'utf8')).trim();
}

async function canEnter(dataDir: string, account: Account): Promise<boolean> {
  if (await canReach(account, dataDir)) return true;
  const { uid, mode } = await stat(dataDir);
  if (uid !== 0 || account.gid === undefined || !(await canReach(account, dirname(dataDir)))) return false;
  await chown(dataDir, 0, account.gid);
  await chmod(dataDir, (mode & 0o707) | 0o010);
  return canReach(account, dataDir);
}

async function makePrivate(folder: string, { uid, gid }: Account): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
  else refuseForeign(folder, (await stat(folder)).uid);
}

/**
 * The 0700 folder of the Unix socket: in the home, or when that path is too long for a socket, a folder of the temporary
 * directory named after the home. A folder of that name that is not ours is left alone and a random one is made.
 */
export async function prepareSocketFolder({ path, account }: Home): Promise<string> {
  const inside = join(path, 'socket');
  if (Buffer.byteLength(join(inside, socketFile)) <= longestSocketPath) {
    await makePrivate(inside, account);
    return inside;
  }
  const name = `connector-gateway-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`;
  for (const base of [tmpdir(), '/tmp']) {
    const short = join(base, name);
    if (Buffer.byteLength(join(short, socketFile)) > longestSocketPath || !(await canReach(account, base))) continue;
    const folder = (await claim(short, account)) ? short : await mkdtemp(`${short.slice(0, -8)}-`);
    if (account.uid !== undefined && account.gid !== undefined) await chown(folder, account.uid, account.gid);
    return folder;
  }
  throw new EmbeddedPostgresError(`${path} is too long for a Unix socket and no temporary folder is shorter.`);
}

async function claim(folder: string, account: Account): Promise<boolean> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
  const found = await lstat(folder);
  const ours = found.uid === process.getuid?.() || found.uid === account.uid;
  return found.isDirectory() && ours && (found.mode & 0o077) === 0;
}

function ignoreMissing(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error;
}
