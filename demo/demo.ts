import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type AutotaskSimulator, startAutotaskSimulator } from '../simulators/autotask/index.js';
import type { Log } from '../src/boot.js';
import { type Config, readConfig } from '../src/config.js';
import { builtInConnectors } from '../src/connectors/index.js';
import { startEmbeddedPostgres } from '../src/storage/embedded-postgres.js';
import type { DemoKeys } from './keys.js';
import { lockFolder } from './lock.js';
import { choosePorts } from './ports.js';
import { PSA_USER, psaWorldOf } from './world.js';

export interface Demo {
  readonly graphqlUrl: string;
  readonly keys: DemoKeys;
  readonly simulator: {
    readonly url: string;
    readonly adminUrl: string;
    readonly username: string;
    readonly password: string;
    readonly integrationCode: string;
  };
  readonly dataDir: string;
  stop(): Promise<void>;
}

type Environment = { readonly [name: string]: string | undefined };

/** Its own folder, so that `npm start` on the same clone does not find the demo's marketplace. */
const DATA_DIR = '.gateway/demo';

/** The configuration of the demo: the gateway's own, with other defaults. Throws `ConfigError`. */
export function readDemoConfig(env: Environment): Config {
  const given = (name: string) => env[name]?.trim() || undefined;
  const defaults = {
    GATEWAY_DATA_DIR: given('GATEWAY_DATA_DIR') ?? DATA_DIR,
    GATEWAY_GRAPHIQL: given('GATEWAY_GRAPHIQL') ?? 'on',
    GATEWAY_LOG_LEVEL: given('GATEWAY_LOG_LEVEL') ?? 'warn',
  };
  return readConfig(
    { ...env, ...defaults },
    builtInConnectors.flatMap(({ options }) => options),
  );
}

/**
 * Gateway, simulated Autotask, seeded marketplace, database. What takes long runs at once: the database starts while the
 * gateway's modules are loaded.
 */
export async function startDemo(env: Environment, log: Log): Promise<Demo> {
  const config = readDemoConfig(env);
  const ports = await choosePorts(config.port, config.host);
  const dataDir = resolve(config.dataDir);
  // As root the database's own account must be able to walk through; what lies here is closed by itself.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  await mkdir(dirname(dataDir), { recursive: true, mode });
  await mkdir(dataDir, { recursive: true, mode });

  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const starting = config.databaseUrl ? null : startEmbeddedPostgres({ dataDir, log: (text) => log('info', text) });
    const loading = Promise.all([import('../src/boot.js'), import('./seed.js'), import('../src/app.js')]);
    const [simulated, started, loaded] = await Promise.allSettled([
      startSimulator(dataDir, ports.simulator),
      starting,
      loading,
    ]);
    if (simulated.status === 'fulfilled') undo.push(() => simulated.value.close());
    const postgres = started.status === 'fulfilled' ? started.value : null;
    // One that ran already may be another demo's, until the lock says that there is none.
    if (postgres && !postgres.adopted) undo.push(() => postgres.stop());
    const simulator = settled(simulated);
    const databaseUrl = config.databaseUrl ?? settled(started)?.url ?? '';
    const [{ boot }, { seedOnce }] = settled(loaded);
    const unlock = await lockFolder(databaseUrl, dataDir);
    if (postgres?.adopted) undo.push(() => postgres.stop());
    undo.push(unlock);

    const running = await boot(withSimulator(config, env, simulator), log, { postgres });
    undo.push(() => running.stop());
    const keys = await seedOnce(running.app.db, running.app.apiKeys, join(dataDir, 'demo-keys.json'), new Date());
    const { port } = await running.app.listen(ports.gateway, config.host);
    return {
      graphqlUrl: `http://${hostFor(config.host)}:${port}/graphql`,
      keys,
      simulator: { url: simulator.url, adminUrl: simulator.adminUrl, ...PSA_USER },
      dataDir,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

function startSimulator(dataDir: string, port: number): Promise<AutotaskSimulator> {
  const world = psaWorldOf(new Date().toISOString().slice(0, 10));
  return startAutotaskSimulator({ port, world, stateFile: join(dataDir, 'autotask.json') });
}

/** Connections of the demo go to the simulator, unless the caller names another Autotask. */
function withSimulator(config: Config, env: Environment, simulator: AutotaskSimulator): Config {
  if (env.AUTOTASK_DISCOVERY_URL?.trim()) return config;
  return {
    ...config,
    connectorOptions: { ...config.connectorOptions, AUTOTASK_DISCOVERY_URL: simulator.discoveryUrl },
  };
}

/** As a client on this machine writes it. */
function hostFor(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
