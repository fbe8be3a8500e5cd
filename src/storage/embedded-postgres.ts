import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createDatabase } from './databases.js';
import { findPackage, prepareBinaries } from './embedded/binaries.js';
import { urlOf } from './embedded/endpoint.js';
import { prepareHome } from './embedded/home.js';
import {
  ensureCluster,
  findRunning,
  hasCluster,
  isGone,
  type Server,
  startServer,
  stopServer,
} from './embedded/server.js';
import { isUsed } from './embedded/usage.js';

export { EmbeddedPostgresError } from './embedded/errors.js';

const WATCH_MS = 1_000;

export type EmbeddedPostgres = {
  /** Connection URL of the database `gateway`. */
  readonly url: string;
  /** Folder of the Unix socket (mode 0700). On Windows the loopback address. */
  readonly socketDir: string;
  /** Folder with the data; not inside `dataDir` when root runs in a folder only root can enter. */
  readonly home: string;
  /** Another one after the server ended unasked. */
  readonly pid: number;
  /** The server was already running, or another process started it at the same moment. */
  readonly adopted: boolean;
  /** Stops the server, also an adopted one, unless others use it: who uses it last stops it. Resolves when the process is gone. */
  stop(): Promise<void>;
};

/**
 * A real PostgreSQL without installation, for trials and small single nodes: the binaries come as npm packages, the data
 * and a Unix socket only this account can open lie under `dataDir`. No network port, no password.
 *
 * A server left by a killed gateway is adopted, and so is one that another process starts at the same time. One that ends
 * unasked is started again at the same address, so that it is away for seconds, not until somebody comes. As root see
 * `prepareHome` (embedded/home.ts). Windows has no private sockets for this: a free loopback port and a random password
 * are used there; written to the documentation of PostgreSQL and not yet tried on Windows.
 *
 * Throws EmbeddedPostgresError whose message says what to do, in most cases: set DATABASE_URL.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  log?: (message: string) => void;
}): Promise<EmbeddedPostgres> {
  const log = options.log ?? (() => undefined);
  const home = await prepareHome(resolve(options.dataDir), log);
  const binaries = async () => prepareBinaries(await findPackage(), home.path, home.account);

  const start = async (): Promise<Server> => {
    const running = await findRunning(home);
    if (running !== undefined) return running;
    const ready = await binaries();
    await ensureCluster(home, ready, (await findPackage()).version.split('.')[0] ?? '');
    return startServer(home, ready);
  };
  let server = await start();
  const adopted = server.child === undefined;
  log(`PostgreSQL ${adopted ? 'was already running' : 'started'} in ${home.path} (process ${server.pid})`);
  const url = await createDatabase(urlOf(server.endpoint, 'postgres'), 'gateway');

  let stopping: Promise<void> | undefined;
  let watching = false;
  const watch = setInterval(async () => {
    if (watching) return;
    watching = true;
    await startWhenGone().catch((error: unknown) => log(`PostgreSQL does not start again: ${String(error)}`));
    watching = false;
  }, WATCH_MS);
  watch.unref();

  async function startWhenGone(): Promise<void> {
    if (stopping || !(await isGone(home, server)) || stopping) return;
    // Without its data there is nothing to start: an empty database would be worse than none.
    if (!(await hasCluster(home))) return clearInterval(watch);
    server = (await findRunning(home)) ?? (await startServer(home, await binaries(), server.endpoint));
    log(`PostgreSQL had ended; it runs again in ${home.path} (process ${server.pid})`);
    // Whoever stops meanwhile did not know of it.
    if (stopping) await stopServer(home, binaries, server);
  }

  const stop = async () => {
    clearInterval(watch);
    if (await isUsed(url)) return log('PostgreSQL goes on: others use it.');
    await stopServer(home, binaries, server);
    const { host, password } = server.endpoint;
    // Only the short folder outside the home would be litter.
    if (password === undefined && dirname(host) !== home.path) await rm(host, { recursive: true, force: true });
  };
  return {
    url,
    socketDir: server.endpoint.host,
    home: home.path,
    get pid() {
      return server.pid;
    },
    adopted,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
