import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  act,
  connected,
  done,
  entries,
  GOOD,
  mappingOf,
  pushCustomer,
  pushOffer,
  pushSubscription,
  settled,
  unique,
  variantOf,
} from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { createCaller } from '../support/caller.js';
import { mutation } from '../support/documents.js';
import { monthlyContract, monthlyService, PSA } from '../support/world.js';

let app: TestApp;
/** What the first CSP owns. */
const owned = { connection: '', customerMapping: '', offerMapping: '', subscriptionMapping: '', entry: '' };
let customerId = '';
let variantId = '';
let subscriptionId = '';

beforeAll(async () => {
  app = await createTestApp();
  const connection = await connected(app.csp);
  const customer = await pushCustomer(app.csp);
  const offer = await pushOffer(app.csp);
  const subscription = await pushSubscription(app.csp, customer.externalId, offer.externalId);
  customerId = customer.id;
  subscriptionId = subscription.id;
  variantId = await variantOf(app.csp, offer.externalId);
  owned.connection = connection.id;
  const connectionId = connection.id;
  const mapped = async (field: string, input: object) => {
    const { mapping, auditLog } = await done(app.csp, field, { connectionId, ...input });
    owned.entry = auditLog.id;
    return mapping?.id ?? '';
  };
  const companyId = PSA.company.contoso;
  owned.customerMapping = await mapped('createConnectionCustomerMapping', { customerId, companyId });
  const serviceId = monthlyService(0);
  owned.offerMapping = await mapped('createConnectionOfferMapping', { offerVariantId: variantId, serviceId });
  const contractId = monthlyContract(0);
  const cloudSubscriptionId = subscriptionId;
  owned.subscriptionMapping = await mapped('createConnectionSubscriptionMapping', { cloudSubscriptionId, contractId });
  await settled(app.csp, owned.entry);
});
afterAll(() => app?.close());

