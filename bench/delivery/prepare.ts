import {
  connect,
  done,
  MONTHLY,
  pushCustomer,
  pushOffer,
  settled,
  subscriptionRow,
  variantOf,
} from '../../test/support/acts.js';
import type { Caller } from '../../test/support/caller.js';
import { CONTRACT_START } from '../../test/support/dates.js';
import { inParallel } from '../in-parallel.js';
import { FIRST, type Size } from '../stub/catalogue.js';

/** Lines of one contract: what a customer buys. */
const OF_A_CONTRACT = 4;
const CONTRACTS_OF_A_COMPANY = 3;
const ROWS_A_CALL = 50;
const AT_ONCE = 8;

export const FIRST_QUANTITY = 5;

/** A mapped subscription and where the PSA bills it. */
export interface Line {
  readonly externalId: string;
  readonly contractId: number;
  readonly serviceId: number;
}

export function sizeFor(subscriptions: number): Size {
  const contracts = Math.ceil(subscriptions / OF_A_CONTRACT);
  const companies = Math.ceil(contracts / CONTRACTS_OF_A_COMPANY);
  return { companies, contracts, services: OF_A_CONTRACT, from: CONTRACT_START };
}

/** Connects, maps customers and offers, then subscriptions; their first lines are on the way when it ends. */
export async function prepare(
  caller: Caller,
  size: Size,
  subscriptions: number,
  mapped: (count: number) => void,
): Promise<Line[]> {
  const { connection, auditLog } = await connect(caller);
  const { status, error } = await settled(caller, auditLog.id);
  if (!connection || status !== 'SUCCEEDED') throw new Error(`Not connected: ${JSON.stringify(error)}`);
  const connectionId = connection.id;

  const customers: string[] = [];
  for (let at = 0; at < size.companies; at += 1) {
    const { id, externalId } = await pushCustomer(caller);
    customers.push(externalId);
    const input = { connectionId, customerId: id, companyId: String(FIRST.company + at) };
    await done(caller, 'createConnectionCustomerMapping', input);
  }
  const offers: string[] = [];
  for (let at = 0; at < size.services; at += 1) {
    const { externalId } = await pushOffer(caller, { variants: [MONTHLY] });
    offers.push(externalId);
    const offerVariantId = await variantOf(caller, externalId);
    await done(caller, 'createConnectionOfferMapping', {
      connectionId,
      offerVariantId,
      serviceId: String(FIRST.service + at),
    });
  }

  const rows = Array.from({ length: subscriptions }, (_, at) => {
    const [contract, service] = [Math.floor(at / OF_A_CONTRACT), at % OF_A_CONTRACT];
    const customer = customers[contract % size.companies] as string;
    const row = subscriptionRow(customer, offers[service] as string, { quantity: FIRST_QUANTITY });
    return { row, contractId: FIRST.contract + contract, serviceId: FIRST.service + service };
  });
  let count = 0;
  for (let from = 0; from < rows.length; from += ROWS_A_CALL) {
    const some = rows.slice(from, from + ROWS_A_CALL);
    const { results } = await done(caller, 'upsertCloudSubscriptions', { items: some.map(({ row }) => row) });
    await inParallel(AT_ONCE, some, async ({ contractId }, at) => {
      const cloudSubscriptionId = results?.[at]?.id;
      const input = { connectionId, cloudSubscriptionId, contractId: String(contractId) };
      await done(caller, 'createConnectionSubscriptionMapping', input);
      count += 1;
      mapped(count);
    });
  }
  return rows.map(({ row, ...line }) => ({ externalId: row.externalId, ...line }));
}
