import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Listening {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Ends it with all its connections. */
  close(): Promise<void>;
}

/** Starts a server; 0, the default, is any free port. Rejects when it cannot listen there. */
export async function listen(
  server: Server,
  { port = 0, host = '127.0.0.1' }: { readonly port?: number | undefined; readonly host?: string | undefined },
): Promise<Listening> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(port, host, listening);
  });
  const address = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;
  return {
    url: `http://${name}:${address.port}`,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      await closed;
    },
  };
}
