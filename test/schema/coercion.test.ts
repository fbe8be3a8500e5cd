import { buildSchema, GraphQLError, graphql, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quietMessage } from '../../src/schema/coercion.js';
import { openSignedIn, subscribe } from '../server/support.js';
import { createTestApp, type TestApp } from '../support/app.js';

/** The secret that must never come back. A Name, so that it fits anywhere in a document too. */
const SECRET = 'hunter2Marker';

/** Secrets in the dress of graphql-js's own messages. */
const NASTY: readonly string[] = [
  SECRET,
  `${SECRET}; `,
  `; ${SECRET}`,
  `"${SECRET}"`,
  `x" at "input.alias"; ${SECRET}`,
  ` at "input.${SECRET}"`,
  ` at "input.${SECRET}"; Expected type "Int".`,
  `first\nsecond ${SECRET}\r\n; third`,
  `\\"; ${SECRET} \\`,
  `Field "${SECRET}" of required type "Int!" was not provided.`,
  `x; Field "${SECRET}" must be non-null.`,
  `Exactly one key must be specified for OneOf type "${SECRET}".`,
  `Expected non-nullable type "${SECRET}" not to be null.`,
  `"; Expected type "${SECRET}" to be an object.`,
  `Value "x" does not exist in "${SECRET}" enum.`,
  `" is not defined by type "${SECRET}".`,
  `x. Did you mean "${SECRET}"?`,
  `Variable "$input" got invalid value "x" at "input.${SECRET}"; Text is expected.`,
  `Syntax Error: Expected Name, found String "${SECRET}".`,
  `A day that exists is expected, as YYYY-MM-DD. ${SECRET}`,
  `${SECRET} cannot represent value: 1`,
  `\u2028${SECRET}\u0000 \ud83d\ude00`,
];

/** Where a text may stand where another value belongs. */
const SHAPES: readonly ((text: string) => unknown)[] = [
  (text) => text,
  (text) => [text],
  (text) => ({ [text]: 1 }),
  (text) => ({ alias: text, [text]: text }),
  (text) => ({ a: { b: { c: text } } }),
  (text) => [[{ [text]: [text] }]],
];

const CREATE =
  'mutation ($input: CreateConnectorConnectionInput!) { createConnectorConnection(input: $input) { userErrors { code } } }';
const PUSH =
  'mutation ($input: UpsertCloudSubscriptionsInput!) { upsertCloudSubscriptions(input: $input) { userErrors { code } } }';
const RECORD =
  'mutation ($input: RecordSubscriptionChangeInput!) { recordSubscriptionChange(input: $input) { userErrors { code } } }';
const AUDIT = 'query ($filter: AuditLogFilter) { auditLogs(filter: $filter) { nodes { id } } }';

/** A value where it cannot fit, in every kind of place: root, object, list, enum, scalar, one-of, secret. */
const MISFITS: readonly (readonly [document: string, variables: (bad: unknown) => object])[] = [
  [CREATE, (bad) => ({ input: [bad] })],
  [CREATE, (bad) => ({ input: { credentials: bad, alias: [bad], currency: 'EUR' } })],
  [CREATE, (bad) => ({ input: { credentials: { autotask: bad }, alias: { bad }, currency: 7 } })],
  [CREATE, (bad) => ({ input: { credentials: { autotask: { username: { bad }, secret: [bad] } } } })],
  [CREATE, (bad) => ({ input: { credentials: { raw: { connectorId: [bad], credentials: bad }, autotask: null } } })],
  [
    PUSH,
    (bad) => ({ input: { items: [{ quantity: bad, status: bad, startDate: bad, unitCost: bad, observedAt: bad }] } }),
  ],
  [
    PUSH,
    (bad) => ({
      input: { items: [{}, { autoRenewEnabled: bad, resellerPrice: bad, externalId: [bad] }], errorPolicy: bad },
    }),
  ],
  [RECORD, (bad) => ({ input: { subscriptionId: { bad }, kind: bad, endDate: bad, eventId: [bad], extra: bad } })],
  [AUDIT, (bad) => ({ filter: { statuses: [bad], createdFrom: bad, dryRun: bad } })],
  ['query ($first: Int!) { connections(first: $first) { nodes { id } } }', (bad) => ({ first: bad })],
  ['query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', (bad) => ({ ids: [[bad], { bad }] })],
  ['query ($go: Boolean!) { viewer @include(if: $go) { name } }', (bad) => ({ go: bad })],
];

