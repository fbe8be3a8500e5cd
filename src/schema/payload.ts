import type { InputFieldBuilder, TypeParam } from '@pothos/core';
import type { Result } from '../operations/run.js';
import type { Builder } from './builder.js';
import type { Context } from './context.js';

type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/** What a mutation's resolver hands to its payload: how the verb ended, and what its object is loaded by. */
export interface Acted<Value> {
  readonly result: Result<unknown>;
  readonly value: Value | null;
}

interface ObjectField<Value> {
  readonly type: unknown;
  readonly description: string;
  /** False: there in every answer; the resolver then never hands over a null value. */
  readonly nullable?: false;
  load(value: Value, context: Context): unknown;
}

/** A payload: the object, its audit entry (there even when refused), and the reasons why not. */
export function payloadType<Value>(
  builder: Builder,
  name: string,
  objects: { readonly [field: string]: ObjectField<Value> },
  options: { readonly plans?: boolean } = {},
) {
  return builder.objectRef<Acted<Value>>(name).implement({
    description: `Answer of ${name.charAt(0).toLowerCase()}${name.slice(1).replace(/Payload$/, '')}.`,
    fields: (t) => ({
      ...Object.fromEntries(
        Object.entries(objects).map(([field, { type, description, nullable = true, load }]) => [
          field,
          t.field({
            type: type as TypeParam<Types>,
            nullable,
            description,
            resolve: ({ value }, _args, context) => (value === null ? null : (load(value, context) as never)),
          }),
        ]),
      ),
      ...(options.plans && {
        preview: t.field({
          type: 'SubscriptionChangePreview' as never,
          nullable: true,
          description: 'For `dryRun`: what would be written. Null otherwise.',
          resolve: ({ result }) => (result.preview ?? null) as never,
        }),
      }),
      auditLog: t.field({
        type: 'AuditLog' as never,
        description: 'The audit log entry of this operation; it is there even when the operation was refused.',
        resolve: ({ result }, _args, { loaders }) => loaders.auditLog.load(result.auditLogId) as never,
      }),
      userErrors: t.field({
        type: ['UserError'] as never,
        description: 'Why it was refused; empty when it was not.',
        resolve: ({ result }) => [...result.userErrors] as never,
      }),
    }),
  });
}

export function idempotencyKey(t: InputFieldBuilder<Types, 'InputObject'>) {
  return {
    idempotencyKey: t.string({
      description:
        'The same key with the same input is the same operation: a repeat gets the first answer. At most 200 characters. ' +
        'Absent: that of the header `Idempotency-Key`.',
    }),
  };
}
