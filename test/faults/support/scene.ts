import { randomBytes } from 'node:crypto';
import type { Switches, World } from '../../../simulators/autotask/index.js';
import { createApiKeys } from '../../../src/access/api-keys.js';
import { createDatabase } from '../../../src/storage/database.js';
import { newId } from '../../../src/storage/ids.js';
import { createOrganizations } from '../../support/app.js';
import { type Caller, createCaller } from '../../support/caller.js';
import { type PsaProcess, startPsaProcess } from '../../support/psa-process.js';
import { testWorld } from '../../support/world.js';
import type { GatewaySetup } from './gateway.js';
import { type GatewayProcess, startGatewayProcess } from './process.js';

export interface SceneOptions {
  /** A migrated, empty database; stays its giver's. */
  readonly databaseUrl: string;
  readonly quarantineSeconds?: number;
  readonly callsPerHour?: number;
  readonly world?: World;
  readonly switches?: Partial<Switches>;
}

export interface Gateway extends GatewayProcess {
  /** An administrator of the one organization, asking this gateway. */
  readonly csp: Caller;
}

/** A PSA, a database and gateways, each a process of its own. */
export interface Scene {
  readonly psa: PsaProcess;
  readonly databaseUrl: string;
  readonly key: string;
  /** One more gateway on the same database; `through` is another way to it. */
  start(more?: Partial<GatewaySetup>): Promise<Gateway>;
  /** Ends what is still there. The database stays. */
  close(): Promise<void>;
}

export async function createScene(options: SceneOptions): Promise<Scene> {
  const { databaseUrl, quarantineSeconds = 2, callsPerHour = 10_000_000 } = options;
  const [psa, key] = await Promise.all([
    startPsaProcess({
      world: options.world ?? testWorld(),
      switches: { latencyMs: 0, threadReleaseMs: 0, threshold: 10_000_000, ...options.switches },
    }),
    createKey(databaseUrl),
  ]);
  const secretKey = randomBytes(32).toString('hex');
  const gateways = new Set<Gateway>();
  return {
    psa,
    databaseUrl,
    key,
    async start(more) {
      const setup = { databaseUrl, discoveryUrl: psa.discoveryUrl, secretKey, quarantineSeconds, callsPerHour };
      const started = await startGatewayProcess({ ...setup, ...more });
      const gateway = { ...started, csp: createCaller(started.url, key) };
      gateways.add(gateway);
      return gateway;
    },
    async close() {
      for (const { csp } of gateways) {
        csp.cutSockets();
        await csp.close();
      }
      await Promise.all([...gateways].filter((gateway) => gateway.isAlive()).map((gateway) => gateway.kill()));
      await psa.close();
    },
  };
}

async function createKey(databaseUrl: string): Promise<string> {
  const db = createDatabase(databaseUrl, { poolSize: 2 });
  try {
    const keys = await createOrganizations({ db, apiKeys: createApiKeys(db, newId, () => new Date()) });
    return keys.csp;
  } finally {
    await db.close();
  }
}
