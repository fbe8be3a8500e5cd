import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import type { Plugin } from 'graphql-yoga';
import { badRequest } from '../schema/errors.js';
import type { RequestPolicy } from './options.js';

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
export function persistedOperations({ persisted }: Pick<RequestPolicy, 'persisted'>) {
  if (!persisted) return null;
  const plugin = usePersistedOperations({
    allowArbitraryOperations: !persisted.only,
    getPersistedOperation: (id: string) => persisted.documents.get(id) ?? null,
    customErrors: {
      notFound: () => badRequest('PERSISTED_QUERY_NOT_IN_LIST', 'The manifest of this gateway has no such operation.'),
      keyNotFound: () => badRequest('PERSISTED_QUERY_ID_REQUIRED', NAME_ONE),
      persistedQueryOnly: () => badRequest('PERSISTED_QUERY_ONLY', NAME_ONE),
    },
  });

  return {
    plugin: plugin as Plugin,
    /** The same request with its document. Throws the refusal. */
    async lookUp(params: Params): Promise<Params> {
      let found = params;
      const setParams = (changed: Params) => {
        found = changed;
      };
      await plugin.onParams?.({ params, setParams, context: {} } as never);
      return found;
    },
  };
}

const NAME_ONE =
  'Name an operation of the manifest: { "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "<its id>" } } }.';
