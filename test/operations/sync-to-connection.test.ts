import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  act,
  connected,
  done,
  entries,
  entryOf,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { AskOptions, Caller } from '../support/caller.js';
import type { Entry, Mapping, Payload } from '../support/documents.js';
import { monthlyContract, monthlyService, PSA } from '../support/world.js';

let app: TestApp;
let contracts = 0;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

interface Synced extends Omit<Payload, 'customerMapping'> {
  readonly customerMapping: Mapping | null;
  readonly offerMapping: Mapping | null;
  readonly subscriptionMapping: Mapping | null;
  readonly preview: {
    readonly decision: string;
    readonly fingerprint: string | null;
    readonly after: { readonly units: number } | null;
    readonly steps: readonly { readonly label: string }[];
  } | null;
  readonly auditLogs: readonly (Entry & { readonly parent: { readonly id: string } | null })[];
}
async function sync(caller: Caller, input: object, options?: AskOptions): Promise<Synced> {
  return (await act(caller, 'syncSubscriptionToConnection', input, options)) as unknown as Synced;
}

/** A cloud subscription of a new customer and a new offer, and a connection on which nothing is mapped. */
async function purchase(caller: Caller = app.csp) {
  const { id: connectionId } = await connected(caller);
  const customer = await pushCustomer(caller);
  const offer = await pushOffer(caller);
  const subscription = await pushSubscription(caller, customer.externalId, offer.externalId, { quantity: 4 });
  const offerVariantId = await variantOf(caller, offer.externalId);
  const input = {
    connectionId,
    cloudSubscriptionId: subscription.id,
    companyId: PSA.company.contoso,
    serviceId: monthlyService(0),
    contractId: monthlyContract(contracts++),
  };
  return { input, connectionId, customer, offer, offerVariantId, subscription };
}

const writes = (contractId: string) =>
  app.simulator.admin.journal
    .list({ writes: true, committed: true })
    .filter(({ path }) => path.includes(`/Contracts/${contractId}/ServiceAdjustments`)).length;
const idsOf = ({ customerMapping, offerMapping, subscriptionMapping }: Synced) =>
  [customerMapping, offerMapping, subscriptionMapping].map((mapping) => mapping?.id ?? null);
const twenty = Array.from({ length: 20 }, (_, at) => at);

