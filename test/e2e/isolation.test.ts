import { readFileSync } from 'node:fs';
import { buildSchema, isInterfaceType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, GOOD, MONTHLY, subscriptionRow, unique } from '../support/acts.js';
import { createTestApp, type Gateway, type TestApp } from '../support/app.js';
import { type Caller, createCaller, firstOf } from '../support/caller.js';
import { fourOrganizations, LAYERS, type Member, ofNobody } from '../support/isolation.js';
import { monthlyContract, monthlyService, PSA } from '../support/world.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));

let app: TestApp;
let members: Member[] = [];
const urls = new Map<string, string>();
const callers = new Map<string, Caller>();

beforeAll(async () => {
  app = await createTestApp();
  members = await fourOrganizations(app);
  urls.set('both', app.url);
});
afterAll(async () => {
  for (const caller of callers.values()) await caller.close();
  await app?.close();
});

/** A member asking the gateway on which only these layers stand. */
function callerOf(mode: string, { name, key }: Member): Caller {
  const id = `${mode} ${name}`;
  const caller = callers.get(id) ?? createCaller(urls.get(mode) ?? '', key);
  callers.set(id, caller);
  return caller;
}

/** A gateway with these layers, for the tests of a block; that of both is there anyway. */
function serve(mode: string): void {
  let gateway: Gateway | undefined;
  beforeAll(async () => {
    if (urls.has(mode)) return;
    gateway = await app.another({ isolation: LAYERS[mode] ?? {} });
    urls.set(mode, gateway.url);
  });
  afterAll(async () => {
    if (gateway) await app.stop(gateway);
  });
}

const others = (member: Member) => members.filter(({ name }) => name !== member.name);

/** What of another's ids and names stands in an answer. */
function leaks(text: string, { name, owned }: Member): string[] {
  return [...Object.values(owned), ` of the ${name} `].filter((secret) => text.includes(secret));
}

const LISTS = [
  'viewer { name }',
  'connections { totalCount nodes { id alias mappings { nodes { id remoteName } } } }',
  'mappings { totalCount nodes { id } }',
  `auditLogs(first: 100) { totalCount nodes { id summary details customerName connection { id alias }
    history { message } } }`,
  'customers(filter: { soldBy: ANY }) { totalCount nodes { id companyName } }',
  'offerVariants(filter: { onlyBought: false }) { totalCount nodes { id offerName offer { id name } } }',
  `cloudSubscriptions(filter: { soldBy: ANY }) { totalCount nodes { id name customer { id } offerVariant { id }
    syncState } }`,
  'drifts { totalCount nodes { id mapping { id } cloudSubscription { id } } }',
  'apiKeys { totalCount nodes { id name } }',
  'auditLogOperations',
];
const ALL_LISTS = `{ ${LISTS.join(' ')} }`;

const SINGLES = `query ($ids: [ID!]!, $connection: ID!, $mapping: ID!, $entry: ID!, $reconciliation: ID!) {
  nodes(ids: $ids) { __typename id } again: nodes(ids: $ids) { __typename } connection(id: $connection) { id } mapping(id: $mapping) { id }
  auditLog(id: $entry) { id } reconciliation(id: $reconciliation) { id }
  below: mappings(connectionId: $connection) { nodes { id } } differing: drifts(connectionId: $connection) { nodes { id } }
  about: auditLogs(filter: { connectionIds: [$connection] }) { nodes { id } }
  mapped: cloudSubscriptions(filter: { soldBy: ANY, connectionId: $connection, mapped: true }) { nodes { id } } }`;

const singlesOf = ({ owned }: Pick<Member, 'owned'>) => ({
  ids: Object.values(owned),
  connection: owned.Connection,
  mapping: owned.SubscriptionMapping,
  entry: owned.AuditLog,
  reconciliation: owned.Reconciliation,
});

type Of = Pick<Member, 'owned' | 'externalIds'>;
type Attempt = readonly [field: string, input: (of: Of) => object];

