import type { GraphQLSchema } from 'graphql';
import type { Principal } from '../access/principal.js';
import type { SchemaServices } from '../schema/services.js';

export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;

export interface ServerOptions {
  readonly schema: GraphQLSchema;
  readonly services: SchemaServices;
  /** The caller behind a token, or null. Throws when it cannot tell. */
  readonly authenticate: (token: string) => Promise<Principal | null>;
  readonly isReady: () => Promise<boolean>;
  readonly log: Log;
  /** How long a client may take to send its headers, and the whole request. Absent: 5 and 10 seconds. */
  readonly patience?: { readonly headersMs: number; readonly requestMs: number };
}