describe('syncSubscriptionToConnection', () => {
  it('makes three mappings, each with its own entry, under one correlation id (R45, R46)', async () => {
    const { input } = await purchase();
    const correlationId = crypto.randomUUID();
    const answer = await sync(app.csp, input, { correlationId });
    expect(answer.userErrors).toEqual([]);
    expect(answer.customerMapping).toMatchObject({ __typename: 'CustomerMapping', remoteId: input.companyId });
    expect(answer.offerMapping).toMatchObject({ __typename: 'OfferMapping', remoteId: input.serviceId });
    expect(answer.subscriptionMapping).toMatchObject({
      __typename: 'SubscriptionMapping',
      remoteId: input.contractId,
      remoteServiceId: input.serviceId,
    });
    const [own, ...parts] = answer.auditLogs;
    expect(own).toMatchObject({ id: answer.auditLog.id, status: 'SUCCEEDED', parent: null });
    expect(own?.operationLabel).toBe('Sync Subscription to Connection');
    expect(parts.map(({ operation }) => operation)).toEqual([
      'CreateConnectionCustomerMapping',
      'CreateConnectionOfferMapping',
      'CreateConnectionSubscriptionMapping',
    ]);
    for (const entry of parts) expect(entry).toMatchObject({ correlationId, parent: { id: own?.id } });
    const logged = await entries(app.csp, { correlationId });
    expect(logged.map(({ id }) => id)).toEqual(answer.auditLogs.map(({ id }) => id));
    // Its own entry has ended with the mappings; the last part's goes on until the first line is read back.
    expect((await settled(app.csp, parts[2]?.id ?? '')).status).toBe('SUCCEEDED');
    expect(writes(input.contractId)).toBe(1);
  });

  it('takes what is mapped already as it is, named or not', async () => {
    const first = await purchase();
    const { connectionId, customer, input } = first;
    const { companyId, serviceId } = input;
    const mapped = await done(app.csp, 'createConnectionCustomerMapping', {
      connectionId,
      customerId: customer.id,
      companyId,
    });
    const one = await sync(app.csp, input);
    expect(one.userErrors).toEqual([]);
    expect(one.customerMapping?.id).toBe(mapped.mapping?.id);
    expect(one.auditLogs.map(({ operation }) => operation)).toEqual([
      'SyncSubscriptionToConnection',
      'CreateConnectionOfferMapping',
      'CreateConnectionSubscriptionMapping',
    ]);
    // Another purchase of the same offer by the same customer: the form comes pre-filled, so neither needs a name.
    const more = await pushSubscription(app.csp, customer.externalId, first.offer.externalId);
    const contractId = monthlyContract(contracts++);
    const two = await sync(app.csp, { connectionId, cloudSubscriptionId: more.id, contractId });
    expect(two.userErrors).toEqual([]);
    expect(idsOf(two).slice(0, 2)).toEqual(idsOf(one).slice(0, 2));
    expect(two.auditLogs).toHaveLength(2);
    // The same call again finds everything done.
    const again = await sync(app.csp, { connectionId, cloudSubscriptionId: more.id, contractId, companyId, serviceId });
    expect(again.userErrors).toEqual([]);
    expect(idsOf(again)).toEqual(idsOf(two));
    expect(again.auditLogs.map(({ id }) => id)).toEqual([again.auditLog.id]);
    expect(again.auditLog.status).toBe('SUCCEEDED');
    expect((await settled(app.csp, two.auditLogs[1]?.id ?? '')).status).toBe('SUCCEEDED');
    expect(writes(contractId)).toBe(1);
  });

  it('of what is mapped to something else is refused at once, naming each; nothing is made', async () => {
    const { input, connectionId, customer, offerVariantId } = await purchase();
    const customerMapping = await done(app.csp, 'createConnectionCustomerMapping', {
      connectionId,
      customerId: customer.id,
      companyId: PSA.company.fabrikam,
    });
    const offerMapping = await done(app.csp, 'createConnectionOfferMapping', {
      connectionId,
      offerVariantId,
      serviceId: monthlyService(1),
    });
    const refused = await sync(app.csp, input);
    expect(refused.userErrors).toEqual([
      expect.objectContaining({
        __typename: 'MappingConflictError',
        rule: 'R19',
        existingMapping: { id: customerMapping.mapping?.id },
        path: ['input', 'cloudSubscriptionId'],
      }),
      expect.objectContaining({
        __typename: 'MappingConflictError',
        rule: 'R24',
        existingMapping: { id: offerMapping.mapping?.id },
      }),
    ]);
    expect(idsOf(refused)).toEqual([null, null, null]);
    expect(refused.auditLogs.map(({ id, status }) => [id, status])).toEqual([[refused.auditLog.id, 'FAILED']]);
  });

  it('of a cloud subscription mapped elsewhere is refused, naming its mapping (R37)', async () => {
    const { input } = await purchase();
    const first = await sync(app.csp, input);
    const { id: connectionId } = await connected(app.csp);
    for (const more of [{ connectionId }, { contractId: monthlyContract(contracts++) }]) {
      const { userErrors, auditLogs } = await sync(app.csp, { ...input, ...more });
      expect(userErrors).toEqual([
        expect.objectContaining({ rule: 'R37', existingMapping: { id: first.subscriptionMapping?.id } }),
      ]);
      expect(auditLogs).toHaveLength(1);
    }
  });

  it('whose third step is refused keeps the first two (R46)', async () => {
    const { input } = await purchase();
    const answer = await sync(app.csp, { ...input, contractId: PSA.contract.ofFabrikam });
    expect(answer.userErrors).toEqual([
      expect.objectContaining({
        __typename: 'MappingRuleError',
        rule: 'R40',
        code: 'CONTRACT_OF_OTHER_COMPANY',
        path: ['input', 'contractId'],
      }),
    ]);
    expect(answer.auditLog).toMatchObject({
      status: 'FAILED',
      error: { class: 'MappingRule', code: 'CONTRACT_OF_OTHER_COMPANY' },
    });
    expect(answer.customerMapping).toMatchObject({ state: 'MAPPED' });
    expect(answer.offerMapping).toMatchObject({ state: 'MAPPED' });
    expect(answer.subscriptionMapping).toBeNull();
    expect(answer.auditLogs.map(({ operation, status }) => [operation, status])).toEqual([
      ['SyncSubscriptionToConnection', 'FAILED'],
      ['CreateConnectionCustomerMapping', 'SUCCEEDED'],
      ['CreateConnectionOfferMapping', 'SUCCEEDED'],
      ['CreateConnectionSubscriptionMapping', 'FAILED'],
    ]);
    // With another contract it goes on where it stopped.
    const mended = await sync(app.csp, input);
    expect(mended.userErrors).toEqual([]);
    expect(idsOf(mended).slice(0, 2)).toEqual(idsOf(answer).slice(0, 2));
    expect(mended.auditLogs).toHaveLength(2);
  });

  it('whose second step is refused makes the first only and does not try the third', async () => {
    const { input } = await purchase();
    const answer = await sync(app.csp, { ...input, serviceId: PSA.service.yearly });
    expect(answer.userErrors).toEqual([expect.objectContaining({ rule: 'R27', path: ['input', 'serviceId'] })]);
    expect(idsOf(answer)).toEqual([answer.customerMapping?.id, null, null]);
    expect(answer.customerMapping).not.toBeNull();
    expect(answer.auditLogs).toHaveLength(3);
  });

  it('that names neither company nor service, where none is mapped, is refused for each', async () => {
    const { input } = await purchase();
    const { companyId: _company, serviceId: _service, ...rest } = input;
    const { userErrors, auditLogs } = await sync(app.csp, rest);
    expect(userErrors.map(({ code, path }) => [code, path])).toEqual([
      ['CUSTOMER_NOT_MAPPED', ['input', 'companyId']],
      ['OFFER_NOT_MAPPED', ['input', 'serviceId']],
    ]);
    expect(auditLogs).toHaveLength(1);
  });

  it('of what can be known to be impossible makes nothing', async () => {
    const { input, customer, offer } = await purchase();
    const ended = await pushSubscription(app.csp, customer.externalId, offer.externalId, { status: 'CANCELLED' });
    const cancelled = await sync(app.csp, { ...input, cloudSubscriptionId: ended.id });
    expect(cancelled.userErrors).toEqual([expect.objectContaining({ code: 'SUBSCRIPTION_NOT_ACTIVE' })]);
    expect(idsOf(cancelled)).toEqual([null, null, null]);
    for (const more of [{ companyId: '' }, { contractId: '' }, { serviceId: 'x'.repeat(101) }]) {
      const { userErrors } = await sync(app.csp, { ...input, ...more });
      expect(userErrors).toEqual([
        expect.objectContaining({ code: 'INVALID_INPUT', path: ['input', Object.keys(more)[0]] }),
      ]);
    }
  });

  it('with the same idempotency key is the same operation; its parts have none', async () => {
    const { input } = await purchase();
    const keyed = { ...input, idempotencyKey: crypto.randomUUID() };
    const first = await sync(app.csp, keyed);
    const second = await sync(app.csp, keyed);
    expect(second.userErrors).toEqual([]);
    expect(second.auditLogs.map(({ id }) => id)).toEqual(first.auditLogs.map(({ id }) => id));
    expect(idsOf(second)).toEqual(idsOf(first));
    const other = await sync(app.csp, { ...keyed, contractId: monthlyContract(contracts++) });
    expect(other.userErrors).toEqual([expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT' })]);
    expect(idsOf(other)).toEqual([null, null, null]);
  });

  it('of another organization is answered like one of unknown ids', async () => {
    const { input } = await purchase();
    const theirs = await purchase(app.stranger);
    const foreign = [
      [app.stranger, input, 'connectionId'],
      [app.reseller, input, 'connectionId'],
      [app.csp, { ...input, cloudSubscriptionId: theirs.subscription.id }, 'cloudSubscriptionId'],
      [app.csp, { ...input, cloudSubscriptionId: 'csub_unknown' }, 'cloudSubscriptionId'],
    ] as const;
    for (const [caller, given, field] of foreign) {
      const { userErrors, auditLogs } = await sync(caller, given);
      expect(userErrors).toEqual([expect.objectContaining({ code: 'NOT_FOUND', path: ['input', field] })]);
      expect(auditLogs).toHaveLength(1);
    }
  });
});

describe('a dry run', () => {
  const mappingsOn = (connectionId: string) =>
    app.database.sql('SELECT FROM "Mapping" WHERE replace("connectionId"::text, \'-\', \'\') = $1', [
      connectionId.replace('conn_', ''),
    ]);

  it('tells the first line and makes nothing; with its fingerprint exactly that is carried out', async () => {
    const { input, connectionId } = await purchase();
    const dry = await sync(app.csp, { ...input, dryRun: true });
    expect(dry.userErrors).toEqual([]);
    expect(dry.preview).toMatchObject({
      decision: 'WRITE',
      after: { units: 4 },
      steps: [{ label: expect.any(String) }],
    });
    expect(idsOf(dry)).toEqual([null, null, null]);
    expect(dry.auditLogs.map(({ id }) => id)).toEqual([dry.auditLog.id]);
    expect(dry.auditLog).toMatchObject({ status: 'SUCCEEDED', details: { preview: { decision: 'WRITE' } } });
    expect(await mappingsOn(connectionId)).toHaveLength(0);
    expect(writes(input.contractId)).toBe(0);

    const real = await sync(app.csp, { ...input, fingerprint: dry.preview?.fingerprint });
    expect(real.userErrors).toEqual([]);
    expect((await settled(app.csp, real.auditLogs.at(-1)?.id ?? '')).status).toBe('SUCCEEDED');
    expect(writes(input.contractId)).toBe(1);
    // Once it is done a repeat has nothing to write, whatever its fingerprint.
    const again = await sync(app.csp, { ...input, fingerprint: dry.preview?.fingerprint });
    expect(idsOf(again)).toEqual(idsOf(real));
    expect((await sync(app.csp, { ...input, dryRun: true })).preview).toMatchObject({ decision: 'NOTHING', steps: [] });
  });

  it('with the fingerprint of another plan refuses before anything is made', async () => {
    const { input, connectionId } = await purchase();
    const { userErrors, auditLogs } = await sync(app.csp, { ...input, fingerprint: 'of another plan' });
    expect(userErrors).toEqual([expect.objectContaining({ code: 'PLAN_CHANGED', path: ['input', 'fingerprint'] })]);
    expect(auditLogs).toHaveLength(1);
    expect(await mappingsOn(connectionId)).toHaveLength(0);
  });

  it('is refused where the real run would be, by the same rule', async () => {
    const { input, connectionId } = await purchase();
    for (const [more, rule] of [
      [{ contractId: PSA.contract.ofFabrikam }, 'R40'],
      [{ serviceId: PSA.service.yearly }, 'R27'],
      [{ companyId: PSA.company.prospect }, 'R17'],
    ] as const) {
      const { userErrors, preview } = await sync(app.csp, { ...input, ...more, dryRun: true });
      expect(userErrors[0]).toMatchObject({ rule });
      expect(preview).toBeNull();
    }
    expect(await mappingsOn(connectionId)).toHaveLength(0);
  });
});

describe('at once', () => {
  it('the same call twenty times makes each mapping once, and everybody is told of it', async () => {
    const { input } = await purchase();
    const answers = await Promise.all(twenty.map(() => sync(app.csp, input)));
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(answers.map((answer) => idsOf(answer).join()))).toHaveLength(1);
    const made = await entries(app.csp, {
      operations: ['CreateConnectionSubscriptionMapping'],
      connectionIds: [input.connectionId],
      statuses: ['PENDING', 'RUNNING', 'VERIFYING', 'SUCCEEDED'],
    });
    expect(made).toHaveLength(1);
    expect((await settled(app.csp, made[0]?.id ?? '')).status).toBe('SUCCEEDED');
    expect(writes(input.contractId)).toBe(1);
  });

  it('different purchases of one customer and one offer share those two mappings', async () => {
    const { input, customer, offer } = await purchase();
    const rows = await Promise.all(
      twenty.slice(0, 6).map(() => pushSubscription(app.csp, customer.externalId, offer.externalId)),
    );
    const answers = await Promise.all(
      rows.map(({ id }) =>
        sync(app.csp, { ...input, cloudSubscriptionId: id, contractId: monthlyContract(contracts++) }),
      ),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set(answers.map((answer) => idsOf(answer).slice(0, 2).join()))).toHaveLength(1);
    expect(new Set(answers.map(({ subscriptionMapping }) => subscriptionMapping?.id))).toHaveLength(6);
  });

  it('two organizations of a tenant: exactly one wins (R37)', async () => {
    const customer = await pushCustomer(app.csp, { resellerId: 'reseller' });
    const offer = await pushOffer(app.csp);
    const subscription = await pushSubscription(app.csp, customer.externalId, offer.externalId, {
      resellerId: 'reseller',
      resellerPrice: { unitCost: '9.00', unitPrice: '12.00' },
    });
    const parties = await Promise.all(
      [app.csp, app.reseller].map(async (caller) => ({ caller, connectionId: (await connected(caller)).id })),
    );
    const answers = await Promise.all(
      parties.map(({ caller, connectionId }) =>
        sync(caller, {
          connectionId,
          cloudSubscriptionId: subscription.id,
          companyId: PSA.company.contoso,
          serviceId: monthlyService(2),
          contractId: monthlyContract(contracts++),
        }),
      ),
    );
    const losers = answers.filter(({ userErrors }) => userErrors.length > 0);
    expect(losers).toHaveLength(1);
    expect(losers[0]?.userErrors).toEqual([
      expect.objectContaining({ __typename: 'MappingConflictError', rule: 'R37', existingMapping: null }),
    ]);
    expect(losers[0]?.subscriptionMapping).toBeNull();
    expect(losers[0]?.auditLog.status).toBe('FAILED');
    const at = answers.findIndex(({ userErrors }) => userErrors.length === 0);
    const { caller } = parties[at] as (typeof parties)[number];
    const last = answers[at]?.auditLogs.at(-1)?.id ?? '';
    expect((await settled(caller, last)).status).toBe('SUCCEEDED');
    expect((await entryOf(caller, answers[at]?.auditLog.id ?? '')).status).toBe('SUCCEEDED');
  });
});
