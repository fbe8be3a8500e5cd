import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createApiKeys } from './access/api-keys.js';
import { createCallers } from './access/callers.js';
import { createOidc, type OidcSettings } from './access/oidc.js';
import { findOrganization } from './access/organizations.js';
import { createRequestRate, type RequestsPerMinute } from './access/request-rate.js';
import { createAuditFeed } from './audit/feed.js';
import { createAuditKeeper, type KeeperOptions } from './audit/proof/keeper.js';
import { createAuditReader } from './audit/reader.js';
import { createRedisWake } from './audit/redis-wake.js';
import { createPostgresWake } from './audit/wake.js';
import type { Connector } from './connectors/contract.js';
import { openSources, type SourceUse } from './connectors/opened-sources.js';
import { createRegistry } from './connectors/registry.js';
import type { SourceFactory } from './connectors/source.js';
import { createBreaker, PROBE_TASK, probeConnection } from './delivery/breaker.js';
import { createVendorBudget, DEFAULT_SHARE, type Share } from './delivery/budget.js';
import { createDrain } from './delivery/drain.js';
import { createLaneStore } from './delivery/lane-store.js';
import { releaseLanesOf, sweepLanes } from './delivery/lane-wake.js';
import { createSecretStop } from './delivery/secret-stop.js';
import { sendBefore } from './delivery/send-window.js';
import { createSessions } from './delivery/sessions.js';
import { inBackground } from './delivery/urgency.js';
import { createJobEngine } from './jobs/engine.js';
import { createInstances } from './jobs/instances.js';
import { readPidSpace } from './jobs/pid-space.js';
import { migrateJobs } from './jobs/tables.js';
import { continueReconciliation, RECONCILE_TASK } from './operations/continue-reconciliation.js';
import { continueSourcePull, SOURCE_PAGE_TASK } from './operations/continue-source-pull.js';
import { failAbandoned, failInterrupted } from './operations/interrupted.js';
import { PULL_ALL_TASK, PULL_TASK, requestPull, startPull } from './operations/pull-source.js';
import {
  AZURE_CRON,
  AZURE_SCHEDULE_TASK,
  AZURE_TASK,
  billAzureMonth,
  scheduleAzureBilling,
} from './operations/schedule-azure-billing.js';
import {
  SCHEDULE_TASK,
  START_TASK,
  scheduleReconciliations,
  startReconciliation,
} from './operations/schedule-reconciliations.js';
import type { Services } from './operations/services.js';
import { VERIFY_TASK, verifyConnectorConnection } from './operations/verify-connector-connection.js';
import { watchSources } from './operations/watch-sources.js';
import { buildSchema } from './schema/index.js';
import type { RequestPolicy } from './server/options.js';
import { createGatewayServer } from './server.js';
import { createDatabase, isUnavailable } from './storage/database.js';
import { newId } from './storage/ids.js';
import type { KeyProvider } from './storage/key-provider.js';
import { migrate } from './storage/migrations.js';
import { checkIsolation } from './storage/roles.js';
import { dropRetired, resealAll, rewrapAll } from './storage/rotation.js';
import type { IsolationSwitch } from './storage/scoped-pool.js';
import { createVault } from './storage/vault.js';
import { logEntry } from './telemetry/entry-log.js';
import { createMetrics } from './telemetry/metrics.js';

