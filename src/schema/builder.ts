import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { DateTimeResolver, JSONResolver } from 'graphql-scalars';
import type PrismaTypes from '../../prisma/generated/pothos.js';
import { getDatamodel } from '../../prisma/generated/pothos.js';
import type { Secret } from '../storage/secret.js';
import type { Context } from './context.js';
import { accessError, badRequest } from './errors.js';
import { decodeAny, encodeId } from './ids.js';
import { loadNode } from './nodes.js';
import { MAX_PAGE } from './pages.js';
import { DateResolver, DecimalResolver, SealedJsonResolver, SecretResolver } from './scalars.js';

interface Types {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  AuthScopes: { signedIn: boolean; administrator: boolean };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    Date: { Input: string; Output: Date | string };
    Decimal: { Input: string; Output: { toFixed(): string } | string };
    JSON: { Input: unknown; Output: unknown };
    Secret: { Input: Secret; Output: never };
    SealedJSON: { Input: unknown; Output: never };
  };
}

export type Builder = ReturnType<typeof createBuilder>;

/** The one Pothos builder. Made anew for each schema, because a connector adds its own credentials input to it. */
export function createBuilder() {
  const builder = new SchemaBuilder<Types>({
    plugins: [ScopeAuthPlugin, RelayPlugin, PrismaPlugin],
    defaultFieldNullability: false,
    prisma: {
      client: ({ services }) => services.operations.db.client,
      dmmf: getDatamodel(),
      onUnusedQuery: null,
    },
    relay: {
      clientMutationId: 'omit',
      cursorType: 'String',
      idFieldOptions: { description: 'Global id.' },
      nodesOnConnection: { description: 'The objects of this page, without their cursors.' },
      edgesFieldOptions: { nullable: false, description: 'The objects of this page with their cursors.' },
      nodeFieldOptions: { nullable: false, description: 'The object.' },
      cursorFieldOptions: { description: 'Where this object stands; for `after` and `before`.' },
      pageInfoFieldOptions: { description: 'What lies before and after this page.' },
      hasNextPageFieldOptions: { description: 'Whether more follows.' },
      hasPreviousPageFieldOptions: { description: 'Whether more lies in front.' },
      startCursorFieldOptions: { description: 'The first cursor; null when the page is empty.' },
      endCursorFieldOptions: { description: 'The last cursor; null when the page is empty.' },
      pageInfoTypeOptions: { description: 'What lies before and after a page.' },
      nodeTypeOptions: { description: 'An object with a global id.' },
      nodeQueryOptions: {
        description: 'Any object by its id; null when it does not exist or is not yours.',
        args: { id: { description: 'The id.' } },
        resolve: (_root, { id }, context) => loadNode(context, id) as never,
      },
      nodesQueryOptions: {
        description: 'Objects by their ids, in the same order; null as in `node`.',
        args: { ids: { description: 'The ids, 1 to 100.' } },
        resolve: (_root, { ids }, context) => {
          if (ids.length > MAX_PAGE) throw badRequest('INVALID_PAGE_SIZE', `Ask for at most ${MAX_PAGE} ids at once.`);
          return ids.map((id) => loadNode(context, id)) as never;
        },
      },
      firstArgOptions: { description: 'So many from the beginning, or behind `after`: 1 to 100. Absent: 25.' },
      afterArgOptions: { description: 'Only what lies behind this cursor.' },
      lastArgOptions: { description: 'So many from the end, or in front of `before`: 1 to 100.' },
      beforeArgOptions: { description: 'Only what lies in front of this cursor.' },
      encodeGlobalID: encodeId,
      decodeGlobalID: decodeAny,
    },
    scopeAuth: {
      authorizeOnSubscribe: true,
      authScopes: ({ principal }) => ({
        signedIn: principal !== null,
        administrator: principal?.role === 'ADMINISTRATOR',
      }),
      unauthorizedError: (_parent, context) => accessError(context.principal !== null),
    },
  });

  builder.addScalarType('DateTime', DateTimeResolver, { description: 'A moment, RFC 3339 in UTC.' });
  builder.addScalarType('JSON', JSONResolver, {
    description: 'Any JSON value; already redacted where it is given out.',
  });
  builder.addScalarType('Date', DateResolver);
  builder.addScalarType('Decimal', DecimalResolver);
  builder.addScalarType('Secret', SecretResolver);
  builder.addScalarType('SealedJSON', SealedJsonResolver);

  const signedIn = { authScopes: { signedIn: true } } as const;
  builder.queryType({ ...signedIn, description: 'Reading. Everything needs a signed-in caller.' });
  builder.mutationType({ ...signedIn, description: 'Acting. Every mutation is one audit log entry.' });
  builder.subscriptionType({ ...signedIn, description: 'Live fields, over WebSocket or server-sent events.' });
  return builder;
}
