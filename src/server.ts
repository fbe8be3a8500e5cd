import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createErrors } from './server/errors.js';
import type { ServerOptions } from './server/options.js';
import { createPipeline } from './server/pipeline.js';
import { serveSockets } from './server/websocket.js';

export interface GatewayServer {
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  /** Takes no more requests, sends live clients away so that they come back, lets the rest end. */
  close(): Promise<void>;
}

const PATIENCE = { headersMs: 5_000, requestMs: 10_000 };
const LAST_ANSWERS_WITHIN_MS = 5_000;

/** HTTP, server-sent events and WebSocket on one port: /graphql, /health, /ready. */
export function createGatewayServer(options: ServerOptions): GatewayServer {
  const errors = createErrors(options.schema, options.log);
  const pipeline = createPipeline(options, errors);
  const live = new Set<ServerResponse>();
  let closing = false;

  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    const requestId = randomUUID();
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('X-Request-Id', requestId);
    // A connection that was busy when the server closed ends with its answer.
    response.once('close', () => closing && setImmediate(() => server.closeIdleConnections()));
    if (request.url?.split('?', 1)[0] === '/ready') return void ready(response);
    if (request.headers.accept?.includes('text/event-stream')) {
      live.add(response);
      response.once('close', () => live.delete(response));
    }
    void pipeline(request, response, { requestId });
  });
  const { headersMs, requestMs } = options.patience ?? PATIENCE;
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = 5_000;
  const sockets = serveSockets(server, pipeline, errors, options);

  async function ready(response: ServerResponse): Promise<void> {
    const ok = await options.isReady().catch(() => false);
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ ready: ok }));
  }

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => resolve({ port: (server.address() as AddressInfo).port }));
      }),
    async close() {
      closing = true;
      const closed = stopped(server);
      await sockets.close();
      // Cut off instead of completed: a client takes the end of a stream for the end of its story.
      for (const response of live) response.destroy();
      await closed;
    },
  };
}

function stopped(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_WITHIN_MS);
    server.close(() => {
      clearTimeout(deadline);
      resolve();
    });
    server.closeIdleConnections();
  });
}
