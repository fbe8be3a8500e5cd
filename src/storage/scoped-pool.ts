import pg from 'pg';
import { isOwnSession } from './pool.js';
import { preparedName } from './prepared.js';
import { type Actor, actingNow, type Roles, settingsOf } from './scope.js';

/** For tests of what one layer holds alone; see `AppOptions.isolation`. */
export interface IsolationSwitch {
  /** Other roles than the real ones. */
  readonly roles?: Roles;
  /** Rewrites what is sent for an organization. */
  readonly rewrite?: (statement: string) => string;
}

/** What of a `pg.Query` and its connection the prefix is made with: `pg` has it, its types do not tell. */
interface Wire {
  parse(message: { text: string }): void;
  bind(message: object): void;
  execute(message: object): void;
}
type Answered = (error: Error | undefined, result: pg.QueryResult) => void;
interface Sent extends pg.Query {
  prepare(wire: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
}

/**
 * Makes every statement of a pool run as its actor (scope.ts), behind a transaction pooler too: nothing is left on a
 * connection. A single statement is sent together with the settings in one round trip and one implicit transaction; in an
 * open transaction they come with its BEGIN.
 */
export function scoped(pool: pg.Pool, { roles, rewrite = (text) => text }: IsolationSwitch): pg.Pool {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;

  const sentFor = (client: pg.PoolClient, actor: Actor, config: pg.QueryConfig): pg.QueryConfig => {
    const text = actor ? rewrite(config.text) : config.text;
    const name = isOwnSession(client) ? preparedName(text) : undefined;
    return { ...config, text, ...(name !== undefined && { name }) };
  };

  async function single(config: pg.QueryConfig): Promise<pg.QueryResult> {
    // Now: a pool that is empty would go on in the name of whoever gives a connection back.
    const actor = actingNow();
    const client = await connect();
    let fault: Error | undefined;
    const lost = (error: Error) => {
      fault = error;
    };
    client.on('error', lost);
    try {
      return await together(client, settingsOf(actor, roles), sentFor(client, actor, config));
    } catch (error) {
      fault = error as Error;
      throw error;
    } finally {
      client.off('error', lost);
      client.release(fault);
    }
  }

  async function transaction() {
    const actor = actingNow();
    const client = await connect();
    return {
      query: (config: pg.QueryConfig) =>
        config.text === 'BEGIN'
          ? client.query(`BEGIN; ${settingsOf(actor, roles)}`)
          : client.query(sentFor(client, actor, config)),
      on: client.on.bind(client),
      removeListener: client.removeListener.bind(client),
      release: client.release,
    };
  }

  // As much of a pool as Prisma's adapter uses.
  return Object.assign(pool, { query: single, connect: transaction }) as unknown as pg.Pool;
}

/** Sends two statements in one batch of the extended protocol. PostgreSQL carries out the first before it parses the second. */
function together(client: pg.PoolClient, first: string, config: pg.QueryConfig): Promise<pg.QueryResult> {
  return new Promise((resolve, reject) => {
    const query = new pg.Query({ ...config, queryMode: 'extended' } as pg.QueryConfig) as unknown as Sent;
    const { prepare, handleDataRow, handleCommandComplete } = query;
    let begun = false;
    query.prepare = (wire) => {
      wire.parse({ text: first });
      wire.bind({});
      wire.execute({});
      prepare.call(query, wire);
    };
    query.handleDataRow = (message) => {
      if (begun) handleDataRow.call(query, message);
    };
    query.handleCommandComplete = (message, wire) => {
      if (begun) handleCommandComplete.call(query, message, wire);
      begun = true;
    };
    const send = client.query as unknown as (sent: Sent, then: Answered) => void;
    send.call(client, query, (error, result) => (error ? reject(error) : resolve(result)));
  });
}
