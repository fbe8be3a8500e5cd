import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, connect, GOOD, settled, unique } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import type { Answer } from '../support/caller.js';
import { mutation } from '../support/documents.js';
import { dumped, ENCODINGS, leaks, MARK } from '../support/leaks.js';

let app: TestApp;
const answers: string[] = [];
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app?.close());

async function ask(document: string, variables: object = {}): Promise<Answer> {
  const answer = await app.csp.ask(document, variables);
  answers.push(answer.text);
  expect(leaks(answer.text), answer.text).toEqual([]);
  expect(answer.status, answer.text).toBeLessThan(500);
  expect(answer.text).not.toContain('INTERNAL');
  return answer;
}

const SOME = `conn_${'0'.repeat(32)}`;
const mapping = (source: string, target: string) => (text: string) => [
  { connectionId: text, [source]: text, [target]: text },
  { connectionId: SOME, [source]: SOME, [target]: '1', idempotencyKey: text },
];
const byId = (text: string) => [{ id: text }, { id: SOME, idempotencyKey: text }];
const row = { externalId: 'x', segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' };

/** Every mutation, with inputs that hold some text wherever text is taken. */
const MUTATIONS: Readonly<Record<string, (text: string) => readonly object[]>> = {
  createConnectorConnection: (text) => [
    { alias: text, currency: 'USD', credentials: { autotask: GOOD } },
    { alias: unique('Key'), currency: text, credentials: { autotask: GOOD } },
    { alias: unique('Key'), currency: 'USD', credentials: { autotask: {} }, idempotencyKey: text },
    { alias: unique('Key'), currency: 'USD', credentials: { autotask: { username: text, password: text } } },
  ],
  updateConnectorConnection: (text) => [...byId(text), { id: SOME, alias: text }],
  testConnectorConnection: (text) => [{ id: text }, { alias: text, currency: text, credentials: { autotask: GOOD } }],
  deleteConnectorConnection: byId,
  disableConnectorConnection: byId,
  enableConnectorConnection: byId,
  createApiKey: (text) => [
    { name: text, role: 'VIEWER' },
    { name: 'x', role: 'VIEWER', idempotencyKey: text },
  ],
  rotateApiKey: byId,
  revokeApiKey: byId,
  createConnectionCustomerMapping: mapping('customerId', 'companyId'),
  createConnectionOfferMapping: mapping('offerVariantId', 'serviceId'),
  createConnectionSubscriptionMapping: mapping('cloudSubscriptionId', 'contractId'),
  deleteConnectionCustomerMapping: byId,
  deleteConnectionOfferMapping: byId,
  deleteConnectionSubscriptionMapping: byId,
  resyncSubscription: (text) => [{ cloudSubscriptionId: text }, { cloudSubscriptionId: SOME, idempotencyKey: text }],
  updateConnectionPolicy: (text) => [
    { connectionId: text, customerId: text },
    { connectionId: SOME, proration: 'NEXT_PERIOD', idempotencyKey: text },
  ],
  retrySubscriptionOperation: (text) => [
    { auditLogId: text },
    { auditLogId: SOME, reason: text, fingerprint: text, idempotencyKey: text },
  ],
  syncSubscriptionToConnection: (text) => [
    { connectionId: SOME, cloudSubscriptionId: text, companyId: text, serviceId: text, contractId: text },
    { connectionId: text, cloudSubscriptionId: SOME, contractId: text, dryRun: true, fingerprint: text },
    { connectionId: SOME, cloudSubscriptionId: SOME, contractId: 'x', idempotencyKey: text },
  ],
  skipSubscriptionOperation: (text) => [
    { auditLogId: text, reason: text },
    { auditLogId: SOME, reason: 'x', idempotencyKey: text },
  ],
  resolveSubscriptionOperation: (text) => [
    { auditLogId: text, outcome: 'APPLIED', reason: text },
    { auditLogId: SOME, outcome: 'NOT_APPLIED', reason: 'x', idempotencyKey: text },
  ],
  reconcileConnection: (text) => [{ connectionId: text }, { connectionId: SOME, idempotencyKey: text }],
  correctDrift: (text) => [
    { driftId: text, take: 'PSA', reason: text },
    { driftId: SOME, take: 'MARKETPLACE', idempotencyKey: text },
  ],
  runConnectorAction: (text) => [
    { connectionId: text, action: text },
    { connectionId: SOME, action: 'x', input: { [text]: text }, idempotencyKey: text },
  ],
  recordAzureUsage: (text) => [
    { eventId: text, externalId: text, month: '2026-01-01', cost: '1' },
    { eventId: unique('e'), cloudSubscriptionId: text, month: '2026-01-01', cost: '1', idempotencyKey: text },
  ],
  runAzureBilling: (text) => [
    { connectionId: text, month: '2026-01-01' },
    { connectionId: SOME, month: '2026-01-01', dryRun: true, idempotencyKey: text },
  ],
  recordSubscriptionChange: (text) => [
    { eventId: unique('e'), externalId: text, kind: 'CANCEL', dryRun: true, fingerprint: text },
    { eventId: text, externalId: text, kind: 'QUANTITY', quantity: 1 },
    { eventId: unique('e'), subscriptionId: text, kind: 'FRIENDLY_NAME', name: text, idempotencyKey: text },
  ],
  upsertCustomers: (text) => [
    { items: [{ externalId: text, companyName: text }] },
    { items: [{ externalId: unique('x'), companyName: 'x', email: text, taxId: text, resellerId: text }] },
    { items: [{ externalId: 'x', companyName: 'x' }], idempotencyKey: text },
  ],
  upsertOffers: (text) => [
    { items: [{ externalId: text, name: text, offerType: 'LICENSE' }] },
    { items: [{ externalId: 'x', name: 'x', offerType: 'LICENSE' }], idempotencyKey: text },
  ],
  upsertCloudSubscriptions: (text) => [
    {
      items: [
        {
          ...row,
          ...{ externalId: text, customerExternalId: text, offerExternalId: text, name: text, currency: text },
          ...{ status: 'ACTIVE', quantity: 1, startDate: '2026-01-01', unitCost: '1', unitPrice: '1' },
        },
      ],
    },
  ],
};
const NAMES = Object.keys(MUTATIONS);
const STRANGE = ['', ' ', 'x', '\u0000', '\ud800', '\u202e', 'conn_', SOME, 'x'.repeat(5_000), "'; --", '\u{1f600}'];

describe('the search for leaks', () => {
  it.each(Object.keys(ENCODINGS))('finds the secret as %s', (name) => {
    expect(leaks(`before ${ENCODINGS[name]} after`)).toContain(name);
    expect(leaks('before after')).toEqual([]);
  });
});

describe('every mutation', () => {
  it('is in the table of this test', async () => {
    const { body } = await ask('{ __schema { mutationType { fields { name } } } }');
    const { mutationType } = (body.data as { __schema: { mutationType: { fields: { name: string }[] } } }).__schema;
    expect(mutationType.fields.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
  });

  it.each(NAMES)('%s answers nonsense with a reason', async (field) => {
    const nonsense = [undefined, null, MARK, 7, true, [], [MARK], {}, { nonsense: MARK }, { input: { [MARK]: 1 } }];
    for (const input of nonsense) {
      const { body } = await ask(mutation(field), { input });
      const payload = (body.data as { result?: { userErrors: unknown[] } } | null | undefined)?.result;
      expect((body.errors?.length ?? 0) + (payload?.userErrors.length ?? 0)).toBeGreaterThan(0);
    }
  });

  it.each(NAMES)('%s takes ids and keys of any text without a fault', async (field) => {
    const inputs = STRANGE.flatMap((text) => MUTATIONS[field]?.(text) ?? []);
    for (const input of inputs) await ask(mutation(field), { input });
  });
});

describe('credentials', () => {
  const good = { username: 'user@psa.test', password: MARK, integrationCode: MARK };
  const cases: readonly (readonly [name: string, credentials: unknown])[] = [
    ['text in place of an object', MARK],
    ['a number in place of a secret', { autotask: { ...good, password: 7 } }],
    ['a list in place of a secret', { autotask: { ...good, password: [MARK] } }],
    ['an object in place of a secret', { autotask: { ...good, password: { value: MARK } } }],
    ['a secret as the name of a field', { autotask: { ...good, [MARK]: MARK } }],
    ['a secret as the name of a connector', { [MARK]: good }],
    ['a field that is missing', { autotask: { password: MARK } }],
    ['a field that is null', { autotask: { ...good, username: null } }],
    ['two members at once', { autotask: good, raw: { connectorId: 'autotask', credentials: good } }],
    ['no member', {}],
    ['a control character', { autotask: { ...good, password: `${MARK}\n` } }],
    ['a NUL', { autotask: { ...good, password: `${MARK}\u0000` } }],
    ['a secret that is too long', { autotask: { ...good, password: MARK.repeat(500) } }],
    ['raw text', { raw: { connectorId: 'autotask', credentials: MARK } }],
    ['a raw list', { raw: { connectorId: 'autotask', credentials: [MARK] } }],
    ['raw nesting', { raw: { connectorId: 'autotask', credentials: { password: { deep: MARK } } } }],
    ['raw with unknown fields', { raw: { connectorId: 'autotask', credentials: { ...good, [MARK]: MARK } } }],
    ['raw of an unknown connector', { raw: { connectorId: MARK, credentials: good } }],
    ['raw settings that do not exist', { raw: { connectorId: 'autotask', credentials: good, settings: { a: MARK } } }],
    ['a secret as an idempotency key as well', { autotask: { ...good, password: '' } }],
  ];

  it.each(cases)('with %s are refused without a word of them', async (_name, credentials) => {
    for (const field of ['createConnectorConnection', 'updateConnectorConnection', 'testConnectorConnection']) {
      const id = `conn_${'0'.repeat(32)}`;
      const input = {
        ...(field !== 'createConnectorConnection' && { id }),
        ...(field !== 'updateConnectorConnection' && { currency: 'USD' }),
        alias: unique('Bad'),
        credentials,
      };
      const { body } = await ask(mutation(field), { input });
      const payload = (body.data as { result?: { userErrors: unknown[] } } | null | undefined)?.result;
      expect((body.errors?.length ?? 0) + (payload?.userErrors.length ?? 0)).toBeGreaterThan(0);
    }
  });

  it('written into the document are refused without a word of them', async () => {
    const text = JSON.stringify(MARK);
    const call = (credentials: string) =>
      `mutation { createConnectorConnection(input: { alias: "x", currency: "USD", credentials: ${credentials} }) { userErrors { code } } }`;
    const documents = [
      call(`{ autotask: { username: "u", password: ${text} } }`),
      call(`{ raw: { connectorId: "autotask", credentials: { password: ${text} } } }`),
      call(`{ autotask: ${text} }`),
      call(text),
      call(`{ autotask: { username: "u", password: ${text} `),
      `{ ${text} }`,
      `query ${MARK} { viewer { name } }`,
      `{ connection(id: ${text}) { id } }`,
      `{ auditLogs(filter: { statuses: [${text}] }) { totalCount } }`,
      `{ auditLogs(first: ${text}) { totalCount } }`,
      '',
      'not GraphQL',
    ];
    for (const document of documents) await ask(document);
  });

  it('that are good but refused by the PSA are in no answer', async () => {
    const credentials = { autotask: { ...GOOD, password: MARK, integrationCode: MARK } };
    const { connection, auditLog } = await connect(app.csp, { credentials });
    const entry = await settled(app.csp, auditLog.id);
    expect(entry.error?.code).toBe('SECRET_REJECTED');
    expect(leaks(JSON.stringify([connection, entry]))).toEqual([]);
    await ask(mutation('updateConnectorConnection'), { input: { id: connection?.id, credentials } });
    const tested = await act(app.csp, 'testConnectorConnection', { currency: 'USD', credentials });
    expect(leaks(JSON.stringify(await settled(app.csp, tested.auditLog.id)))).toEqual([]);
    app.simulator.admin.users.patch(GOOD.username, { locked: false });
  });
});

describe('queries', () => {
  it('answer bad arguments with a reason', async () => {
    const documents: readonly (readonly [document: string, variables?: object])[] = [
      ['query ($after: String) { connections(after: $after) { totalCount } }', { after: MARK }],
      ['query ($after: String) { customers(after: $after) { totalCount } }', { after: 'eyJ4IjoxfQ' }],
      ['query ($after: String) { auditLogs(after: $after) { totalCount } }', { after: '\u0000' }],
      ['{ mappings(first: 5, last: 5) { nodes { id } } }'],
      ['{ customers(first: -1) { nodes { id } } }'],
      ['query ($p: String) { customers(filter: { prefix: $p }) { nodes { id } } }', { p: '\u0000\\%_' }],
      ['query ($s: String) { auditLogs(filter: { search: $s }) { nodes { id } } }', { s: '\u0000' }],
      ['query ($s: String) { auditLogs(filter: { correlationId: $s }) { nodes { id } } }', { s: MARK }],
      ['query ($o: [String!]) { auditLogs(filter: { operations: $o }) { nodes { id } } }', { o: ['\u0000', MARK] }],
      ['query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } auditLog(id: $id) { id } }', { id: MARK }],
      ['query ($id: ID!) { remoteCompanies(connectionId: $id) { name } }', { id: MARK }],
    ];
    for (const [document, variables] of documents) await ask(document, variables);
  });
});

describe('after all of that', () => {
  it('the secret is in no answer, no log line and no row of the database', async () => {
    expect(answers.length).toBeGreaterThan(400);
    expect(leaks(app.logged.join('\n'))).toEqual([]);
    for (const [table, text] of await dumped(app.database)) expect(leaks(text), table).toEqual([]);
  });

  it('the gateway still works', async () => {
    const { auditLog } = await connect(app.csp);
    expect((await settled(app.csp, auditLog.id)).status).toBe('SUCCEEDED');
  });
});
