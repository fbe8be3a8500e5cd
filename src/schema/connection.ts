import type { Connection, Mapping } from '../../prisma/generated/client/client.js';
import { ConnectionStatus } from '../../prisma/generated/client/enums.js';
import type { ConnectorDescriptor, Diagnostic } from '../connectors/contract.js';
import { createConnectorConnection } from '../operations/create-connector-connection.js';
import { deleteConnectorConnection } from '../operations/delete-connector-connection.js';
import { testConnectorConnection } from '../operations/test-connector-connection.js';
import { updateConnectorConnection } from '../operations/update-connector-connection.js';
import { Prisma } from '../storage/database.js';
import { createKeyset } from '../storage/keyset.js';
import type { Builder } from './builder.js';
import type { connectorTypes, diagnosticType } from './connector.js';
import { credentialsInput } from './credentials-input.js';
import { decodeId } from './ids.js';
import type { MappingTypes } from './mapping.js';
import { mappingConditions, mappingKeyset } from './mapping-loaders.js';
import { pageTypes } from './page-types.js';
import { pageOf } from './pages.js';
import { idempotencyKey, payloadType } from './payload.js';

const connectionKeyset = createKeyset<Connection>({
  list: 'connections',
  keys: [{ column: 't."id"', type: 'uuid', value: ({ id }) => id }],
});

interface Needed {
  readonly connector: ReturnType<typeof connectorTypes>['connector'];
  readonly diagnostic: ReturnType<typeof diagnosticType>;
  readonly mappings: MappingTypes;
}

export function connectionType(builder: Builder, { connector, diagnostic, mappings }: Needed) {
  const status = builder.enumType('ConnectionStatus', {
    description: 'State of a connection. Mapping and sync need ACTIVE.',
    values: {
      VALIDATING: { value: ConnectionStatus.VALIDATING, description: 'Being checked.' },
      ACTIVE: { value: ConnectionStatus.ACTIVE, description: 'It works.' },
      INVALID: { value: ConnectionStatus.INVALID, description: 'A check failed; mend it and test it again.' },
      DEGRADED: { value: ConnectionStatus.DEGRADED, description: 'The PSA fails for a passing reason.' },
      DISABLED: { value: ConnectionStatus.DISABLED, description: 'Switched off by a person.' },
      DELETED: { value: ConnectionStatus.DELETED, description: 'Deleted; its secret is erased.' },
    } as const,
  });

  const mappingPage = pageTypes(builder, mappings.mapping, 'Mapping');
  const connection = builder.prismaNode('Connection', {
    description: 'A link to one PSA instance, in one currency; not a Relay page.',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    nullable: true,
    findUnique: (id, { scope: { tenantId, organizationId } }) => ({ tenantId_id: { tenantId, id }, organizationId }),
    fields: (t) => ({
      alias: t.exposeString('alias', { description: 'Friendly name, unique in your organization.' }),
      currency: t.exposeString('currency', { description: 'The one currency of everything mapped on it (R9).' }),
      status: t.expose('status', { type: status, description: 'Its state.' }),
      statusCode: t.exposeString('statusCode', { nullable: true, description: 'The typed reason of its state.' }),
      statusReason: t.exposeString('statusReason', { nullable: true, description: 'The reason in words.' }),
      connector: t.field({
        type: connector,
        nullable: true,
        description: 'The connector it uses; null when that is not installed any more.',
        resolve: (row, _args, { services }) => services.operations.connectors.find(row.connectorId)?.descriptor ?? null,
      }),
      connectorId: t.exposeString('connectorId', { description: 'Id of its connector.' }),
      settings: t.expose('settings', { type: 'JSON', description: 'Its settings; credentials are never given out.' }),
      credentialsVersion: t.exposeInt('credentialsVersion', { description: 'Grows when credentials are replaced.' }),
      credentialsUpdatedAt: t.expose('credentialsUpdatedAt', {
        type: 'DateTime',
        description: 'When they were replaced last.',
      }),
      credentialsPending: t.boolean({
        description: 'Whether new credentials wait for their check; until it has passed the present ones are used.',
        resolve: ({ pendingCredentials }) => pendingCredentials !== null,
      }),
      credentialsFingerprint: t.exposeString('fingerprint', {
        nullable: true,
        description: 'Changes when the credentials do, and tells nothing else about them.',
      }),
      diagnostics: t.field({
        type: [diagnostic],
        description: 'The lines of the last complete check.',
        resolve: (row) => row.diagnostics as unknown as Diagnostic[],
      }),
      checkedAt: t.expose('checkedAt', { type: 'DateTime', nullable: true, description: 'When it was checked last.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it was changed last.' }),
      deletedAt: t.expose('deletedAt', { type: 'DateTime', nullable: true, description: 'When it was deleted.' }),
      viewerCanUpdate: t.boolean({
        description: 'Whether you may change it.',
        resolve: (row, _args, { principal }) => principal?.role === 'ADMINISTRATOR' && row.deletedAt === null,
      }),
      mappings: t.connection(
        {
          type: mappings.mapping,
          description: 'What is mapped on it, in the order it was mapped.',
          args: { kinds: t.arg({ type: [mappings.kind], description: 'Only these kinds.' }) },
          resolve: ({ id: connectionId }, { kinds = null, ...page }, { loaders }) =>
            pageOf(
              page,
              mappingKeyset.cursorOf,
              (bounds) => loaders.mappingPages.load({ connectionId, kinds, page: bounds }),
              () => loaders.mappingCounts.load({ connectionId, kinds }),
            ),
        },
        ...mappingPage,
      ),
    }),
  });
  connectionQueries(builder, connection, mappings, mappingPage);
  return connection;
}

