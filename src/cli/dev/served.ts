import { join } from 'node:path';
import { boot } from '../../boot.js';
import { readConfig } from '../../config.js';
import { builtInConnectors, builtInSources } from '../../connectors/index.js';
import type { Environment } from '../context.js';
import { readBooks, writeBooks } from './books.js';
import { createFaultSwitch } from './faults.js';
import { createJourney, type Journey } from './journey.js';
import { type LoadedPackage, loadPackage, sentenceOf } from './loaded.js';
import type { Asked, Begin, Told } from './messages.js';
import { worldOf } from './world.js';

/** So long after an unanswered write it is looked at: nothing of a simulator lands late. */
const QUARANTINE_SECONDS = '2';

/**
 * The gateway process of `dev`, steered by messages of its parent and ended with it: checks the package, then serves it with its
 * simulator until it is told to stop. Another one takes its place after each save.
 */
export async function serveForDev(env: Environment): Promise<void> {
  const tell = (told: Told) => void process.send?.(told);
  let begun: Begin | null = null;
  let loaded: LoadedPackage | null = null;
  let serving: Promise<Serving> | null = null;

  async function obey(asked: Asked): Promise<void> {
    switch (asked.type) {
      case 'begin':
        begun = asked;
        // First, while Node loads by itself: what takes TypeScript is asked for every module from then on.
        await import('../../app.js');
        loaded = await loadPackage(asked.found, 'CloudCockpit');
        return tell({ type: 'checked', title: loaded.title, todo: loaded.todo });
      case 'serve':
        if (!begun || !loaded) return;
        serving = serve(env, begun, loaded, asked, tell);
        return (await serving).travel();
      case 'fault':
        return (await serving)?.fault(asked.fault);
      case 'seats':
        return (await serving)?.seats(asked.quantity);
      case 'again':
        return (await serving)?.travel();
      case 'stop':
        return stop();
    }
  }

  async function stop(): Promise<void> {
    await serving?.then((one) => one.stop()).catch(() => undefined);
    process.exit(0);
  }

  async function fail(error: unknown): Promise<void> {
    const reason = sentenceOf(error, begun?.found.folder ?? '');
    await new Promise<void>(
      (sent) => process.send?.({ type: 'broken', reason } satisfies Told, () => sent()) ?? sent(),
    );
    process.exit(1);
  }

  process.on('message', (asked: Asked) => void obey(asked).catch(fail));
  // Without its parent nobody needs it; Ctrl-C reaches the whole group, and the parent says what happens.
  process.on('disconnect', () => void stop());
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => undefined);
  await new Promise(() => undefined);
}

interface Serving extends Journey {
  fault(name: string | null): void;
  stop(): Promise<void>;
}

async function serve(
  env: Environment,
  { databaseUrl, dataDir, organization }: Begin,
  { factory, subject }: LoadedPackage,
  { port, fault }: { readonly port: number; readonly fault: string | null },
  tell: (told: Told) => void,
): Promise<Serving> {
  const booksFile = join(dataDir, 'books.json');
  const world = worldOf(new Date(), await readBooks(booksFile));
  const simulation = await subject.start(world);
  const faults = createFaultSwitch();
  faults.set(fault);
  const factories = [...builtInConnectors, { ...factory, create: () => faults.of(simulation.connector) }];
  const config = readConfig(
    {
      ...env,
      ...{ DATABASE_URL: undefined, DATABASE_OWNER_URL: undefined, REDIS_URL: undefined, CONNECTORS: undefined },
      ...{ GATEWAY_DATA_DIR: dataDir, GATEWAY_PORT: String(port), GATEWAY_NETTING_SECONDS: '0' },
      ...{ GATEWAY_QUARANTINE_SECONDS: QUARANTINE_SECONDS, GATEWAY_RECONCILE_CRON: 'off', GATEWAY_GRAPHIQL: 'on' },
    },
    [...factories, ...builtInSources].flatMap(({ options }) => options),
  );
  const { app, stop } = await boot(
    config,
    (level, message) => level !== 'info' && tell({ type: 'log', level, message }),
    { postgres: { url: databaseUrl }, connectors: factories },
  );
  const listening = await app.listen(port, config.host);
  tell({ type: 'listening', port: listening.port });
  let stopping = false;
  // Of a step that was cut short by the stop nothing is to be said.
  const told = (step: Told) => stopping || tell(step);
  const journey = createJourney({ app, organization, connectorId: factory.id, simulation, tell: told });
  return {
    ...journey,
    fault: faults.set,
    async stop() {
      // Calls that hang would have to be waited for.
      stopping = true;
      faults.set(null);
      await stop();
      await writeBooks(booksFile, world, simulation);
      await simulation.close();
    },
  };
}
