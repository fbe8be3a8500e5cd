import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createApiKeys } from './access/api-keys.js';
import { createAuditFeed } from './audit/feed.js';
import { createAuditReader } from './audit/reader.js';
import { createPostgresWake } from './audit/wake.js';
import type { Connector } from './connectors/contract.js';
import { createRegistry } from './connectors/registry.js';
import { createVendorBudget } from './delivery/budget.js';
import { createDrain } from './delivery/drain.js';
import { createLaneStore } from './delivery/lane-store.js';
import { releaseLanesOf, sweepLanes } from './delivery/lane-wake.js';
import { sendBefore } from './delivery/send-window.js';
import { createSessions } from './delivery/sessions.js';
import { createJobEngine, migrateJobs } from './jobs/engine.js';
import { createInstances } from './jobs/instances.js';
import { failInterrupted } from './operations/interrupted.js';
import type { Services } from './operations/services.js';
import { VERIFY_TASK, verifyConnectorConnection } from './operations/verify-connector-connection.js';
import { buildSchema } from './schema/index.js';
import { createGatewayServer } from './server.js';
import { createDatabase } from './storage/database.js';
import { newId } from './storage/ids.js';
import { migrate } from './storage/migrations.js';
import { createSealer, type SealingKey } from './storage/sealed.js';

export interface AppOptions {
  readonly databaseUrl: string;
  readonly keys: readonly SealingKey[];
  readonly connectors: readonly Connector[];
  readonly productName: string;
  /** Overrides the connectors' own quarantine. */
  readonly quarantineSeconds?: number | null;
  readonly version: string;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

export type App = Awaited<ReturnType<typeof createApp>>;

const LEASE_MS = 120_000;
/** The longest a connector waits for the answer of a write. */
const WRITE_LIMIT_MS = 100_000;
/** A write is begun only while the lease outlives it by a margin, which its waiting for the vendor's budget may use up. */
const SEND_WINDOW_MS = 110_000;
/** So late after its intent was stored may a write leave; it can land so much later too. */
const SEND_SLACK_SECONDS = (LEASE_MS - WRITE_LIMIT_MS) / 1000;

/** The composition root: the only place where the rooms meet. Migrates, starts the workers; `listen` opens the door. */
export async function createApp(options: AppOptions) {
  const { databaseUrl, log } = options;
  const connectors = createRegistry(options.connectors);
  // Meanwhile the schema is built, which needs no answer of the database.
  const directory = join(import.meta.dirname, '../prisma/migrations');
  const migrating = migrate(databaseUrl, { directory }).then(() => migrateJobs(databaseUrl));
  migrating.catch(() => undefined);

  const now = () => new Date();
  const instanceId = newId();
  const db = createDatabase(databaseUrl);
  const schema = buildSchema(db.client, connectors.all);
  const sealer = createSealer({ keys: options.keys });
  const budget = createVendorBudget(db);
  const sessions = createSessions({ connectors, sealer, budget, now });
  const jobs = createJobEngine({
    databaseUrl,
    concurrency: 8,
    log: (level, message) => level === 'error' && log('error', message.slice(0, 300)),
  });
  const operations: Services = { db, connectors, sessions, jobs, sealer, instanceId, now, newId, log };

  const quarantineOf = (id: string) => connectors.find(id)?.descriptor.quarantineSeconds ?? 330;
  const drain = createDrain({
    store: createLaneStore({ db, jobs, instanceId, newId, leaseMs: LEASE_MS }),
    session: (connection) => sessions.of(connection),
    quarantineMs: ({ connectorId }) =>
      1000 * (options.quarantineSeconds ?? quarantineOf(connectorId) + SEND_SLACK_SECONDS),
    sendWindowMs: SEND_WINDOW_MS,
    monotonic: () => performance.now(),
    guardSend: (heldUntil, work) => sendBefore(heldUntil - WRITE_LIMIT_MS, work),
    random: () => Math.random(),
  });
  const instances = createInstances({
    db,
    id: instanceId,
    workerIds: jobs.workerIds,
    onDeath: async (dead) => {
      await releaseLanesOf(db, jobs, dead);
      await failInterrupted(db, dead);
    },
    log: (message) => log('warn', message),
  });
  try {
    await migrating;
    await jobs.start(
      {
        'drain-lane': ({ tenantId = '', laneId = '' }) => drain({ tenantId, laneId }),
        [VERIFY_TASK]: (payload) => verifyConnectorConnection(operations, payload),
        'sweep-lanes': () => sweepLanes(db, jobs),
      },
      ['sweep-lanes'],
    );
    await instances.start();
  } catch (error) {
    // Nothing may keep running, and trying again, behind a start that failed.
    await jobs.stop();
    await db.close();
    throw error;
  }

  const wake = createPostgresWake(databaseUrl);
  const feed = createAuditFeed({ db, wake, onError: (error) => log('warn', `Live feed: ${(error as Error).name}`) });
  const apiKeys = createApiKeys(db, newId, now);
  const server = createGatewayServer({
    schema,
    services: {
      operations,
      audit: createAuditReader(db),
      feed,
      productName: options.productName,
      version: options.version,
    },
    authenticate: apiKeys.authenticate,
    isReady: async () => {
      await db.client.$queryRaw`SELECT 1`;
      return true;
    },
    log,
  });

  return {
    db,
    apiKeys,
    operations,
    listen: server.listen,
    /** Stops accepting, lets work under way end, closes sockets so that clients come back, then the database. */
    async close() {
      // First the server: a live field that ended would tell its client not to come back.
      await server.close();
      feed.close();
      await jobs.stop();
      await instances.stop();
      await wake.close();
      await sessions.close();
      await db.close();
    },
  };
}