type Db = Parameters<typeof connectionKeyset.read>[0];
type ScopeLike = { readonly tenantId: string; readonly organizationId: string };

function connectionQueries(
  builder: Builder,
  connection: ReturnType<typeof connectionType>,
  mappings: MappingTypes,
  mappingPage: ReturnType<typeof pageTypes<Mapping>>,
): void {
  builder.queryField('connection', (t) =>
    t.field({
      type: connection,
      nullable: true,
      description: 'One of your connections.',
      args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
      resolve: (_root, { id }, { loaders }) => loaders.connection.load(decodeId(id, 'Connection')),
    }),
  );
  builder.queryField('connections', (t) =>
    t.connection(
      {
        type: connection,
        description: 'Your connections, oldest first.',
        resolve: (_root, page, { services, scope }) => {
          const db = services.operations.db.client;
          const conditions = [...owned(scope), Prisma.sql`t."deletedAt" IS NULL`];
          return pageOf(
            page,
            connectionKeyset.cursorOf,
            (bounds) => connectionKeyset.read(db, '"Connection"', conditions, bounds),
            () => countRows(db, '"Connection"', conditions),
          );
        },
      },
      ...pageTypes(builder, connection, 'Connection'),
    ),
  );
  builder.queryField('mapping', (t) =>
    t.field({
      type: mappings.mapping,
      nullable: true,
      description: 'One of your mappings.',
      args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
      resolve: (_root, { id }, { loaders }) =>
        loaders.mapping.load(decodeId(id, 'CustomerMapping', 'OfferMapping', 'SubscriptionMapping')),
    }),
  );
  builder.queryField('mappings', (t) =>
    t.connection(
      {
        type: mappings.mapping,
        description: 'Your mappings, in the order they were made.',
        args: {
          connectionId: t.arg.id({ description: 'Only on this connection.' }),
          kinds: t.arg({ type: [mappings.kind], description: 'Only these kinds.' }),
        },
        resolve: (_root, { connectionId, kinds, ...page }, { services, scope }) => {
          const db = services.operations.db.client;
          const conditions = [
            ...mappingConditions(scope, kinds),
            ...(connectionId ? [Prisma.sql`t."connectionId" = ${decodeId(connectionId, 'Connection')}::uuid`] : []),
          ];
          return pageOf(
            page,
            mappingKeyset.cursorOf,
            (bounds) => mappingKeyset.read(db, '"Mapping"', conditions, bounds),
            () => countRows(db, '"Mapping"', conditions),
          );
        },
      },
      ...mappingPage,
    ),
  );
}

function owned({ tenantId, organizationId }: ScopeLike): Prisma.Sql[] {
  return [Prisma.sql`t."tenantId" = ${tenantId}::uuid`, Prisma.sql`t."organizationId" = ${organizationId}::uuid`];
}

