import { stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import {
  AuditLogEvents,
  CloudSubscriptions,
  Connections,
  CreateConnectorConnection,
  Customers,
  createCall,
  createLiveClient,
  OfferVariants,
  Setup,
} from '../../client/index.js';
import { type Announced, createDemos, processesOf, type Run, until } from './support.js';

const demos = createDemos();
let dataDir: string;
let run: Run;
let said: Announced;
const callAs = (key: keyof Announced['keys']) => createCall({ url: said.graphqlUrl, apiKey: said.keys[key] });
const admin = (path: string, init?: RequestInit) => fetch(`${said.simulator.adminUrl}/${path}`, init);

beforeAll(async () => {
  dataDir = await demos.folder();
  ({ run, said } = await demos.start(dataDir));
});
afterAll(demos.close);

test('the line has the promised shape and is all there is on stdout', () => {
  expect(said).toEqual({
    graphqlUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/),
    keys: {
      csp: expect.stringMatching(/^cgk_/),
      cspViewer: expect.stringMatching(/^cgk_/),
      reseller: expect.stringMatching(/^cgk_/),
      otherReseller: expect.stringMatching(/^cgk_/),
    },
    simulator: {
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      adminUrl: `${said.simulator.url}/admin`,
      username: expect.any(String),
      password: expect.any(String),
      integrationCode: expect.any(String),
    },
  });
});

test('the keys are those of a CSP and of two of its Resellers, and only their owner can read the file', async () => {
  const viewers = await Promise.all(
    (['csp', 'cspViewer', 'reseller', 'otherReseller'] as const).map(async (key) => {
      const { viewer } = await callAs(key)(Setup);
      return [viewer.organization.kind, viewer.role, viewer.organization.name];
    }),
  );
  expect(viewers).toEqual([
    ['CSP', 'ADMINISTRATOR', 'Contoso Cloud'],
    ['CSP', 'VIEWER', 'Contoso Cloud'],
    ['RESELLER', 'ADMINISTRATOR', 'Northwind IT'],
    ['RESELLER', 'ADMINISTRATOR', 'Tailspin Services'],
  ]);
  expect((await stat(join(dataDir, 'demo-keys.json'))).mode & 0o777).toBe(0o600);
});

test('the marketplace is large enough, and a part of it is seen by the Reseller and its CSP', async () => {
  const customersOf = async (key: keyof Announced['keys'], soldBy: 'ANY' | 'RESELLERS' = 'ANY') => {
    const { customers } = await callAs(key)(Customers, { first: 100, filter: { soldBy } });
    return { count: customers.totalCount, ids: customers.nodes.map(({ externalId }) => externalId) };
  };
  const subscriptionsOf = async (key: keyof Announced['keys']) => {
    const { cloudSubscriptions } = await callAs(key)(CloudSubscriptions, { first: 1, filter: { soldBy: 'ANY' } });
    return cloudSubscriptions.totalCount;
  };
  const [csp, shared, reseller, other] = await Promise.all([
    customersOf('csp'),
    customersOf('csp', 'RESELLERS'),
    customersOf('reseller'),
    customersOf('otherReseller'),
  ]);
  const both = (theirs: readonly string[]) => theirs.filter((id) => shared.ids.includes(id)).length;
  expect(new Set([...csp.ids, ...reseller.ids, ...other.ids]).size).toBeGreaterThanOrEqual(40);
  expect([both(reseller.ids), reseller.count, both(other.ids), other.count]).toEqual([8, 12, 4, 10]);
  // The CSP's count holds the shared ones, which the Resellers' hold too.
  const counts = await Promise.all([
    subscriptionsOf('csp'),
    subscriptionsOf('reseller'),
    subscriptionsOf('otherReseller'),
  ]);
  expect(counts[0]).toBeGreaterThan(200);
  expect(counts[1]).toBeGreaterThan(80);
  expect(counts[2]).toBeGreaterThan(60);
  const { offerVariants } = await callAs('csp')(OfferVariants, { first: 1, filter: { onlyBought: false } });
  expect(offerVariants.totalCount).toBeGreaterThanOrEqual(25);
});

