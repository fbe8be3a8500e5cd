import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLError, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as generated from '../../client/generated/graphql.js';
import { BULK_MUTATIONS, overLimits, parseWithinLimits } from '../../src/server/limits.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { root } from '../support/root.js';

const schema = buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8'));
const times = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at)).join(' ');

/** What is too much about a document, or null. */
function refusal(document: string): string | null {
  try {
    return overLimits(parseWithinLimits(document), schema)?.message ?? null;
  } catch (error) {
    return (error as GraphQLError).message;
  }
}

describe('a document', () => {
  const LINE = 'fragment L on AuditLog { id operationLabel status summary createdAt connection { alias } }';
  const fits: readonly (readonly [name: string, document: string])[] = [
    ['1,000 tokens', `{ ${'__typename '.repeat(998)} }`],
    ['15 aliases', `{ ${times(15, (at) => `a${at}: viewer { name }`)} }`],
    ['12 fields inside each other', deep(12)],
    ['5,000 rows', '{ connections(first: 49) { nodes { mappings(first: 100) { nodes { id } } } } }'],
    [
      'a dashboard of fragments',
      `${LINE} fragment M on Mapping { id remoteName ... on SubscriptionMapping { syncState cloudSubscription { name
        customer { companyName } offerVariant { offerName } } drifts { field marketplaceValue psaValue } } }
      query Dashboard { viewer { name role organization { name } } connections(first: 10) { totalCount edges { cursor node { alias
        status vendorQuota { used limit } mappings(first: 20, kinds: [SUBSCRIPTION]) { totalCount edges { node { ...M } } }
        reconciliations(first: 3) { status drifts } } } } failed: auditLogs(first: 25, filter: { outcomes: [FAILED] }) {
        totalCount streamCursor nodes { ...L error { code hint } history { message at } } }
        newest: auditLogs(first: 50) { nodes { ...L } } drifts(first: 50) { totalCount nodes { field cause } } }`,
    ],
    ['the introspection of a tool', getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true })],
    [
      'the introspection of a code generator',
      getIntrospectionQuery({
        ...{ descriptions: true, specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true },
        ...{ inputValueDeprecation: true, oneOf: true },
      }),
    ],
    ...Object.entries(generated).flatMap(([name, document]) =>
      /^\s*(query|mutation|subscription)\b/.test(String(document))
        ? [[`${name} of the client`, String(document)] as const]
        : [],
    ),
  ];

  test('the client has documents', () => {
    expect(fits.length).toBeGreaterThan(25);
  });

  test.each(fits)('of %s fits', (_name, document) => {
    if (document.length < 10_000 && !document.includes('__typename __typename')) expect(refusal(document)).toBeNull();
    // A thousand fields are one too many for another limit.
    else expect(refusal(document)).not.toContain('tokens');
  });

  test.each([
    ['1,001 tokens', `{ ${'__typename '.repeat(999)} }`, '1000 tokens'],
    ['16 aliases', `{ ${times(16, (at) => `a${at}: viewer { name }`)} }`, '15 aliases'],
    ['13 fields inside each other', deep(13), '12 deep'],
    ['5,050 rows', '{ connections(first: 50) { nodes { mappings(first: 100) { nodes { id } } } } }', '5000 objects'],
    ['introspection beside 13 fields', `{ __schema { queryType { name } } ${deep(13).slice(1)}`, '12 deep'],
    [
      'introspection in circles',
      `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} } '.repeat(8)} } } }`,
      '16 deep',
    ],
  ])('of %s is too much', (_name, document, most) => {
    expect(refusal(document)).toContain(most);
  });

  /** Fields inside each other, in the ways of Relay. */
  function deep(fields: number): string {
    const names = ['connections', 'edges', 'node', 'mappings'];
    const path = Array.from({ length: fields - 1 }, (_, at) => names[at % 4] ?? '');
    return `{ ${path.map((name) => (/s$/.test(name) && name !== 'edges' ? `${name}(first: 1) {` : `${name} {`)).join(' ')} __typename ${'}'.repeat(fields - 1)} }`;
  }
});

