import pg from 'pg';

export interface OwnConnectionOptions {
  /** Who it is, as `pg_stat_activity` shows it. */
  readonly name: string;
  /** Listened to from the first statement on. */
  readonly channel: string;
  readonly onNotice: (payload: string) => void;
  /** Told of every lost connection; the next statement makes a new one. */
  readonly onLost?: (error: unknown) => void;
}

/**
 * A connection to PostgreSQL that one part of the gateway has for itself: for short statements that must not wait for a
 * pool others have emptied, and a channel, both in one order. Made by the first statement, and anew by the first one after
 * it was lost.
 */
export interface OwnConnection {
  /** Rejects when the connection is lost meanwhile: then nobody knows whether the statement took effect. */
  query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;

export function createOwnConnection(url: string, options: OwnConnectionOptions): OwnConnection {
  const { name, channel, onNotice, onLost = () => undefined } = options;
  let opened: Promise<pg.Client> | undefined;
  /** One statement at a time. */
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: url,
      application_name: name,
      connectionTimeoutMillis: PATIENCE_MS,
      statement_timeout: PATIENCE_MS,
      // A server that is gone without a word: longer than its own limit, so that an answer is never given up.
      query_timeout: 1.5 * PATIENCE_MS,
      keepAlive: true,
    });
    let current = true;
    const forget = (): void => {
      if (current) opened = undefined;
      current = false;
    };
    client.on('error', (error) => {
      onLost(error);
      forget();
    });
    client.on('end', forget);
    client.on('notification', ({ payload }) => payload && onNotice(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      return client;
    } catch (error) {
      forget();
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async function run<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    if (closed) throw new Error(`The connection ${name} is closed.`);
    opened ??= open();
    const client = await opened;
    try {
      return (await client.query<Row>(text, values)).rows;
    } catch (error) {
      // Said by the server, or the connection is no good any more.
      if (!(error instanceof pg.DatabaseError)) void client.end().catch(() => undefined);
      throw error;
    }
  }

  return {
    query(text, values) {
      const next = last.then(() => run<never>(text, values));
      last = next.catch(() => undefined);
      return next;
    },
    async close() {
      closed = true;
      await last;
      const client = await opened?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}
