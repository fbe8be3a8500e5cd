import type { AuditLog, AuditLogEvent } from '../../prisma/generated/client/client.js';
import { ActorKind, AuditEventType, AuditStatus } from '../../prisma/generated/client/enums.js';
import { cursorOf } from '../audit/cursor.js';
import { operationLabel, outcomeOf } from '../audit/entry.js';
import type { FeedMessage } from '../audit/feed.js';
import type { AuditLogFilter } from '../audit/filter.js';
import type { Diagnostic } from '../connectors/contract.js';
import type { Builder } from './builder.js';
import type { diagnosticType } from './connector.js';
import { withBadRequests } from './errors.js';
import { decodeAny, decodeId, encodeId } from './ids.js';
import { pageOf } from './pages.js';

/** The audit log: entries, their events, the list and the two live fields. */
export function auditTypes(builder: Builder, diagnostic: ReturnType<typeof diagnosticType>) {
  const status = builder.enumType('AuditStatus', {
    description: 'Where an operation stands.',
    values: {
      PENDING: { value: AuditStatus.PENDING, description: 'Accepted, not begun.' },
      RUNNING: { value: AuditStatus.RUNNING, description: 'Being worked on.' },
      RETRYING: { value: AuditStatus.RETRYING, description: 'Refused for a passing reason; tried again by itself.' },
      VERIFYING: {
        value: AuditStatus.VERIFYING,
        description: 'A write got no trustworthy answer; being settled by reading.',
      },
      SUCCEEDED: { value: AuditStatus.SUCCEEDED, description: 'Done, and read back where it wrote to a PSA.' },
      FAILED: { value: AuditStatus.FAILED, description: 'Refused or impossible.' },
      NEEDS_REVIEW: { value: AuditStatus.NEEDS_REVIEW, description: 'A person must say what is true.' },
      CANCELED: { value: AuditStatus.CANCELED, description: 'Given up before it began.' },
    } as const,
  });
  const outcome = builder.enumType('AuditOutcome', {
    description: "The model's three values.",
    values: {
      PROCESSING: { description: 'Not ended.' },
      SUCCEEDED: { description: 'Ended well.' },
      FAILED: { description: 'Ended without effect.' },
    } as const,
  });
  const actorKind = builder.enumType('ActorKind', {
    description: 'Who acted.',
    values: {
      API_KEY: { value: ActorKind.API_KEY, description: 'A program with an API key.' },
      USER: { value: ActorKind.USER, description: 'A person.' },
      SYSTEM: { value: ActorKind.SYSTEM, description: 'The gateway itself.' },
    } as const,
  });
  const eventType = builder.enumType('AuditEventType', {
    description: 'What a message of the feed is.',
    values: {
      CHECKPOINT: { description: 'No event: where the feed stands. Keep its cursor.' },
      STATUS: { value: AuditEventType.STATUS, description: 'The status of an entry changed.' },
      REPORT: { value: AuditEventType.REPORT, description: 'A step of an entry was reported.' },
    } as const,
  });

  const actor = builder.objectRef<AuditLog>('AuditActor').implement({
    description: 'Who acted.',
    fields: (t) => ({
      kind: t.field({ type: actorKind, description: 'What it is.', resolve: (row) => row.actorKind }),
      id: t.exposeString('actorId', { nullable: true, description: 'Its id.' }),
      name: t.exposeString('actorName', { description: 'Its name.' }),
    }),
  });
  const target = builder.objectRef<AuditLog>('AuditTarget').implement({
    description: 'What an operation is about.',
    fields: (t) => ({
      kind: t.string({
        description: 'Connection, Mapping, CloudSubscription ...',
        resolve: (row) => row.targetKind ?? '',
      }),
      name: t.string({ description: 'Its name at that time.', resolve: (row) => row.targetName ?? '' }),
    }),
  });
  const failure = builder.objectRef<AuditLog>('AuditError').implement({
    description: 'Why an operation failed or waits.',
    fields: (t) => ({
      class: t.string({ description: 'Class of the failure.', resolve: (row) => row.errorClass ?? '' }),
      code: t.string({ description: 'Stable upper-case reason.', resolve: (row) => row.errorCode ?? '' }),
      message: t.string({ description: 'What happened.', resolve: (row) => row.errorMessage ?? '' }),
      hint: t.exposeString('errorHint', { nullable: true, description: 'What to do next.' }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether it passes by itself.' }),
    }),
  });

  const event = builder.objectRef<AuditLogEvent>('AuditLogHistoryEntry').implement({
    description: 'One event in the history of an entry.',
    fields: (t) => ({
      cursor: t.string({ description: 'Its place in the feed.', resolve: ({ seq }) => String(seq) }),
      type: t.field({ type: eventType, description: 'What it is.', resolve: (row) => row.type }),
      fromStatus: t.field({
        type: status,
        nullable: true,
        description: 'Status before.',
        resolve: (row) => row.fromStatus,
      }),
      toStatus: t.field({ type: status, description: 'Status after.', resolve: (row) => row.toStatus }),
      message: t.exposeString('message', { description: 'What happened.' }),
      data: t.expose('data', { type: 'JSON', description: 'Redacted details.' }),
      at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    }),
  });

  const auditLog = builder.prismaNode('AuditLog', {
    description: 'One operation of the gateway: what, by whom, on what, how it stands.',
    id: { resolve: ({ id }) => id, description: 'Global id.' },
    nullable: true,
    findUnique: (id, { scope: { tenantId, organizationId } }) => ({ tenantId_id: { tenantId, id }, organizationId }),
    fields: (t) => ({
      operation: t.exposeString('operation', { description: 'Code, such as CreateConnectorConnection.' }),
      operationLabel: t.string({
        description: 'The code for people: "Create Connector Connection" (R79).',
        resolve: (row) => operationLabel(row.operation),
      }),
      status: t.expose('status', { type: status, description: 'Where it stands.' }),
      outcome: t.field({
        type: outcome,
        description: "The model's three values.",
        resolve: (row) => outcomeOf(row.status),
      }),
      actor: t.field({ type: actor, description: 'Who acted.', resolve: (row) => row }),
      target: t.field({
        type: target,
        nullable: true,
        description: 'What it is about.',
        resolve: (row) => (row.targetKind ? row : null),
      }),
      connection: t.field({
        type: 'Connection' as never,
        nullable: true,
        description: 'On which connection; a deleted one too.',
        resolve: (row, _args, { loaders }) =>
          (row.connectionId ? loaders.connection.load(row.connectionId) : null) as never,
      }),
      connectionId: t.id({
        nullable: true,
        description: 'Id of that connection.',
        resolve: (row) => (row.connectionId ? encodeId('Connection', row.connectionId) : null),
      }),
      customerName: t.exposeString('customerName', { nullable: true, description: 'The customer it concerns.' }),
      correlationId: t.exposeString('correlationId', { description: 'All entries of one request share it (R80).' }),
      requestId: t.exposeString('requestId', { nullable: true, description: 'The request that asked for it.' }),
      traceId: t.exposeString('traceId', {
        nullable: true,
        description: 'The W3C trace it belongs to, where the request came with one or the gateway traces.',
      }),
      summary: t.exposeString('summary', { description: 'In one line.' }),
      details: t.expose('details', { type: 'JSON', description: 'Structured and redacted.' }),
      diagnostics: t.field({
        type: [diagnostic],
        description: 'The lines of the connection doctor, where this operation ran it.',
        resolve: ({ details }) => {
          const lines = (details as { diagnostics?: unknown } | null)?.diagnostics;
          return Array.isArray(lines) ? (lines as Diagnostic[]) : [];
        },
      }),
      error: t.field({
        type: failure,
        nullable: true,
        description: 'Why it failed or waits.',
        resolve: (row) => (row.errorCode ? row : null),
      }),
      parent: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description: 'The entry this one repeats, acts on or is a part of.',
        resolve: (row, _args, { loaders }) => (row.parentId ? loaders.auditLog.load(row.parentId) : null) as never,
      }),
      blockedBy: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description:
          'For a PENDING entry: the failed, doubtful or held one of the same cloud subscription it waits behind (R71, R72).',
        resolve: (row, _args, { loaders }) =>
          (row.status === 'PENDING' ? loaders.blockedBy.load(row.id) : null) as never,
      }),
      attempts: t.exposeInt('attempts', { description: 'How often it was tried.' }),
      dryRun: t.exposeBoolean('dryRun', { description: 'Whether it only planned.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
      startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When it began.' }),
      finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
      history: t.field({
        type: [event],
        description: 'Its events, oldest first, at most 100.',
        resolve: async (row, _args, { loaders }) => loaders.auditHistory.load(row.id),
      }),
    }),
  });

  const filter = builder.inputType('AuditLogFilter', {
    description: 'Which entries (R76). Every member that is given must hold; of a list one value must hold.',
    fields: (t) => ({
      operations: t.stringList({ description: 'Operation codes.' }),
      statuses: t.field({ type: [status], description: 'Where they stand.' }),
      outcomes: t.field({ type: [outcome], description: "The model's three values." }),
      connectionIds: t.idList({ description: 'On these connections.' }),
      targetIds: t.idList({ description: 'About these objects.' }),
      correlationId: t.string({ description: 'Of one request.' }),
      createdFrom: t.field({ type: 'DateTime', description: 'At or after.' }),
      createdTo: t.field({ type: 'DateTime', description: 'Before.' }),
      customerName: t.string({ description: "A part of the customer's name." }),
      search: t.string({ description: 'A part of the summary.' }),
      dryRun: t.boolean({ description: 'Only planned, or only done.' }),
    }),
  });
  const readFilter = (given: typeof filter.$inferInput | null | undefined): AuditLogFilter | null =>
    given
      ? {
          ...given,
          connectionIds: given.connectionIds?.map((id) => decodeId(id, 'Connection')) ?? null,
          targetIds: given.targetIds?.map((id) => decodeAny(id).id) ?? null,
        }
      : null;

  builder.queryField('auditLog', (t) =>
    t.field({
      type: auditLog,
      nullable: true,
      description: 'One entry.',
      args: { id: t.arg.id({ required: true, description: 'Its id.' }) },
      resolve: (_root, { id }, { loaders }) => loaders.auditLog.load(decodeId(id, 'AuditLog')),
    }),
  );
  builder.queryField('auditLogOperations', (t) =>
    t.stringList({
      description: 'The operation codes in use, for a filter box.',
      resolve: (_root, _args, { services, scope }) => services.audit.operations(scope),
    }),
  );

  const edge = builder.edgeObject({
    type: auditLog,
    name: 'AuditLogEdge',
    description: 'One AuditLog of a page, with its cursor.',
  });
  const page = builder.connectionObject(
    {
      type: auditLog,
      name: 'AuditLogConnection',
      description: 'A page of AuditLog objects.',
      fields: (t) => ({
        totalCount: t.int({
          description: 'How many there are in all. Counted only when it is asked for.',
          resolve: (parent) => (parent as unknown as { totalCount(): Promise<number> }).totalCount(),
        }),
        streamCursor: t.string({
          description:
            'Follow auditLogEvents after this: it brings every change this page does not show, and none it shows.',
          resolve: (parent) => (parent as unknown as { streamCursor: string }).streamCursor,
        }),
      }),
    },
    edge,
  );
  builder.queryField('auditLogs', (t) =>
    t.connection(
      {
        type: auditLog,
        description: 'Your entries, newest first (R74).',
        args: { filter: t.arg({ type: filter, description: 'Absent: all.' }) },
        resolve: (_root, { filter: given, ...bounds }, { services, scope }) => {
          const where = readFilter(given) ?? {};
          return pageOf(
            bounds,
            cursorOf,
            (at) => services.audit.page(scope, { filter: where, ...at }),
            () => services.audit.count(scope, where),
          );
        },
      },
      page,
      edge,
    ),
  );

  const feedEvent = builder.objectRef<FeedMessage>('AuditLogEvent').implement({
    description: 'One message of the feed. Keep its cursor: subscribe again after it and nothing is lost or doubled.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Where the feed stands after this message; it only grows.' }),
      type: t.field({ type: eventType, description: 'What it is.', resolve: (message) => message.type }),
      fromStatus: t.field({
        type: status,
        nullable: true,
        description: 'Status before; null for a new entry and a checkpoint.',
        resolve: (message) => ('event' in message ? message.event.fromStatus : null),
      }),
      toStatus: t.field({
        type: status,
        nullable: true,
        description: 'Status after this event; null for a checkpoint.',
        resolve: (message) => ('event' in message ? message.event.toStatus : null),
      }),
      message: t.string({
        nullable: true,
        description: 'What happened.',
        resolve: (message) => ('event' in message ? message.event.message : null),
      }),
      data: t.field({
        type: 'JSON',
        nullable: true,
        description: 'Redacted details of the event, such as one diagnostic line.',
        resolve: (message) => ('event' in message ? message.event.data : null),
      }),
      at: t.field({
        type: 'DateTime',
        nullable: true,
        description: 'When.',
        resolve: (message) => ('event' in message ? message.event.at : null),
      }),
      auditLog: t.field({
        type: auditLog,
        nullable: true,
        description: 'The entry as it stood when this was sent; it may be further on than toStatus.',
        resolve: (message) => ('entry' in message ? message.entry : null),
      }),
    }),
  });

  builder.subscriptionField('auditLogEvents', (t) =>
    t.field({
      type: feedEvent,
      description:
        'Your audit log, live: first a checkpoint, then every event after it, in order, once. After a broken socket subscribe with the last cursor.',
      args: {
        after: t.arg.string({ description: 'Resume after this cursor. Absent: from now; "0": from the oldest kept.' }),
        filter: t.arg({ type: filter, description: 'Absent: all. The cursor moves on all the same.' }),
      },
      subscribe: (_root, { after, filter: given }, { services, scope }) =>
        firstOrThrow(services.feed.events(scope, { after: after ?? null, filter: readFilter(given) })),
      resolve: (message) => message as FeedMessage,
    }),
  );
  builder.subscriptionField('auditLogStatusChanged', (t) =>
    t.field({
      type: auditLog,
      description: 'One entry: its present state at once, then each change; completes when it has ended.',
      args: { id: t.arg.id({ required: true, description: 'The entry.' }) },
      subscribe: (_root, { id }, { services, scope }) =>
        firstOrThrow(services.feed.statusChanges(scope, decodeId(id, 'AuditLog'))),
      resolve: (row) => row as AuditLog,
    }),
  );
  return auditLog;
}

/** Starts an iterable before answering, so that a bad cursor or id is an error of the operation, not of a live stream. */
async function firstOrThrow<T>(source: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await withBadRequests(() => iterator.next());
  let pending: IteratorResult<T> | null = first;
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const ready = pending;
        pending = null;
        return ready ? Promise.resolve(ready) : iterator.next();
      },
      return: async (value?: unknown) => {
        await iterator.return?.(value);
        return { done: true as const, value: undefined };
      },
    }),
  };
}
