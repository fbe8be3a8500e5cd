import type { Drift } from '../../prisma/generated/client/client.js';
import { Prisma } from '../storage/database.js';
import { createKeyset } from '../storage/keyset.js';
import type { Builder } from './builder.js';
import type { connectionType } from './connection.js';
import { driftEnums } from './drift-enums.js';
import { badRequest } from './errors.js';
import { decodeId } from './ids.js';
import type { MappingTypes } from './mapping.js';
import type { MarketplaceTypes } from './marketplace.js';
import { pageTypes } from './page-types.js';
import { pageOf } from './pages.js';

const driftKeyset = createKeyset<Drift>({
  list: 'drifts',
  keys: [{ column: 't."id"', type: 'uuid', value: ({ id }) => id }],
  descending: true,
});

/** How many reconciliations of a connection are shown at most. */
const MOST_RECONCILIATIONS = 50;

interface Needed {
  readonly connection: ReturnType<typeof connectionType>;
  readonly mappings: MappingTypes;
  readonly market: MarketplaceTypes;
}

export type DriftTypes = ReturnType<typeof driftTypes>;

/** Reconciliations of a connection, and what they found. */
export function driftTypes(builder: Builder, { connection, mappings, market }: Needed) {
  const enums = driftEnums(builder);
  const own = (
    id: string,
    { scope: { tenantId, organizationId } }: { scope: { tenantId: string; organizationId: string } },
  ) => ({
    tenantId_id: { tenantId, id },
    organizationId,
  });
  const drift = builder.prismaNode('Drift', {
    description: 'One field in which a mapped cloud subscription and its line in the PSA differ.',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    nullable: true,
    findUnique: own,
    fields: (t) => ({
      mapping: t.field({
        type: mappings.subscriptionMapping,
        nullable: true,
        description: 'The mapping whose line it is.',
        resolve: (row, _args, { loaders }) => loaders.mapping.load(row.mappingId),
      }),
      cloudSubscription: t.field({
        type: market.cloudSubscription,
        nullable: true,
        description: 'The cloud subscription.',
        resolve: async (row, _args, { loaders }) => {
          const mapping = await loaders.mapping.load(row.mappingId);
          return mapping?.cloudSubscriptionId ? loaders.cloudSubscription.load(mapping.cloudSubscriptionId) : null;
        },
      }),
      connection: t.field({
        type: connection,
        nullable: true,
        description: 'The connection.',
        resolve: (row, _args, { loaders }) => loaders.connection.load(row.connectionId),
      }),
      field: t.expose('field', { type: enums.field, description: 'What differs.' }),
      marketplaceValue: t.exposeString('marketplaceValue', {
        nullable: true,
        description:
          'What the marketplace says: a number, an amount of one billing period, a date or an id, by the field.',
      }),
      psaValue: t.exposeString('psaValue', { nullable: true, description: 'What the PSA has; null: nothing.' }),
      lastWrittenValue: t.exposeString('lastWrittenValue', {
        nullable: true,
        description: 'What the gateway wrote last, as it counted on the day of the comparison; null: nothing.',
      }),
      day: t.expose('day', {
        type: 'Date',
        description:
          'The day whose billing differs: that of the reconciliation, or the first one after it that tells a price.',
      }),
      cause: t.expose('cause', { type: enums.cause, description: 'Why that probably is.' }),
      state: t.expose('state', { type: enums.state, description: 'Its state.' }),
      rule: t.expose('rule', { type: enums.rule, description: 'Who was right by the policy when it was seen last.' }),
      firstSeenAt: t.expose('firstSeenAt', { type: 'DateTime', description: 'When it was seen first.' }),
      lastSeenAt: t.expose('lastSeenAt', { type: 'DateTime', description: 'When it was seen last.' }),
      closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true, description: 'Since when it is over.' }),
      auditLog: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description: 'The entry of its correction, or of its acceptance.',
        resolve: (row, _args, { loaders }) => (row.auditLogId ? loaders.auditLog.load(row.auditLogId) : null) as never,
      }),
    }),
  });

  const reconciliation = builder.prismaNode('Reconciliation', {
    description: 'One comparison of everything mapped on a connection with what its PSA bills on a day.',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    nullable: true,
    findUnique: own,
    fields: (t) => {
      const count = (name: string, description: string) =>
        t.int({ description, resolve: ({ tally }) => Number((tally as Record<string, unknown>)[name] ?? 0) });
      return {
        connection: t.field({
          type: connection,
          nullable: true,
          description: 'The connection.',
          resolve: (row, _args, { loaders }) => loaders.connection.load(row.connectionId),
        }),
        status: t.expose('status', { type: enums.status, description: 'Its state.' }),
        day: t.expose('day', { type: 'Date', description: 'The day whose billing is compared.' }),
        startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When it began.' }),
        finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
        lines: t.exposeInt('lines', { description: 'Mapped cloud subscriptions in all.' }),
        checked: t.exposeInt('checked', { description: 'How many of them are done.' }),
        drifts: t.exposeInt('drifts', { description: 'Drifts found that are not accepted.' }),
        calls: t.exposeInt('calls', { description: 'Calls to the PSA so far.' }),
        equal: count('equal', 'Lines without any difference.'),
        drifted: count('drifted', 'Lines with at least one.'),
        pending: count('pending', 'Lines that were not judged: a change is on its way to them.'),
        unread: count('unread', 'Lines that the PSA did not show.'),
        corrections: count('corrections', 'Corrections that were put on their way by the policy.'),
        auditLog: t.field({
          type: 'AuditLog' as never,
          description: 'Its entry: progress live, and all numbers at the end.',
          resolve: (row, _args, { loaders }) => loaders.auditLog.load(row.auditLogId) as never,
        }),
      };
    },
  });

  builder.objectField(connection, 'reconciliations', (t) =>
    t.field({
      type: [reconciliation],
      description: 'Its reconciliations, newest first.',
      args: {
        first: t.arg.int({ defaultValue: 10, description: `So many at most: 1 to ${MOST_RECONCILIATIONS}.` }),
      },
      resolve: ({ id: connectionId }, { first }, { loaders }) => {
        const wanted = first ?? 10;
        if (wanted < 1 || wanted > MOST_RECONCILIATIONS) {
          throw badRequest('INVALID_PAGE_SIZE', `From 1 to ${MOST_RECONCILIATIONS} reconciliations.`);
        }
        return loaders.reconciliations.load({ connectionId, first: wanted });
      },
    }),
  );
  builder.objectField(mappings.subscriptionMapping, 'drifts', (t) =>
    t.field({
      type: [drift],
      description: 'In what it differs from the PSA, as far as the last reconciliation saw; at most one a field.',
      resolve: ({ id }, _args, { loaders }) => loaders.standingDrifts.load(id),
    }),
  );
  const types = { drift, reconciliation, enums };
  driftQueries(builder, types);
  return types;
}