test('the live client resumes after a loss of its socket: nothing lost, nothing doubled', async () => {
  const live = createLiveClient({ url: said.graphqlUrl, apiKey: said.keys.csp, webSocketImpl: WebSocket });
  const got: string[] = [];
  let checkpoints = 0;
  const events = live.follow(AuditLogEvents, {});
  const reading = (async () => {
    for await (const { auditLogEvents: event } of events) {
      if (event.type === 'CHECKPOINT') {
        checkpoints += 1;
        continue;
      }
      got.push(event.cursor);
      if (got.length === 2 || got.length === 9) live.terminate();
    }
  })();
  await until(async () => checkpoints > 0);
  const { username, password, integrationCode } = said.simulator;
  const input = {
    alias: 'Autotask',
    currency: 'USD',
    credentials: { autotask: { username, password, integrationCode } },
  };
  const { createConnectorConnection } = await callAs('csp')(CreateConnectorConnection, { input });
  expect(createConnectorConnection.userErrors).toEqual([]);
  await until(async () => {
    const { connections } = await callAs('csp')(Connections, {});
    return connections.nodes[0]?.status === 'ACTIVE';
  });
  const everything = live.follow(AuditLogEvents, { after: '0' });
  const all: string[] = [];
  await until(async () => {
    const { value } = await everything.next();
    if (value && value.auditLogEvents.type !== 'CHECKPOINT') all.push(value.auditLogEvents.cursor);
    return value?.auditLogEvents.toStatus === 'SUCCEEDED';
  });
  // What happens meanwhile comes behind.
  await until(async () => got.length >= all.length);
  expect(got.slice(0, all.length)).toEqual(all);
  expect(checkpoints).toBeGreaterThanOrEqual(3);
  await events.return?.();
  await everything.return?.();
  await reading;
  await live.dispose();
});

test('after kill -9 a new start has the same keys, the same data and the same Autotask', async () => {
  await admin('switches', { method: 'PATCH', body: JSON.stringify({ latencyMs: 7 }) });
  run.process.kill('SIGKILL');
  await run.ended;
  const before = said;
  ({ run, said } = await demos.start(dataDir, ['npm', 'run', '--silent', 'demo', '--', '--json']));
  expect(said.keys).toEqual(before.keys);
  expect(said.simulator.username).toBe(before.simulator.username);
  const { connections } = await callAs('csp')(Connections, {});
  expect(connections.nodes.map(({ alias, status }) => [alias, status])).toEqual([['Autotask', 'ACTIVE']]);
  const { customers } = await callAs('csp')(Customers, { first: 1 });
  expect(customers.totalCount).toBe(22);
  expect(await (await admin('switches')).json()).toMatchObject({ latencyMs: 7 });
});

test('a second demo on the same folder is refused and leaves the first alone', async () => {
  const second = demos.run([process.execPath, 'scripts/run.mjs', 'demo/main.ts'], {
    GATEWAY_PORT: '0',
    GATEWAY_DATA_DIR: dataDir,
  });
  const { code, stderr } = await second.ended;
  expect([code, stderr]).toEqual([1, expect.stringContaining('GATEWAY_DATA_DIR=')]);
  expect((await callAs('reseller')(Setup)).viewer.role).toBe('ADMINISTRATOR');
});

test('a port that is taken is named with what to do', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  const { code, stderr } = await demos.run([process.execPath, 'scripts/run.mjs', 'demo/main.ts'], {
    GATEWAY_PORT: String(port),
    GATEWAY_DATA_DIR: dataDir,
  }).ended;
  holder.close();
  expect(code).toBe(1);
  expect(stderr).toMatch(new RegExp(`Port ${port}, .* is taken.*GATEWAY_PORT=0`));
});

test('Ctrl-C ends everything with 0', async () => {
  const { code, stderr } = await run.interrupt();
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  await until(async () => (await processesOf(dataDir)).length === 0);
});
