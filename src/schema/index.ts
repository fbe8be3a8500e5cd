import type { GraphQLSchema } from 'graphql';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { ConnectorDescriptor } from '../connectors/contract.js';
import { auditTypes } from './audit-log.js';
import { createBuilder } from './builder.js';
import { connectionMutations, connectionType } from './connection.js';
import { connectorTypes, diagnosticType } from './connector.js';
import { enumTypes } from './enums.js';
import { mappingMutations, mappingTypes, resyncMutation } from './mapping.js';
import { marketplaceLists, marketplaceTypes } from './marketplace.js';
import { marketplaceMutations } from './marketplace-mutations.js';
import { remoteTypes } from './remote.js';
import { userErrorTypes } from './user-error.js';
import { viewerTypes } from './viewer.js';

/** The whole schema, for the connectors of this instance. One noun per file; this is their order. */
export function buildSchema(client: PrismaClient, connectors: readonly ConnectorDescriptor[]): GraphQLSchema {
  const builder = createBuilder(client);
  const enums = enumTypes(builder);
  const connector = connectorTypes(builder);
  const diagnostic = diagnosticType(builder);
  const market = marketplaceTypes(builder, enums);
  const mappings = mappingTypes(builder, market, enums);
  const connection = connectionType(builder, { connector, diagnostic, mappings });
  auditTypes(builder, diagnostic);
  userErrorTypes(builder, mappings);
  viewerTypes(builder, enums);
  marketplaceLists(builder, market, enums);
  remoteTypes(builder, enums);
  connectionMutations(builder, connection, connectors);
  mappingMutations(builder, mappings);
  resyncMutation(builder, mappings);
  marketplaceMutations(builder, market, enums);
  return builder.toSchema();
}