function driftQueries(builder: Builder, { drift, reconciliation, enums }: DriftTypes): void {
  builder.queryField('reconciliation', (t) =>
    t.field({
      type: reconciliation,
      nullable: true,
      description: 'One reconciliation.',
      args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
      resolve: (_root, { id }, { loaders }) => loaders.reconciliation.load(decodeId(id, 'Reconciliation')),
    }),
  );
  builder.queryField('drifts', (t) =>
    t.connection(
      {
        type: drift,
        description: 'Where your mapped cloud subscriptions and the PSA differ, newest first.',
        args: {
          connectionId: t.arg.id({ description: 'Only on this connection.' }),
          states: t.arg({ type: [enums.state], description: 'Only in these states. Absent: those that stand.' }),
          fields: t.arg({ type: [enums.field], description: 'Only of these fields.' }),
          causes: t.arg({ type: [enums.cause], description: 'Only of these causes.' }),
        },
        resolve: (_root, { connectionId, states, fields, causes, ...page }, { services, scope }) => {
          const db = services.operations.db.client;
          const conditions = [
            Prisma.sql`t."tenantId" = ${scope.tenantId}::uuid`,
            Prisma.sql`t."organizationId" = ${scope.organizationId}::uuid`,
            ...(connectionId ? [Prisma.sql`t."connectionId" = ${decodeId(connectionId, 'Connection')}::uuid`] : []),
            states ? Prisma.sql`t."state" = ANY(${[...states]}::"DriftState"[])` : Prisma.sql`t."closedAt" IS NULL`,
            ...(fields ? [Prisma.sql`t."field" = ANY(${[...fields]}::"DriftField"[])`] : []),
            ...(causes ? [Prisma.sql`t."cause" = ANY(${[...causes]}::"DriftCause"[])`] : []),
          ];
          return pageOf(
            page,
            driftKeyset.cursorOf,
            (bounds) => driftKeyset.read(db, '"Drift"', conditions, bounds),
            async () => {
              const [row] = await db.$queryRaw<{ count: number }[]>`
                SELECT count(*)::int AS "count" FROM "Drift" t WHERE ${Prisma.join(conditions, ' AND ')}`;
              return row?.count ?? 0;
            },
          );
        },
      },
      ...pageTypes<Drift>(builder, drift, 'Drift'),
    ),
  );
}
