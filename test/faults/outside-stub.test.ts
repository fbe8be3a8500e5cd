import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Adjustment } from '../../bench/stub/books.js';
import { FIRST } from '../../bench/stub/catalogue.js';
import { type StubProcess, startStubProcess } from '../../bench/stub/process.js';
import type { Manner } from '../../bench/stub/server.js';
import {
  connect,
  done,
  MONTHLY,
  mappingOf,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  variantOf,
} from '../support/acts.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CONTRACT_START, nextMonth } from '../support/dates.js';
import type { Entry } from '../support/documents.js';
import { createScene, type Gateway, type Scene } from './support/scene.js';
import { DAY, type Line, reached, record, toQuantity } from './support/stage.js';

/**
 * Another reading of the vendor than the simulator's, which does to writes what a client must not guess about. What it
 * carried out, by its own ledger, is compared with what the audit log claims and with the badge.
 */
let database: TestDatabase;
let scene: Scene;
let stub: StubProcess;
let gateway: Gateway;
let subscribe: () => Promise<Line>;

const QUARANTINE = 3;

beforeAll(async () => {
  database = await createTestDatabase();
  [scene, stub] = await Promise.all([
    createScene({ databaseUrl: database.url, quarantineSeconds: QUARANTINE }),
    startStubProcess({ companies: 1, contracts: 20, services: 1, from: CONTRACT_START }),
  ]);
  gateway = await scene.start({ discoveryUrl: stub.discoveryUrl });
  subscribe = await prepare(gateway);
});
afterAll(async () => {
  await scene?.close();
  await stub?.close();
  await database?.drop();
});

async function prepare({ csp }: Gateway): Promise<() => Promise<Line>> {
  const credentials = { autotask: { username: 'api@stub.test', password: 'Stub-Secret#1', integrationCode: 'STUB' } };
  const { connection, auditLog } = await connect(csp, { credentials });
  const { status, error } = await settled(csp, auditLog.id);
  if (!connection || status !== 'SUCCEEDED') throw new Error(JSON.stringify(error));
  const connectionId = connection.id;
  const customer = await pushCustomer(csp);
  const company = { connectionId, customerId: customer.id, companyId: String(FIRST.company) };
  await done(csp, 'createConnectionCustomerMapping', company);
  const offer = await pushOffer(csp, { variants: [MONTHLY] });
  const offerVariantId = await variantOf(csp, offer.externalId);
  const serviceId = String(FIRST.service);
  await done(csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
  let contracts = 0;
  return async () => {
    const subscription = await pushSubscription(csp, customer.externalId, offer.externalId, { quantity: 5 });
    const contractId = String(FIRST.contract + contracts++);
    const input = { connectionId, cloudSubscriptionId: subscription.id, contractId };
    const { auditLog, mapping } = await done(csp, 'createConnectionSubscriptionMapping', input);
    expect((await settled(csp, auditLog.id)).status).toBe('SUCCEEDED');
    return { ...subscription, mappingId: mapping?.id ?? '', contractId, serviceId };
  };
}

/** What was carried out on the line after its first write. */
async function effectsOf({ contractId }: Line): Promise<[day: string, units: number][]> {
  const { ledger } = await stub.account();
  const own = ledger.filter(({ contractID }: Adjustment) => String(contractID) === contractId).slice(1);
  return own.map(({ effectiveDate, unitChange }) => [effectiveDate, unitChange]);
}

async function changeMeeting(...manners: readonly Manner[]): Promise<{ line: Line; entry: Entry }> {
  const line = await subscribe();
  await stub.misbehave(...manners);
  return { line, entry: await reached(gateway.csp, await record(gateway.csp, line, toQuantity(8))) };
}

const badge = async ({ mappingId }: Line) => (await mappingOf(gateway.csp, mappingId)).syncState;

describe('an outside PSA', () => {
  it('that behaves gets one write for a change', async () => {
    const { line, entry } = await changeMeeting();
    expect(entry).toMatchObject({ status: 'SUCCEEDED', details: { before: { units: 5 }, after: { units: 8 } } });
    expect(await effectsOf(line)).toEqual([[DAY, 3]]);
  });

  it.each<[string, Manner]>([
    ['drops the answer', { kind: 'dropAnswer' }],
    ['answers 500 with a text', { kind: 'http500', body: 'text' }],
    ['answers 500 with a page', { kind: 'http500', body: 'html' }],
    ['answers 500 with nothing', { kind: 'http500', body: 'empty' }],
    ['lands late', { kind: 'late', ms: (QUARANTINE - 1) * 1000 }],
    ['loses the write', { kind: 'lost' }],
  ])('that %s: billed once, and the entry says so', async (_what, manner) => {
    const { line, entry } = await changeMeeting(manner);
    expect(entry).toMatchObject({
      status: 'SUCCEEDED',
      details: { before: { units: 5 }, change: { units: 3, effectiveDate: DAY }, after: { units: 8 }, writes: 1 },
    });
    expect(await effectsOf(line)).toEqual([[DAY, 3]]);
    expect(await badge(line)).toBe('SYNCED');
  });

  it.each([true, false])(
    'that edits units itself (write carried out: %s): a person is told both figures',
    async (carriedOut) => {
      const { line, entry } = await changeMeeting({ kind: 'edited', unitChange: 2, carriedOut });
      expect(entry).toMatchObject({
        status: 'NEEDS_REVIEW',
        outcome: 'PROCESSING',
        error: { code: 'PSA_CHANGED_MEANWHILE' },
        details: { expectedBefore: 5, expectedAfter: 8, observed: { units: carriedOut ? 10 : 7 } },
      });
      const edit: [string, number] = [nextMonth(9), 2];
      expect(await effectsOf(line)).toEqual(carriedOut ? [edit, [DAY, 3]] : [edit]);
      expect(await badge(line)).toBe('NEEDS_REVIEW');
    },
  );

  it('that does all of it to many changes at once: each billed once, in order', async () => {
    const lines = await Promise.all([1, 2, 3].map(() => subscribe()));
    await stub.misbehave(
      { kind: 'dropAnswer' },
      { kind: 'lost' },
      { kind: 'late', ms: 1_000 },
      { kind: 'http500', body: 'text' },
    );
    const wanted = [9, 2, 7];
    const ids: string[] = [];
    for (const [at, quantity] of wanted.entries()) {
      ids.push(
        ...(await Promise.all(
          lines.map((line) => record(gateway.csp, line, toQuantity(quantity, nextMonth(3 + 3 * at)))),
        )),
      );
    }
    for (const id of ids) expect((await reached(gateway.csp, id)).status).toBe('SUCCEEDED');
    for (const line of lines) {
      expect(await effectsOf(line)).toEqual([
        [nextMonth(3), 4],
        [nextMonth(6), -7],
        [nextMonth(9), 5],
      ]);
    }
  });
});
