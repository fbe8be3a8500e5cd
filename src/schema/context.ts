import type { Principal } from '../access/principal.js';
import type { Scope } from '../audit/entry.js';
import { type Caller, type Result, run, type Verb } from '../operations/run.js';
import { createLoaders, type Loaders } from './loaders.js';
import type { SchemaServices } from './services.js';

export interface RequestFacts {
  readonly requestId: string;
  readonly correlationId: string;
  readonly correlationSent: boolean;
  /** For the one mutation of the request, where its input has none. Null: there is none either. */
  readonly idempotencyKey: string | null;
}

/** What a resolver gets, made for each request. That of a live field lives long: its loaders batch but remember nothing. */
export interface Context {
  readonly services: SchemaServices;
  /** Null: nobody is signed in, and no field but `__typename` is reached. */
  readonly principal: Principal | null;
  readonly scope: Scope;
  readonly caller: Caller;
  readonly loaders: Loaders;
  perform<Input, Value>(verb: Verb<Input, Value>, input: Given): Promise<Result<Value>>;
}

/** Input of a mutation, as a resolver hands it on. */
interface Given {
  readonly [field: string]: unknown;
}

/** Stands in where nobody is signed in: it owns nothing and may do nothing. */
const NOBODY: Principal = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  organizationId: '00000000-0000-0000-0000-000000000000',
  organizationKind: 'RESELLER',
  organizationName: '',
  role: 'VIEWER',
  actor: { kind: 'API_KEY', id: '', name: '' },
};

export function createContext(
  unscoped: SchemaServices,
  principal: Principal | null,
  { idempotencyKey, ...request }: RequestFacts,
  options: { readonly live: boolean },
): Context {
  const caller: Caller = { principal: principal ?? NOBODY, ...request };
  const { tenantId, organizationId } = caller.principal;
  const scope: Scope = { tenantId, organizationId };
  const { operations } = unscoped;
  const services = { ...unscoped, operations: { ...operations, db: operations.db.of(scope) } };
  return {
    services,
    principal,
    scope,
    caller,
    loaders: createLoaders(services, scope, options),
    perform: (verb, input) => run(services.operations, verb, caller, keyed(input, idempotencyKey)),
  };
}

function keyed(input: Given, idempotencyKey: string | null): Given {
  return idempotencyKey === null || typeof input.idempotencyKey === 'string' ? input : { ...input, idempotencyKey };
}
