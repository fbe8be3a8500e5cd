import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statementsOf } from '../audit/support/statements.js';
import { connected, done, MONTHLY } from '../support/acts.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { monthlyService, PSA } from '../support/world.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
  const items = (prefix: string) => Array.from({ length: 10 }, (_, at) => `${prefix}${at}`);
  const names = items('c');
  const customers = await done(app.csp, 'upsertCustomers', {
    items: names.map((externalId) => ({ externalId, companyName: externalId })),
  });
  await done(app.csp, 'upsertOffers', {
    items: items('o').map((externalId) => ({
      externalId,
      name: externalId,
      offerType: 'LICENSE',
      variants: [MONTHLY],
    })),
  });
  const { offerVariants } = await app.csp.query<{ offerVariants: { nodes: { id: string }[] } }>(
    '{ offerVariants(filter: { onlyBought: false }) { nodes { id } } }',
  );
  for (let at = 0; at < 5; at += 1) {
    const { id: connectionId } = await connected(app.csp);
    const companyId = PSA.company.contoso;
    for (const { id: customerId } of customers.results ?? []) {
      await done(app.csp, 'createConnectionCustomerMapping', { connectionId, customerId, companyId });
    }
    for (const [service, { id: offerVariantId }] of offerVariants.nodes.entries()) {
      const serviceId = monthlyService(service);
      await done(app.csp, 'createConnectionOfferMapping', { connectionId, offerVariantId, serviceId });
    }
  }
});
afterAll(() => app?.close());

/** The statements of one request; those of the heartbeat, the job engine and the known key are left out. */
async function costOf<Data>(document: string, variables: object): Promise<{ data: Data; texts: string[] }> {
  await app.csp.query('{ viewer { name } }');
  const { result, statements } = await statementsOf(() => app.csp.query<Data>(document, variables));
  const texts = statements
    .map(({ text }) => text)
    .filter((text) => !/graphile_worker|"Instance"|LISTEN|FROM "ApiKey" k/.test(text));
  return { data: result, texts };
}

describe('the statements of a request do not grow with what it shows', () => {
  interface Connections {
    readonly connections: { readonly nodes: readonly { readonly mappings: { readonly nodes: readonly unknown[] } }[] };
  }
  const CONNECTIONS = `query ($first: Int) { connections(first: $first) { nodes { alias mappings(first: 20) { nodes {
    ... on CustomerMapping { customer { companyName } } ... on OfferMapping { offerVariant { offerName } } } } } } }`;

  it.each([1, 5])('%i connections with 20 mappings each, their customers and offers: at most 4', async (first) => {
    const { data, texts } = await costOf<Connections>(CONNECTIONS, { first });
    expect(data.connections.nodes).toHaveLength(first);
    for (const { mappings } of data.connections.nodes) {
      expect(mappings.nodes).toHaveLength(20);
      const customer = { customer: { companyName: expect.any(String) } };
      expect(mappings.nodes.filter((node) => expect.objectContaining(customer).asymmetricMatch(node))).toHaveLength(10);
    }
    expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(4);
    expect(texts.length).toBeGreaterThan(0);
  });

  it.each([2, 100])('%i audit log entries with their connections and actions: at most 3', async (first) => {
    const document =
      'query ($first: Int) { auditLogs(first: $first) { nodes { summary actions connection { alias } } } }';
    const { data, texts } = await costOf<{ auditLogs: { nodes: unknown[] } }>(document, { first });
    expect(data.auditLogs.nodes).toHaveLength(first);
    expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(3);
    expect(texts.length).toBeGreaterThan(0);
  });

  it.each([
    [
      'their counts',
      'all: mappings(first: 1) { totalCount } offers: mappings(first: 1, kinds: [OFFER]) { totalCount }',
      4,
    ],
    ['the last of their mappings', 'mappings(last: 3) { nodes { remoteId } }', 2],
    ['what lies behind a cursor', 'mappings(first: 3, after: $cursor) { nodes { remoteId } }', 2],
    ['what lies in front of one', 'mappings(last: 3, before: $cursor) { nodes { remoteId } totalCount }', 3],
  ])('5 connections with %s: as many statements as for one', async (_name, fields, most) => {
    const { connections } = await app.csp.query<{
      connections: { nodes: { mappings: { edges: { cursor: string }[] } }[] };
    }>('{ connections(first: 3) { nodes { mappings(first: 10) { edges { cursor } } } } }');
    const cursor = connections.nodes[2]?.mappings.edges[9]?.cursor;
    const used = fields.includes('$cursor') ? ', $cursor: String' : '';
    const document = `query ($first: Int${used}) { connections(first: $first) { nodes { alias ${fields} } } }`;
    for (const first of [1, 5]) {
      const { data, texts } = await costOf<Connections>(document, { first, ...(used && { cursor }) });
      expect(data.connections.nodes).toHaveLength(first);
      expect(texts.length, texts.join('\n')).toBeGreaterThan(0);
      expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(most);
    }
  });

  it('counts and pages below many connections are those of each one', async () => {
    interface Below {
      readonly id: string;
      readonly all: { readonly totalCount: number };
      readonly offers: { readonly totalCount: number; readonly nodes: { id: string }[] };
      readonly last: { readonly edges: { cursor: string }[]; readonly pageInfo: object };
    }
    const fields = `id all: mappings(first: 1) { totalCount } offers: mappings(kinds: [OFFER], last: 4) { totalCount
      nodes { id } } last: mappings(last: 7) { edges { cursor } pageInfo { hasPreviousPage hasNextPage } }`;
    const { connections } = await app.csp.query<{ connections: { nodes: Below[] } }>(
      `{ connections { nodes { ${fields} } } }`,
    );
    for (const below of connections.nodes) {
      const { connection } = await app.csp.query<{ connection: Below }>(
        `query ($id: ID!) { connection(id: $id) { ${fields} } }`,
        { id: below.id },
      );
      expect(below).toEqual(connection);
      expect([below.all.totalCount, below.offers.totalCount]).toEqual([20, 10]);
      expect([below.offers.nodes.length, below.last.edges.length]).toEqual([4, 7]);
      expect(below.last.pageInfo).toEqual({ hasPreviousPage: true, hasNextPage: false });
    }
  });

  it('objects by 25 ids of each type: one statement for each type', async () => {
    const lists = ['auditLogs', 'connections', 'customers', 'mappings(kinds: [OFFER])', 'apiKeys'];
    const data = await app.csp.query<Record<string, { nodes: { id: string }[] }>>(
      `{ ${lists.map((list) => `${list} { nodes { id } }`).join(' ')} }`,
    );
    const ids = Object.values(data).flatMap(({ nodes }) => nodes.map(({ id }) => id));
    expect(ids.length).toBeGreaterThan(50);
    const { data: found, texts } = await costOf<{ nodes: { id: string; __typename: string }[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }',
      { ids },
    );
    expect(found.nodes.map(({ id }) => id)).toEqual(ids);
    expect(new Set(found.nodes.map((node) => node.__typename)).size).toBe(lists.length);
    expect(texts.length, texts.join('\n')).toBeLessThanOrEqual(lists.length);
  });
});
