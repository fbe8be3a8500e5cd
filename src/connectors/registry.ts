import type { Connector, ConnectorDescriptor } from './contract.js';
import { checkConnector } from './define.js';

/** The connectors of this instance, by id. Registered explicitly, never by scanning. */
export interface Registry {
  readonly all: readonly ConnectorDescriptor[];
  /** The connector, or undefined when no such one is registered. */
  find(id: string): Connector | undefined;
}

/** Checks every connector; a faulty one or a second one of the same id stops the start with a sentence naming it. */
export function createRegistry(connectors: readonly Connector[]): Registry {
  const byId = new Map<string, Connector>();
  for (const connector of connectors) {
    checkConnector(connector);
    const { id } = connector.descriptor;
    if (byId.has(id)) throw new Error(`Two connectors have the id "${id}". Register each connector once.`);
    byId.set(id, connector);
  }
  return {
    all: [...byId.values()].map((connector) => connector.descriptor),
    find: (id) => byId.get(id),
  };
}