async function countRows(db: Db, table: string, conditions: readonly Prisma.Sql[]): Promise<number> {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM ${Prisma.raw(table)} t WHERE ${Prisma.join([...conditions], ' AND ')}`;
  return row?.count ?? 0;
}

/** The family of ConnectorConnection mutations. */
export function connectionMutations(
  builder: Builder,
  connection: ReturnType<typeof connectionType>,
  connectors: readonly ConnectorDescriptor[],
): void {
  const credentials = credentialsInput(builder, connectors);
  const object = {
    connection: {
      type: connection,
      description: 'The connection; null when the operation was refused.',
      load: (id: string, { loaders }: Parameters<Parameters<typeof payloadType<string>>[2][string]['load']>[1]) =>
        loaders.connection.load(id),
    },
  };

  const createInput = builder.inputType('CreateConnectorConnectionInput', {
    description: 'Input of createConnectorConnection.',
    fields: (t) => ({
      alias: t.string({ required: true, description: 'Friendly name, unique in your organization.' }),
      currency: t.string({
        required: true,
        description: 'Three capital letters. One connection per currency (R8, R9).',
      }),
      credentials: t.field({
        type: credentials.type,
        required: true,
        description: 'Which connector, and its credentials.',
      }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('createConnectorConnection', (t) =>
    t.field({
      type: payloadType<string>(builder, 'CreateConnectorConnectionPayload', object),
      description: 'Stores a connection and checks it in the background; follow its audit log entry (R10).',
      args: { input: t.arg({ type: createInput, required: true, description: 'What to connect to.' }) },
      resolve: async (_root, { input }, context) => {
        const given = { ...input, credentials: credentials.given(input.credentials) };
        const result = await context.perform(createConnectorConnection, given);
        return { result, value: result.value?.connectionId ?? result.replayedTargetId };
      },
    }),
  );

  const updateInput = builder.inputType('UpdateConnectorConnectionInput', {
    description: 'Input of updateConnectorConnection. What is absent stays as it is.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The connection.' }),
      alias: t.string({ description: 'New friendly name.' }),
      credentials: t.field({
        type: credentials.type,
        description: 'New credentials, complete; the present ones are used until these have passed their check.',
      }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('updateConnectorConnection', (t) =>
    t.field({
      type: payloadType<string>(builder, 'UpdateConnectorConnectionPayload', object),
      description: 'Renames a connection or replaces its credentials; mappings stay (R16).',
      args: { input: t.arg({ type: updateInput, required: true, description: 'What to change.' }) },
      resolve: async (_root, { input }, context) => {
        const result = await context.perform(updateConnectorConnection, {
          ...input,
          id: decodeId(input.id, 'Connection'),
          credentials: input.credentials ? credentials.given(input.credentials) : null,
        });
        return { result, value: result.value?.connectionId ?? result.replayedTargetId };
      },
    }),
  );

  const testInput = builder.inputType('TestConnectorConnectionInput', {
    description: 'Input of testConnectorConnection: a stored connection, or credentials with a currency.',
    fields: (t) => ({
      id: t.id({ description: 'A stored connection.' }),
      alias: t.string({ description: 'Ignored; so that the form of createConnectorConnection can be sent as it is.' }),
      currency: t.string({ description: 'With credentials: three capital letters.' }),
      credentials: t.field({ type: credentials.type, description: 'Credentials that are not stored.' }),
    }),
  });
  builder.mutationField('testConnectorConnection', (t) =>
    t.field({
      type: payloadType<string>(builder, 'TestConnectorConnectionPayload', object),
      description: 'Runs the connection doctor without storing anything, or again on a stored connection.',
      args: { input: t.arg({ type: testInput, required: true, description: 'What to test.' }) },
      resolve: async (_root, { input }, context) => {
        const result = await context.perform(testConnectorConnection, {
          ...input,
          id: input.id ? decodeId(input.id, 'Connection') : null,
          credentials: input.credentials ? credentials.given(input.credentials) : null,
        });
        return { result, value: result.value?.connectionId ?? null };
      },
    }),
  );

  const deleteInput = builder.inputType('DeleteConnectorConnectionInput', {
    description: 'Input of deleteConnectorConnection.',
    fields: (t) => ({
      id: t.id({ required: true, description: 'The connection.' }),
      cascade: t.boolean({
        description: 'Delete its mappings too. Absent: refused while cloud subscriptions are mapped.',
      }),
      ...idempotencyKey(t),
    }),
  });
  builder.mutationField('deleteConnectorConnection', (t) =>
    t.field({
      type: payloadType<string>(builder, 'DeleteConnectorConnectionPayload', object),
      description: 'Erases the secret at once and keeps the audit; nothing is written to the PSA (R16).',
      args: { input: t.arg({ type: deleteInput, required: true, description: 'Which connection.' }) },
      resolve: async (_root, { input }, context) => {
        const result = await context.perform(deleteConnectorConnection, {
          ...input,
          id: decodeId(input.id, 'Connection'),
        });
        return { result, value: result.value?.connectionId ?? result.replayedTargetId };
      },
    }),
  );
}
