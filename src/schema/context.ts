import type { Principal } from '../access/principal.js';
import type { Scope } from '../audit/entry.js';
import type { AuditFeed } from '../audit/feed.js';
import type { AuditReader } from '../audit/reader.js';
import { type Caller, type Result, run, type Verb } from '../operations/run.js';
import type { Services } from '../operations/services.js';
import { createLoaders, type Loaders } from './loaders.js';

/** What the schema works with; made once. */
export interface SchemaServices {
  readonly operations: Services;
  readonly audit: AuditReader;
  readonly feed: AuditFeed;
  readonly productName: string;
  readonly version: string;
}

export interface RequestFacts {
  readonly requestId: string;
  readonly correlationId: string;
}

/** What a resolver gets, made for each request; for each event of a live field the loaders are new. */
export interface Context {
  readonly services: SchemaServices;
  readonly principal: Principal | null;
  readonly request: RequestFacts;
  /** The caller and its scope; only behind a field that asks for a signed-in caller. */
  readonly scope: Scope;
  readonly caller: Caller;
  readonly loaders: Loaders;
  perform<Input, Value>(verb: Verb<Input, Value>, input: unknown): Promise<Result<Value>>;
}

export function createContext(services: SchemaServices, principal: Principal | null, request: RequestFacts): Context {
  const signedIn = (): Principal => {
    if (!principal) throw new Error('A field was reached without a signed-in caller.');
    return principal;
  };
  let loaders: Loaders | undefined;
  return {
    services,
    principal,
    request,
    get scope() {
      const { tenantId, organizationId } = signedIn();
      return { tenantId, organizationId };
    },
    get caller() {
      return { principal: signedIn(), ...request };
    },
    get loaders() {
      loaders ??= createLoaders(services, this.scope);
      return loaders;
    },
    perform(verb, input) {
      return run(services.operations, verb, this.caller, input);
    },
  };
}

/** The same caller with empty loaders: a live field lives long, and old answers would go stale. */
export function freshContext(context: Context): Context {
  return createContext(context.services, context.principal, context.request);
}
