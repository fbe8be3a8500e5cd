import { AsyncResource } from 'node:async_hooks';
import { connect as connectSocket } from 'node:net';
import pg from 'pg';
import { currentDeadline } from './deadline.js';

/** Longer than anything the gateway asks in one statement; for those whose asker died without a word. */
const LONGEST_STATEMENT_MS = 300_000;
/** What the protocol calls a CancelRequest. */
const CANCEL = 80_877_102;

type Query = (...args: unknown[]) => Promise<unknown> | undefined;
type Connected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void;

/**
 * A pool whose statements end with the deadline of whoever asks: the server is told to cancel, and the connection is given up
 * with whatever transaction it was in. A `CancelRequest` reaches the right session behind a pooler of transactions too, where
 * a setting of the session would reach anybody's.
 */
export function createPool(url: string, size: number, connectionWithinMs: number): pg.Pool {
  const pool = new pg.Pool({
    ...{ connectionString: url, max: size, connectionTimeoutMillis: connectionWithinMs },
    application_name: 'gateway',
    onConnect: async (client) => {
      const { rows } = await client.query<{ pid: number }>(
        `SELECT pg_backend_pid() AS pid, set_config('statement_timeout', '${LONGEST_STATEMENT_MS}', false)`,
      );
      // A pooler makes up the process id it greets with.
      if (rows[0]?.pid === (client as Client).processID) ownSessions.add(client);
      endWithDeadline(client as Client);
    },
  });
  // Lost while nobody used it: the pool makes another.
  pool.on('error', () => undefined);
  // Whoever waits is called by whoever gives a connection back, and must not come under that one's deadline.
  const connect = pool.connect.bind(pool) as (then?: Connected) => Promise<pg.PoolClient>;
  pool.connect = ((then?: Connected) => connect(then && AsyncResource.bind(then))) as typeof pool.connect;
  return pool;
}

const ownSessions = new WeakSet<object>();

/** Does the connection lead to one session of the server as long as it lives? Not behind a pooler. */
export const isOwnSession = (client: object): boolean => ownSessions.has(client);

interface Client extends pg.PoolClient {
  readonly host: string;
  readonly port: number;
  readonly processID: number;
  readonly secretKey: number;
  end(): Promise<void>;
}

function endWithDeadline(client: Client): void {
  // Looked up at each call, so that whoever watches the driver sees it.
  const query: Query = (...args) => (pg.Client.prototype.query as Query).apply(client, args);
  const cut = () => {
    cancel(client);
    client.end().catch(() => undefined);
  };
  const bounded: Query = (...args) => {
    const deadline = currentDeadline();
    if (!deadline) return query(...args);
    // Not sent any more; the end of the connection rolls back what it was in.
    if (deadline.aborted) cut();
    else deadline.addEventListener('abort', cut, { once: true });
    const done = () => deadline.removeEventListener('abort', cut);
    const then = args.at(-1);
    if (typeof then === 'function') {
      return query(...args.slice(0, -1), (...result: unknown[]) => {
        done();
        then(...result);
      });
    }
    const result = query(...args);
    result?.then(done, done);
    return result;
  };
  client.query = bounded as typeof client.query;
}

/** Over a connection of its own, which the server closes when it has passed it on. */
function cancel({ host, port, processID, secretKey }: Client): void {
  const request = Buffer.alloc(16);
  for (const [at, value] of [16, CANCEL, processID, secretKey].entries()) request.writeInt32BE(value, 4 * at);
  const socket = host.startsWith('/') ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket(port, host);
  socket.setTimeout(5_000, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.end(request);
}
