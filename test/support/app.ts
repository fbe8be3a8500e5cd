import { randomBytes } from 'node:crypto';
import {
  type AutotaskSimulator,
  type Switches,
  startAutotaskSimulator,
  type World,
} from '../../simulators/autotask/index.js';
import type { OidcSettings } from '../../src/access/oidc.js';
import { type App, createApp, type SourceOptions } from '../../src/app.js';
import type { Connector } from '../../src/connectors/contract.js';
import { builtInConnectors } from '../../src/connectors/index.js';
import type { RequestPolicy } from '../../src/server/options.js';
import { DEFAULT_POLICY } from '../../src/server/policy.js';
import { newId } from '../../src/storage/ids.js';
import { createLocalKeys } from '../../src/storage/key-provider.js';
import type { IsolationSwitch } from '../../src/storage/scoped-pool.js';
import { type Caller, createCaller } from './caller.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { openHandles, whenGone } from './leftovers.js';
import { testWorld } from './world.js';

export interface TestAppOptions {
  readonly world?: World;
  readonly switches?: Partial<Switches>;
  /** How long an unanswered write may still land; short, because nothing of the simulator lands late by itself. */
  readonly quarantineSeconds?: number;
  /** Absent: a change of quantity goes out at once. */
  readonly nettingSeconds?: number;
  readonly connectors?: readonly Connector[];
  readonly others?: Others;
  readonly oidc?: OidcSettings;
}

/** Further built-in connectors by id, with the operator's options. */
export type Others = { readonly [id: string]: { readonly [option: string]: string } };

export interface GatewayOptions {
  readonly databaseUrl: string;
  readonly discoveryUrl: string;
  readonly secretKey: string;
  readonly quarantineSeconds?: number;
  readonly nettingSeconds?: number;
  readonly connectors?: readonly Connector[];
  readonly others?: Others;
  readonly oidc?: OidcSettings;
  /** Absent: never by itself. */
  readonly reconcileCron?: string;
  /** Beside the defaults. */
  readonly policy?: Partial<RequestPolicy>;
  /** Absent: as often as they like. */
  readonly requestsPerMinute?: number;
  readonly isolation?: IsolationSwitch;
  /** Absent: the user of `databaseUrl` owns the tables. */
  readonly ownerUrl?: string;
  readonly sources?: SourceOptions;
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
    ownerUrl: options.ownerUrl ?? null,
    ...(options.isolation && { isolation: options.isolation }),
    keyProvider: await createLocalKeys(async () => [{ id: 'test', key: Buffer.from(options.secretKey, 'hex') }]),
    connectors: options.connectors ?? [
      autotaskAt(options.discoveryUrl),
      ...Object.entries(options.others ?? {}).map(([id, values]) => unhurried(builtIn(id, values))),
    ],
    productName: 'CloudCockpit',
    quarantineSeconds: options.quarantineSeconds ?? 1,
    nettingSeconds: options.nettingSeconds ?? 0,
    oidc: options.oidc ?? null,
    reconcileCron: options.reconcileCron ?? null,
    ...(options.policy && {
      requests: {
        ...DEFAULT_POLICY,
        requestsPerMinute: { caller: options.requestsPerMinute ?? 0, tenant: 0 },
        ...options.policy,
      },
    }),
    ...(options.sources && { sources: options.sources }),
    version: '0.0.0-test',
    log: (level, message, facts) => logged.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`),
  });
  const { port } = await app.listen(0, '127.0.0.1');
  return { app, url: `http://127.0.0.1:${port}/graphql`, logged };
}

function builtIn(id: string, options: { readonly [name: string]: string }): Connector {
  const factory = builtInConnectors.find((each) => each.id === id);
  if (!factory) throw new Error(`The connector ${id} is not built in.`);
  return factory.create(options, { productName: 'CloudCockpit' });
}

/** With a vendor allowance that a test does not use up. */
function unhurried(connector: Connector): Connector {
  const limits = connector.descriptor.limits.map((limit) =>
    limit.requests ? { ...limit, requests: { count: 10_000_000, perSeconds: 3600 } } : limit,
  );
  return { ...connector, descriptor: { ...connector.descriptor, limits } };
}

/** The built-in connector, asking its zone at another address. */
export function autotaskAt(discoveryUrl: string): Connector {
  return builtIn('autotask', { discoveryUrl });
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
  another(options?: Partial<Omit<GatewayOptions, 'discoveryUrl' | 'secretKey'>>): Promise<Gateway>;
  /** Closes one of the gateways before the others. */
  stop(gateway: Pick<Gateway, 'app'>): Promise<void>;
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
    ...(options.nettingSeconds !== undefined && { nettingSeconds: options.nettingSeconds }),
    ...(options.connectors && { connectors: options.connectors }),
    ...(options.others && { others: options.others }),
    ...(options.oidc && { oidc: options.oidc }),
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
    async stop({ app }) {
      gateways.splice(
        gateways.findIndex((one) => one.app === app),
        1,
      );
      await app.close();
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

/** The keys of the callers, on a fresh database. */
export async function createOrganizations({
  db,
  apiKeys,
}: Pick<App, 'db' | 'apiKeys'>): Promise<Record<keyof Callers, string>> {
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
