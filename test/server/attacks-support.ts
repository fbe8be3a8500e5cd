import { connect } from 'node:net';

/** What became of an attack, whatever it came by. */
export interface Fate {
  /** Of the HTTP answer; that of a socket's close less 4000; 0: cut off without a word. */
  readonly status: number;
  readonly text: string;
}

/** Sends bytes as they are and reads until the server ends the connection, or until the head of its answer has come. */
export function sendRaw(url: string, bytes: string | Buffer, { whole = false } = {}): Promise<Fate> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const end = () => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    };
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (!whole && text.includes('\r\n\r\n')) end();
    });
    socket.write(bytes);
  });
}

/** An HTTP request with the headers it needs, those given instead or beside, and a body. */
export function rawRequest(
  headers: readonly string[],
  body = '',
  line = 'POST /graphql HTTP/1.1',
  host = 'gateway',
): string {
  return `${[line, `Host: ${host}`, 'Content-Type: application/json', ...headers].join('\r\n')}\r\n\r\n${body}`;
}

const times = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at)).join(' ');
const deep = (open: string, close: string, middle = '', count = 10_000) =>
  open.repeat(count) + middle + close.repeat(count);
const round = (count: number) =>
  `{ connections { nodes { ${'mappings { nodes { connection { '.repeat(count)} id ${'} } } '.repeat(count)} } } }`;

