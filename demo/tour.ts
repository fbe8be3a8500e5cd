/** `npm run tour`: a demo of its own that is thrown away, and the main job done on it by a client. `-- --json` for programs. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';
import { createCall, createLiveClient } from '../client/index.js';
import type { Log } from '../src/boot.js';
import { type Demo, startDemo } from './demo.js';
import { type Outcome, travel } from './tour/journey.js';
import { showLiveAudit } from './tour/live-audit.js';
import { createPsa } from './tour/psa.js';
import { createScreen, type Screen, silentScreen } from './tour/screen.js';

const log: Log = (level, message) => {
  if (level === 'error') process.stderr.write(`${message}\n`);
};

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const colours = process.stdout.isTTY && !process.env.NO_COLOR;
  const screen = values.json ? silentScreen : createScreen((text) => process.stdout.write(text), colours);
  screen.title('A throw-away demo: gateway, database, a simulated Autotask, a seeded marketplace');
  const dataDir = await mkdtemp(join(tmpdir(), 'gateway-tour-'));
  const starting = startDemo({ GATEWAY_PORT: '0', GATEWAY_DATA_DIR: dataDir }, log);
  const cleanUp = once(async () => {
    await starting.then(
      (demo) => demo.stop(),
      () => undefined,
    );
    await removeFolder(dataDir);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void cleanUp().finally(() => process.exit(130)));
  }
  try {
    const demo = await starting;
    screen.line(`ready after ${seconds()} s`);
    const { outcome, events } = await tour(demo, screen);
    const equal = outcome.unitsOnContract === outcome.quantityInMarketplace && outcome.badge === 'SYNCED';
    const elapsedSeconds = Number(seconds());
    if (values.json) process.stdout.write(`${JSON.stringify({ equal, ...outcome, events, elapsedSeconds })}\n`);
    else conclude(screen, outcome, equal, events);
    return equal ? 0 : 1;
  } finally {
    await cleanUp();
  }
}

async function tour(demo: Demo, screen: Screen) {
  const { username, password, integrationCode } = demo.simulator;
  const access = { url: demo.graphqlUrl, apiKey: demo.keys.csp };
  const live = createLiveClient({ ...access, webSocketImpl: WebSocket });
  const audit = showLiveAudit(live, screen, seconds);
  try {
    await audit.ready;
    const outcome = await travel({
      call: createCall(access),
      live,
      psa: createPsa(demo.simulator),
      screen,
      shown: audit.shown,
      credentials: { username, password, integrationCode },
    });
    return { outcome, events: audit.count() };
  } finally {
    await audit.stop();
    await live.dispose();
  }
}

function conclude(screen: Screen, outcome: Outcome, equal: boolean, events: number): void {
  screen.step(equal ? 'Both sides are equal' : 'The two sides differ');
  screen.table([
    ['customer', outcome.customer],
    ['cloud subscription', outcome.subscription],
    ['contract', outcome.contract],
    ['quantity in the marketplace', String(outcome.quantityInMarketplace)],
    ['units on the contract', `${outcome.unitsOnContract} (read from Autotask, not from the gateway)`],
    ['badge', String(outcome.badge)],
    ['calls to Autotask', `${outcome.calls.all}, of which ${outcome.calls.writes} wrote`],
    ['live events', String(events)],
  ]);
  screen.line('');
  screen.line(`${seconds()} s from start to end`);
}

const seconds = (): string => (performance.now() / 1000).toFixed(1);

/** The database of root may lie elsewhere; the folder then says where. */
async function removeFolder(dataDir: string): Promise<void> {
  const elsewhere = await readFile(join(dataDir, 'postgres-location'), 'utf8').catch(() => '');
  for (const folder of [elsewhere.trim(), dataDir]) {
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`The tour failed: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
