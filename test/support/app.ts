import { randomBytes } from 'node:crypto';
import {
  type AutotaskSimulator,
  type Switches,
  startAutotaskSimulator,
  type World,
} from '../../simulators/autotask/index.js';
import { type App, createApp } from '../../src/app.js';
import type { Connector } from '../../src/connectors/contract.js';
import { builtInConnectors } from '../../src/connectors/index.js';
import { newId } from '../../src/storage/ids.js';
import { type Caller, createCaller } from './caller.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { openHandles, whenGone } from './leftovers.js';
import { testWorld } from './world.js';

export interface TestAppOptions {
  readonly world?: World;
  readonly switches?: Partial<Switches>;
  /** How long an unanswered write may still land; short, because nothing of the simulator lands late by itself. */
  readonly quarantineSeconds?: number;
  readonly connectors?: readonly Connector[];
}

export interface GatewayOptions {
  readonly databaseUrl: string;
  readonly discoveryUrl: string;
  readonly secretKey: string;
  readonly quarantineSeconds?: number;
  readonly connectors?: readonly Connector[];
}

export interface Gateway {
  readonly app: App;
  readonly url: string;
  /** What it logged, one text a line. */
  readonly logged: string[];
}

/** One gateway process's worth of gateway: workers running, listening on a free port. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const logged: string[] = [];
  const app = await createApp({
    databaseUrl: options.databaseUrl,
    keys: [{ id: 'test', key: Buffer.from(options.secretKey, 'hex') }],
    connectors: options.connectors ?? [autotaskAt(options.discoveryUrl)],
    productName: 'CloudCockpit',
    quarantineSeconds: options.quarantineSeconds ?? 1,
    version: '0.0.0-test',
    log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`),
  });
  const { port } = await app.listen(0, '127.0.0.1');
  return { app, url: `http://127.0.0.1:${port}/graphql`, logged };
}

/** The built-in connector, asking its zone at another address. */
export function autotaskAt(discoveryUrl: string): Connector {
  const factory = builtInConnectors.find(({ id }) => id === 'autotask');
  if (!factory) throw new Error('The connector is not built in.');
  return factory.create({ discoveryUrl }, { productName: 'CloudCockpit' });
}

/** Two CSPs; the first has two Resellers and a viewer. Each is a caller with a key of its own. */
export interface Callers {
  readonly csp: Caller;
  readonly viewer: Caller;
  readonly reseller: Caller;
  readonly sibling: Caller;
  readonly stranger: Caller;
}

export interface TestApp extends Gateway, Callers {
  readonly database: TestDatabase;
  readonly simulator: AutotaskSimulator;
  readonly secretKey: string;
  /** The same organizations, asking another gateway on the same database. */
  callersOf(url: string): Callers;
  /** Another gateway on the same database; closed with this one. */
  another(options?: Pick<TestAppOptions, 'quarantineSeconds'>): Promise<Gateway>;
  /** Stops everything and fails when a socket, a server or a process is left. */
  close(): Promise<void>;
}

/** A fresh database, a PSA, a gateway on a free port, and who may call it. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const before = openHandles();
  const database = await createTestDatabase();
  const simulator = await startAutotaskSimulator({
    world: options.world ?? testWorld(),
    switches: { latencyMs: 0, threadReleaseMs: 0, threads: 1000, threshold: 1_000_000, ...options.switches },
  });
  const secretKey = randomBytes(32).toString('hex');
  const gatewayOptions: GatewayOptions = {
    databaseUrl: database.url,
    discoveryUrl: simulator.discoveryUrl,
    secretKey,
    ...(options.quarantineSeconds !== undefined && { quarantineSeconds: options.quarantineSeconds }),
    ...(options.connectors && { connectors: options.connectors }),
  };
  const gateway = await startGateway(gatewayOptions);
  const keys = await createOrganizations(gateway.app);
  const gateways = [gateway];
  const callers: Caller[] = [];

  function callersOf(url: string): Callers {
    const made = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, createCaller(url, key)]));
    callers.push(...Object.values(made));
    return made as unknown as Callers;
  }

  return {
    ...gateway,
    ...callersOf(gateway.url),
    callersOf,
    database,
    simulator,
    secretKey,
    async another(more = {}) {
      const other = await startGateway({ ...gatewayOptions, ...more });
      gateways.push(other);
      return other;
    },
    async close() {
      for (const caller of callers) await caller.close();
      for (const { app } of gateways) await app.close();
      await simulator.close();
      await database.drop();
      await whenGone(before);
    },
  };
}

const KEYS = {
  csp: ['csp', 'ADMINISTRATOR'],
  viewer: ['csp', 'VIEWER'],
  reseller: ['reseller', 'ADMINISTRATOR'],
  sibling: ['sibling', 'ADMINISTRATOR'],
  stranger: ['stranger', 'ADMINISTRATOR'],
} as const;

async function createOrganizations({ db, apiKeys }: App): Promise<Record<keyof Callers, string>> {
  const ids = { csp: newId(), reseller: newId(), sibling: newId(), stranger: newId() };
  const rows = [
    { id: ids.csp, tenantId: ids.csp, kind: 'CSP', name: 'First CSP', externalId: null },
    { id: ids.reseller, tenantId: ids.csp, kind: 'RESELLER', name: 'First Reseller', externalId: 'reseller' },
    { id: ids.sibling, tenantId: ids.csp, kind: 'RESELLER', name: 'Second Reseller', externalId: 'sibling' },
    { id: ids.stranger, tenantId: ids.stranger, kind: 'CSP', name: 'Second CSP', externalId: null },
  ] as const;
  await db.client.organization.createMany({ data: [...rows] });
  const keys: Partial<Record<keyof Callers, string>> = {};
  for (const name of Object.keys(KEYS) as (keyof Callers)[]) {
    const [organization, role] = KEYS[name];
    const tenantId = organization === 'stranger' ? ids.stranger : ids.csp;
    keys[name] = await db.transaction((tx) =>
      apiKeys.create(tx, { tenantId, organizationId: ids[organization], name, role }),
    );
  }
  return keys as Record<keyof Callers, string>;
}
