import { createServer } from 'node:http';

/** Answers on the gateway's port while it waits for its database: it lives, it is not ready, come back. */
export async function openWaitingRoom(port: number, host: string): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const alive = request.url?.split('?', 1)[0] === '/health';
    const body = alive
      ? { alive: true }
      : {
          ready: false,
          failing: ['database'],
          errors: [{ message: UNAVAILABLE, extensions: { code: 'UNAVAILABLE' } }],
        };
    const headers = { 'content-type': 'application/json', connection: 'close', ...(!alive && { 'retry-after': '5' }) };
    response.writeHead(alive ? 200 : 503, headers).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

const UNAVAILABLE = 'The gateway waits for its database. Send the same request again.';
