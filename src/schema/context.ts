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

/** What a resolver gets, made for each request. That of a live field lives long: its loaders batch but remember nothing. */
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

export function createContext(
  services: SchemaServices,
  principal: Principal | null,
  request: RequestFacts,
  options: { readonly live: boolean },
): Context {
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
      loaders ??= createLoaders(services, this.scope, options);
      return loaders;
    },
    perform(verb, input) {
      return run(services.operations, verb, this.caller, input);
    },
  };
}