/** Every mutation that names something of somebody. */
const ATTEMPTS: readonly Attempt[] = [
  ['updateConnectorConnection', ({ owned }) => ({ id: owned.Connection, alias: 'Stolen' })],
  ['testConnectorConnection', ({ owned }) => ({ id: owned.Connection })],
  ['disableConnectorConnection', ({ owned }) => ({ id: owned.Connection })],
  ['enableConnectorConnection', ({ owned }) => ({ id: owned.Connection })],
  ['deleteConnectorConnection', ({ owned }) => ({ id: owned.Connection, cascade: true })],
  ['updateConnectionPolicy', ({ owned }) => ({ connectionId: owned.Connection, writeMode: 'WATCH_ONLY' })],
  ['reconcileConnection', ({ owned }) => ({ connectionId: owned.Connection })],
  ['runAzureBilling', ({ owned }) => ({ connectionId: owned.Connection, month: '2026-10-01' })],
  ['runConnectorAction', ({ owned }) => ({ connectionId: owned.Connection, action: 'any', input: {} })],
  ['deleteConnectionCustomerMapping', ({ owned }) => ({ id: owned.CustomerMapping })],
  ['deleteConnectionOfferMapping', ({ owned }) => ({ id: owned.OfferMapping })],
  ['deleteConnectionSubscriptionMapping', ({ owned }) => ({ id: owned.SubscriptionMapping })],
  [
    'createConnectionCustomerMapping',
    ({ owned }) => ({ connectionId: owned.Connection, customerId: owned.Customer, companyId: PSA.company.contoso }),
  ],
  [
    'createConnectionOfferMapping',
    ({ owned }) => ({
      connectionId: owned.Connection,
      offerVariantId: owned.OfferVariant,
      serviceId: monthlyService(1),
    }),
  ],
  [
    'createConnectionSubscriptionMapping',
    ({ owned }) => ({
      connectionId: owned.Connection,
      cloudSubscriptionId: owned.CloudSubscription,
      contractId: monthlyContract(9),
    }),
  ],
  [
    'syncSubscriptionToConnection',
    ({ owned }) => ({
      connectionId: owned.Connection,
      cloudSubscriptionId: owned.CloudSubscription,
      contractId: monthlyContract(9),
    }),
  ],
  ['resyncSubscription', ({ owned }) => ({ cloudSubscriptionId: owned.CloudSubscription })],
  ['retrySubscriptionOperation', ({ owned }) => ({ auditLogId: owned.AuditLog })],
  ['skipSubscriptionOperation', ({ owned }) => ({ auditLogId: owned.AuditLog, reason: 'No.' })],
  [
    'resolveSubscriptionOperation',
    ({ owned }) => ({ auditLogId: owned.AuditLog, outcome: 'NOT_APPLIED', reason: 'No.' }),
  ],
  ['correctDrift', ({ owned }) => ({ driftId: owned.Drift, take: 'MARKETPLACE' })],
  [
    'recordSubscriptionChange',
    ({ owned }) => ({ eventId: 'e', subscriptionId: owned.CloudSubscription, kind: 'CANCEL' }),
  ],
  [
    'recordAzureUsage',
    ({ owned }) => ({ eventId: 'e', cloudSubscriptionId: owned.CloudSubscription, month: '2026-10-01', cost: '1' }),
  ],
  ['revokeApiKey', ({ owned }) => ({ id: owned.ApiKey })],
  ['rotateApiKey', ({ owned }) => ({ id: owned.ApiKey })],
];

/** What these name is the caller's own by definition, or new; `upsert...` names by external ids, see below. */
const NAME_NOTHING = ['createConnectorConnection', 'createApiKey'];

/** Pushes under another's external ids: refused within a tenant, another row outside of it, never the other's row. */
const PUSHES: readonly Attempt[] = [
  ['upsertCustomers', ({ externalIds }) => ({ items: [{ externalId: externalIds.customer, companyName: 'Stolen' }] })],
  [
    'upsertOffers',
    ({ externalIds }) => ({
      items: [{ externalId: externalIds.offer, name: 'Stolen', offerType: 'OTHER', variants: [MONTHLY] }],
    }),
  ],
  [
    'upsertCloudSubscriptions',
    ({ externalIds: { customer, offer, subscription } }) => ({
      items: [subscriptionRow(customer, offer, { externalId: subscription, name: 'Stolen', quantity: 999 })],
    }),
  ],
];

