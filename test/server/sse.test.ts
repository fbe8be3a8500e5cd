import { afterAll, beforeAll, expect, test } from 'vitest';
import { GOOD, PASSING, type Probe, startProbe } from './support.js';

let probe: Probe;
beforeAll(async () => {
  probe = await startProbe();
});
afterAll(() => probe.server.close());

interface Event {
  readonly event: string;
  readonly data: unknown;
}

/** Follows one document by server-sent events, in distinct connections mode. */
async function follow(query: string, token = GOOD) {
  const abort = new AbortController();
  const response = await fetch(probe.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
    signal: abort.signal,
  });
  return { response, events: eventsOf(response), abort: () => abort.abort() };
}

async function* eventsOf(response: Response): AsyncGenerator<Event, void> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const event = lines.find((line) => line.startsWith('event: '))?.slice(7);
      const data = lines
        .find((line) => line.startsWith('data:'))
        ?.slice(5)
        .trim();
      if (event) yield { event, data: data ? JSON.parse(data) : null };
    }
  }
}

async function all(events: AsyncGenerator<Event, void>): Promise<Event[]> {
  const found: Event[] = [];
  for await (const event of events) found.push(event);
  return found;
}

test('a live field comes as next events and one complete event', async () => {
  const { response, events } = await follow('subscription { three }');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(await all(events)).toEqual([
    ...['one', 'two', 'three'].map((three) => ({ event: 'next', data: { data: { three } } })),
    { event: 'complete', data: null },
  ]);
});

test('a query is one next event and one complete event', async () => {
  const { events } = await follow('{ hello }');
  expect(await all(events)).toEqual([
    { event: 'next', data: { data: { hello: 'world' } } },
    { event: 'complete', data: null },
  ]);
});

test.each([
  ['a syntax error', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', 'subscription { thre }', 'GRAPHQL_VALIDATION_FAILED'],
  ['a live field that cannot be opened', 'subscription { unopened }', 'INTERNAL'],
])('%s comes as a result, quiet, with code and request id', async (_name, query, code) => {
  const { response, events } = await follow(query);
  const [next, complete] = await all(events);
  expect(next?.data).toMatchObject({
    errors: [{ extensions: { code, requestId: response.headers.get('x-request-id') } }],
  });
  expect(JSON.stringify(next)).not.toMatch(/hunter2|did you mean/i);
  expect(complete?.event).toBe('complete');
});

test('a live field that breaks in the middle says so without its secret', async () => {
  const { events } = await follow('subscription { breaking }');
  const [first, broken] = await all(events);
  expect(first?.data).toEqual({ data: { breaking: 'first' } });
  expect(broken?.data).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL' } }] });
  expect(JSON.stringify(broken)).not.toContain('hunter2');
});

test('a client that goes away frees its live field', async () => {
  const { events, abort } = await follow('subscription { waiting }');
  await events.next();
  expect(probe.open()).toBe(1);
  abort();
  await probe.allEnded();
});

test('a live field of a revoked key brings nothing more and ends', async () => {
  const { events } = await follow('subscription { waiting }', PASSING);
  await events.next();
  probe.revoke(PASSING);
  probe.push('not for you');
  expect((await events.next()).value).toMatchObject({
    data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  });
  expect((await events.next()).value).toEqual({ event: 'complete', data: null });
  await probe.allEnded();
});

test('a bad key is answered 401', async () => {
  const { response } = await follow('subscription { three }', 'cgk_bad');
  expect(response.status).toBe(401);
  await response.body?.cancel();
});