const literal = (text: string) => JSON.stringify(text).replaceAll('\u2028', '\\u2028');

/** A text as a literal, in places where it cannot fit. */
const DOCUMENTS: readonly ((text: string) => string)[] = [
  (text) => `{ connections(first: ${literal(text)}) { nodes { id } } }`,
  (text) =>
    `{ node(id: [${literal(text)}]) { id } auditLogs(filter: { statuses: [${literal(text)}] }) { nodes { id } } }`,
  (text) => `{ auditLogs(filter: { createdFrom: ${literal(text)}, dryRun: ${literal(text)} }) { nodes { id } } }`,
  (text) => `{ auditLogs(filter: ${literal(text)}) { nodes { id } } }`,
  (text) =>
    `query ($n: Int = ${literal(text)}, $b: Boolean! = ${literal(text)}) { connections(first: $n) { nodes { id } } }`,
  (text) => `{ viewer @include(if: ${literal(text)}) { name } }`,
  (text) => `{ viewer { name } } ${literal(text)}`,
  (text) => `{ viewer(${literal(text)}) { name } }`,
  (text) => `{ viewer { name ${literal(text).slice(0, -1)} } }`,
  (text) =>
    `{ auditLogs(after: ${literal(text)}) { nodes { id } } connections(after: ${literal(text)}) { nodes { id } } }`,
  (text) =>
    `mutation { createConnectorConnection(input: { alias: "a", currency: "EUR", credentials: { autotask: { username: "u", secret: ${literal(text)} } } }) { userErrors { code } } }`,
  (text) => `{ connections(first: """ ${text.replaceAll('"', "'")} """) { nodes { id } } }`,
  () => `{ auditLogs(filter: { statuses: [${SECRET}], createdFrom: ${SECRET} }) { nodes { id } } }`,
  () => `query (${SECRET}: Int) { viewer { name } }`,
];

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

async function overHttp(query: string, variables: object, accept = 'application/json') {
  const response = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, authorization: `Bearer ${app.csp.key}` },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

const requests = [
  // Each text in half of the shapes, by turns, so that every pair of place and shape meets half of the texts.
  ...MISFITS.flatMap(([query, variables]) =>
    NASTY.flatMap((text, at) =>
      SHAPES.filter((_, shape) => (shape + at) % 2 === 0).map((shape) => ({
        query,
        variables: variables(shape(text)),
      })),
    ),
  ),
  ...DOCUMENTS.flatMap((document) => NASTY.map((text) => ({ query: document(text), variables: {} }))),
];

/** Enough for the other transports: what they do differently is how an error travels. */
const everySeventh = requests.filter((_, at) => at % 7 === 0);

describe('a value that does not fit never comes back', () => {
  test.each([
    ['over HTTP', 'application/json'],
    ['over server-sent events', 'text/event-stream'],
  ])(
    '%s',
    async (_name, accept) => {
      for (const { query, variables } of requests) {
        const text = await overHttp(query, variables, accept);
        if (text.includes(SECRET)) expect.fail(`${query} ${JSON.stringify(variables)} was answered ${text}`);
        expect(text).toContain('"errors"');
      }
    },
    60_000,
  );

  test('over a WebSocket', async () => {
    const socket = await openSignedIn(app.url, app.csp.key);
    for (const [id, { query, variables }] of everySeventh.entries()) {
      socket.send(subscribe(String(id), query, variables));
      const frame = await socket.next();
      if (frame.type === 'next') await socket.next();
      const text = JSON.stringify(frame.payload);
      if (text.includes(SECRET)) expect.fail(`${query} ${JSON.stringify(variables)} was answered ${text}`);
      expect(text).toContain('"message"');
    }
    socket.destroy();
  }, 60_000);

  test('in the log neither', () => {
    expect(app.logged.filter((line) => line.includes(SECRET))).toEqual([]);
  });
});

