import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { createPool } from './pool.js';
import { ROLES } from './roles.js';
import { type Actor, asActor, type Owner } from './scope.js';
import { type IsolationSwitch, scoped } from './scoped-pool.js';

/** Anything that runs statements: the client itself or an open transaction. */
export type Queries = Prisma.TransactionClient;

/** What runs a single statement. */
export type Statements = Pick<Queries, '$queryRaw' | '$executeRaw'>;

/** Statements of the gateway's own work, over all organizations; `of` gives one that sees a single organization. */
export interface Database {
  /** For single statements. */
  readonly client: PrismaClient;
  readonly url: string;
  /** All or nothing. Never call a vendor inside: it dies after five seconds, or after `timeoutMs`. */
  transaction<T>(work: (tx: Queries) => Promise<T>, options?: { readonly timeoutMs?: number }): Promise<T>;
  /** As `transaction`, for work of one statement, which is a transaction by itself: one round trip instead of three. */
  single<T>(work: (statement: Statements) => Promise<T>): Promise<T>;
  /** The same database, of which PostgreSQL itself shows only what this organization may see. */
  of(owner: Owner): Database;
  /** Connections of the pool: open, of them idle, and callers waiting for one. */
  pool(): { readonly open: number; readonly idle: number; readonly waiting: number };
  close(): Promise<void>;
}

/** Something that was committed, for whoever counts and logs. */
export type Fact = { readonly [name: string]: string | null };

export interface DatabaseOptions extends IsolationSwitch {
  readonly poolSize?: number;
  /** Whoever waits longer for a connection is told that the gateway is overloaded; default 5 seconds. */
  readonly connectionWithinMs?: number;
  /** Told of every statement and how long it took, waiting for a connection included. */
  readonly onStatement?: (milliseconds: number) => void;
  /** Told of facts when their transaction is committed. */
  readonly onFact?: (fact: Fact) => void;
}

/** So many organizations' clients are kept; making one anew costs microseconds. */
const KEPT = 1_000;

const facts = new WeakMap<object, Fact[]>();
const endings = new WeakMap<object, (() => Promise<void>)[]>();

/** Does something as the last thing of the transaction; not when it is taken back. */
export function beforeCommit(tx: Queries, work: () => Promise<void>): void {
  endings.get(tx)?.push(work);
}

/** Tells a fact once the transaction is committed; never when it is taken back. */
export function afterCommit(tx: Statements, fact: Fact): void {
  facts.get(tx)?.push(fact);
}

/** The database behind a URL. Connects lazily, so that the schema can be printed without one. */
export function createDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { poolSize = 20, connectionWithinMs = 5_000, onStatement, onFact = () => undefined, ...isolation } = options;
  const pool = scoped(createPool(url, poolSize, connectionWithinMs), isolation);
  const client = new PrismaClient({
    adapter: new PrismaPg(pool),
    log: onStatement ? [{ emit: 'event', level: 'query' }] : [],
  });
  if (onStatement) client.$on('query', ({ duration }) => onStatement(duration));
  const kept = new Map<string, Database>();

  function actingAs(actor: Actor, of: Database['of']): Database {
    const own = clientOf(client, actor);
    return {
      client: own,
      url,
      async single(work) {
        const told: Fact[] = [];
        const statement = once(own);
        facts.set(statement, told);
        const value = await work(statement);
        for (const fact of told) onFact(fact);
        return value;
      },
      async transaction(work, { timeoutMs: timeout = 5_000 } = {}) {
        const told: Fact[] = [];
        const noting = async (tx: Queries) => {
          const ends: (() => Promise<void>)[] = [];
          facts.set(tx, told);
          endings.set(tx, ends);
          const done = await work(tx);
          for (const end of ends) await end();
          return done;
        };
        const value = await asActor(actor, () => client.$transaction(noting, { maxWait: connectionWithinMs, timeout }));
        for (const fact of told) onFact(fact);
        return value;
      },
      of,
      pool: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
      async close() {
        await client.$disconnect();
        await pool.end();
      },
    };
  }

  function ofOrganization({ tenantId, organizationId }: Owner): Database {
    const name = `${tenantId} ${organizationId}`;
    const known = kept.get(name);
    if (known) return known;
    if (kept.size >= KEPT) kept.clear();
    const database = actingAs({ tenantId, organizationId }, (owner) => {
      if (owner.organizationId === organizationId && owner.tenantId === tenantId) return database;
      throw new Error("An organization's database leads to no other one.");
    });
    kept.set(name, database);
    return database;
  }

  return actingAs(null, ofOrganization);
}

