import pg from 'pg';
import type { OwnConnection, OwnConnectionOptions } from '../../src/storage/own-connection.js';
import type { Random } from '../sim/random.js';
import type { Kernel } from './kernel.js';

/** The moment virtual time begins at, for the database: in the middle of a minute. */
const BEGINNING = Date.parse('2026-11-25T12:34:17.250Z');

/** A real PostgreSQL whose statements take virtual time, one after the other, in an order drawn by the seed. */
export interface Database {
  /** The connection of one process. */
  connect(isAlive: () => boolean): (url: string, options: OwnConnectionOptions) => OwnConnection;
  /** Stands for the present moment in the values of a statement. */
  readonly now: () => Date;
  sql(text: string): Promise<pg.QueryResultRow[]>;
  readonly statements: number;
  close(): Promise<void>;
}

export async function openDatabase(url: string, kernel: Kernel, random: Random): Promise<Database> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  /** Notifications come on the one connection, before the answer of the statement that made them. */
  let heard: { channel: string; payload: string }[] = [];
  client.on('notification', ({ channel, payload = '' }) => heard.push({ channel, payload }));
  const listeners = new Map<string, (payload: string) => void>();
  let statements = 0;
  const now = () => new Date(BEGINNING + kernel.now());
  const delay = () => random.between(0.3, 1.5);

  async function execute(text: string, values: unknown[]): Promise<pg.QueryResultRow[]> {
    statements += 1;
    const { rows } = await client.query({
      name: text.slice(0, 60),
      text,
      values: values.map((value) => (value instanceof Date ? now() : value)),
    });
    for (const { channel, payload } of heard) kernel.after(delay(), () => listeners.get(channel)?.(payload));
    heard = [];
    return rows;
  }

  return {
    now,
    get statements() {
      return statements;
    },
    connect: (isAlive) => (_url, options) => {
      let last: Promise<unknown> = Promise.resolve();
      const run = (text: string, values: unknown[]) =>
        new Promise<never[]>((resolve, reject) => {
          if (!isAlive()) return;
          // A statement that left is executed, whether or not its process still lives; its answer may find nobody.
          kernel.after(delay(), async () => {
            try {
              if (!listeners.has(options.channel)) await client.query(`LISTEN ${pg.escapeIdentifier(options.channel)}`);
              listeners.set(options.channel, (payload) => isAlive() && options.onNotice(payload));
              const rows = await execute(text, values);
              kernel.after(delay(), () => {
                if (isAlive()) resolve(rows as never[]);
              });
            } catch (error) {
              reject(error);
            }
          });
        });
      return {
        query(text, values) {
          const next = last.then(() => run(text, values));
          last = next.catch(() => undefined);
          return next;
        },
        close: async () => undefined,
      };
    },
    sql: async (text) => (await client.query(text)).rows,
    close: () => client.end(),
  };
}