/** What belongs to the members, as it stands in the database. */
async function standing(): Promise<unknown[]> {
  const tables = [
    'ApiKey',
    'Connection',
    'Customer',
    'Drift',
    'Mapping',
    'Offer',
    'OfferVariant',
    'Reconciliation',
    'CloudSubscription',
  ];
  const ids = members.flatMap(({ owned }) => Object.values(owned).map((id) => id.slice(-32)));
  const one = (table: string) => `SELECT '${table}' AS "table", to_jsonb(t) - 'lastUsedAt' AS "row" FROM "${table}" t
    WHERE replace(t."id"::text, '-', '') = ANY($1)`;
  return app.database.sql(
    `SELECT * FROM (${tables.map(one).join(' UNION ALL ')}) x ORDER BY x."table", x."row"->>'id'`,
    [ids],
  );
}

it('tries every node type and every mutation', () => {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) throw new Error('Node is no interface.');
  const types = schema.getPossibleTypes(node).map(({ name }) => name);
  for (const { owned } of members) expect(Object.keys(owned).sort()).toEqual(types.sort());
  const tried = [...ATTEMPTS, ...PUSHES].map(([field]) => field);
  expect([...tried, ...NAME_NOTHING].sort()).toEqual(Object.keys(schema.getMutationType()?.getFields() ?? {}).sort());
});

describe('with neither', () => {
  serve('neither');
  it('the same questions find many leaks', async () => {
    const found = new Set<string>();
    for (const member of members) {
      // One by one: what leaks into the wrong parent may well be a fault of the whole answer.
      for (const list of LISTS) {
        const { text } = await callerOf('neither', member).ask(`{ ${list} }`);
        for (const other of others(member)) for (const leak of leaks(text, other)) found.add(leak);
      }
      for (const other of others(member)) {
        const { text: single } = await callerOf('neither', member).ask(
          'query ($id: ID!) { connection(id: $id) { alias } }',
          { id: other.owned.Connection },
        );
        expect(leaks(single, other)).toHaveLength(1);
      }
    }
    expect(found.size).toBeGreaterThan(20);
  });
});

