import { beforeAll, expect, test } from 'vitest';
import { lineFor } from '../../src/delivery/contract-line.js';
import {
  customer,
  offer,
  pushCustomers,
  pushOffers,
  pushSubscriptions,
  subscription,
  useMarket,
} from '../marketplace/support.js';
import { connectionRow, mappedRow } from '../support/mapped.js';

const market = useMarket();

beforeAll(async () => {
  await pushCustomers(market.db, market.cspA, [customer('customer')]);
  await pushOffers(market.db, market.cspA, [offer('offer')]);
});

let made = 0;
interface Chosen {
  readonly id: string;
  readonly slot: string;
}

/** Chooses a queue as a mapping does and makes the lane, in one transaction that ends after `meanwhile`. */
async function map(connectionId: string, contractId: string, meanwhile = async () => {}): Promise<Chosen> {
  const { db, cspA } = market;
  const { results } = await pushSubscriptions(db, cspA, [subscription(`s${++made}`)]);
  return db.transaction(async (tx) => {
    const reach = { tenantId: cspA.tenantId, connectionId, instance: `none:${connectionId}` };
    const line = { contractId, serviceId: `service ${made}` };
    const { queueName } = await lineFor(tx, reach, line, 1000);
    const row = { connectionId, ...line, queueName, cloudSubscriptionId: results[0]!.id! };
    const id = await mappedRow({ ...db, client: tx as typeof db.client }, cspA, row);
    await meanwhile();
    return { id, slot: queueName.replace(`${connectionId}/`, '') };
  });
}
const slotOf = async (connectionId: string, contractId: string) => (await map(connectionId, contractId)).slot;

test('contracts are spread over eight queues, the emptiest first', async () => {
  const connectionId = await connectionRow(market.db, market.cspA);
  const slots: string[] = [];
  for (let at = 0; at < 10; at += 1) slots.push(await slotOf(connectionId, `c${at}`));
  expect(slots).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '0', '1']);
});

test('lanes of one contract share a queue, however full it is', async () => {
  const connectionId = await connectionRow(market.db, market.cspA);
  const slots: string[] = [];
  for (let at = 0; at < 3; at += 1) slots.push(await slotOf(connectionId, 'same'));
  expect(slots).toEqual(['0', '0', '0']);
  expect(await slotOf(connectionId, 'other')).toBe('1');
});

test('only live lanes count, and only those of the connection', async () => {
  const connectionId = await connectionRow(market.db, market.cspA);
  const gone = await map(connectionId, 'contract');
  expect(gone.slot).toBe('0');
  await slotOf(connectionId, 'another');
  await market.db.client.mapping.update({
    where: { tenantId_id: { tenantId: market.cspA.tenantId, id: gone.id } },
    data: { state: 'DELETED', deletedAt: new Date() },
  });
  await market.db.client.lane.updateMany({ where: { id: gone.id }, data: { queueName: `${connectionId}/5` } });
  // Not the queue of the unmapped lane, but the emptiest.
  expect(await slotOf(connectionId, 'contract')).toBe('0');
  expect(await slotOf(await connectionRow(market.db, market.cspA), 'contract')).toBe('0');
});

test('a choice waits for those under way, so that it sees their lanes', async () => {
  const [connectionId, elsewhere] = [
    await connectionRow(market.db, market.cspA),
    await connectionRow(market.db, market.cspA),
  ];
  const waiting: Promise<string>[] = [];
  const first = await map(connectionId, 'contract', async () => {
    // Blind to the first, this would take the same queue, and the next for the first's contract another one.
    waiting.push(slotOf(connectionId, 'another'));
    for (const contract of ['a', 'b']) await slotOf(elsewhere, contract);
    waiting.push(slotOf(connectionId, 'contract'));
    for (const contract of ['c', 'd']) await slotOf(elsewhere, contract);
  });
  expect([first.slot, ...(await Promise.all(waiting))]).toEqual(['0', '1', '0']);
});
