import type { UserErrorData } from '../operations/refusal.js';
import type { Builder } from './builder.js';
import type { MappingTypes } from './mapping.js';

type Of<Type extends UserErrorData['type']> = Extract<UserErrorData, { type: Type }>;

/** Refusals as typed objects: simple clients read `message`, rich ones the concrete type. */
export function userErrorTypes(builder: Builder, mappings: MappingTypes) {
  const userError = builder.interfaceRef<UserErrorData>('UserError').implement({
    description: 'Why an operation was refused, and what to do next.',
    resolveType: (error) => `${error.type}Error`,
    fields: (t) => ({
      code: t.exposeString('code', {
        description: 'Stable upper-case reason. Treat an unknown one as a plain refusal.',
      }),
      message: t.exposeString('message', { description: 'What is wrong and what to do, for people.' }),
      path: t.stringList({
        nullable: true,
        description: 'The input field that is at fault.',
        resolve: ({ path }) => (path ? [...path] : null),
      }),
    }),
  });
  const plain = (type: UserErrorData['type'], description: string) =>
    builder.objectRef<UserErrorData>(`${type}Error`).implement({ interfaces: [userError], description });

  plain('InvalidInput', 'A value does not fit.');
  plain('NotFound', 'An object does not exist, or is not yours; the two are answered alike.');

  builder.objectRef<Of<'DuplicateAlias'>>('DuplicateAliasError').implement({
    interfaces: [userError],
    description: 'Another connection has this alias.',
    fields: (t) => ({
      existing: t.field({
        type: 'Connection' as never,
        nullable: true,
        description: 'The connection with this alias.',
        resolve: ({ existingConnectionId: id }, _args, { loaders }) =>
          (id ? loaders.connection.load(id) : null) as never,
      }),
    }),
  });
  builder.objectRef<Of<'ConnectionNotReady'>>('ConnectionNotReadyError').implement({
    interfaces: [userError],
    description: 'The connection is not ACTIVE.',
    fields: (t) => ({ status: t.exposeString('status', { description: 'Its status.' }) }),
  });
  builder.objectRef<Of<'MappingConflict'>>('MappingConflictError').implement({
    interfaces: [userError],
    description: 'Another mapping stands in the way.',
    fields: (t) => ({
      rule: t.exposeString('rule', { description: 'The rule, such as R19.' }),
      existing: t.field({
        type: mappings.mapping,
        nullable: true,
        description: 'The mapping in the way; null when it belongs to another organization.',
        resolve: ({ existingMappingId: id }, _args, { loaders }) => (id ? loaders.mapping.load(id) : null),
      }),
    }),
  });
  builder.objectRef<Of<'MappingRule'>>('MappingRuleError').implement({
    interfaces: [userError],
    description: 'A mapping rule refuses it.',
    fields: (t) => ({
      rule: t.exposeString('rule', { description: 'The rule, such as R17.' }),
      expected: t.string({
        nullable: true,
        description: 'What the rule wants.',
        resolve: (error) => error.expected ?? null,
      }),
      actual: t.string({ nullable: true, description: 'What was found.', resolve: (error) => error.actual ?? null }),
    }),
  });
  builder.objectRef<Of<'PlanChanged'>>('PlanChangedError').implement({
    interfaces: [userError],
    description: 'What would be written now is not what was looked at.',
    fields: (t) => ({
      expected: t.exposeString('expected', { description: 'The fingerprint that was given.' }),
      actual: t.exposeString('actual', {
        nullable: true,
        description: 'The fingerprint of the plan as it would be now.',
      }),
      preview: t.field({
        type: 'SubscriptionChangePreview' as never,
        description: 'The plan as it would be now.',
        resolve: (error) => error.preview as never,
      }),
    }),
  });
  builder.objectRef<Of<'CurrencyMismatch'>>('CurrencyMismatchError').implement({
    interfaces: [userError],
    description: 'Two currencies that must be equal are not (R9).',
    fields: (t) => ({
      expected: t.exposeString('expected', { description: "The connection's currency." }),
      actual: t.string({ nullable: true, description: 'What was found.', resolve: ({ actual }) => actual }),
    }),
  });
  builder.objectRef<Of<'InUse'>>('InUseError').implement({
    interfaces: [userError],
    description: 'Something else needs it.',
    fields: (t) => ({
      count: t.exposeInt('count', { description: 'How many need it.' }),
      mappings: t.field({
        type: [mappings.mapping],
        description: 'Some of those that need it.',
        resolve: async ({ mappingIds }, _args, { loaders }) => {
          const rows = await Promise.all(mappingIds.map((id) => loaders.mapping.load(id)));
          return rows.filter((row) => row !== null);
        },
      }),
    }),
  });
  builder.objectRef<Of<'OperationState'>>('OperationStateError').implement({
    interfaces: [userError],
    description: 'The operation of a cloud subscription stands in a way that does not allow it.',
    fields: (t) => ({
      state: t.string({
        nullable: true,
        description: 'How it stands, such as VERIFYING or HELD; null where no operation stands behind the entry.',
        resolve: ({ state }) => state,
      }),
      entry: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description:
          'The entry to look at first: of the operation in the way, or the one under which it was tried again.',
        resolve: ({ entryId: id }, _args, { loaders }) => (id ? loaders.auditLog.load(id) : null) as never,
      }),
    }),
  });
  builder.objectRef<Of<'AlreadyRunning'>>('AlreadyRunningError').implement({
    interfaces: [userError],
    description: 'The same thing is being done already; follow that instead.',
    fields: (t) => ({
      existing: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description: 'The entry of what is running.',
        resolve: ({ existingAuditLogId: id }, _args, { loaders }) => (id ? loaders.auditLog.load(id) : null) as never,
      }),
    }),
  });
  builder.objectRef<Of<'IdempotencyConflict'>>('IdempotencyConflictError').implement({
    interfaces: [userError],
    description: 'The idempotency key or event id was used for something else.',
    fields: (t) => ({
      existing: t.field({
        type: 'AuditLog' as never,
        nullable: true,
        description: 'The entry of the first use.',
        resolve: ({ existingAuditLogId: id }, _args, { loaders }) => (id ? loaders.auditLog.load(id) : null) as never,
      }),
    }),
  });
  builder.objectRef<Of<'Vendor'>>('VendorError').implement({
    interfaces: [userError],
    description: 'The PSA refused, or could not be asked.',
    fields: (t) => ({
      kind: t.exposeString('kind', { description: 'Class of the failure, such as permissionMissing or unavailable.' }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether trying again later can help.' }),
      hint: t.string({ nullable: true, description: 'What to do.', resolve: ({ hint }) => hint ?? null }),
      where: t.stringList({
        description: 'Menu path in the PSA, outermost first.',
        resolve: ({ where }) => [...(where ?? [])],
      }),
      vendorMessage: t.string({
        nullable: true,
        description: "The PSA's own words.",
        resolve: ({ vendorMessage }) => vendorMessage ?? null,
      }),
      permissionId: t.string({
        nullable: true,
        description: 'The missing permission.',
        resolve: ({ permissionId }) => permissionId ?? null,
      }),
    }),
  });
  builder.objectRef<Of<'Unsupported'>>('UnsupportedError').implement({
    interfaces: [userError],
    description: 'The connector cannot do this.',
    fields: (t) => ({ what: t.exposeString('what', { description: 'What it cannot do.' }) }),
  });
  return userError;
}
