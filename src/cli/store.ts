import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createDatabase, type Database } from '../storage/database.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../storage/embedded-postgres.js';
import { migrate, pendingMigrations } from '../storage/migrations.js';
import type { Context } from './context.js';
import { CommandError } from './errors.js';

const SAME_SIGNAL_MS = 1_000;

/** The gateway's database, as a command sees it. */
export interface Store {
  readonly db: Database;
  readonly url: string;
  /** The absolute data folder. */
  readonly dataDir: string;
  /** Aborted by Ctrl-C, SIGTERM, or when nobody reads the output any more. */
  readonly signal: AbortSignal;
}

export interface StoreOptions {
  /** Makes the database, and brings it to this version's schema, instead of refusing to work on another. */
  readonly migrate?: boolean;
}

/**
 * Opens the database for the time of one command: the server of DATABASE_URL, a running embedded server, or an embedded
 * server started for the command. An embedded one that nobody else uses is stopped after it.
 */
export async function withStore<T>(
  context: Context,
  work: (store: Store) => Promise<T>,
  options: StoreOptions = {},
): Promise<T> {
  const config = context.config();
  const dataDir = resolve(config.dataDir);
  const stop = stopSignal();
  const own = config.databaseUrl ? null : await openEmbedded(dataDir, options);
  const url = config.databaseUrl ?? own?.url ?? '';
  try {
    await checkSchema(config.databaseOwnerUrl ?? url, join(context.root, 'prisma/migrations'), options);
    const db = createDatabase(url, { poolSize: 4 });
    try {
      return await work({ db, url, dataDir, signal: stop.signal });
    } finally {
      await db.close();
    }
  } finally {
    stop.forget();
    await own?.stop();
  }
}

async function openEmbedded(dataDir: string, options: StoreOptions): Promise<EmbeddedPostgres> {
  const found = await Promise.all(['postgres', 'postgres-location'].map((name) => exists(join(dataDir, name))));
  if (!options.migrate && !found.includes(true)) {
    throw new CommandError(
      `There is no database in ${dataDir}. Start the gateway once, name its data folder (--data-dir), or set DATABASE_URL.`,
    );
  }
  return startEmbeddedPostgres({ dataDir });
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function checkSchema(url: string, directory: string, options: StoreOptions): Promise<void> {
  if (options.migrate) return void (await migrate(url, { directory }));
  const pending = await pendingMigrations(url, { directory });
  if (pending.length === 0) return;
  throw new CommandError(
    `The database lacks ${pending.length} migration(s) of this version, from ${pending[0]} on. Start the gateway of this version once.`,
  );
}

function stopSignal(): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  let since = 0;
  const stop = () => {
    // Ctrl-C reaches the whole process group and npm passes it on once more. Who asks later does not want to wait.
    if (controller.signal.aborted && performance.now() - since > SAME_SIGNAL_MS) process.exit(1);
    if (controller.signal.aborted) return;
    since = performance.now();
    controller.abort();
  };
  const gone = () => controller.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.on('error', gone);
  return {
    signal: controller.signal,
    forget() {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      process.stdout.off('error', gone);
    },
  };
}
