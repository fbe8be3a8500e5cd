import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connectionOf, done, entryOf, GOOD } from '../support/acts.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { nextMonth } from '../support/dates.js';
import { unitsOn } from '../support/psa-process.js';
import { API_USER, testWorld } from '../support/world.js';
import { type Relay, startRelay } from './support/relay.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { createStage, DAY, type Line, reached, record, type Stage, toQuantity, until } from './support/stage.js';

/** A PSA whose answers come through somebody who spoils them, revoked keys, and a zone that leads elsewhere. */
let database: TestDatabase;
let scene: Scene;
let relay: Relay;
let gateway: Gateway;
let stage: Stage;

beforeAll(async () => {
  database = await createTestDatabase();
  scene = await createScene({ databaseUrl: database.url });
  relay = await startRelay(scene.psa.url);
  gateway = await scene.start({ discoveryUrl: relay.discoveryUrl });
  stage = await createStage(gateway.csp);
});
afterEach(async () => {
  relay.calm();
  await scene.psa.clearFaults();
});
afterAll(async () => {
  await scene?.close();
  await relay?.close();
  await database?.drop();
});

const writesTo = ({ contractId }: Line) => new RegExp(`/contracts/${contractId}/serviceadjustments`, 'i');
const writes = async ({ contractId }: Line) =>
  (await scene.psa.posts(contractId))
    .slice(1)
    .map(({ committed, body }) => [committed, (body as { unitChange: number }).unitChange]);
const unitsOf = async (line: Line) => unitsOn(await scene.psa.units(line.contractId), line.serviceId, DAY);

const SPOILT = ['malformed', 'wrongShape', 'truncated', 'huge', 'gzipBomb'] as const;
const MB = 1024 * 1024;

describe('malformed, truncated, 50 MB, gzip-bomb answer', () => {
  it.each(SPOILT)('to a write (%s): class unknown, found applied, not sent again', async (as) => {
    const line = await stage.subscribe();
    const spoilt = relay.spoil({ method: 'POST', path: writesTo(line), as });
    const id = await record(gateway.csp, line, toQuantity(8));
    await spoilt;
    relay.calm();
    expect(await reached(gateway.csp, id)).toMatchObject({ status: 'SUCCEEDED', details: { after: { units: 8 } } });
    expect(await writes(line)).toEqual([[true, 3]]);
    expect(await unitsOf(line)).toBe(8);
  });

  it.each(SPOILT)(
    'to every read (%s): nothing is written by guess, memory is bounded, it goes on afterwards',
    async (as) => {
      const line = await stage.subscribe();
      const before = await gateway.memory();
      const spoilt = relay.spoil({ path: /\/query/i, as });
      const id = await record(gateway.csp, line, toQuantity(8));
      await spoilt;
      const stopped = await until(
        () => entryOf(gateway.csp, id),
        ({ status }) => status === 'RETRYING' || status === 'FAILED',
      );
      expect(await writes(line)).toEqual([]);
      expect((await gateway.memory()) - before).toBeLessThan(200 * MB);
      relay.calm();
      if (stopped.status === 'FAILED') await done(gateway.csp, 'resyncSubscription', { cloudSubscriptionId: line.id });
      await until(
        () => unitsOf(line),
        (units) => units === 8,
      );
      expect(await writes(line)).toEqual([[true, 3]]);
      expect(gateway.isAlive()).toBe(true);
    },
  );
});

describe('zone answer points to another host', () => {
  let trap: Server;
  let visits = 0;
  beforeAll(async () => {
    trap = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => trap?.close());

  it('refused, not a byte leaves, and mended by a right answer', async () => {
    const line = await stage.subscribe();
    const { port } = trap.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/ATServicesRest/`;
    await scene.psa.addFault({ match: { path: 'zoneinformation' }, times: 0, action: { kind: 'zoneRedirect', url } });
    // A new process does not know the zone yet.
    expect(await gateway.stop()).toBe(0);
    gateway = await scene.start({ discoveryUrl: relay.discoveryUrl });
    const entry = await reached(gateway.csp, await record(gateway.csp, line, toQuantity(8)), ['FAILED', 'RETRYING']);
    expect(entry.error).toMatchObject({ class: 'egressRefused', code: 'FOREIGN_HOST' });
    expect(await writes(line)).toEqual([]);
    expect(visits).toBe(0);
    await scene.psa.clearFaults();
    await done(gateway.csp, 'resyncSubscription', { cloudSubscriptionId: line.id });
    await until(
      () => unitsOf(line),
      (units) => units === 8,
    );
    expect(await writes(line)).toEqual([[true, 3]]);
    expect(visits).toBe(0);
  });
});

describe('401 from a revoked key', () => {
  it('one refused call stops the connection; others go on; it goes on when the key is mended', async () => {
    const { integrationCode } = API_USER;
    const other = { username: 'other@psa.test', password: 'Other-Secret#0001', integrationCode };
    const world = testWorld({ users: [{ username: other.username, secret: other.password, integrationCode }] });
    const database = await createTestDatabase();
    const own = await createScene({ databaseUrl: database.url, world });
    try {
      const gateway = await own.start();
      const stopped = await createStage(gateway.csp);
      const going = await createStage(gateway.csp, { credentials: other, from: 50 });
      const [line, untouched] = [await stopped.subscribe(), await going.subscribe()];
      await own.psa.user(API_USER.username, { secret: 'Rotated-Secret#2' });
      const first = await record(gateway.csp, line, toQuantity(8));
      await reached(gateway.csp, first, ['RETRYING']);
      const second = await record(gateway.csp, line, toQuantity(9, nextMonth(20)));
      const free = await reached(gateway.csp, await record(gateway.csp, untouched, toQuantity(6)));
      expect(free.status).toBe('SUCCEEDED');
      expect(await connectionOf(gateway.csp, stopped.connectionId)).toMatchObject({ status: 'INVALID' });
      expect((await own.psa.user(API_USER.username, {})).badSecrets).toBe(1);
      expect((await entryOf(gateway.csp, second)).status).toBe('PENDING');
      const credentials = { autotask: { ...GOOD, password: 'Rotated-Secret#2' } };
      await done(gateway.csp, 'updateConnectorConnection', { id: stopped.connectionId, credentials });
      for (const id of [first, second]) expect((await reached(gateway.csp, id)).status).toBe('SUCCEEDED');
      const effects = (await own.psa.ledger()).filter(({ contractId }) => contractId === line.contractId);
      expect(effects.map(({ unitChange }) => unitChange)).toEqual([5, 3, 1]);
    } finally {
      await own.close();
      await database.drop();
    }
  });
});