export interface AppOptions {
  readonly databaseUrl: string;
  /** Whose the tables are, for migrations alone. Absent: the user of `databaseUrl` owns them. */
  readonly ownerUrl?: string | null;
  /** For tests of what one layer of isolation holds when the other is off. */
  readonly isolation?: IsolationSwitch;
  readonly keyProvider: KeyProvider;
  readonly connectors: readonly Connector[];
  readonly productName: string;
  /** Overrides the connectors' own quarantine. */
  readonly quarantineSeconds?: number | null;
  /** Who may ask from where, and how often. Absent: the defaults, and as often as they like. */
  readonly requests?: RequestPolicy & { readonly requestsPerMinute: RequestsPerMinute };
  /** How long a lane may be held and a write be on its way. Shorter ones are for tests of what happens when they are over. */
  readonly timing?: Timing;
  /** Absent: API keys only. */
  readonly oidc?: OidcSettings | null;
  /** So long a change of quantity waits for a later one of its day, which then goes out alone. Absent: not at all. */
  readonly nettingSeconds?: number;
  /** When every ACTIVE connection is reconciled by itself: a cron line in UTC. Absent or null: never. */
  readonly reconcileCron?: string | null;
  /** What is pulled for whom, and when by itself. Absent: nothing. */
  readonly sources?: SourceOptions;
  /** Signs checkpoints of the audit log each hour, and gives up old months. Absent: neither. */
  readonly audit?: Pick<KeeperOptions, 'keys' | 'place' | 'retentionMonths'>;
  /** How much of a vendor's allowance is used; default `DEFAULT_SHARE`. */
  readonly vendorShare?: Share;
  /** Wakes the live feed instead of PostgreSQL's own NOTIFY. Absent or null: not used. */
  readonly redisUrl?: string | null;
  /** Who may read /metrics, and where; absent: callers on this machine. */
  readonly metrics?: { readonly token: string | null; readonly port: number | null };
  readonly version: string;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

export interface SourceOptions {
  readonly factories: readonly SourceFactory[];
  readonly uses: readonly SourceUse[];
  readonly values: { readonly [variable: string]: string | undefined };
  /** A cron line in UTC; null: only when they change. */
  readonly cron: string | null;
}

export type App = Awaited<ReturnType<typeof createApp>>;

interface Stop {
  /** So long requests are still taken while others are told to go elsewhere. */
  readonly drainMs?: number;
}

const ROTATE_TASK = 'rotate-secrets';
export interface Timing {
  readonly leaseMs: number;
  /** The longest a connector waits for the answer of a write. */
  readonly writeLimitMs: number;
  /** A write is begun only while the lease outlives it by a margin, which its waiting for the vendor's budget may use up. */
  readonly sendWindowMs: number;
}

const TIMING: Timing = { leaseMs: 120_000, writeLimitMs: 100_000, sendWindowMs: 110_000 };

/** The composition root: the only place where the rooms meet. Migrates, starts the workers; `listen` opens the door. */
export async function createApp(options: AppOptions) {
  const { databaseUrl, log } = options;
  const connectors = createRegistry(options.connectors);
  const {
    factories = [],
    uses = [],
    values = {},
    cron: sourcesCron = null,
  }: Partial<SourceOptions> = options.sources ?? {};
  // Meanwhile the schema is built, which needs no answer of the database.
  const directory = join(import.meta.dirname, '../prisma/migrations');
  const ownerUrl = options.ownerUrl ?? databaseUrl;
  const migrating = migrate(ownerUrl, { directory })
    .then(() => migrateJobs(ownerUrl))
    .then(() => checkIsolation(databaseUrl));
  migrating.catch(() => undefined);

  let stopping = false;
  const now = () => new Date();
  const instanceId = newId();
  const metrics = createMetrics(options.version);
  const redis = options.redisUrl
    ? createRedisWake(options.redisUrl, (error) => log('warn', `Redis: ${(error as Error).message}`))
    : null;
  const db = createDatabase(databaseUrl, {
    onStatement: metrics.statement,
    ...options.isolation,
    onFact(fact) {
      if (fact.grown) return redis?.announce(fact.grown);
      metrics.entry(fact.operation ?? '', fact.status ?? '');
      logEntry(log, fact);
    },
  });
  const schema = buildSchema(connectors.all);
  const vault = createVault({ db, provider: options.keyProvider, newId });
  const { vendorShare = DEFAULT_SHARE } = options;
  const budget = createVendorBudget({
    databaseUrl,
    instanceId,
    newId,
    now,
    share: vendorShare,
    onError: (error) => log('warn', `Vendor budget: ${(error as Error).message}`),
  });
  const jobs = createJobEngine({
    databaseUrl,
    concurrency: 16,
    log: (level, message) => level === 'error' && log('error', message.slice(0, 300)),
  });
  const breaker = createBreaker({
    ...{ db, jobs, random: Math.random },
    monotonic: () => performance.now(),
    log: (message) => log('warn', message),
  });
  const sessions = createSessions({
    ...{ connectors, vault, budget, note: breaker.note, now },
    refused: createSecretStop({ db, log: (message) => log('error', message) }),
    onCall: ({ connectorId, method, status, milliseconds }) =>
      metrics.vendorCall(connectorId, method, status, milliseconds),
  });
  const sources = openSources(factories, uses, {
    ...{ values, now },
    onCall: ({ source, method, status, milliseconds }) => metrics.vendorCall(source, method, status, milliseconds),
  });
  const nettingSeconds = options.nettingSeconds ?? 0;
  const { leaseMs, writeLimitMs, sendWindowMs } = options.timing ?? TIMING;
  /** So late after its intent was stored may a write leave; it can land so much later too. */
  const slackSeconds = (leaseMs - writeLimitMs) / 1000;
  const quarantineOf = (id: string) => connectors.find(id)?.descriptor.quarantineSeconds ?? 330;
  const quarantineMs = ({ connectorId }: { readonly connectorId: string }) =>
    1000 * (options.quarantineSeconds ?? quarantineOf(connectorId) + slackSeconds);
  const operations: Services = {
    ...{ db, connectors, sources, sessions, jobs, vault, instanceId, now, newId, log },
    ...{ vendorShare, nettingSeconds, quarantineMs },
  };

  const drain = createDrain({
    store: createLaneStore({ db, jobs, instanceId, newId, leaseMs }),
    session: (connection) => sessions.of(connection),
    quarantineMs,
    sendWindowMs,
    monotonic: () => performance.now(),
    guardSend: (heldUntil, work) => sendBefore(heldUntil - writeLimitMs, work),
    random: () => Math.random(),
    stopping: () => stopping,
  });
  const instances = createInstances({
    db,
    id: instanceId,
    pidSpace: readPidSpace(),
    workerIds: jobs.workerIds,
    activeJobIds: jobs.activeJobIds,
    onDeath: async (dead) => {
      await budget.bury(dead);
      await releaseLanesOf(db, jobs, dead);
      await failInterrupted(db, dead);
    },
    log: (message) => log('warn', message),
  });
  /** Goes on with what a new key or a killed "secrets rotate" left to do; finds nothing on most days. */
  async function finishRotation(): Promise<void> {
    await rewrapAll({ db }, options.keyProvider);
    const { failed } = await resealAll({ db }, vault);
    if (failed.length > 0) log('error', `${failed.length} secrets cannot be opened.`, { first: failed.slice(0, 10) });
    await dropRetired(db, now());
  }

  const keepAudit = options.audit ? createAuditKeeper({ ...options.audit, db, now, newId, log }) : null;

  try {
    const { user, separate } = await migrating;
    const advice = separate
      ? ''
      : ' That user owns the tables or is a superuser: see docs/isolation.md for one that does not.';
    log('info', `Row level security holds: ${user} acts by roles that cannot pass it by.${advice}`);
    await jobs.start(
      {
        'drain-lane': ({ tenantId = '', laneId = '' }) => inBackground(() => drain({ tenantId, laneId })),
        [VERIFY_TASK]: (payload) => verifyConnectorConnection(operations, payload),
        'sweep-lanes': () => sweepLanes(db, jobs),
        [PROBE_TASK]: (payload) => probeConnection({ db, jobs, sessions, random: Math.random }, payload),
        [ROTATE_TASK]: finishRotation,
        [RECONCILE_TASK]: (payload) => inBackground(() => continueReconciliation(operations, payload)),
        [SCHEDULE_TASK]: () => scheduleReconciliations(operations),
        [START_TASK]: (payload) => startReconciliation(operations, payload),
        [PULL_ALL_TASK]: () => requestPull(operations, ...sources.all.map(({ id }) => id)),
        [PULL_TASK]: (payload) => startPull(operations, payload),
        [SOURCE_PAGE_TASK]: (payload, signal) => continueSourcePull(operations, payload, signal),
        [AZURE_SCHEDULE_TASK]: () => scheduleAzureBilling(operations),
        [AZURE_TASK]: (payload) => billAzureMonth(operations, payload),
        ...(keepAudit && { 'keep-audit': keepAudit }),
      },
      [
        { task: 'sweep-lanes', cron: '* * * * *' },
        { task: AZURE_SCHEDULE_TASK, cron: AZURE_CRON, fill: '1d' },
        { task: ROTATE_TASK, cron: '*/5 * * * *' },
        ...(keepAudit ? [{ task: 'keep-audit', cron: '7 * * * *', fill: '1h' }] : []),
        ...(sourcesCron && uses.length > 0 ? [{ task: PULL_ALL_TASK, cron: sourcesCron }] : []),
        ...(options.reconcileCron ? [{ task: SCHEDULE_TASK, cron: options.reconcileCron, fill: '6h' }] : []),
      ],
    );
    await instances.start();
    await failAbandoned(db);
    await requestPull(operations, ...sources.all.map(({ id }) => id));
  } catch (error) {
    // Nothing may keep running, and trying again, behind a start that failed.
    await jobs.stop();
    await redis?.close();
    await budget.close();
    await db.close();
    throw error;
  }

  const unwatch = watchSources(operations);
  const wake = redis ?? createPostgresWake(databaseUrl);
  const feed = createAuditFeed({
    ...{ db, wake, onEvent: metrics.followed },
    onError: (error) => log('warn', `Live feed: ${(error as Error).name}`),
  });
  const apiKeys = createApiKeys(db, newId, now);
  const oidc = options.oidc
    ? createOidc({ settings: options.oidc, findOrganization: (named) => findOrganization(db, named), now })
    : null;
  const rate = createRequestRate(db, options.requests?.requestsPerMinute ?? { caller: 0, tenant: 0 }, now);
  const server = createGatewayServer({
    schema,
    services: {
      operations,
      audit: createAuditReader(db),
      feed,
      forgetKeys: apiKeys.forget,
      readRate: rate.read,
      productName: options.productName,
      version: options.version,
    },
    authenticate: createCallers({ apiKeys, oidc, now }),
    admit: rate.admit,
    ...(options.requests && { policy: options.requests }),
    unready: async () => {
      await db.client.$queryRaw`SELECT 1`;
      return jobs.running() ? [] : ['jobs'];
    },
    metrics: {
      ...(options.metrics ?? { token: null, port: null }),
      contentType: metrics.contentType,
      request: metrics.request,
      scrape: () => metrics.scrape({ db, feed: feed.stats, live: server.live }),
    },
    log,
  });

  let closed: Promise<void> | undefined;
  async function close({ drainMs = 0 }: Stop): Promise<void> {
    stopping = true;
    await unwatch();
    const handedBack = jobs.stop().catch(notStopped);
    if (drainMs > 0) await server.drain(drainMs);
    // Before the feed: a live field that ended would tell its client not to come back.
    await server.close();
    feed.close();
    await handedBack;
    // What cannot be told to a database that is away is found out by the others; the rest is stopped all the same.
    for (const part of [instances.stop, wake.close, sessions.close, sources.close, budget.close, db.close]) {
      await part().catch(notStopped);
    }
  }

  function notStopped(error: unknown): void {
    log('warn', `Stopping: ${isUnavailable(error) ? 'the database does not answer' : (error as Error).name}`);
  }

  return {
    db,
    apiKeys,
    operations,
    feed,
    listen: server.listen,
    /** Memory, CPU and event loop among the metrics: those of the process, so by the process. */
    measureProcess: metrics.ofProcess,
    /**
     * Hands work back, and after a time of draining stops accepting, lets requests under way end, closes sockets so that
     * clients come back, then the database.
     */
    close(stop: Stop = {}): Promise<void> {
      closed ??= close(stop);
      return closed;
    },
  };
}
