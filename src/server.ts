import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAnswerer } from './server/answer.js';
import { createArrival } from './server/arrival.js';
import { createErrors } from './server/errors.js';
import { watchIdle } from './server/idle.js';
import type { ServerOptions } from './server/options.js';
import { persistedOperations } from './server/persisted.js';
import { createPipeline } from './server/pipeline.js';
import { DEFAULT_POLICY } from './server/policy.js';
import { createProbes } from './server/probes.js';
import { UNREAD, watchReaders } from './server/reader.js';
import { serveSockets } from './server/websocket.js';
import { workingOn } from './telemetry/context.js';
import { inSpan, SpanKind, validTraceParent } from './telemetry/trace.js';

export interface GatewayServer {
  listen(port: number, host: string): Promise<{ readonly port: number; readonly metricsPort: number | null }>;
  /** Live clients at this moment. */
  live(): { readonly sockets: number; readonly streams: number };
  /**
   * Says that it is not ready any more and ends each connection with its next answer, so that others are used instead. Lasts
   * until none is kept open without a request: what is sent into one while it is cut fails, and nobody knows if it was read.
   */
  drain(milliseconds: number): Promise<void>;
  /** Takes no more requests, sends live clients away so that they come back, lets the rest end. */
  close(): Promise<void>;
}

/** Told to clients, which leave a connection that is idle a little earlier. */
const KEEP_ALIVE_MS = 5_000;
const IDLE_GONE_WITHIN_MS = KEEP_ALIVE_MS + 1_000;
const PATIENCE = { headersMs: 5_000, requestMs: 10_000 };
/** A process has 25 seconds to end; what comes after the answers needs a few of them. */
const LAST_ANSWERS_WITHIN_MS = 15_000;
/** Others are one route to the metrics: a stranger must not make new ones. */
const ROUTES = ['/graphql', '/health', '/ready', '/metrics'];

/** HTTP, server-sent events and WebSocket on one port: /graphql, /health, /ready, /metrics. */
export function createGatewayServer(options: ServerOptions): GatewayServer {
  const { policy = DEFAULT_POLICY } = options;
  const errors = createErrors(options.schema, options.log);
  const arrival = createArrival(options);
  const persisted = persistedOperations(policy);
  const pipeline = createPipeline(options, arrival, errors, persisted);
  const answer = createAnswerer(pipeline, errors);
  const probes = createProbes(options);
  const open = new Set<ServerResponse>();
  const streams = new Set<ServerResponse>();
  const readers = watchReaders((options.unread ?? UNREAD).ms);
  let leaving = false;
  let closing = false;

  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    const requestId = randomUUID();
    readers.watch(response);
    const began = performance.now();
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('X-Request-Id', requestId);
    if (leaving) sendAway(response);
    open.add(response);
    response.once('close', () => {
      open.delete(response);
      streams.delete(response);
      options.metrics?.request(routeOf(request), response.statusCode, performance.now() - began);
    });
    const probed = probes.answer(request, response);
    if (probed) return void probed.catch(() => response.destroy());
    const streaming = () => {
      if (closing) response.destroy();
      else if (!response.closed) streams.add(response);
    };
    const parent = validTraceParent(request.headers.traceparent?.toString()) ?? undefined;
    const facts = { requestId, ...(parent !== undefined && { traceParent: parent }) };
    const span = { kind: SpanKind.SERVER, parent, attributes: { 'http.request.method': request.method ?? '' } };
    void workingOn(facts, () =>
      inSpan(
        `${request.method} ${routeOf(request)}`,
        span,
        () => answer({ req: request, res: response, requestId, began, streaming }),
        () => ({ 'http.response.status_code': response.statusCode, 'gateway.request': requestId }),
      ),
    );
  });
  const { headersMs, requestMs } = options.patience ?? PATIENCE;
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const idle = watchIdle(server);
  const sockets = serveSockets(server, pipeline, arrival, errors, options, persisted);

  /** Also those under way: who was told so does not send the next request into a connection that is being closed. */
  function leave(): void {
    leaving = true;
    probes.stop();
    for (const response of open) sendAway(response);
  }

  return {
    async listen(port, host) {
      const own = probes.ownServer;
      const metricsPort = own ? await listening(own, options.metrics?.port ?? 0, host) : null;
      return { port: await listening(server, port, host), metricsPort };
    },
    live: () => ({ sockets: sockets.count(), streams: streams.size }),
    async drain(milliseconds) {
      leave();
      await new Promise((over) => setTimeout(over, milliseconds));
      await idle.gone(IDLE_GONE_WITHIN_MS - milliseconds);
    },
    async close() {
      leave();
      closing = true;
      const closed = stopped(server, LAST_ANSWERS_WITHIN_MS);
      await sockets.close();
      // Cut off instead of completed: a client takes the end of a stream for the end of its story.
      for (const response of streams) response.destroy();
      await closed;
      if (probes.ownServer?.listening) await stopped(probes.ownServer, 1_000);
      readers.stop();
    },
  };
}

function sendAway(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function routeOf({ url = '' }: IncomingMessage): string {
  const path = url.split('?', 1)[0] ?? '';
  return ROUTES.includes(path) ? path : 'other';
}

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Ends when every connection has ended, or was ended after its time. */
function stopped(server: Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => {
      server.closeAllConnections();
      resolve();
    }, withinMs);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
