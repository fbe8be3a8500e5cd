import { getIntrospectionQuery } from 'graphql';
import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.js';
import { rawRequest, sendRaw } from './attacks-support.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const signedIn = () => ({ authorization: `Bearer ${app.csp.key}` });

async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(app.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signedIn(), ...headers },
    body,
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const ask = (query: string) => post(JSON.stringify({ query }), { accept: 'application/graphql-response+json' });

function errorsOf(text: string): { message: string; extensions: Record<string, unknown> }[] {
  return (JSON.parse(text) as { errors: { message: string; extensions: Record<string, unknown> }[] }).errors;
}

describe('GraphQL over HTTP', () => {
  test.each([
    ['with an API key', true],
    ['without one', false],
  ])('passes all 61 audits of graphql-http %s', async (_name, withKey) => {
    const results = await auditServer({
      url: app.url,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, { ...init, headers: { ...(init.headers as object), ...(withKey && signedIn()) } }),
    });
    const fallen = results.filter(({ status }) => status !== 'ok').map((result) => `${result.id} ${result.name}`);
    expect(fallen).toEqual([]);
    expect(results).toHaveLength(61);
  });

  test('a query may come by GET, a mutation may not', async () => {
    const get = (query: string) => fetch(`${app.url}?query=${encodeURIComponent(query)}`, { headers: signedIn() });
    expect(await (await get('{ viewer { name } }')).json()).toEqual({ data: { viewer: { name: 'csp' } } });
    const refused = await get('mutation { deleteConnectorConnection(input: { id: "x" }) { userErrors { code } } }');
    expect(refused.status).toBe(405);
  });

  test.each([
    ['a form', 'application/x-www-form-urlencoded', 'query=%7B__typename%7D'],
    ['a multipart form', 'multipart/form-data; boundary=x', '--x--'],
    ['a bare document', 'application/graphql', '{ __typename }'],
    ['plain text', 'text/plain', '{"query":"{ __typename }"}'],
  ])('%s is refused, because another site could post it', async (_name, type, body) => {
    const answer = await post(body, { 'content-type': type });
    expect(answer.status).toBe(415);
    expect(errorsOf(answer.text)[0]?.extensions.code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test.each([
    ['JSON that ends too early', '{"query": "{ __typename }"'],
    ['no JSON', 'hunter2-marker'],
    ['a batch', '[{"query":"{ __typename }"},{"query":"{ __typename }"}]'],
    ['an empty batch', '[]'],
    ['null', 'null'],
    ['a text', '"{ __typename }"'],
    ['no query', '{}'],
    ['a query that is no text', '{"query": 7}'],
    ['variables that are no object', '{"query": "{ __typename }", "variables": "hunter2-marker"}'],
    ['a parameter nobody knows', '{"query": "{ __typename }", "hunter2-marker": 1}'],
    ['an operation the document has not', '{"query": "query A { __typename }", "operationName": "hunter2-marker"}'],
  ])('%s is the caller’s mistake and is not repeated', async (_name, body) => {
    const answer = await post(body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(errorsOf(answer.text)).not.toHaveLength(0);
    expect(answer.text).not.toContain('hunter2');
  });

  test('variables of a GET that are no JSON are the caller’s mistake', async () => {
    const answer = await fetch(`${app.url}?query=%7B__typename%7D&variables=%7Bhunter2`, { headers: signedIn() });
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain('hunter2');
  });
});

describe('an address that none can be made of', () => {
  const body = '{"query":"{ __typename }"}';
  const send = (line: string, host: string) =>
    sendRaw(app.url, rawRequest(['Connection: close', `Content-Length: ${body.length}`], body, line, host), {
      whole: true,
    });

  test.each(['a b', '[', '<x>', '%zz', 'a:99999', 'a:b', 'a/b', 'a?b', 'a#b', '@'])(
    'the host %s is refused with 400, typed, and tells nothing',
    async (host) => {
      for (const line of ['POST /graphql HTTP/1.1', 'POST /nothing HTTP/1.1', 'OPTIONS /graphql HTTP/1.1']) {
        const { status, text } = await send(line, host);
        expect([status, line]).toEqual([400, line]);
        const told = errorsOf(text.slice(text.indexOf('{')));
        const requestId = /x-request-id: (\S+)/i.exec(text)?.[1];
        expect(told[0]?.extensions).toEqual({ code: 'BAD_REQUEST', requestId });
        expect(text).not.toMatch(/node_modules|\bat |file:|hunter2/);
      }
    },
  );

  test.each(['a', 'a.b:1', '[::1]:80', 'x_y'])('the host %s is fine', async (host) => {
    expect((await send('POST /graphql HTTP/1.1', host)).status).toBe(200);
  });

  test('it is no fault of the gateway', () => {
    expect(app.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});

describe('a document that is too much', () => {
  const deep = (open: string, close: string, times = 10_000) => open.repeat(times) + close.repeat(times);
  const spread = Array.from(
    { length: 20 },
    (_, at) =>
      `fragment F${at} on Query { ...F${at + 1} a: node(id: "1") { ...G } b: node(id: "1") { id } ...F${at + 1} }`,
  );

  test.each([
    ['10,000 selections inside each other', deep('{a', '}')],
    ['10,000 selections that do not end', '{a'.repeat(10_000)],
    ['10,000 lists inside each other', `{ a(b: ${deep('[', ']')}) }`],
    ['10,000 objects inside each other', `{ a(b: ${deep('{c:', '}').replace('}', '1}')}) }`],
    ['10,000 list types inside each other', `query ($a: ${deep('[', ']').replace(']', 'Int]')}) { __typename }`],
    ['10,000 brackets', '('.repeat(10_000)],
    ['1,000 aliases', `{ ${Array.from({ length: 1000 }, (_, at) => `a${at}: __typename`).join(' ')} }`],
    ['20,000 fields', `{ ${'__typename '.repeat(20_000)} }`],
    ['5,000 directives', `{ __typename ${'@skip(if: false) '.repeat(5000)} }`],
    [
      'fragments that multiply',
      `{ ...F0 } ${spread.join(' ')} fragment F20 on Query { __typename } fragment G on Node { id }`,
    ],
    ['fragments in a circle', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    [
      'a deep way round',
      `{ connections { nodes { ${'mappings { nodes { connection { '.repeat(5)} id ${'} } } '.repeat(5)} } } }`,
    ],
    [
      'pages inside pages',
      '{ connections(first: 100) { nodes { mappings(first: 100) { nodes { connection { mappings(first: 100) { nodes { id } } } } } } } }',
    ],
    [
      'introspection in circles',
      `{ __schema { types { fields { type { ${'fields { type { '.repeat(10)} name ${'} } '.repeat(10)} } } } } }`,
    ],
  ])('%s is refused below 500 and quickly', async (_name, document) => {
    const began = performance.now();
    const { status, text } = await ask(document);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(errorsOf(text)).not.toHaveLength(0);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test('variables nested 10,000 deep are refused', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const { status, text } = await post(`{"query":${JSON.stringify(query)},"variables":{"ids":${deep('[', ']')}}}`);
    expect([status, errorsOf(text)[0]?.extensions.code]).toEqual([400, 'VARIABLES_TOO_DEEP']);
  });

  test('the introspection query of a tool is within the limits', async () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true, schemaDescription: true });
    expect((await ask(query)).text).toContain('"queryType"');
  });
});

describe('errors', () => {
  test('names that do not exist are not guessed', async () => {
    const { text } = await ask('{ viewr { nam } connections(frist: 1) { nodes { alais } } }');
    expect(errorsOf(text).length).toBeGreaterThan(1);
    expect(text).not.toMatch(/did you mean/i);
    expect(text).not.toContain('"viewer"');
  });

  test.each([
    ['a syntax error', '{ viewer', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', 'query ($id: ID!) { node(id: $id) { id } }', 'BAD_USER_INPUT'],
    ['a bad page size', '{ connections(first: 0) { nodes { id } } }', 'INVALID_PAGE_SIZE'],
    ['a document too large', `{ ${'__typename '.repeat(700)} }`, 'DOCUMENT_TOO_COMPLEX'],
  ])('%s has the code and an id of its own each time', async (_name, query, code) => {
    const answers = [await ask(query), await ask(query)];
    const ids = answers.map(({ text, headers }) => {
      const [error] = errorsOf(text);
      expect(error?.extensions.code).toBe(code);
      expect(error?.extensions.requestId).toBe(headers.get('x-request-id'));
      return error?.extensions.requestId;
    });
    expect(new Set(ids).size).toBe(2);
  });

  test('a viewer who acts is answered 403 FORBIDDEN with the field', async () => {
    const mutation = 'mutation { upsertCustomers(input: { items: [] }) { userErrors { code } } }';
    const { status, body } = await app.viewer.ask(mutation);
    expect(status).toBe(403);
    expect(body.errors).toMatchObject([{ path: ['upsertCustomers'], extensions: { code: 'FORBIDDEN' } }]);
  });

  test('a bad key is answered 401, even where no key is needed', async () => {
    const answer = await post('{"query":"{ __typename }"}', { authorization: 'Bearer cgk_wrong' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(errorsOf(answer.text)[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});

describe('for those who run it', () => {
  test('/health answers, /ready asks the database', async () => {
    const at = (path: string) => fetch(new URL(path, app.url));
    expect((await at('/health')).status).toBe(200);
    expect(await (await at('/ready')).json()).toEqual({ ready: true });
    expect((await at('/nothing')).status).toBe(404);
  });
});