describe('a body', () => {
  const KIB = 1024;
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app?.close());

  const PUSH = `mutation ($input: UpsertCustomersInput!) { upsertCustomers(input: $input) { userErrors { code message }
    results { outcome } } }`;
  const ways = [
    ['that says its length', (body: string): RequestInit['body'] => body],
    ['that does not', (body: string) => new Blob([body]).stream()],
  ] as const;

  async function send(token: string | null, body: string, of: (body: string) => RequestInit['body'] = (each) => each) {
    const response = await fetch(app.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: of(body),
      duplex: 'half',
    } as RequestInit);
    const text = await response.text();
    return { status: response.status, code: /"code":"(\w+)"/.exec(text)?.[1], text };
  }
  const padded = (request: object, bytes: number) => {
    const body = JSON.stringify(request);
    return body + ' '.repeat(bytes - body.length);
  };
  const TOO_LARGE = { status: 413, code: 'REQUEST_ENTITY_TOO_LARGE' };
  const query = { query: '{ __typename }' };
  const push = { query: PUSH, variables: { input: { items: [{ externalId: '1', companyName: 'One' }] } } };

  describe.each(ways)('%s', (_name, of) => {
    test('of 100 KiB is read whoever sends it, and one byte more is not', async () => {
      for (const token of [null, app.csp.key, app.viewer.key]) {
        expect((await send(token, padded(query, 100 * KIB), of)).status).toBe(200);
        expect(await send(token, padded(query, 100 * KIB + 1), of)).toMatchObject(TOO_LARGE);
      }
    });

    test('of 1 MiB is read of a push, from whoever may push', async () => {
      expect(await send(app.csp.key, padded(push, KIB * KIB), of)).toMatchObject({ status: 200 });
      expect(await send(app.csp.key, padded(push, KIB * KIB + 1), of)).toMatchObject(TOO_LARGE);
      for (const token of [null, app.viewer.key]) {
        expect(await send(token, padded(push, 200 * KIB), of)).toMatchObject(TOO_LARGE);
      }
      const badToken = await send('cgk_bad', padded(push, 200 * KIB), of);
      expect(badToken.status).toBe(401);
    });
  });

  test.each([
    [
      'a push beside another mutation',
      `mutation ($input: UpsertCustomersInput!) { upsertCustomers(input: $input) {
      userErrors { code } } revokeApiKey(input: { id: "x" }) { userErrors { code } } }`,
    ],
    ['another mutation', 'mutation { revokeApiKey(input: { id: "x" }) { userErrors { code } } }'],
    ['a query of the same name', `query ($input: ID) { upsertCustomers: __typename a: node(id: $input) { id } }`],
  ])('of 200 KiB is not read of %s', async (_name, document) => {
    expect(await send(app.csp.key, padded({ ...push, query: document }, 200 * KIB))).toMatchObject(TOO_LARGE);
  });

  test('of 500 customers, offers or cloud subscriptions with all that can be told of them fits', async () => {
    const word = 'Contoso Deutschland GmbH & Co. KG';
    const kinds = { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' };
    const observedAt = new Date().toISOString();
    const id = (at: number) => `8a6c1f9e-3b1d-4c57-9a51-${String(at).padStart(12, '0')}`;
    const rows: { readonly [type: string]: (at: number) => object } = {
      Customer: (at) => ({
        ...{ externalId: id(at), companyName: word, internalIdentifier: id(at), email: 'accounting@contoso.example' },
        ...{
          taxId: 'DE123456789',
          domain: 'contoso.example',
          country: 'DE',
          currency: 'EUR',
          deleted: false,
          observedAt,
        },
      }),
      Offer: (at) => ({
        ...{ externalId: id(at), name: `Microsoft 365 Business Premium ${at}`, providerOfferId: id(at) },
        ...{ offerType: 'LICENSE', billingType: 'LICENSE', isAddon: false, isTrial: false, observedAt },
        variants: ['COMMERCIAL', 'EDUCATION', 'NON_PROFIT'].map((segment) => ({ ...kinds, segment })),
      }),
      CloudSubscription: (at) => ({
        ...{ externalId: id(at), providerSubscriptionId: id(at), name: word, customerExternalId: id(at), ...kinds },
        ...{ offerExternalId: id(at), status: 'ACTIVE', quantity: 1_000, assignedLicenses: 999, currency: 'EUR' },
        ...{ creationDate: '2026-01-01', startDate: '2026-01-01', endDate: '2026-12-31', autoRenewEnabled: true },
        ...{ unitCost: '12.345678', unitPrice: '23.456789', poNumber: id(at), observedAt },
      }),
    };
    for (const [type, row] of Object.entries(rows)) {
      const items = Array.from({ length: 500 }, (_, at) => row(at));
      const document = `mutation ($input: Upsert${type}sInput!) { upsert${type}s(input: $input) {
        userErrors { code message } results { outcome errors { code message } } } }`;
      const { status, text } = await send(
        app.csp.key,
        JSON.stringify({ query: document, variables: { input: { items } } }),
      );
      expect([type, status]).toEqual([type, 200]);
      expect(text.match(/"outcome":"(CREATED|UPDATED)"/g)).toHaveLength(500);
    }
  });

  test('may be large for every mutation that takes rows', () => {
    const taking = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(({ args }) =>
      /^Upsert/.test(String(args[0]?.type)),
    );
    expect([...BULK_MUTATIONS].sort()).toEqual(taking.map(({ name }) => name).sort());
  });
});
