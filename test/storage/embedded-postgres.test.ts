import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { EmbeddedPostgresError } from '../../src/storage/embedded-postgres.js';
import { createSandbox, isAlive, query } from './support/sandbox.js';

const sandbox = createSandbox();
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await sandbox.clear();
});
afterAll(() => sandbox.close());

const setting = async (url: string, name: string) =>
  (await query<{ value: string }>(url, `SELECT current_setting('${name}') AS value`))[0]?.value;

describe('starting', () => {
  test('on an empty data folder is possible, with full durability and a socket nobody else can open', async () => {
    vi.stubEnv('PGPORT', '1');
    const dataDir = join(await sandbox.folder(), 'not', 'there', 'yet');
    const server = await sandbox.start(dataDir);
    expect(server.adopted).toBe(false);
    expect(await setting(server.url, 'fsync')).toBe('on');
    expect(await setting(server.url, 'listen_addresses')).toBe('');
    expect(await setting(server.url, 'max_connections')).toBe('200');
    expect(await setting(server.url, 'server_encoding')).toBe('UTF8');
    expect(await query(server.url, "SELECT current_database() AS db, lower('ÄÉ') AS lower")).toEqual([
      { db: 'gateway', lower: 'äé' },
    ]);
    expect((await stat(server.socketDir)).mode & 0o777).toBe(0o700);
    expect((await stat(server.home)).mode & 0o777).toBe(0o700);
  });

  test('again on the same folder finds the data', async () => {
    const dataDir = await sandbox.usedFolder();
    const first = await sandbox.start(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await sandbox.start(dataDir);
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
  });

  test('works where the path is too long for a Unix socket, and leaves no litter', async () => {
    const dataDir = await sandbox.usedFolder('a'.repeat(90), "it's 100% ünusual, #1?", 'b'.repeat(90));
    const first = await sandbox.start(dataDir);
    expect(first.socketDir.startsWith(dataDir)).toBe(false);
    expect((await stat(first.socketDir)).mode & 0o777).toBe(0o700);
    const second = await sandbox.start(dataDir);
    expect(second).toMatchObject({ adopted: true, pid: first.pid });
    await first.stop();
    await expect(stat(first.socketDir)).rejects.toThrow('ENOENT');
  });

  test('accepts a short path with characters that are special in URLs and in settings', async () => {
    const dataDir = await sandbox.usedFolder(`a "b", %41 & c=d #?'`);
    const server = await sandbox.start(dataDir);
    expect(server.socketDir.startsWith(dataDir)).toBe(true);
    expect(await query(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('several starters', () => {
  test('two processes at once on an empty folder: one starts it, the other adopts it', async () => {
    const dataDir = await sandbox.folder();
    const gateways = await Promise.all([sandbox.startGateway(dataDir), sandbox.startGateway(dataDir)]);
    const [one, two] = gateways.map(({ said }) => said);
    expect([one?.error, two?.error]).toEqual([undefined, undefined]);
    expect(one?.pid).toBe(two?.pid);
    expect([one?.adopted, two?.adopted].sort()).toEqual([false, true]);
    expect(await query(two!.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('five at once in one process agree as well', async () => {
    const dataDir = await sandbox.folder();
    const servers = await Promise.all(Array.from({ length: 5 }, () => sandbox.start(dataDir)));
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(servers.filter(({ adopted }) => !adopted)).toHaveLength(1);
  });

  test('a killed gateway leaves the server running; the next one adopts and can stop it', async () => {
    const dataDir = await sandbox.usedFolder();
    const gateway = await sandbox.startGateway(dataDir);
    await query(gateway.said.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    gateway.process.kill('SIGKILL');
    await once(gateway.process, 'close');
    expect(isAlive(gateway.said.pid)).toBe(true);

    const next = await sandbox.start(dataDir);
    expect(next).toMatchObject({ adopted: true, pid: gateway.said.pid, url: gateway.said.url });
    expect(await query(next.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await next.stop();
    await expect(query(next.url, 'SELECT 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    expect((await sandbox.start(dataDir)).adopted).toBe(false);
  });
});

describe('what a kill leaves behind', () => {
  test('a start right after kill -9 of the gateway and the server recovers the committed rows', async () => {
    const dataDir = await sandbox.usedFolder();
    const gateway = await sandbox.startGateway(dataDir);
    await query(gateway.said.url, 'CREATE TABLE kept AS SELECT n FROM generate_series(1, 5000) AS n');
    gateway.process.kill('SIGKILL');
    process.kill(gateway.said.pid, 'SIGKILL');
    await once(gateway.process, 'close');
    const second = await sandbox.start(dataDir);
    expect(second.adopted).toBe(false);
    expect(await query(second.url, 'SELECT count(*)::int AS count FROM kept')).toEqual([{ count: 5000 }]);
  });

  test('a server that ends unasked runs again at its address, with its rows', async () => {
    const server = await sandbox.start(await sandbox.usedFolder());
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS value');
    const { pid } = server;
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => server.pid, { timeout: 20_000 }).not.toBe(pid);
    expect(await query(server.url, 'SELECT value FROM kept')).toEqual([{ value: 7 }]);
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('without its data it is not replaced by an empty one', async () => {
    const server = await sandbox.start(await sandbox.usedFolder());
    await rm(join(server.home, 'data'), { recursive: true, force: true });
    process.kill(server.pid, 'SIGKILL');
    const again = await sandbox.start(await sandbox.usedFolder());
    process.kill(again.pid, 'SIGKILL');
    // The other one, killed later, is back: so the first had its time.
    await expect.poll(() => query(again.url, 'SELECT 1').catch(() => null), { timeout: 20_000 }).not.toBeNull();
    await expect(stat(join(server.home, 'data'))).rejects.toThrow('ENOENT');
  });

  test('one that others use goes on when it is stopped, until the last of them stops it', async () => {
    const dataDir = await sandbox.usedFolder();
    const first = await sandbox.start(dataDir);
    const second = await sandbox.start(dataDir);
    const client = new pg.Client({ connectionString: second.url });
    await client.connect();
    await first.stop();
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await client.end();
    await second.stop();
    await expect(query(second.url, 'SELECT 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });

  test('one that takes no more clients has others that use it', async () => {
    const dataDir = await sandbox.usedFolder();
    const [first, second] = [await sandbox.start(dataDir), await sandbox.start(dataDir)];
    const clients: pg.Client[] = [];
    const fill = async () => {
      for (;;) {
        const client = new pg.Client({ connectionString: second.url });
        client.on('error', () => undefined);
        await client.connect();
        clients.push(client);
      }
    };
    await expect(fill()).rejects.toThrow('too many clients');
    await first.stop();
    expect((await clients[0]?.query('SELECT 1 AS one'))?.rows).toEqual([{ one: 1 }]);
    for (const client of clients) await client.end();
  });

  test('two that stop it in the same moment do not take each other for users', async () => {
    const dataDir = await sandbox.usedFolder();
    const told: string[] = [];
    const log = (text: string) => told.push(text);
    const both = [await sandbox.start(dataDir, log), await sandbox.start(dataDir, log)];
    await Promise.all(both.map((server) => server.stop()));
    expect(isAlive(both[0]!.pid)).toBe(false);
    expect(told).not.toContainEqual(expect.stringContaining('others use it'));
  });

  test('a start waits while remains of the killed server still hold its memory', async () => {
    const dataDir = await sandbox.usedFolder();
    const first = await sandbox.start(dataDir);
    const client = new pg.Client({ connectionString: first.url });
    client.on('error', () => undefined);
    await client.connect();
    const remains = (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid;
    process.kill(remains, 'SIGSTOP');
    sandbox.onClear(async () => isAlive(remains) && process.kill(remains, 'SIGKILL'));
    process.kill(first.pid, 'SIGKILL');
    const starting = sandbox.start(dataDir);
    const log = () => readFile(join(first.home, 'postgres.log'), 'utf8');
    await expect.poll(log, { timeout: 10_000 }).toContain('pre-existing shared memory block');
    process.kill(remains, 'SIGKILL');
    expect(isAlive((await starting).pid)).toBe(true);
  });

  test.runIf(process.platform === 'linux')('a lock file whose number now belongs to another program', async () => {
    const dataDir = await sandbox.usedFolder();
    const first = await sandbox.start(dataDir);
    const lockFile = join(first.home, 'data/postmaster.pid');
    const lock = await readFile(lockFile, 'utf8');
    const { uid, gid } = await stat(join(first.home, 'data'));
    await first.stop();
    // Same account, else PostgreSQL itself sees that it cannot be its own.
    const stranger = spawn('sleep', ['600'], { uid, gid, cwd: '/', stdio: 'ignore' });
    sandbox.onClear(async () => stranger.kill('SIGKILL'));
    await once(stranger, 'spawn');
    await writeFile(lockFile, lock.replace(/^\d+/, String(stranger.pid)));
    const second = await sandbox.start(dataDir);
    expect(second.adopted).toBe(false);
    expect(isAlive(stranger.pid!)).toBe(true);
  });

  test('half-made clusters of dead processes are removed, a missing socket folder is made again', async () => {
    const dataDir = await sandbox.usedFolder();
    const server = await sandbox.start(dataDir);
    await server.stop();
    await rm(server.socketDir, { recursive: true });
    await rm(join(server.home, 'data'), { recursive: true });
    const draft = join(server.home, 'initdb-4194304999-abcd');
    await mkdir(draft);
    await sandbox.start(dataDir);
    await expect(stat(draft)).rejects.toThrow('ENOENT');
  });
});

describe('refusals say what to do', () => {
  test('no package for the machine', async () => {
    const arch = Object.getOwnPropertyDescriptor(process, 'arch')!;
    Object.defineProperty(process, 'arch', { ...arch, value: 'mips' });
    sandbox.onClear(async () => Object.defineProperty(process, 'arch', arch));
    const failure = sandbox.start(await sandbox.folder());
    await expect(failure).rejects.toThrow(/-mips is not installed .* Set DATABASE_URL/);
    await expect(failure).rejects.toThrow(EmbeddedPostgresError);
  });

  test('data of another major version is left alone', async () => {
    const dataDir = await sandbox.usedFolder();
    const server = await sandbox.start(dataDir);
    await server.stop();
    await writeFile(join(server.home, 'data/PG_VERSION'), '17\n');
    await expect(sandbox.start(dataDir)).rejects.toThrow(/made by PostgreSQL 17, this gateway brings 18/);
  });

  test('a server that cannot start shows its own words at once', async () => {
    const dataDir = await sandbox.usedFolder();
    const server = await sandbox.start(dataDir);
    await server.stop();
    await writeFile(join(server.home, 'data/postgresql.conf'), 'no_such_setting = 1\n');
    await expect(sandbox.start(dataDir)).rejects.toThrow(/did not start in .*no_such_setting/s);
  });
});