describe.each(Object.keys(LAYERS).filter((mode) => mode !== 'neither'))('with %s', (mode) => {
  serve(mode);

  it('everybody sees what is its own', async () => {
    for (const member of members) {
      const { text, body } = await callerOf(mode, member).ask(ALL_LISTS);
      expect(body.errors).toBeUndefined();
      const listed = Object.entries(member.owned).filter(([type]) => !['Reconciliation', 'AuditLog'].includes(type));
      expect(listed.filter(([, id]) => !text.includes(id))).toEqual([]);
      const { nodes, again } = await callerOf(mode, member).query<{
        nodes: { __typename: string; id: string }[];
        again: { __typename: string }[];
      }>(SINGLES, singlesOf(member));
      expect(nodes.map((node) => node?.id)).toEqual(Object.values(member.owned));
      expect(again).toEqual(nodes.map(({ __typename }) => ({ __typename })));
    }
  });

  it('nobody sees anything of another, and an unknown id is answered like a foreign one', async () => {
    const found: string[] = [];
    for (const member of members) {
      const caller = callerOf(mode, member);
      const { text } = await caller.ask(ALL_LISTS);
      for (const other of others(member)) {
        found.push(...leaks(text, other));
        const foreign = await caller.ask(SINGLES, singlesOf(other));
        const unknown = await caller.ask(SINGLES, singlesOf(ofNobody(other)));
        expect(foreign.body.errors).toBeUndefined();
        expect(foreign.body).toEqual(unknown.body);
        found.push(...leaks(foreign.text, other));
        for (const [field, variables] of Object.entries(OTHER_READS)) {
          const [asked, none] = [other, ofNobody(other)].map(({ owned }) => caller.ask(field, variables(owned)));
          expect(codesOf(await asked)).toEqual(codesOf(await none));
          found.push(...leaks((await asked)?.text ?? '', other));
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('nobody changes anything of another, and an unknown id is refused like a foreign one', {
    timeout: 120_000,
  }, async () => {
    const before = await standing();
    for (const member of members) {
      const caller = callerOf(mode, member);
      for (const [field, input] of ATTEMPTS) {
        const none = await act(caller, field, input(ofNobody(member)));
        expect(none.userErrors, field).toEqual([expect.objectContaining({ __typename: 'NotFoundError' })]);
        for (const other of others(member)) {
          const { userErrors, auditLog, ...rest } = await act(caller, field, input(other));
          const { auditLogs: _own, ...objects } = rest as { readonly auditLogs?: unknown };
          expect([field, userErrors]).toEqual([field, none.userErrors]);
          expect([field, auditLog.status, auditLog.details]).toEqual([field, 'FAILED', none.auditLog.details]);
          expect(Object.values(objects).flat().filter(Boolean), field).toEqual([]);
        }
      }
      // With the caller's own connection, so that only the foreign half is wrong.
      const own = { Connection: member.owned.Connection };
      for (const other of others(member)) {
        for (const [field, input] of ATTEMPTS.filter(([name]) =>
          /^(create|sync|update).*(Mapping|Connection)$/.test(name),
        )) {
          if (/ConnectorConnection/.test(field)) continue;
          const { userErrors } = await act(caller, field, input({ ...other, owned: { ...other.owned, ...own } } as Of));
          expect([field, userErrors]).toEqual([field, [expect.objectContaining({ __typename: 'NotFoundError' })]]);
        }
      }
    }
    expect(await standing()).toEqual(before);
  });

  it("a push under another's external id never touches the other's row", async () => {
    const before = await standing();
    for (const member of members) {
      for (const other of others(member)) {
        for (const [field, input] of PUSHES) {
          const { results } = await act(callerOf(mode, member), field, input(other));
          const ids = (results ?? []).map(({ id }) => id);
          expect(ids.filter((id) => Object.values(other.owned).includes(id ?? ''))).toEqual([]);
          if (member.scope.tenantId !== other.scope.tenantId || field === 'upsertOffers') continue;
          const codes = (results ?? []).flatMap(({ errors }) => errors.map(({ code }) => code));
          // A row that is hidden looks like a new one, whose customer is not the caller's either.
          expect(['EXTERNAL_ID_IN_USE', 'UNKNOWN_CUSTOMER']).toContain(codes[0]);
        }
      }
    }
    expect(await standing()).toEqual(before);
  });

  it("nobody follows another's entry, and the feed tells each only its own", async () => {
    await Promise.all(
      members.map(async (member) => {
        const caller = callerOf(mode, member);
        for (const other of others(member)) {
          const one = 'subscription ($id: ID!) { auditLogStatusChanged(id: $id) { id } }';
          await expect(caller.live(one, { id: other.owned.AuditLog }).next()).rejects.toThrow('NOT_FOUND');
        }
        const all =
          'subscription { auditLogEvents(after: "0") { cursor message data auditLog { id summary details } } }';
        const last = act(caller, 'createConnectorConnection', {
          alias: unique('Last'),
          currency: 'USD',
          credentials: { autotask: GOOD },
        });
        const seen: string[] = [];
        const { auditLog } = await last;
        await firstOf(
          caller.live<{ auditLogEvents: { auditLog: { id: string } | null } }>(all),
          (message) => {
            seen.push(JSON.stringify(message));
            return message.auditLogEvents.auditLog?.id === auditLog.id;
          },
          'the own last entry',
        );
        expect(others(member).flatMap((other) => seen.flatMap((text) => leaks(text, other)))).toEqual([]);
        expect(seen.length).toBeGreaterThan(10);
      }),
    );
  });
});

/** Reads that ask the PSA or plan. */
const OTHER_READS: { readonly [document: string]: (owned: Member['owned']) => object } = {
  'query ($id: ID!) { remoteCompanies(connectionId: $id) { name } }': ({ Connection: id }) => ({ id }),
  'query ($id: ID!) { remoteServices(connectionId: $id) { name } }': ({ Connection: id }) => ({ id }),
  'query ($id: ID!) { remoteContracts(connectionId: $id, companyId: "201") { name } }': ({ Connection: id }) => ({
    id,
  }),
  'query ($input: PreviewSubscriptionChangeInput!) { previewSubscriptionChange(input: $input) { decision } }': ({
    CloudSubscription: subscriptionId,
  }) => ({ input: { subscriptionId, kind: 'CANCEL' } }),
};

function codesOf(
  answer: { body: { errors?: readonly { message: string; extensions?: { code?: string } }[] } } | undefined,
) {
  return (answer?.body.errors ?? []).map(({ message, extensions }) => [message, extensions?.code]);
}