/** Documents that ask for too much, or guess. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  '1,000 aliases of one field': `{ ${times(1000, (at) => `a${at}: viewer { name }`)} }`,
  '16 aliases of a mutation': `mutation { ${times(16, (at) => `a${at}: revokeApiKey(input: { id: "x" }) { userErrors { code } }`)} }`,
  '500 aliases of __typename': `{ ${times(500, (at) => `a${at}: __typename`)} }`,
  '20,000 fields': `{ ${'__typename '.repeat(20_000)} }`,
  '700 fields': `{ viewer { ${'name '.repeat(700)} } }`,
  '5,000 directives': `{ __typename ${'@skip(if: false) '.repeat(5000)} }`,
  'one directive ten times': `{ viewer { name ${'@include(if: true) '.repeat(10)} } }`,
  '100 unknown directives': `{ __typename ${times(100, (at) => `@d${at}`)} }`,
  'directives on fragments': `{ ${'... @include(if: true) { __typename } '.repeat(60)} }`,
  'fragments that multiply': `{ ...F0 } ${times(
    12,
    (at) => `fragment F${at} on Query { ...F${at + 1} a${at}: viewer { name } ...F${at + 1} b${at}: viewer { name } }`,
  )} fragment F12 on Query { __typename }`,
  'fragments in a circle': '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
  'a fragment in itself': '{ ...A } fragment A on Query { ...A }',
  '1,000 fragments nobody uses': `{ __typename } ${times(1000, (at) => `fragment F${at} on Query { __typename }`)}`,
  '50 inline fragments inside each other': `{ ${deep('... { ', '} ', '__typename ', 50)} }`,
  '10,000 selections inside each other': deep('{a', '}'),
  '10,000 selections that do not end': '{a'.repeat(10_000),
  '10,000 lists inside each other': `{ a(b: ${deep('[', ']')}) }`,
  '10,000 objects inside each other': `{ a(b: ${deep('{c:', '}', '1')}) }`,
  '10,000 list types inside each other': `query ($a: ${deep('[', ']', 'Int')}) { __typename }`,
  '10,000 brackets': '('.repeat(10_000),
  '1,000 operations': times(1000, (at) => `query Q${at} { __typename }`),
  '1,000 variables': `query (${times(1000, (at) => `$v${at}: Int`)}) { __typename }`,
  'a way round of 13 fields': round(4),
  'a way round of 40 fields': round(13),
  'pages inside pages':
    '{ connections(first: 100) { nodes { mappings(first: 100) { nodes { connection { mappings(first: 100) { nodes { id } } } } } } } }',
  'pages of a size in a variable inside each other':
    'query ($n: Int = 100) { connections(first: $n) { nodes { mappings(first: $n) { nodes { connection { mappings(first: $n) { nodes { id } } } } } } } }',
  'pages below 100 ids':
    'query ($ids: [ID!]! = []) { nodes(ids: $ids) { ... on Connection { mappings(first: 100) { nodes { connection { mappings { nodes { id } } } } } } } }',
  'counts below 100 ids': `query ($ids: [ID!]! = []) { nodes(ids: $ids) { ... on Connection { ${times(30, (at) => `a${at}: mappings(first: 1) { totalCount }`)} } } }`,
  'pages of which nothing is shown': `query ($ids: [ID!]! = []) { nodes(ids: $ids) { ... on Connection { ${times(3, (at) => `a${at}: mappings(last: 100) { pageInfo { endCursor } }`)} } } }`,
  'conflicting fields': `{ ${times(300, (at) => `x: node(id: "${at}") { id }`)} }`,
  'a page of 101': '{ connections(first: 101) { nodes { id } } }',
  'a page of 0': '{ connections(first: 0) { nodes { id } } }',
  'a page of -1': '{ connections(first: -1) { nodes { id } } }',
  'a page of 2^31': '{ connections(first: 2147483648) { nodes { id } } }',
  'a page from both ends': '{ connections(first: 1, last: 1) { nodes { id } } }',
  'a number of 10,000 digits': `{ connections(first: ${'9'.repeat(10_000)}) { nodes { id } } }`,
  'introspection of all': '{ __schema { types { name fields { name } } } }',
  'introspection by a fragment': '{ ...A } fragment A on Query { __schema { queryType { name } } }',
  'introspection in circles': `{ __schema { types { ${'fields { type { '.repeat(6)} name ${'} } '.repeat(6)} } } }`,
  'a field with a spelling mistake': '{ viewr { name } }',
  'an argument with a spelling mistake': '{ connections(frist: 1) { nodes { id } } }',
  'a type with a spelling mistake': '{ node(id: "x") { ... on Conection { id } } }',
  'an enum with a spelling mistake': '{ auditLogs(filter: { statuses: [FAILD] }) { totalCount } }',
  'an input field with a spelling mistake': '{ auditLogs(filter: { statusse: [FAILED] }) { totalCount } }',
  'an input without what it needs': 'mutation { createApiKey(input: {}) { userErrors { code } } }',
  'a subscription that is none': 'subscription { auditLogEvnts { cursor } }',
  'two fields of one subscription': 'subscription { a: auditLogEvents { cursor } b: auditLogEvents { cursor } }',
  'a mutation of nothing': 'mutation { dropDatabase }',
  'no document': '',
  'a control character': '{ viewer \u0007 { name } }',
};

/** Bodies that are no request. */
export const BODIES: Readonly<Record<string, string | Buffer>> = {
  'a batch of two': '[{"query":"{ __typename }"},{"query":"{ __typename }"}]',
  'a batch of 1,000': JSON.stringify(Array.from({ length: 1000 }, () => ({ query: '{ __typename }' }))),
  'an empty batch': '[]',
  'JSON that ends too early': '{"query": "{ __typename }"',
  'no JSON': 'query { __typename }',
  nothing: '',
  null: 'null',
  'a text': '"{ __typename }"',
  'a number': '7',
  'a query that is a number': '{"query":7}',
  'a query that is an object': '{"query":{"a":1}}',
  'variables that are a text': '{"query":"{ __typename }","variables":"x"}',
  'variables that are a list': '{"query":"query ($a: Int) { __typename }","variables":[1]}',
  'variables nested 10,000 deep': `{"query":"query ($ids: [ID!]!) { nodes(ids: $ids) { id } }","variables":{"ids":${deep('[', ']')}}}`,
  'extensions nested 10,000 deep': `{"query":"{ __typename }","extensions":{"a":${deep('[', ']')}}}`,
  'a body nested 100,000 deep': deep('[', ']', '', 100_000),
  'a parameter nobody knows': '{"query":"{ __typename }","admin":true}',
  'an operation that is not there': '{"query":"query A { __typename }","operationName":"B"}',
  'a prototype': '{"query":"query ($i: RevokeApiKeyInput!) { __typename }","variables":{"__proto__":{"i":1}}}',
  'half a character': Buffer.from([0x7b, 0x22, 0x71, 0xc3, 0x28, 0x22, 0x7d]),
  zeros: Buffer.alloc(1000),
  '1,000 ids': JSON.stringify({
    query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: Array.from({ length: 1000 }, () => `conn_${'0'.repeat(32)}`) },
  }),
  'three MiB': JSON.stringify({ query: `{ __typename } #${'x'.repeat(3 * 1024 * 1024)}` }),
};

