import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { followAudit } from '../audit-tail.js';
import type { Context } from '../context.js';
import { type Store, withStore } from '../store.js';
import { FAULTS } from './faults.js';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.js';
import type { Asked, Begin } from './messages.js';
import { type ConnectorPackage, findPackage } from './package.js';
import { watchSaves } from './saves.js';
import { createScreen, type Screen } from './screen.js';
import { createKey, seedOnce } from './seed.js';
import { HELP, readTyped } from './typed.js';

export interface DevOptions {
  readonly package: string;
  readonly port: number;
  /** Absent: `.gateway/dev` in the package. */
  readonly data?: string;
}

/**
 * `dev`: the gateway on the embedded PostgreSQL with one connector package and its simulator. This process keeps the database,
 * the terminal and the watch; the gateway is a process of its own, replaced at each save.
 */
export async function runDev(context: Context, options: DevOptions): Promise<void> {
  const found = await findPackage(options.package);
  const dataDir = resolve(options.data ?? join(found.folder, '.gateway/dev'));
  // Never somebody's real database.
  const env = { ...context.env, GATEWAY_DATA_DIR: dataDir, DATABASE_URL: undefined, DATABASE_OWNER_URL: undefined };
  const colours = process.stdout.isTTY === true && !context.env.NO_COLOR;
  const screen = createScreen(context.terminal, colours);
  const own = {
    ...context,
    env,
    config: () => ({ ...context.config(), dataDir, databaseUrl: null, databaseOwnerUrl: null }),
  };
  context.terminal.note('Starting PostgreSQL and a gateway ...');
  await withStore(own, (store) => develop(own, screen, store, found, options), { migrate: true });
  screen.say({ type: 'stopped' });
}

async function develop(
  context: Context,
  screen: Screen,
  store: Store,
  found: ConnectorPackage,
  { port }: DevOptions,
): Promise<void> {
  const quit = new AbortController();
  const signal = AbortSignal.any([store.signal, quit.signal]);
  const organization = await seedOnce(store.db, new Date());
  const apiKey = await createKey(store.db, organization, new Date());
  const head = await store.db.client.auditHead.findFirst({ where: { tenantId: organization.tenantId } });
  const begin: Begin = { type: 'begin', found, dataDir: store.dataDir, databaseUrl: store.url, organization };
  const gateway = createGateway(context, screen, begin, { port, apiKey });
  const audit = followAudit(
    { ...store, signal },
    [organization],
    new Map([[organization, String(head?.seq ?? 0)]]),
    async (scope, row) => screen.audit(scope, row),
  );
  const stopTyping = obeyTyped(screen, gateway, () => quit.abort());
  try {
    const saves = await watchSaves(found, signal);
    await gateway.replace();
    for await (const files of saves) {
      screen.say({ type: 'changed', files });
      await gateway.replace();
    }
  } finally {
    stopTyping();
    quit.abort();
    await gateway.stop();
    await audit;
  }
}

interface Gateway {
  /** Puts a process with the package as it is now in the place of the present one, or says why it cannot. */
  replace(): Promise<void>;
  fault(name: string | null): void;
  seats(quantity: number): void;
  /** The steps from the first. */
  again(): void;
  stop(): Promise<void>;
}

function createGateway(
  { root, env }: Context,
  screen: Screen,
  begin: Begin,
  first: { readonly port: number; readonly apiKey: string },
): Gateway {
  let present: GatewayProcess | null = null;
  let { port } = first;
  let fault: string | null = null;
  let told = false;

  async function replace(): Promise<void> {
    const began = performance.now();
    const next = startGatewayProcess(root, env, begin, {
      tell: screen.say,
      onDeath(reason) {
        present = null;
        screen.say({ type: 'broken', reason, serving: false });
      },
    });
    try {
      const { title, todo } = await next.checked;
      await present?.stop();
      present = null;
      port = await next.serve(port, fault);
      present = next;
      if (told) screen.say({ type: 'reloaded', milliseconds: Math.round(performance.now() - began) });
      else start(title);
      if (todo.length > 0) screen.say({ type: 'todo', parts: todo });
    } catch (error) {
      await next.stop();
      screen.say({ type: 'broken', reason: (error as Error).message, serving: present !== null });
    }
  }

  function start(connector: string): void {
    told = true;
    const faults = Object.fromEntries(Object.entries(FAULTS).map(([name, { help }]) => [name, help]));
    const graphqlUrl = `http://127.0.0.1:${port}/graphql`;
    screen.say({ type: 'started', connector, graphqlUrl, apiKey: first.apiKey, dataDir: begin.dataDir, faults });
  }

  function askPresent(asked: Asked): void {
    if (present) present.ask(asked);
    else screen.say({ type: 'help', lines: ['No gateway runs at this moment.'] });
  }

  return {
    replace,
    fault(name) {
      fault = name;
      present?.ask({ type: 'fault', fault });
      screen.say({ type: 'fault', fault });
    },
    seats: (quantity) => askPresent({ type: 'seats', quantity }),
    again: () => askPresent({ type: 'again' }),
    stop: async () => present?.stop(),
  };
}

/** Lines of stdin; its end is no reason to stop. Answers how to stop listening. */
function obeyTyped(screen: Screen, gateway: Gateway, quit: () => void): () => void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const typed = readTyped(line);
    if (typed.type === 'fault') gateway.fault(typed.fault);
    else if (typed.type === 'seats') gateway.seats(typed.quantity);
    else if (typed.type === 'again') gateway.again();
    else if (typed.type === 'help') screen.say({ type: 'help', lines: HELP });
    else if (typed.type === 'unknown') screen.say({ type: 'help', lines: [typed.sentence] });
    else if (typed.type === 'quit') quit();
  });
  return () => {
    lines.close();
    process.stdin.destroy();
  };
}
