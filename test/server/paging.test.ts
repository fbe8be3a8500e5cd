import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/storage/ids.js';
import { createTestApp, type TestApp } from '../support/app.js';

const ROWS = 64;

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly nodes: readonly { readonly id: string }[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

interface Bounds {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

const BOUNDS = 'first: $first, after: $after, last: $last, before: $before';
const BODY =
  '{ edges { cursor node { id } } nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';

/** Every page field of the schema. */
const LISTS: readonly (readonly [name: string, field: string, inside?: string])[] = [
  ['apiKeys', `apiKeys(${BOUNDS}) ${BODY}`],
  ['auditLogs', `auditLogs(${BOUNDS}) ${BODY}`],
  ['cloudSubscriptions', `cloudSubscriptions(${BOUNDS}) ${BODY}`],
  ['connections', `connections(${BOUNDS}) ${BODY}`],
  ['customers', `customers(${BOUNDS}) ${BODY}`],
  ['drifts', `drifts(${BOUNDS}) ${BODY}`],
  ['mappings', `mappings(${BOUNDS}) ${BODY}`],
  ['offerVariants', `offerVariants(${BOUNDS}) ${BODY}`],
  ['Connection.mappings', `mappings(${BOUNDS}) ${BODY}`, 'connection'],
];

let app: TestApp;
let connectionId: string;

beforeAll(async () => {
  app = await createTestApp();
  const items = <Row>(make: (name: string) => Row) =>
    Array.from({ length: ROWS }, (_, at) => make(String(at * 7).padStart(4, '0')));
  const push = (type: string, rows: readonly object[]) =>
    app.csp.query(
      `mutation ($input: Upsert${type}sInput!) { upsert${type}s(input: $input) { userErrors { message } results { outcome } } }`,
      { input: { items: rows } },
    );
  const sold = { segment: 'COMMERCIAL', term: 'ONE_YEAR', billingFrequency: 'MONTHLY' };
  await push(
    'Customer',
    items((name) => ({ externalId: name, companyName: `C ${name}` })),
  );
  await push(
    'Offer',
    items((name) => ({ externalId: name, name: `O ${name}`, offerType: 'LICENSE', variants: [sold] })),
  );
  await push(
    'CloudSubscription',
    items((name) => ({
      ...{ externalId: name, name, customerExternalId: name, offerExternalId: name, ...sold },
      ...{ status: 'ACTIVE', quantity: 1, startDate: '2026-01-01', currency: 'EUR', unitCost: '1', unitPrice: '2' },
    })),
  );
  // One entry for each push.
  for (let at = 0; at < ROWS - 3; at += 1) await push('Customer', [{ externalId: '0000', companyName: `C ${at}` }]);

  const { client } = app.app.db;
  const customers = await client.customer.findMany();
  const { tenantId, organizationId } = customers[0]!;
  const scope = { tenantId, organizationId };
  const connections = items((alias) => ({ ...scope, id: newId(), alias, connectorId: 'autotask', currency: 'EUR' }));
  await client.connection.createMany({ data: connections });
  const on = { ...scope, connectionId: connections[0]!.id, kind: 'CUSTOMER' as const, remoteName: 'Company' };
  const mappings = customers.map(({ id }, at) => ({ ...on, id: newId(), customerId: id, remoteId: String(at) }));
  await client.mapping.createMany({ data: mappings });
  const seen = { marketplaceValue: '5', psaValue: '7', day: new Date('2026-01-01'), cause: 'MANUAL_EDIT' as const };
  const at = { firstSeenAt: new Date(), lastSeenAt: new Date() };
  const drifted = { ...scope, connectionId: on.connectionId, field: 'QUANTITY' as const, ...seen, ...at };
  await client.drift.createMany({ data: mappings.map(({ id }) => ({ ...drifted, id: newId(), mappingId: id })) });
  // Besides the two the callers have.
  const keys = items((name) => ({ ...scope, id: newId(), name, role: 'VIEWER' as const, hash: Buffer.from(name) }));
  await client.apiKey.createMany({ data: keys.slice(2) });
  connectionId = `conn_${on.connectionId.replaceAll('-', '')}`;
});
afterAll(() => app.close());

function documentOf(field: string, inside?: string): string {
  const body = inside ? `connection(id: "${connectionId}") { ${field} }` : field;
  return `query ($first: Int, $after: String, $last: Int, $before: String) { ${body} }`;
}

test('the lists below are all page fields of the schema', async () => {
  const { __schema } = await app.csp.query<{
    __schema: { types: { name: string; fields: { name: string; args: { name: string }[] }[] | null }[] };
  }>('{ __schema { types { name fields { name args { name } } } } }');
  const paged = __schema.types.flatMap(({ name, fields }) =>
    (fields ?? [])
      .filter(({ args }) => args.some((arg) => arg.name === 'after') && args.some((arg) => arg.name === 'before'))
      .map((field) => (name === 'Query' ? field.name : `${name}.${field.name}`)),
  );
  expect(paged.sort()).toEqual(LISTS.map(([name]) => name).sort());
});

describe.each(LISTS.map(([name, field, inside]) => ({ name, field, inside })))('$name', ({ field, inside }) => {
  const ask = (bounds: Bounds) => app.csp.ask(documentOf(field, inside), bounds);
  async function read(bounds: Bounds): Promise<Page> {
    const { body } = await ask(bounds);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    const data = body.data as Record<string, unknown>;
    return Object.values(inside ? (data[inside] as object) : data)[0] as Page;
  }
  const ids = (page: Page) => page.edges.map(({ node }) => node.id);

  async function walk(next: (page: Page | null) => Bounds, more: (page: Page) => boolean) {
    const pages: Page[] = [];
    do pages.push(await read(next(pages.at(-1) ?? null)));
    while (more(pages.at(-1)!) && pages.length < 50);
    return pages;
  }
  const forwards = (first: number) =>
    walk(
      (page) => ({ first, after: page?.pageInfo.endCursor ?? null }),
      ({ pageInfo }) => pageInfo.hasNextPage,
    );

  test('pages forwards bring every row once, and pages backwards the same in the same order', async () => {
    const all = (await forwards(10)).flatMap(ids);
    expect(all.length).toBeGreaterThanOrEqual(ROWS);
    expect(new Set(all).size).toBe(all.length);
    const back = await walk(
      (page) => ({ last: 7, before: page?.pageInfo.startCursor ?? null }),
      ({ pageInfo }) => pageInfo.hasPreviousPage,
    );
    expect(back.reverse().flatMap(ids)).toEqual(all);
  });

  test('a page tells the truth about itself', async () => {
    const pages = await forwards(10);
    for (const [at, page] of pages.entries()) {
      expect(page.pageInfo).toEqual({
        hasNextPage: at < pages.length - 1,
        hasPreviousPage: at > 0,
        startCursor: page.edges[0]?.cursor,
        endCursor: page.edges.at(-1)?.cursor,
      });
      expect(page.nodes.map(({ id }) => id)).toEqual(ids(page));
      expect(page.totalCount).toBe(pages.flatMap(ids).length);
    }
  });

  test('without a size a page has 25 rows, with 100 it has up to 100', async () => {
    expect((await read({})).edges).toHaveLength(25);
    expect((await read({ first: 100 })).edges.length).toBeGreaterThanOrEqual(ROWS);
  });

  test('after and before bound a page from both sides', async () => {
    const page = await read({ first: 20 });
    const within = await read({ first: 100, after: page.edges[4]!.cursor, before: page.edges[9]!.cursor });
    expect(ids(within)).toEqual(ids(page).slice(5, 9));
  });

  test('beyond the last row lies an empty page', async () => {
    const last = await read({ last: 1 });
    const beyond = await read({ first: 5, after: last.pageInfo.endCursor });
    expect(beyond.edges).toEqual([]);
    expect(beyond.pageInfo).toMatchObject({ hasNextPage: false, startCursor: null, endCursor: null });
  });

  test.each([
    { first: 0 },
    { first: -1 },
    { first: 101 },
    { last: 0 },
    { last: -1 },
    { last: 101 },
    { first: 1, last: 1 },
  ])('the size %j is refused', async (bounds) => {
    const { status, body } = await ask(bounds);
    expect([status, body.errors?.[0]?.extensions?.code]).toEqual([400, 'INVALID_PAGE_SIZE']);
  });

  test('a cursor of another list, or of none, is refused and not repeated', async () => {
    const other = LISTS.find(([name]) => name === (field.startsWith('mappings') ? 'customers' : 'mappings'))!;
    const data = await app.csp.query<Record<string, Page>>(documentOf(other[1]), { first: 1 });
    const foreign = Object.values(data)[0]!.pageInfo.endCursor!;
    for (const cursor of [foreign, 'hunter2', '', 'AAAA', `${foreign}x`]) {
      for (const bounds of [{ after: cursor }, { last: 3, before: cursor }]) {
        const { status, text, body } = await ask(bounds);
        expect([status, body.errors?.[0]?.extensions?.code, cursor]).toEqual([400, 'INVALID_CURSOR', cursor]);
        expect(text).not.toContain('hunter2');
      }
    }
  });
});
