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
});