describe.each(['stranger', 'reseller'] as const)('what a CSP owns, for the %s', (name) => {
  it('is in no list and answers like an unknown id', async () => {
    const document = `query ($connection: ID!, $entry: ID!, $all: [ID!]!) {
      connections { totalCount nodes { id } } mappings { totalCount nodes { id } }
      auditLogs(filter: { connectionIds: [$connection] }) { totalCount nodes { id } }
      customers(filter: { soldBy: ANY }) { nodes { id } } offerVariants { nodes { id } }
      cloudSubscriptions(filter: { soldBy: ANY }) { nodes { id } }
      connection(id: $connection) { id } mapping(id: $connection) { id } auditLog(id: $entry) { id }
      nodes(ids: $all) { id }
    }`;
    const all = [...Object.values(owned), customerId, subscriptionId];
    const variables = { connection: owned.connection, entry: owned.entry, all };
    expect(await app[name].query(document, variables)).toEqual({
      connections: { totalCount: 0, nodes: [] },
      mappings: { totalCount: 0, nodes: [] },
      auditLogs: { totalCount: 0, nodes: [] },
      customers: { nodes: [] },
      offerVariants: { nodes: [] },
      cloudSubscriptions: { nodes: [] },
      connection: null,
      mapping: null,
      auditLog: null,
      nodes: all.map(() => null),
    });
    for (const id of all)
      expect(await app[name].query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
  });

  it('cannot be changed, and the answer is that to an unknown id', async () => {
    const mutations = (ids: typeof owned): [field: string, input: object][] => [
      ['updateConnectorConnection', { id: ids.connection, alias: unique('Stolen') }],
      ['testConnectorConnection', { id: ids.connection }],
      ['deleteConnectorConnection', { id: ids.connection, cascade: true }],
      ['deleteConnectionCustomerMapping', { id: ids.customerMapping }],
      ['deleteConnectionOfferMapping', { id: ids.offerMapping }],
      ['deleteConnectionSubscriptionMapping', { id: ids.subscriptionMapping }],
    ];
    const unknown = {
      connection: `conn_${'0'.repeat(31)}1`,
      customerMapping: `map_c${'0'.repeat(31)}1`,
      offerMapping: `map_o${'0'.repeat(31)}1`,
      subscriptionMapping: `map_s${'0'.repeat(31)}1`,
      entry: '',
    };
    const toUnknown = mutations(unknown);
    for (const [at, [field, input]] of mutations(owned).entries()) {
      const foreign = await act(app[name], field, input);
      const none = await act(app[name], field, toUnknown[at]?.[1] ?? {});
      expect(foreign.userErrors).toEqual([expect.objectContaining({ __typename: 'NotFoundError', code: 'NOT_FOUND' })]);
      expect(foreign.userErrors).toEqual(none.userErrors);
      expect([foreign.connection ?? null, foreign.mapping ?? null]).toEqual([null, null]);
      expect(foreign.auditLog).toMatchObject({ status: 'FAILED', details: none.auditLog.details });
    }
  });

  it('cannot be mapped, looked up or followed', async () => {
    const own = await connected(app[name]);
    const inputs: [field: string, input: object][] = [
      ['createConnectionCustomerMapping', { connectionId: own.id, customerId, companyId: PSA.company.contoso }],
      [
        'createConnectionOfferMapping',
        { connectionId: own.id, offerVariantId: variantId, serviceId: monthlyService(1) },
      ],
      [
        'createConnectionSubscriptionMapping',
        { connectionId: own.id, cloudSubscriptionId: subscriptionId, contractId: monthlyContract(1) },
      ],
      ['createConnectionCustomerMapping', { connectionId: owned.connection, customerId, companyId: '201' }],
      ['recordSubscriptionChange', { eventId: unique('e'), subscriptionId, kind: 'CANCEL' }],
    ];
    for (const [field, input] of inputs) {
      const { userErrors } = await act(app[name], field, input);
      expect(userErrors).toEqual([expect.objectContaining({ __typename: 'NotFoundError' })]);
    }
    const search = await app[name].ask('query ($id: ID!) { remoteCompanies(connectionId: $id) { name } }', {
      id: owned.connection,
    });
    expect(search.body.errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
    const live = app[name].live('subscription ($id: ID!) { auditLogStatusChanged(id: $id) { id } }', {
      id: owned.entry,
    });
    await expect(live.next()).rejects.toThrow('NOT_FOUND');
  });
});

describe('what a CSP owns', () => {
  it('is as it was after all these tries', async () => {
    expect(await mappingOf(app.csp, owned.subscriptionMapping)).toMatchObject({ state: 'MAPPED', syncState: 'SYNCED' });
    expect(await entries(app.csp, { operations: ['DeleteConnectorConnection', 'UpdateConnectorConnection'] })).toEqual(
      [],
    );
  });
});

describe('a viewer', () => {
  it('reads everything of its organization', async () => {
    const { connections } = await app.viewer.query<{
      connections: { nodes: { id: string; viewerCanUpdate: boolean }[] };
    }>('{ connections { nodes { id viewerCanUpdate } } }');
    expect(connections.nodes).toEqual([{ id: owned.connection, viewerCanUpdate: false }]);
  });

  it('is refused every mutation with 403 and leaves no entry', async () => {
    const count = async () => (await app.database.sql('SELECT FROM "AuditLog"')).length;
    const before = await count();
    const customer = { externalId: 'x', companyName: 'x' };
    const calls: [field: string, input: object][] = [
      ['createConnectorConnection', { alias: 'a', currency: 'USD', credentials: { autotask: GOOD } }],
      ['updateConnectorConnection', { id: owned.connection, alias: 'a' }],
      ['testConnectorConnection', { id: owned.connection }],
      ['deleteConnectorConnection', { id: owned.connection }],
      ['createConnectionCustomerMapping', { connectionId: owned.connection, customerId, companyId: '201' }],
      ['deleteConnectionSubscriptionMapping', { id: owned.subscriptionMapping }],
      ['upsertCustomers', { items: [customer] }],
      ['recordSubscriptionChange', { eventId: 'e', subscriptionId, kind: 'CANCEL' }],
    ];
    for (const [field, input] of calls) {
      const { status, body } = await app.viewer.ask(mutation(field), { input });
      expect([field, status, body.errors?.[0]?.extensions?.code]).toEqual([field, 403, 'FORBIDDEN']);
    }
    expect(await count()).toBe(before);
  });
});

describe('a caller without a good key', () => {
  it.each(['', 'cgk_nonsense', 'Basic abc'])('is refused over HTTP and WebSocket (%j)', async (key) => {
    const caller = createCaller(app.url, key);
    const { status, body } = await caller.ask('{ connections { totalCount } }');
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([401, 'UNAUTHENTICATED']);
    await expect(caller.live('subscription { auditLogEvents { cursor } }').next()).rejects.toMatchObject({
      code: 4403,
    });
    await caller.close();
  });
});
