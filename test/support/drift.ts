import type { World } from '../../simulators/autotask/index.js';
import { addDays, addMonths, periodOn } from '../../src/delivery/period.js';
import { act, done, settled } from './acts.js';
import type { TestApp } from './app.js';
import type { Caller } from './caller.js';
import { TODAY } from './dates.js';
import { DRIFT, type Drift, type Entry, RECONCILIATION, type Reconciliation } from './documents.js';
import { testWorld } from './world.js';

export const day = (offset: number): string => addDays(TODAY, offset);

const startDate = addMonths(day(-10), -12);
/** The first day of the billing period after the present one, in that world. */
export const NEXT_PERIOD = addDays(periodOn(startDate, 'MONTHLY', TODAY).end, 1);

/** The test world, with billing periods that began ten days ago: today is the first day of none, so that it can be edited. */
export function driftWorld(): World {
  const world = testWorld();
  const contracts = (world.contracts ?? []).map((contract) =>
    Number(contract.id) <= 1090 ? { ...contract, startDate, endDate: addDays(addMonths(startDate, 36), -1) } : contract,
  );
  return { ...world, contracts, organizationalLevelAssociations: [{ id: 1 }, { id: 2 }] };
}

export interface Reconciled {
  readonly entry: Entry;
  readonly reconciliation: Reconciliation;
}

/** Reconciles a connection and waits for the end of it. */
export async function reconciled(caller: Caller, connectionId: string): Promise<Reconciled> {
  const { auditLog, reconciliation } = await done(caller, 'reconcileConnection', { connectionId });
  const entry = await settled(caller, auditLog.id);
  return { entry, reconciliation: await reconciliationOf(caller, reconciliation?.id ?? '') };
}

export async function reconciliationOf(caller: Caller, id: string): Promise<Reconciliation> {
  const document = `query ($id: ID!) { reconciliation(id: $id) { ${RECONCILIATION} } }`;
  return (await caller.query<{ reconciliation: Reconciliation }>(document, { id })).reconciliation;
}

/** What stands of a mapping, by field. */
export async function standing(caller: Caller, mappingId: string): Promise<readonly Drift[]> {
  const document = `query ($id: ID!) { mapping(id: $id) { ... on SubscriptionMapping { drifts { ${DRIFT} } } } }`;
  return (await caller.query<{ mapping: { drifts: Drift[] } }>(document, { id: mappingId })).mapping.drifts;
}

/** All drifts of a connection in some states, newest first. */
export async function drifts(
  caller: Caller,
  connectionId: string,
  states: readonly string[] | null = null,
): Promise<readonly Drift[]> {
  const document = `query ($connectionId: ID!, $states: [DriftState!]) {
    drifts(connectionId: $connectionId, states: $states, first: 100) { nodes { ${DRIFT} } } }`;
  const found = await caller.query<{ drifts: { nodes: Drift[] } }>(document, { connectionId, states });
  return found.drifts.nodes;
}

/** Decides a drift; the entry when it has ended. */
export async function decided(caller: Caller, driftId: string, take: 'MARKETPLACE' | 'PSA'): Promise<Entry> {
  const { auditLog, userErrors } = await act(caller, 'correctDrift', { driftId, take, reason: 'Because I say so' });
  if (userErrors.length > 0) throw new Error(JSON.stringify(userErrors));
  return settled(caller, auditLog.id);
}

/** Changes the policy of a connection; what is not named stays. */
export async function setPolicy({ csp }: TestApp, connectionId: string, policy: object): Promise<void> {
  await done(csp, 'updateConnectionPolicy', { connectionId, ...policy });
}
