import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  act,
  connected,
  done,
  entryOf,
  GOOD,
  mappingOf,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { Caller } from '../support/caller.js';
import type { Payload } from '../support/documents.js';
import { createStage } from '../support/stage.js';
import { monthlyContract, monthlyService, PSA } from '../support/world.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

const twenty = Array.from({ length: 20 }, (_, at) => at);

/** Exactly one won; the others name the rule, have a FAILED entry, and the table holds one row. */
async function oneWinner(answers: readonly Payload[], rule: string): Promise<Payload> {
  const winners = answers.filter(({ userErrors }) => userErrors.length === 0);
  expect(winners).toHaveLength(1);
  for (const { mapping, userErrors, auditLog } of answers) {
    if (userErrors.length === 0) continue;
    expect(mapping).toBeNull();
    expect(userErrors).toEqual([expect.objectContaining({ __typename: 'MappingConflictError', rule })]);
    expect(auditLog.status).toBe('FAILED');
  }
  return winners[0] as Payload;
}

const live = (column: string, id: string) =>
  app.database.sql(`SELECT FROM "Mapping" WHERE "deletedAt" IS NULL AND "${column}" = $1`, [uuidOf(id)]);
const uuidOf = (id: string) => id.replace(/^[a-z]+_/, '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

/** A cloud subscription that a CSP sells through its Reseller, and both with a connection on which it could be mapped. */
async function shared(serviceId: string) {
  const customer = await pushCustomer(app.csp, { resellerId: 'reseller' });
  const offer = await pushOffer(app.csp);
  const subscription = await pushSubscription(app.csp, customer.externalId, offer.externalId, {
    resellerId: 'reseller',
    resellerPrice: { unitCost: '9.00', unitPrice: '12.00' },
  });
  const ready = async (caller: Caller): Promise<string> => {
    const { id: connectionId } = await connected(caller);
    const customerId = customer.id;
    const offerVariantId = await variantOf(app.csp, offer.externalId);
    const companyId = PSA.company.contoso;
    await done(caller, 'createConnectionCustomerMapping', { connectionId, customerId, companyId });
    await done(caller, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    return connectionId;
  };
  const parties = [
    [app.csp, await ready(app.csp)],
    [app.reseller, await ready(app.reseller)],
  ] as const;
  return { subscription, parties };
}

describe('of twenty calls at once exactly one wins', () => {
  it('when they map one customer (R19)', async () => {
    const { id: connectionId } = await connected(app.csp);
    const { id: customerId } = await pushCustomer(app.csp);
    const companies = [PSA.company.contoso, PSA.company.fabrikam];
    const answers = await Promise.all(
      twenty.map((at) =>
        act(app.csp, 'createConnectionCustomerMapping', { connectionId, customerId, companyId: companies[at % 2] }),
      ),
    );
    const winner = await oneWinner(answers, 'R19');
    const existing = answers.flatMap(({ userErrors }) => userErrors.map((error) => error.existingMapping?.id));
    expect(new Set(existing)).toEqual(new Set([winner.mapping?.id]));
    expect(await live('customerId', customerId)).toHaveLength(1);
  });

  it('when they map one offer variant to many services (R24)', async () => {
    const { id: connectionId } = await connected(app.csp);
    const offerVariantId = await variantOf(app.csp, (await pushOffer(app.csp)).externalId);
    const answers = await Promise.all(
      twenty.map((at) =>
        act(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId: monthlyService(at) }),
      ),
    );
    await oneWinner(answers, 'R24');
    expect(await live('offerVariantId', offerVariantId)).toHaveLength(1);
  });

  it('when they map many offer variants to one service (R25)', async () => {
    const { id: connectionId } = await connected(app.csp);
    const offers = await Promise.all(twenty.map(() => pushOffer(app.csp)));
    const variants = await Promise.all(offers.map(({ externalId }) => variantOf(app.csp, externalId)));
    const serviceId = monthlyService(0);
    const answers = await Promise.all(
      variants.map((offerVariantId) =>
        act(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId }),
      ),
    );
    await oneWinner(answers, 'R25');
    expect(await live('connectionId', connectionId)).toHaveLength(1);
  });

  it('scenario 8: when a CSP and its Reseller map one cloud subscription (R37)', async () => {
    const { subscription, parties } = await shared(monthlyService(9));
    const map = ([caller, connectionId]: (typeof parties)[number], at: number) =>
      act(caller, 'createConnectionSubscriptionMapping', {
        connectionId,
        cloudSubscriptionId: subscription.id,
        contractId: monthlyContract(60 + at),
      });
    const answers = await Promise.all(twenty.map((at) => map(parties[at % 2] as (typeof parties)[number], at)));
    const winner = await oneWinner(answers, 'R37');
    expect(await live('cloudSubscriptionId', subscription.id)).toHaveLength(1);

    const at = answers.indexOf(winner);
    const [owner, loser] = at % 2 === 0 ? parties : ([parties[1], parties[0]] as const);
    expect((await settled(owner[0], winner.auditLog.id)).status).toBe('SUCCEEDED');
    const committed = app.simulator.admin.journal.list({ writes: true, committed: true });
    expect(committed.map(({ path }) => path)).toEqual([expect.stringContaining(`/${monthlyContract(60 + at)}/`)]);
    // The other party is told that it is mapped, not where.
    const again = await map(loser, 30);
    expect(again.userErrors).toEqual([expect.objectContaining({ rule: 'R37', existingMapping: null })]);
    expect(again.userErrors[0]?.message).toContain('another organization');
  });

  it('scenario 8: first the Reseller, then the CSP, which is refused; the mapping stays as it is (R37)', async () => {
    const { subscription, parties } = await shared(monthlyService(11));
    const [csp, reseller] = parties;
    const map = ([caller, connectionId]: (typeof parties)[number], contractId: string) =>
      act(caller, 'createConnectionSubscriptionMapping', {
        connectionId,
        cloudSubscriptionId: subscription.id,
        contractId,
      });
    const first = await map(reseller, monthlyContract(87));
    expect(first.userErrors).toEqual([]);
    expect((await settled(app.reseller, first.auditLog.id)).status).toBe('SUCCEEDED');
    const id = first.mapping?.id ?? '';
    const before = await mappingOf(app.reseller, id);

    const second = await map(csp, monthlyContract(88));
    expect(second.mapping).toBeNull();
    expect(second.userErrors).toEqual([expect.objectContaining({ __typename: 'MappingConflictError', rule: 'R37' })]);
    expect(await entryOf(app.csp, second.auditLog.id)).toMatchObject({ status: 'FAILED', outcome: 'FAILED' });
    expect(await mappingOf(app.reseller, id)).toEqual(before);
    expect(before).toMatchObject({ state: 'MAPPED', syncState: 'SYNCED', remoteId: monthlyContract(87) });
    const written = app.simulator.admin.journal.list({ writes: true, committed: true }).map(({ path }) => path);
    expect(written.filter((path) => path.includes(`/${monthlyContract(87)}/`))).toHaveLength(1);
    expect(written.filter((path) => path.includes(`/${monthlyContract(88)}/`))).toEqual([]);
  });

  it('when they map many cloud subscriptions of one offer to one contract (R44)', async () => {
    const stage = await createStage(app, app.csp, { serviceId: monthlyService(10) });
    const contractId = monthlyContract(89);
    const rows = await Promise.all(
      twenty.map(() => pushSubscription(app.csp, stage.customer.externalId, stage.offer.externalId)),
    );
    const answers = await Promise.all(rows.map((row) => stage.map(row, contractId)));
    const winner = await oneWinner(answers, 'R44');
    expect((await settled(app.csp, winner.auditLog.id)).status).toBe('SUCCEEDED');
    expect(stage.posts({ contractId })).toHaveLength(1);
  });

  it('when they delete one mapping or one connection', async () => {
    const { id: connectionId } = await connected(app.csp);
    const { id: customerId } = await pushCustomer(app.csp);
    const companyId = PSA.company.contoso;
    const { mapping } = await done(app.csp, 'createConnectionCustomerMapping', { connectionId, customerId, companyId });
    for (const [field, id] of [
      ['deleteConnectionCustomerMapping', mapping?.id],
      ['deleteConnectorConnection', connectionId],
    ] as const) {
      const answers = await Promise.all(twenty.map(() => act(app.csp, field, { id })));
      const losers = answers.filter(({ userErrors }) => userErrors.length > 0);
      expect(losers).toHaveLength(19);
      expect(new Set(losers.map(({ userErrors }) => userErrors[0]?.code))).toEqual(new Set(['NOT_FOUND']));
    }
  });
});

describe('a connection that is deleted while it is updated', () => {
  it('keeps no secret and stays deleted', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id } = await connected(app.csp);
      const credentials = { autotask: GOOD };
      const updates = twenty.slice(0, 6).map(() => act(app.csp, 'updateConnectorConnection', { id, credentials }));
      await Promise.all([...updates, act(app.csp, 'deleteConnectorConnection', { id })]);
      const rows = await app.database.sql('SELECT "status", "sealedCredentials" FROM "Connection" WHERE "id" = $1', [
        uuidOf(id),
      ]);
      expect(rows).toEqual([{ status: 'DELETED', sealedCredentials: null }]);
    }
  });
});
