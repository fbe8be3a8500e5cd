import { createApp, type Timing } from '../../../src/app.js';
import { builtInConnectors } from '../../../src/connectors/index.js';
import { createLocalKeys } from '../../../src/storage/key-provider.js';
import { followClockJumps } from './clock.js';

/** What a gateway process of a fault run is told. */
export interface GatewaySetup {
  readonly databaseUrl: string;
  readonly discoveryUrl: string;
  readonly secretKey: string;
  readonly quarantineSeconds: number;
  /** The vendor's hourly allowance as the gateway knows it; absent: the connector's own figure. */
  readonly callsPerHour?: number;
  readonly timing?: Timing;
}

/** From the parent: the wall clock jumps by so many milliseconds; how much memory is used? */
export type Order = { readonly jumpMs: number } | { readonly ask: 'memory' };
export type Report =
  | { readonly url: string }
  | { readonly memory: { readonly rss: number } }
  | { readonly log: { readonly level: string; readonly text: string } };

const tell = (report: Report) => void process.send?.(report);

/**
 * A gateway in a process of its own, to be killed, paused and lied to. What `npm start` runs, but for a vendor allowance that
 * a test does not use up. SIGTERM stops it as it stops the real one.
 */
async function main(setup: GatewaySetup): Promise<void> {
  const { databaseUrl, discoveryUrl, secretKey, quarantineSeconds, callsPerHour, timing } = setup;
  const connectors = builtInConnectors.map((factory) => {
    const connector = factory.create({ discoveryUrl }, { productName: 'CloudCockpit' });
    if (callsPerHour === undefined) return connector;
    const limits = connector.descriptor.limits.map((limit) =>
      limit.requests ? { ...limit, requests: { count: callsPerHour, perSeconds: 3600 } } : limit,
    );
    return { ...connector, descriptor: { ...connector.descriptor, limits } };
  });
  const app = await createApp({
    databaseUrl,
    keyProvider: await createLocalKeys(async () => [{ id: 'test', key: Buffer.from(secretKey, 'hex') }]),
    connectors,
    productName: 'CloudCockpit',
    quarantineSeconds,
    ...(timing && { timing }),
    version: '0.0.0-test',
    log: (level, message, facts) => tell({ log: { level, text: `${message} ${JSON.stringify(facts ?? {})}` } }),
  });
  const { port } = await app.listen(0, '127.0.0.1');
  process.once('SIGTERM', () => {
    setTimeout(() => process.exit(1), 25_000).unref();
    void app.close().then(() => process.exit(0));
  });
  tell({ url: `http://127.0.0.1:${port}/graphql` });
}

process.on('message', (order: Order) => {
  if ('ask' in order) tell({ memory: { rss: process.memoryUsage().rss } });
});
followClockJumps();
await main(JSON.parse(process.env.FAULT_GATEWAY ?? '{}') as GatewaySetup);
