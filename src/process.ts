import { createFirstKey } from './access/first-key.js';
import { boot, type Log, type Running, VERSION } from './boot.js';
import { type Config, ConfigError, namedConnectors, readConfig } from './config.js';
import { builtInConnectors, builtInSources } from './connectors/index.js';
import { loadConnectors } from './connectors/installed.js';
import { openWaitingRoom } from './server/waiting-room.js';
import { whenAvailable } from './storage/availability.js';
import { startTracing } from './telemetry/exporter.js';
import { createLog } from './telemetry/log.js';

const EXIT_CONFIGURATION = 2;
const EXIT_UNFINISHED = 1;
const STOP_WITHIN_MS = 24_000;
const SAME_SIGNAL_MS = 1_000;

/** The gateway as a process: listens, obeys signals, ends it. Exit code 2: the configuration is wrong. */
export async function runGateway(env: { readonly [name: string]: string | undefined }): Promise<void> {
  try {
    await start(env);
  } catch (error) {
    const wrong = error instanceof ConfigError;
    process.stderr.write(`${wrong ? error.message : `The gateway could not start: ${(error as Error).message}`}\n`);
    process.exit(wrong ? EXIT_CONFIGURATION : 1);
  }
}

async function start(env: { readonly [name: string]: string | undefined }): Promise<void> {
  const { factories, faults } = await loadConnectors(namedConnectors(env), builtInConnectors);
  if (faults.length > 0) throw new ConfigError(faults);
  const config = readConfig(
    env,
    [...factories, ...builtInSources].flatMap(({ options }) => options),
  );
  const log = createLog(config.logLevel);
  const { tracesTo } = config.operations;
  const stopTracing = tracesTo === null ? async () => undefined : await startTracing(tracesTo, VERSION);
  const givenUp = new AbortController();
  const booting = untilDatabaseAnswers(config, log, givenUp.signal).then(() =>
    boot(config, log, { connectors: factories }),
  );
  obeySignals(log, async (options) => {
    givenUp.abort();
    const running = await booting.catch(() => null);
    await running?.stop(options);
    await stopTracing();
  });
  const app = await booting.then(
    (running) => running.app,
    (error) => {
      if (givenUp.signal.aborted) return null;
      throw error;
    },
  );
  if (!app || givenUp.signal.aborted) return;
  app.measureProcess();
  // Before the first key is made, which is shown only once.
  const { port, metricsPort } = await app.listen(config.port, config.host).catch(async (error: unknown) => {
    const { stop } = await booting;
    await stop().catch(() => undefined);
    throw new Error(explainListen(error));
  });
  const key = await createFirstKey(app.db, app.apiKeys);
  log('info', `GraphQL on http://${config.host}:${port}/graphql`);
  if (metricsPort !== null) log('info', `Metrics on http://${config.host}:${metricsPort}/metrics`);
  if (key) {
    process.stdout.write(`\nA new database. API key of its administrator, shown this once:\n\n  ${key}\n\n`);
  }
}

function explainListen(error: unknown): string {
  const { code, message, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  const where = `port ${port} of ${address}`;
  if (code === 'EADDRINUSE') {
    return `${where} is taken. Stop what listens there, or set GATEWAY_PORT or GATEWAY_METRICS_PORT to another (0 takes a free one).`;
  }
  if (code === 'EACCES') {
    return `${where} may not be used by this account. Set GATEWAY_PORT or GATEWAY_METRICS_PORT to one above 1023.`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `GATEWAY_HOST is no address of this machine: ${message}`;
  return message;
}

/** Meanwhile the port says what it waits for, so that nobody takes a waiting gateway for a dead one. */
async function untilDatabaseAnswers(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  if (!config.databaseUrl) return;
  let room: ReturnType<typeof openWaitingRoom> | null = null;
  try {
    await whenAvailable(config.databaseUrl, {
      signal,
      onWait(error, milliseconds) {
        log('warn', 'The database does not answer; waiting for it.', {
          reason: error.message,
          againInMs: milliseconds,
        });
        room ??= openWaitingRoom(config.port, config.host);
        room.catch(() => undefined);
      },
    });
  } finally {
    await (room as ReturnType<typeof openWaitingRoom> | null)?.then((open) => open.close());
  }
}

/** SIGTERM comes from whoever also steers the traffic, which needs a moment; SIGINT from a person, who does not. */
function obeySignals(log: Log, stop: Running['stop']): void {
  let since: number | null = null;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Ctrl-C reaches the whole process group and npm passes it on once more: only a later one is meant.
      if (since !== null && performance.now() - since > SAME_SIGNAL_MS) process.exit(EXIT_UNFINISHED);
      if (since !== null) return;
      since = performance.now();
      log('info', `${signal}: stopping. A second signal ends it at once.`);
      setTimeout(() => {
        log('error', 'Not stopped in time; the other instances take over what is left.');
        process.exit(EXIT_UNFINISHED);
      }, STOP_WITHIN_MS).unref();
      stop({ drain: signal === 'SIGTERM' }).then(
        () => process.exit(0),
        (error) => {
          log('error', `Stopping failed: ${(error as Error).message}`);
          process.exit(EXIT_UNFINISHED);
        },
      );
    });
  }
}
