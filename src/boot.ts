import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { App } from './app.js';
import type { Config } from './config.js';
import { builtInConnectors } from './connectors/index.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './storage/embedded-postgres.js';
import { loadOrCreateKey, parseSecretKey } from './storage/secret-key.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;

export interface Running {
  readonly app: App;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

const VERSION = (JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string })
  .version;

/**
 * From a configuration to a gateway that works but does not listen yet: database, key, connectors, app. A server in `given`
 * is used instead of an own one and stays its giver's to stop.
 */
export async function boot(
  config: Config,
  log: Log,
  given: { readonly postgres?: EmbeddedPostgres | null } = {},
): Promise<Running> {
  // The larger part of the code loads while the database starts.
  const loading = import('./app.js');
  loading.catch(() => undefined);
  const connectors = builtInConnectors.map((factory) =>
    factory.create(
      Object.fromEntries(factory.options.map(({ name, variable }) => [name, config.connectorOptions[variable]])),
      { productName: config.productName },
    ),
  );
  const dataDir = resolve(config.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const key = config.secretKey ? parseSecretKey(config.secretKey) : await loadOrCreateKey(join(dataDir, 'secret.key'));
  if (config.databaseUrl && !config.secretKey) {
    log(
      'warn',
      `No GATEWAY_SECRET_KEY: using ${join(dataDir, 'secret.key')}. Other instances on this database need the same key.`,
    );
  }
  const own =
    config.databaseUrl || given.postgres ? null : startEmbeddedPostgres({ dataDir, log: (text) => log('info', text) });
  const postgres = await own;
  const databaseUrl = config.databaseUrl ?? (postgres ?? given.postgres)?.url ?? '';
  try {
    const { createApp } = await loading;
    const app = await createApp({
      databaseUrl,
      keys: [key],
      connectors,
      productName: config.productName,
      quarantineSeconds: config.quarantineSeconds,
      version: VERSION,
      log,
    });
    return {
      app,
      databaseUrl,
      async stop() {
        await app.close();
        await postgres?.stop();
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}
