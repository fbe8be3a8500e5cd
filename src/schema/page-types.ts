import type { InterfaceRef, ObjectRef } from '@pothos/core';
import type { Builder } from './builder.js';

type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer T> ? T : never;

/**
 * The page and edge types of a node type: one pair per node type, whichever field it is a page of, so that client
 * fragments can be shared. `Connection`'s page is therefore `ConnectionConnection`.
 */
export function pageTypes<Row>(builder: Builder, node: ObjectRef<Types, Row> | InterfaceRef<Types, Row>, name: string) {
  const edge = builder.edgeObject({
    type: node,
    name: `${name}Edge`,
    description: `One ${name} of a page, with its cursor.`,
  });
  const page = builder.connectionObject(
    {
      type: node,
      name: `${name}Connection`,
      description: `A page of ${name} objects.`,
      fields: (t) => ({
        totalCount: t.int({
          description: 'How many there are in all. Counted only when it is asked for.',
          resolve: (parent) => (parent as unknown as { totalCount(): Promise<number> }).totalCount(),
        }),
      }),
    },
    edge,
  );
  return [page, edge] as const;
}
