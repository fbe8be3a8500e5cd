import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StopTracing, startTracing } from '../../src/telemetry/exporter.js';
import { createTestApp, type TestApp } from '../support/app.js';
import { mutation } from '../support/documents.js';
import { createStage } from '../support/stage.js';
import { API_USER } from '../support/world.js';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

let collector: Server;
let stopTracing: StopTracing;
let app: TestApp;
const bodies: string[] = [];

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    if (request.url === '/v1/traces') bodies.push(body);
    // A kept connection would be counted among what the gateway left open.
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  stopTracing = await startTracing(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`, '0.0.0-test');
  app = await createTestApp();
});
afterAll(async () => {
  for (const api of [trace, context, propagation]) api.disable();
  await new Promise((closed) => {
    collector.close(closed);
    collector.closeAllConnections();
  });
});

/** Everything the collector got, once the exporter has sent what it held. */
async function exported(): Promise<Span[]> {
  await stopTracing();
  type Export = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
  return bodies.flatMap((body) =>
    (JSON.parse(body) as Export).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );
}

test('one trace from the request to the vendor call, named by the audit entry', async () => {
  const stage = await createStage(app);
  const staged = await stage.subscribe();
  const traceId = 'c'.repeat(31).concat('1');
  const ask = async (query: string, variables: object) => {
    const answer = await fetch(app.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${app.csp.key}`,
        traceparent: `00-${traceId}-${'d'.repeat(16)}-01`,
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as { data: { result: { auditLog: { id: string } } } };
  };
  const input = {
    eventId: 'traced',
    externalId: staged.externalId,
    kind: 'QUANTITY',
    quantity: 9,
    effectiveDate: null,
  };
  await ask(mutation('recordSubscriptionChange'), { input });
  const document = `query { auditLogs(first: 2) { nodes { operation traceId status } } }`;
  const settled = async () => {
    for (;;) {
      const { auditLogs } = await app.csp.query<{
        auditLogs: { nodes: { operation: string; traceId: string | null; status: string }[] };
      }>(document);
      if (auditLogs.nodes.every(({ status }) => status === 'SUCCEEDED')) return auditLogs.nodes;
    }
  };
  const entries = (await settled()).map(({ operation, traceId: id }) => [operation, id]);
  expect(entries.sort()).toEqual([
    ['RecordSubscriptionChange', traceId],
    ['UpdateSubscriptionOnConnection', traceId],
  ]);
  await app.close();

  const spans = await exported();
  const parentOf = ({ parentSpanId }: Span) => spans.find(({ spanId }) => spanId === parentSpanId);
  const verb = spans.find(({ name, traceId: id }) => name === 'RecordSubscriptionChange' && id === traceId);
  expect(verb && parentOf(verb)).toMatchObject({ name: 'POST /graphql', parentSpanId: 'd'.repeat(16), traceId });
  const delivery = spans.find(({ links = [] }) => links.some((link) => link.traceId === traceId));
  expect(delivery).toMatchObject({ name: 'deliver', links: [{ spanId: verb?.spanId }] });
  const call = spans.filter(({ parentSpanId }) => parentSpanId === delivery?.spanId).map(({ name }) => name);
  expect(call).toContain('autotask POST');
  const unsaid = [API_USER.secret, app.csp.key, `/Contracts/${staged.contractId}`];
  for (const secret of unsaid) expect(bodies.join()).not.toContain(secret);
});
