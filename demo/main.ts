/** `npm run demo`, with `-- --json` for programs: one line with what is needed to use it, and nothing else. */
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import pino from 'pino';
import type { Log } from '../src/boot.js';
import { ConfigError } from '../src/config.js';
import { readDemoConfig, startDemo } from './demo.js';
import { DemoError } from './ports.js';
import { welcome } from './welcome.js';

const EXIT_CONFIGURATION = 2;
const STOP_WITHIN_MS = 25_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const logger = pino({ level: readDemoConfig(process.env).logLevel }, pino.destination({ dest: 2, sync: true }));
  const log: Log = (level, message, facts) => logger[level](facts ?? {}, message);
  const starting = startDemo(process.env, log);

  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Ctrl-C reaches the whole process group and npm passes it on once more.
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
      void starting
        .then((demo) => demo.stop())
        .then(
          () => process.exit(0),
          () => process.exit(1),
        );
    });
  }

  const demo = await starting;
  if (stopping) return;
  const { graphqlUrl, keys, simulator } = demo;
  const text = values.json ? JSON.stringify({ graphqlUrl, keys, simulator }) : welcome(demo, performance.now() / 1000);
  process.stdout.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  const wrong = error instanceof ConfigError;
  const known = wrong || error instanceof DemoError;
  process.stderr.write(`${known ? error.message : `The demo could not start: ${(error as Error).message}`}\n`);
  process.exit(wrong ? EXIT_CONFIGURATION : 1);
}
