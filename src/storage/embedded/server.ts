import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { explainSpawn, runAs, spawnOptions } from './account.js';
import { type Binaries, moveInto } from './binaries.js';
import { chooseEndpoint, type Endpoint, listenSettings, passwordOf, pidFile, probe, readRunning } from './endpoint.js';
import { EmbeddedPostgresError, hasCode } from './errors.js';
import type { Home } from './home.js';
import { clusterArguments, serverArguments } from './settings.js';

/** A server that answers. `child` is missing when somebody else started it. */
export type Server = { readonly pid: number; readonly endpoint: Endpoint; readonly child?: ChildProcess };

const windows = process.platform === 'win32';
/** How long the lock file of a killed server may keep ours from starting, and how long recovery may take. */
const lockedForMs = 10_000;
const startingForMs = 300_000;
const largestLog = 8 * 1024 * 1024;

/** Makes the cluster once. Built aside and renamed, so that a killed start leaves no half cluster. */
export async function ensureCluster(home: Home, binaries: Binaries, major: string): Promise<void> {
  const data = join(home.path, 'data');
  const found = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (found?.trim() === major) return;
  if (found !== undefined) {
    throw new EmbeddedPostgresError(
      `${data} was made by PostgreSQL ${found.trim()}, this gateway brings ${major}. Start the former gateway version, ` +
        'export the data, and import it into a new data folder; or set DATABASE_URL.',
    );
  }
  await removeDrafts(home);
  const draft = join(home.path, `initdb-${process.pid}-${randomBytes(4).toString('hex')}`);
  const auth = windows ? ['--auth=scram-sha-256', `--pwfile=${join(home.path, 'password')}`] : ['--auth=trust'];
  if (windows) await passwordOf(home);
  await runAs(home.account, binaries.initdb, ['-D', draft, ...auth, ...clusterArguments]);
  await moveInto(draft, data);
}

export const hasCluster = (home: Home): Promise<boolean> =>
  stat(join(home.path, 'data/PG_VERSION')).then(
    () => true,
    () => false,
  );

/** Clusters half made by processes that no longer live. */
async function removeDrafts(home: Home): Promise<void> {
  for (const name of await readdir(home.path)) {
    const pid = /^initdb-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(home.path, name), { recursive: true, force: true });
  }
}

/** The server that already runs on this home, waited for while it starts or stops. */
export async function findRunning(home: Home): Promise<Server | undefined> {
  for (const deadline = Date.now() + startingForMs; Date.now() < deadline; await delay(25)) {
    const running = await readRunning(home);
    if (running === undefined) return undefined;
    const answer = await probe(running.endpoint);
    if (answer === 'ready') return running;
    if (answer === 'silent') return undefined;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL in ${home.path} did not become ready within ${startingForMs / 60_000} minutes.`,
  );
}

/**
 * Starts a server, or finds the one another process starts at the same moment: PostgreSQL's own lock file decides who wins,
 * the loser's server ends and he uses the winner's. A lock file left by a kill can hold for moments after it: tried again.
 * `where` is where an ended one listened, which its clients know.
 */
export async function startServer(home: Home, binaries: Binaries, where?: Endpoint): Promise<Server> {
  const deadline = Date.now() + lockedForMs;
  for (;;) {
    await removeForeignPidFile(home);
    const attempt = await launch(home, binaries, where ?? (await chooseEndpoint(home)));
    const server = await Promise.race([attempt.ended, untilReady(home, attempt)]);
    if (server !== undefined) return server;
    const other = await findRunning(home);
    if (other !== undefined) return other;
    const log = await attempt.output();
    if (!/lock file|shared memory/.test(log) || Date.now() > deadline) {
      throw new EmbeddedPostgresError(`PostgreSQL did not start in ${home.path}:\n${log.trim()}`);
    }
    await delay(100);
  }
}

type Attempt = Awaited<ReturnType<typeof launch>>;

async function launch(home: Home, binaries: Binaries, endpoint: Endpoint) {
  const logFile = join(home.path, 'postgres.log');
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestLog) await truncate(logFile);
  const offset = size > largestLog ? 0 : size;
  // A file, not a pipe: the server outlives this process when that is killed. Detached: Ctrl-C is for the gateway,
  // which stops the server after its own work.
  const log = await open(logFile, 'a', 0o600);
  const child = spawn(binaries.postgres, serverArguments(join(home.path, 'data'), listenSettings(endpoint)), {
    ...spawnOptions(home.account),
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  child.unref();
  const state = { over: false };
  const ended = new Promise<undefined>((resolve, reject) => {
    child.once('error', (error) => {
      state.over = true;
      reject(new EmbeddedPostgresError(explainSpawn(binaries.postgres, error), { cause: error }));
    });
    child.once('exit', () => {
      state.over = true;
      resolve(undefined);
    });
  });
  ended.catch(() => undefined);
  await log.close();
  const output = async () => (await readFile(logFile)).subarray(offset).toString().split('\n').slice(-20).join('\n');
  return { child, ended, state, output };
}

/** Resolves to undefined when the attempt ended before it was ready. */
async function untilReady(home: Home, { child, state }: Attempt): Promise<Server | undefined> {
  for (const deadline = Date.now() + startingForMs; Date.now() < deadline; await delay(10)) {
    if (state.over) return undefined;
    const running = await readRunning(home);
    if (running?.pid === child.pid && running && (await probe(running.endpoint)) === 'ready')
      return { ...running, child };
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL in ${home.path} did not become ready within ${startingForMs / 60_000} minutes.`,
  );
}

/**
 * After a hard kill (or in a restarted container) the number in the lock file can belong to an unrelated process of the
 * same account, and PostgreSQL would refuse to start for ever. Where /proc tells that it is no PostgreSQL, the file goes.
 */
async function removeForeignPidFile(home: Home): Promise<void> {
  const pid = Number((await readFile(pidFile(home), 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (command === undefined || command === '' || command.includes('postgres')) return;
  await rm(pidFile(home), { force: true });
}

/** Fast shutdown: running statements are cancelled, everything committed is written. Resolves when the server is gone. */
export async function stopServer(home: Home, binaries: () => Promise<Binaries>, server: Server): Promise<void> {
  if (await isGone(home, server)) return;
  if (windows) {
    await runAs(home.account, (await binaries()).pgCtl, ['stop', '-m', 'fast', '-w', '-D', join(home.path, 'data')]);
    return;
  }
  for (const [signal, patience] of [
    ['SIGINT', 20_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    signalProcess(server.pid, signal);
    for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(10)) {
      if (await isGone(home, server)) return;
    }
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${server.pid}) in ${home.path} did not stop.`);
}

/** An adopted server may stay as a zombie that nobody reaps, so its lock file counts, which it removes last. */
export async function isGone(home: Home, { pid, child }: Server): Promise<boolean> {
  if (child !== undefined) return child.exitCode !== null || child.signalCode !== null;
  return (await readRunning(home))?.pid !== pid || !isAlive(pid);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}
