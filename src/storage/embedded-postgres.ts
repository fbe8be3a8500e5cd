import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createDatabase } from './databases.js';
import { findPackage, prepareBinaries } from './embedded/binaries.js';
import { urlOf } from './embedded/endpoint.js';
import { prepareHome } from './embedded/home.js';
import { ensureCluster, findRunning, type Server, startServer, stopServer } from './embedded/server.js';

export { EmbeddedPostgresError } from './embedded/errors.js';

export type EmbeddedPostgres = {
  /** Connection URL of the database `gateway`. */
  readonly url: string;
  /** Folder of the Unix socket (mode 0700). On Windows the loopback address. */
  readonly socketDir: string;
  /** Folder with the data; not inside `dataDir` when root runs in a folder only root can enter. */
  readonly home: string;
  readonly pid: number;
  /** The server was already running, or another process started it at the same moment. */
  readonly adopted: boolean;
  /** Stops the server, also an adopted one; others that use it lose it. Resolves when the process is gone. */
  stop(): Promise<void>;
};

/**
 * A real PostgreSQL without installation, for trials and small single nodes: the binaries come as npm packages, the data
 * and a Unix socket only this account can open lie under `dataDir`. No network port, no password.
 *
 * A server left by a killed gateway is adopted, and so is one that another process starts at the same time. As root see
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
  const server = await start();
  const adopted = server.child === undefined;
  log(`PostgreSQL ${adopted ? 'was already running' : 'started'} in ${home.path} (process ${server.pid})`);
  const url = await createDatabase(urlOf(server.endpoint, 'postgres'), 'gateway');

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await stopServer(home, binaries, server);
    const { host, password } = server.endpoint;
    // Only the short folder outside the home would be litter.
    if (password === undefined && dirname(host) !== home.path) await rm(host, { recursive: true, force: true });
  };
  return {
    url,
    socketDir: server.endpoint.host,
    home: home.path,
    pid: server.pid,
    adopted,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
