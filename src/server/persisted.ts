import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import type { Plugin } from 'graphql-yoga';
import type { Principal } from '../access/principal.js';
import { badRequest } from '../schema/errors.js';
import type { HttpContext } from './http-context.js';
import type { RequestPolicy } from './options.js';
import { maySendOwn } from './policy.js';

/** As GraphQL over HTTP, server-sent events and WebSocket bring it. */
export interface Params {
  readonly query?: string | null | undefined;
  readonly operationName?: string | null | undefined;
  readonly variables?: object | null | undefined;
  readonly extensions?: object | null | undefined;
}

/**
 * Documents by the id of a manifest, sent as `extensions.persistedQuery.sha256Hash`. HTTP and server-sent events take the
 * plugin; a socket, whose messages never pass it, asks `lookUp`. Null: there is no manifest.
 */
export function persistedOperations(policy: RequestPolicy) {
  const { persisted } = policy;
  if (!persisted) return null;
  const plugin = usePersistedOperations({
    // Who asks decides, which the plugin is not told: `onParams` below.
    allowArbitraryOperations: true,
    getPersistedOperation: (id: string) => persisted.documents.get(id) ?? null,
    customErrors: {
      notFound: () => badRequest('PERSISTED_QUERY_NOT_IN_LIST', 'The manifest of this gateway has no such operation.'),
      keyNotFound: () => badRequest('PERSISTED_QUERY_ID_REQUIRED', NAME_ONE),
    },
  });
  const onParams: NonNullable<Plugin<HttpContext>['onParams']> = (payload) => {
    const { caller = null } = payload.context as unknown as HttpContext;
    if (payload.params.query && !maySendOwn(policy, caller)) throw badRequest('PERSISTED_QUERY_ONLY', NAME_ONE);
    return plugin.onParams?.(payload);
  };

  return {
    plugin: { onParams } satisfies Plugin<HttpContext>,
    /** The same request with its document. Throws the refusal. */
    async lookUp(params: Params, caller: Principal | null): Promise<Params> {
      let found = params;
      const setParams = (changed: Params) => {
        found = changed;
      };
      await onParams({ params, setParams, context: { caller } } as never);
      return found;
    },
  };
}

const NAME_ONE =
  'Name an operation of the manifest: { "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "<its id>" } } }.';
