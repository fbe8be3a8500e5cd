import { startTcpProxy, type Tap, type TcpProxy } from './tcp-proxy.js';

/** A statement on its way to PostgreSQL, with those of its transaction before it, its BEGIN first. */
export interface Statement {
  readonly sql: string;
  /** Of a statement that is a transaction of its own: none. */
  readonly earlier: readonly string[];
}

/**
 * What happens to a statement that fits. `before`: the server has not seen it. `after`: the server has carried it out and
 * its answer has come as far as the proxy. `cut` ends the link there, `hold` keeps it waiting until it is released.
 */
export type Intervention = 'cutBefore' | 'cutAfter' | 'holdBefore' | 'holdAfter';

export interface Trap {
  /** Ends when the statement has come as far as the intervention. */
  readonly sprung: Promise<Statement>;
  /** Lets a held statement or answer go on. */
  release(): void;
}

export interface PostgresProxy extends TcpProxy {
  /** The database through the proxy. */
  readonly url: string;
  /** Springs once, at the first statement that fits. */
  trap(fits: (statement: Statement) => boolean, intervention: Intervention): Trap;
}

interface ArmedTrap {
  readonly fits: (statement: Statement) => boolean;
  readonly intervention: Intervention;
  readonly spring: (statement: Statement) => void;
  readonly released: Promise<void>;
}

/** A proxy in front of PostgreSQL that understands what is asked, so that a test can interfere at one exact moment. */
export async function startPostgresProxy(databaseUrl: string): Promise<PostgresProxy> {
  const armed = new Set<ArmedTrap>();
  const proxy = await startTcpProxy(addressOf(databaseUrl), (gone) => tapOf(armed, gone));
  return {
    ...proxy,
    url: throughPort(databaseUrl, proxy.port),
    trap(fits, intervention) {
      let release = () => {};
      let spring: ArmedTrap['spring'] = () => {};
      const released = new Promise<void>((done) => {
        release = done;
      });
      const sprung = new Promise<Statement>((done) => {
        spring = done;
      });
      armed.add({ fits, intervention, spring, released });
      return { sprung, release };
    },
  };
}

/** Follows one session. What is held when its client dies goes nowhere any more. */
function tapOf(armed: Set<ArmedTrap>, gone: Promise<void>): Tap {
  const held = ({ released }: ArmedTrap) => Promise.race([released.then(() => true), gone.then(() => false)]);
  const read = createReader();
  let earlier: string[] = [];
  /** The statement whose answer is awaited, with the trap that waits for it. */
  let waiting: { readonly trap: ArmedTrap; readonly statement: Statement } | null = null;

  return async (direction, piece) => {
    if (direction === 'toClient') {
      if (!waiting) return true;
      const { trap, statement } = waiting;
      waiting = null;
      trap.spring(statement);
      if (trap.intervention === 'cutAfter') return false;
      return held(trap);
    }
    for (const sql of read(piece)) {
      const statement = { sql, earlier };
      if (earlier.length > 0 || /^\s*(BEGIN|START TRANSACTION)/i.test(sql)) earlier = [...earlier, sql];
      if (/^\s*(COMMIT|ROLLBACK)/i.test(sql)) earlier = [];
      const trap = [...armed].find(({ fits }) => fits(statement));
      if (!trap) continue;
      armed.delete(trap);
      if (trap.intervention.endsWith('After')) {
        waiting = { trap, statement };
        continue;
      }
      trap.spring(statement);
      if (trap.intervention === 'cutBefore') return false;
      if (!(await held(trap))) return false;
    }
    return true;
  };
}

const SSL_REQUEST = 80877103;
/** Types of messages of a client. The last two begin with the names of what they make and of what they use. */
const [QUERY, PARSE, BIND] = [0x51, 0x50, 0x42];

/** The statements of a stream of the frontend protocol: simple queries, and others as they are bound, prepared before or not. */
function createReader(): (piece: Buffer) => string[] {
  const prepared = new Map<string, string>();
  let rest = Buffer.alloc(0);
  let started = false;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    const statements: string[] = [];
    for (;;) {
      // Only the first message has no letter in front of its length.
      const head = started ? 1 : 0;
      if (rest.length < head + 4) return statements;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return statements;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      if (!started) started = message.readInt32BE(4) !== SSL_REQUEST;
      else if (message[0] === QUERY) statements.push(textAt(message, 5));
      else if (message[0] === PARSE) prepared.set(textAt(message, 5), textAt(message, message.indexOf(0, 5) + 1));
      else if (message[0] === BIND) statements.push(prepared.get(textAt(message, message.indexOf(0, 5) + 1)) ?? '');
    }
  };
}

const textAt = (message: Buffer, from: number) => message.toString('utf8', from, message.indexOf(0, from));

/** A socket folder in the `host` parameter wins over the host part. */
function addressOf(databaseUrl: string) {
  const { hostname, port, searchParams } = new URL(databaseUrl);
  const folder = searchParams.get('host');
  const number = Number(searchParams.get('port') ?? port) || 5432;
  return folder?.startsWith('/')
    ? { path: `${folder}/.s.PGSQL.${number}` }
    : { host: folder ?? hostname, port: number };
}

function throughPort(databaseUrl: string, port: number): string {
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  for (const name of ['host', 'port']) url.searchParams.delete(name);
  return url.href;
}