describe('the message says path and reason', () => {
  const first = async (query: string, variables: object) =>
    (JSON.parse(await overHttp(query, variables)) as { errors: { message: string }[] }).errors.map(
      ({ message }) => message,
    );

  test.each([
    [
      'a missing field',
      CREATE,
      { input: { alias: 'a' } },
      'Field "credentials" of required type "ConnectorCredentialsInput!" was not provided.',
    ],
    [
      'a text for an object',
      CREATE,
      { input: 'x' },
      'Variable "$input" got an invalid value: Expected type "CreateConnectorConnectionInput" to be an object.',
    ],
    [
      'an unknown field',
      AUDIT,
      { filter: { sttuses: [] } },
      'Variable "$filter" got an invalid value: It has a field that the type "AuditLogFilter" does not define.',
    ],
    [
      'a value of no enum',
      AUDIT,
      { filter: { statuses: ['FAILED', 'LOST'] } },
      'Variable "$filter" got an invalid value at "filter.statuses[1]": It is none of the enum "AuditStatus".',
    ],
    [
      'a day that does not exist',
      RECORD,
      { input: { eventId: 'e', kind: 'CANCEL', endDate: '2026-02-30' } },
      'Variable "$input" got an invalid value at "input.endDate": A day that exists is expected, as YYYY-MM-DD.',
    ],
    [
      'a number for an amount',
      RECORD,
      { input: { eventId: 'e', kind: 'PRICE', unitCost: 1.5 } },
      'Variable "$input" got an invalid value at "input.unitCost": A decimal number as text is expected, such as "18.40".',
    ],
    [
      'a text for a number',
      RECORD,
      { input: { eventId: 'e', kind: 'QUANTITY', quantity: '5' } },
      'Variable "$input" got an invalid value at "input.quantity": It does not fit the type "Int".',
    ],
    [
      'null where a value must be',
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      { ids: ['a', null] },
      'Variable "$ids" got an invalid value at "ids[1]": Expected non-nullable type "ID!" not to be null.',
    ],
    [
      'two of a one-of',
      CREATE,
      {
        input: {
          alias: 'a',
          currency: 'EUR',
          credentials: {
            raw: { connectorId: 'a', credentials: {} },
            autotask: { username: 'u', secret: 's', integrationCode: 'c' },
          },
        },
      },
      'Exactly one key must be specified for OneOf type "ConnectorCredentialsInput".',
    ],
    ['a literal', '{ connections(first: "x") { nodes { id } } }', {}, 'The value does not fit the type "Int".'],
    [
      'a literal of no enum',
      '{ auditLogs(filter: { statuses: [LOST] }) { nodes { id } } }',
      {},
      'The value is none of the enum "AuditStatus".',
    ],
    ['a syntax error', '{ viewer { "x" } }', {}, 'Syntax Error: Expected Name, found String.'],
    ['an unknown name', '{ viewr { name } }', {}, 'Cannot query field "viewr" on type "Query".'],
  ])('for %s', async (_name, query, variables, message) => {
    expect(await first(query, variables)).toEqual(expect.arrayContaining([expect.stringContaining(message)]));
  });
});

describe('texts nobody foresaw', () => {
  const schema = buildSchema('type Query { a(b: [Int!]!): Int }');

  test('are told when they quote names only', () => {
    const [error] = validate(schema, parse('{ a(b: 1, c: 2) }'), undefined, { hideSuggestions: true });
    expect(quietMessage(error!, schema)).toBe('Unknown argument "c" on field "Query.a".');
  });

  test('are not told when they quote anything else', () => {
    expect(quietMessage(new GraphQLError('Strange: "hunter2 is here".'), schema)).toBe('The request is not valid.');
  });

  test('of a variable are told by the type at its path, however the value ends', async () => {
    const value = { at: 'x at "v[0]"; Text is expected.' };
    const { errors } = await graphql({
      schema,
      source: 'query ($v: [Int!]!) { a(b: $v) }',
      variableValues: { v: [1, value] },
    });
    expect(quietMessage(errors![0]!, schema)).toBe(
      'Variable "$v" got an invalid value at "v[1]": It does not fit the type "Int".',
    );
  });
});
