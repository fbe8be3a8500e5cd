import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { App } from './app.js';
import { checkpointPlace, loadAuditKeys } from './audit/proof/key-file.js';
import type { Config } from './config.js';
import type { ConnectorFactory } from './connectors/contract.js';
import { builtInConnectors, builtInSources } from './connectors/index.js';
import { createConnectors } from './connectors/installed.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './storage/embedded-postgres.js';
import { checkKeys } from './storage/key-check.js';
import { createLocalKeys, type KeyProvider } from './storage/key-provider.js';
import { sealingKeys } from './storage/sealing-keys.js';
import { loadOrCreateKey, readKeys } from './storage/secret-key.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;

export interface Running {
  readonly app: App;
  readonly databaseUrl: string;
  /** `drain`: as long as the configuration says, others are first given the time to look elsewhere. */
  stop(options?: { readonly drain?: boolean }): Promise<void>;
}

export const VERSION = (
  JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
).version;

/**
 * From a configuration to a gateway that works but does not listen yet: database, key, connectors, app. A server in `given`
 * is used instead of an own one and stays its giver's to stop.
 */
export async function boot(
  config: Config,
  log: Log,
  given: {
    readonly postgres?: Pick<EmbeddedPostgres, 'url'> | null;
    /** Absent: those that come with the gateway. */
    readonly connectors?: readonly ConnectorFactory[];
  } = {},
): Promise<Running> {
  // The larger part of the code loads while the database starts.
  const loading = import('./app.js');
  loading.catch(() => undefined);
  const { connectors: factories = builtInConnectors } = given;
  const connectors = createConnectors(factories, config.connectorOptions, { productName: config.productName });
  const dataDir = resolve(config.dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const keyFile = join(dataDir, 'secret.key');
  if (config.databaseUrl && !config.secretKey) {
    log('warn', `No GATEWAY_SECRET_KEY: using ${keyFile}. Other instances on this database need the same key.`);
  }
  if (config.databaseUrl && !config.audit.key) {
    log('warn', `No GATEWAY_AUDIT_KEY: signing with the key in ${dataDir}. Other instances need the same key.`);
  }
  const own =
    config.databaseUrl || given.postgres ? null : startEmbeddedPostgres({ dataDir, log: (text) => log('info', text) });
  const postgres = await own;
  const databaseUrl = config.databaseUrl ?? (postgres ?? given.postgres)?.url ?? '';
  const ownerUrl = config.databaseOwnerUrl;
  try {
    const keyProvider = await keysOf(config, keyFile, ownerUrl ?? databaseUrl);
    const auditKeys = await loadAuditKeys(config.audit, dataDir);
    const { createApp } = await loading;
    const app = await createApp({
      databaseUrl,
      ownerUrl,
      keyProvider,
      connectors,
      productName: config.productName,
      quarantineSeconds: config.quarantineSeconds,
      oidc: config.oidc,
      requests: config.requests,
      vendorShare: config.vendorShare,
      nettingSeconds: config.nettingSeconds,
      reconcileCron: config.reconcileCron,
      sources: { ...config.sources, factories: builtInSources, values: config.connectorOptions },
      audit: {
        keys: auditKeys,
        place: checkpointPlace(config.audit.checkpoints, dataDir),
        retentionMonths: config.audit.retentionMonths,
      },
      redisUrl: config.operations.redisUrl,
      metrics: { token: config.operations.metricsToken, port: config.operations.metricsPort },
      version: VERSION,
      log,
    });
    return {
      app,
      databaseUrl,
      async stop({ drain = false } = {}) {
        await app.close({ drainMs: drain ? config.operations.drainMs : 0 });
        await postgres?.stop();
      },
    };
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
}

/** The keys of the configuration or the key file, which is made for a database without secrets. Throws SecretKeyError. */
async function keysOf(config: Config, file: string, databaseUrl: string): Promise<KeyProvider> {
  if (!config.secretKey && (await readKeys(file)) === null) {
    // A key that was lost must not be replaced by one that opens nothing.
    await checkKeys(databaseUrl, null);
    await loadOrCreateKey(file);
  }
  const provider = await createLocalKeys(() => sealingKeys(config, file));
  await checkKeys(databaseUrl, provider);
  return provider;
}
