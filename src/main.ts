import pino from 'pino';
import { createFirstKey } from './access/first-key.js';
import { boot, type Log } from './boot.js';
import { ConfigError, readConfig } from './config.js';
import { builtInConnectors } from './connectors/index.js';

const EXIT_CONFIGURATION = 2;
const STOP_WITHIN_MS = 25_000;

/** The process: reads the configuration, listens, obeys signals. Exit code 2: the configuration is wrong. */
async function main(): Promise<void> {
  const config = readConfig(
    process.env,
    builtInConnectors.flatMap((factory) => factory.options),
  );
  const logger = pino({ level: config.logLevel });
  const log: Log = (level, message, facts) => logger[level](facts ?? {}, message);
  const running = await boot(config, log);
  const key = await createFirstKey(running.app.db, running.app.apiKeys);
  const { port } = await running.app.listen(config.port, config.host);
  log('info', `GraphQL on http://${config.host}:${port}/graphql`);
  if (key) {
    process.stdout.write(`\nA new database. API key of its administrator, shown this once:\n\n  ${key}\n\n`);
  }
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log('info', `${signal}: stopping.`);
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
      void running.stop().then(() => process.exit(0));
    });
  }
}

try {
  await main();
} catch (error) {
  const wrong = error instanceof ConfigError;
  process.stderr.write(`${wrong ? error.message : `The gateway could not start: ${(error as Error).message}`}\n`);
  process.exit(wrong ? EXIT_CONFIGURATION : 1);
}
