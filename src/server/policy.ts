import type { IncomingMessage } from 'node:http';
import { type DocumentNode, Kind, visit } from 'graphql';
import type { Principal } from '../access/principal.js';
import { mayChange } from '../access/principal.js';
import type { RequestPolicy } from './options.js';

/** Any origin, no GraphiQL, the schema for who is signed in. */
export const DEFAULT_POLICY: RequestPolicy = {
  origins: null,
  introspection: 'signed-in',
  graphiql: false,
  socketsPerCaller: 100,
  operationsPerCaller: 2_000,
  deadlineMs: 30_000,
  persisted: null,
};

/** May a page of this origin ask? A client that is no browser names none; the own address is no other site. */
export function originAllowed({ origins }: RequestPolicy, request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  if (origins === null || origin === undefined || origins.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
}

export function mayIntrospect({ introspection }: RequestPolicy, principal: Principal | null): boolean {
  if (introspection === 'everyone') return true;
  if (introspection === 'nobody' || principal === null) return false;
  return introspection === 'signed-in' || mayChange(principal);
}

/** May this caller send a document that is not of the manifest? */
export function maySendOwn({ persisted }: RequestPolicy, principal: Principal | null): boolean {
  if (!persisted || persisted.others === 'everyone') return true;
  return persisted.others === 'administrators' && principal !== null && mayChange(principal);
}

export interface Guarded {
  /** It asks for the whole schema. */
  readonly refused: boolean;
  /** The same document, in which every type that is asked for by name is one that does not exist. */
  readonly document: DocumentNode;
}

const known = new WeakMap<DocumentNode, Guarded>();

/**
 * A document of somebody who may not know the schema. `__schema` is refused. `__type` answers null whatever the name, so that
 * names cannot be guessed by it and clients that only try the protocol get an answer. `__typename` tells nothing.
 */
export function guarded(document: DocumentNode): Guarded {
  const before = known.get(document);
  if (before) return before;
  let refused = false;
  const hidden = visit(document, {
    Field(node) {
      if (node.name.value === '__schema') refused = true;
      if (node.name.value !== '__type') return undefined;
      const args = node.arguments?.map((arg) => ({ ...arg, value: { kind: Kind.STRING, value: '' } as const }));
      return { ...node, arguments: args ?? [] };
    },
  });
  const result = { refused, document: hidden };
  known.set(document, result);
  return result;
}
