import { brandWithType } from '@pothos/core';
import type { Context } from './context.js';
import { mappingTypename } from './ids.js';
import type { Loaders } from './loaders.js';

interface NodeId {
  readonly typename: string;
  readonly id: string;
}

type Load = (loaders: Loaders, id: string) => Promise<object | null>;

/** How the nodes of each type are found: by the loaders of the request, so that a hundred ids are one statement for each type. */
const NODES: { readonly [typename: string]: Load } = {
  ApiKey: ({ apiKey }, id) => apiKey.load(id),
  AuditLog: ({ auditLog }, id) => auditLog.load(id),
  CloudSubscription: ({ cloudSubscription }, id) => cloudSubscription.load(id),
  Connection: ({ connection }, id) => connection.load(id),
  Customer: ({ customer }, id) => customer.load(id),
  CustomerMapping: mappingOf('CustomerMapping'),
  Drift: ({ drift }, id) => drift.load(id),
  Offer: ({ offer }, id) => offer.load(id),
  OfferMapping: mappingOf('OfferMapping'),
  OfferVariant: ({ offerVariant }, id) => offerVariant.load(id),
  Reconciliation: ({ reconciliation }, id) => reconciliation.load(id),
  SubscriptionMapping: mappingOf('SubscriptionMapping'),
};

/** The object of a global id; null when it does not exist or is not the caller's, which look alike. */
export async function loadNode({ loaders }: Context, { typename, id }: NodeId): Promise<object | null> {
  const node = (await NODES[typename]?.(loaders, id)) ?? null;
  if (node) brandWithType(node, typename as never);
  return node;
}

/** The id says of which kind it is: a mapping of another kind is not it. */
function mappingOf(typename: string): Load {
  return async ({ mapping }, id) => {
    const row = await mapping.load(id);
    return row && mappingTypename(row.kind) === typename ? row : null;
  };
}