/** Content types a form of another site, or a confused client, could send. */
export const FORMS: Readonly<Record<string, readonly [type: string | null, body: string]>> = {
  'a form': ['application/x-www-form-urlencoded', 'query=%7B__typename%7D'],
  'a form of a mutation': ['application/x-www-form-urlencoded', 'query=mutation%7Bx%7D'],
  'a multipart form': [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{a}\r\n--x--',
  ],
  'an upload': [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
  ],
  'JSON as plain text': ['text/plain', '{"query":"{ __typename }"}'],
  'JSON named behind plain text': ['text/plain; application/json', '{"query":"{ __typename }"}'],
  'a bare document': ['application/graphql', '{ __typename }'],
  'JSON in the wrong words': ['application/json+x', '{"query":"{ __typename }"}'],
};

/** Tokens that let nobody in. */
export const TOKENS: Readonly<Record<string, string>> = {
  'a made-up key': 'Bearer cgk_0123456789abcdef0123456789abcdef0123456789a',
  'a key of 8,000 characters': `Bearer cgk_${'a'.repeat(8_000)}`,
  SQL: "Bearer ' OR 1=1 --",
  'a token signed by nobody': `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}.`,
  'a password': 'Basic YWRtaW46YWRtaW4=',
};

/** Requests that two servers in a row could read differently, or that are none. `key`: a good one. */
export const RAW: Readonly<Record<string, (key: string) => string | Buffer>> = {
  'two lengths': (key) =>
    rawRequest([`X-Api-Key: ${key}`, 'Content-Length: 2', 'Content-Length: 27'], '{"query":"{ __typename }"}'),
  'a length and chunks': (key) =>
    rawRequest([`X-Api-Key: ${key}`, 'Content-Length: 6', 'Transfer-Encoding: chunked'], '0\r\n\r\nX'),
  'chunks of an unknown coding': (key) =>
    rawRequest([`X-Api-Key: ${key}`, 'Transfer-Encoding: xchunked, chunkedx'], '0\r\n\r\n'),
  'a length below zero': () => rawRequest(['Content-Length: -1'], '{}'),
  'a length that is no number': () => rawRequest(['Content-Length: 1e3'], '{}'),
  'a chunk without a size': () => rawRequest(['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'),
  'a chunk of all memory': () => rawRequest(['Transfer-Encoding: chunked'], 'FFFFFFFFFFFFFFFFF\r\n{}\r\n'),
  'headers of 100 KiB': () => rawRequest([`X-Big: ${'x'.repeat(100_000)}`]),
  'a header with a NUL': () => rawRequest(['X-Nul: a\u0000b']),
  'a blank before the colon': () => rawRequest(['Content-Length : 2'], '{}'),
  'a method of nobody': () => rawRequest([], '', 'STEAL /graphql HTTP/1.1'),
  'another protocol': () => rawRequest([], '', 'POST /graphql HTTQ/1.1'),
  'no HTTP at all': () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\r\n\r\n',
  'a path outside': (key) => rawRequest([`X-Api-Key: ${key}`], '', 'GET /graphql/../../etc/passwd HTTP/1.1'),
  DELETE: (key) => rawRequest([`X-Api-Key: ${key}`], '', 'DELETE /graphql HTTP/1.1'),
};
