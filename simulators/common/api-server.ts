import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Serve = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

/** The vendor's API and, below /admin, what tests and people do to it. A connection is cut where either fails. */
export function createApiServer(serveApi: Serve, serveAdmin: Serve): Server {
  const server = createServer((incoming, outgoing) => {
    const serve = /^\/+admin(\/|\?|$)/i.test(incoming.url ?? '') ? serveAdmin : serveApi;
    serve(incoming, outgoing).catch(() => incoming.destroy());
  });
  // Longer than any client's pause between two calls, so that a kept connection is not closed under its feet.
  server.keepAliveTimeout = 65_000;
  return server;
}