/** A second statement would be a second transaction. */
function once(client: PrismaClient): Statements {
  let left = 1;
  const runs = (method: '$queryRaw' | '$executeRaw') =>
    ((...args: Parameters<Queries['$queryRaw']>) => {
      left -= 1;
      if (left < 0) throw new Error('This work is more than one statement: it needs a transaction.');
      return client[method](...args);
    }) as Queries[typeof method];
  return { $queryRaw: runs('$queryRaw'), $executeRaw: runs('$executeRaw') } as Statements;
}

/**
 * The client with every call in the name of the actor. Prisma collects the `findUnique`s of one moment, of whichever caller,
 * and sends them together in the name of the first: they become `findFirst`s, which go out alone. Its promises begin when
 * they are awaited, so they are awaited inside.
 */
function clientOf(client: PrismaClient, actor: Actor): PrismaClient {
  const models = client as unknown as { [model: string]: { [operation: string]: (args: object) => Promise<unknown> } };
  const extended = client.$extends({
    query: {
      $allOperations({ model, operation, args, query }) {
        if (!model || !operation.startsWith('findUnique')) return asActor(actor, async () => await query(args));
        const delegate = models[model.charAt(0).toLowerCase() + model.slice(1)];
        const where = flattened(args.where);
        return asActor(
          actor,
          async () => await delegate?.[operation.replace('findUnique', 'findFirst')]?.({ ...args, where }),
        );
      },
    },
  });
  return extended as unknown as PrismaClient;
}

/** `{ tenantId_id: { tenantId, id } }` -> `{ tenantId, id }`. */
function flattened(where: object): object {
  const members = Object.entries(where).map(([key, value]) => (key.includes('_') ? value : { [key]: value }));
  return Object.assign({}, ...members);
}

/**
 * From here on the transaction of an organization works for its whole tenant: a sale concerns its Reseller, its CSP and
 * whoever mapped it. What it touches must follow from rows the organization was seen to be allowed.
 */
export async function widenToTenant(tx: Queries): Promise<void> {
  await tx.$executeRaw`SELECT set_config('role', ${ROLES.tenant}, true) WHERE current_user = ${ROLES.organization}`;
}

/** Back to what the organization itself may see. */
export async function narrowToOrganization(tx: Queries): Promise<void> {
  await tx.$executeRaw`SELECT set_config('role', ${ROLES.organization}, true) WHERE current_user = ${ROLES.tenant}`;
}

/** The name of the unique constraint or index that refused a write, or null when the error is another one. */
export function violatedUnique(error: unknown): string | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const meta = JSON.stringify(error.meta ?? {});
  const unique = error.code === 'P2002' || (error.code === 'P2010' && meta.includes('23505'));
  return unique ? (/\b[A-Z]\w+_\w+_key\b/.exec(`${meta} ${error.message}`)?.[0] ?? 'unknown') : null;
}

/** Prisma's codes, Node's, and the adapter's kinds for a server that is away, restarts, or has no connection left. */
const AWAY =
  /^(P1001|P1002|P1008|P1017|P2024|P2028|ENOENT|ENOTFOUND|EAI_AGAIN|EPIPE|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ConnectionClosed|DatabaseNotReachable|SocketTimeout|TooManyConnections|08\w{3}|53300|57P0[1-3])$/;

/** Could the database not be asked? Then nothing is wrong with the request, but whether a commit took effect is not known. */
export function isUnavailable(error: unknown): boolean {
  // A file that is not there is told with the same code as a socket, but by its path.
  if (!(error instanceof Error) || 'path' in error) return false;
  const { code, cause, meta } = error as {
    code?: unknown;
    cause?: Fault;
    meta?: { driverAdapterError?: { cause?: Fault } };
  };
  const inner = meta?.driverAdapterError?.cause;
  const names = [code, cause?.kind, cause?.code, inner?.kind, inner?.code];
  return (
    names.some((name) => AWAY.test(String(name))) ||
    isExhausted(error) ||
    /not queryable|Connection terminated|timeout expired/.test(error.message)
  );
}

/** Was there no connection left for it? A part of `isUnavailable`: nothing of the request was carried out. */
export function isExhausted(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Unable to start a transaction|timeout exceeded when trying to connect|TooManyConnections|too many (clients|connections)/i.test(
      error.message,
    )
  );
}

interface Fault {
  readonly kind?: unknown;
  readonly code?: unknown;
}

export { Prisma };
