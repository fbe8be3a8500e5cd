import type { GraphQLSchema } from 'graphql';
import type { Principal } from '../access/principal.js';
import type { SchemaServices } from '../schema/services.js';
import type { Unread } from './reader.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;

/** What is a matter of taste and place, not of safety alone. */
export interface RequestPolicy {
  /** Origins whose pages may ask; null: any. */
  readonly origins: readonly string[] | null;
  readonly introspection: 'everyone' | 'signed-in' | 'administrators' | 'nobody';
  readonly graphiql: boolean;
  readonly socketsPerCaller: number;
  /** Of one caller on this instance: requests and live fields under way, whatever brings them. */
  readonly operationsPerCaller: number;
  /** How long an operation may take, or a live field to begin. */
  readonly deadlineMs: number;
  /** Null: no documents by id. */
  readonly persisted: PersistedPolicy | null;
}

export interface PersistedPolicy {
  readonly documents: ReadonlyMap<string, string>;
  /** Who may send documents of their own. */
  readonly others: 'everyone' | 'administrators' | 'nobody';
}

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly services: SchemaServices;
  /** The caller behind a token, or null. Throws when it cannot tell, and `RefusedCallerError` for one who may not come in. */
  readonly authenticate: (token: string) => Promise<Principal | null>;
  /** Seconds a caller has to wait; 0: it may go on. Absent: nobody waits. */
  readonly admit?: (caller: Principal) => Promise<number>;
  /** Absent: `DEFAULT_POLICY`. */
  readonly policy?: RequestPolicy;
  /** What keeps the gateway from serving, in single words; nothing: it is ready. Throws when the database is away. */
  readonly unready: () => Promise<readonly string[]>;
  /** Absent: there are none. */
  readonly metrics?: ServerMetrics;
  readonly log: Log;
  /** How long a client may take to send its headers, and the whole request. Absent: 5 and 10 seconds. */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number };
  /** What a client may leave unread, and how long. Absent: `UNREAD`. */
  readonly unread?: Unread;
}

export interface ServerMetrics {
  readonly contentType: string;
  /** A scrape's text. */
  readonly scrape: () => Promise<string>;
  /** Told of each request when its answer was sent. */
  readonly request: (route: string, status: number, milliseconds: number) => void;
  /** Whoever scrapes must send it; null: only callers on this machine, or by the own port. */
  readonly token: string | null;
  /** A port of their own; null: on the server's. */
  readonly port: number | null;
}
