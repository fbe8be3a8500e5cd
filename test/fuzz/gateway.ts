import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { createTestApp, type TestApp } from '../support/app.js';
import { root } from '../support/root.js';
import { createStage } from '../support/stage.js';

export interface FuzzTarget {
  readonly app: TestApp;
  readonly schema: GraphQLSchema;
  /** Ids of what is there: a connection, mappings, customers, subscriptions, entries. */
  readonly ids: readonly string[];
}

/** A gateway with a mapped, synchronised subscription, and the published schema. */
export async function createFuzzTarget(): Promise<FuzzTarget> {
  const app = await createTestApp();
  const stage = await createStage(app);
  const staged = await stage.subscribe();
  const { mappings, connectionId, customer, offer } = stage;
  return {
    app,
    schema: buildSchema(readFileSync(join(root, 'schema.graphql'), 'utf8')),
    ids: [
      connectionId,
      mappings.customer,
      mappings.offer,
      customer.id,
      offer.id,
      staged.id,
      staged.mappingId,
      staged.entry.id,
    ],
  };
}
