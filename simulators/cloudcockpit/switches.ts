/** Everything the vendor's documentation leaves open, or that a test wants to force, as one flat list. */
export interface Switches {
  /** inferred: the words of a subscription in a list; the lists of the documentation have one, its records the other. */
  subscriptionWords: 'subscriptionName' | 'name';
  /** inferred: deleted customers, which are listed, are told by a field. */
  deletedMarked: boolean;
  /** inferred: without a filter, deleted subscriptions are listed too. */
  deletedSubscriptionsListed: boolean;
  /** inferred: what is asked of a deleted customer. */
  deletedCustomer: 'served' | 'notFound';
  /** inferred: what a subscription without a price of its own shows. */
  usagePrice: 'zero' | 'null';
  /** inferred: a parameter that is not documented is refused; frameworks of this kind often let it pass. */
  refuseUnknownParameters: boolean;
  /** CloudCockpit: `items` may be null. inferred: when there are none. */
  emptyItems: 'empty' | 'null';
  /** Not documented: an address that lists carry as the next page. null = none, as documented. */
  nextLink: string | null;
  /** inferred: no limit is documented. */
  requestsPerMinute: number;
  /** Seconds sent as Retry-After with a 429; null = header absent. */
  retryAfter: number | null;
  /** Entra: about an hour. */
  tokenSeconds: number;
}

export const defaultSwitches: Readonly<Switches> = {
  subscriptionWords: 'subscriptionName',
  deletedMarked: true,
  deletedSubscriptionsListed: true,
  deletedCustomer: 'served',
  usagePrice: 'zero',
  refuseUnknownParameters: true,
  emptyItems: 'empty',
  nextLink: null,
  requestsPerMinute: 10_000,
  retryAfter: 10,
  tokenSeconds: 3599,
};

/** Throws on an unknown name, so that a typing error never passes for a default. */
export function patchSwitches(target: Switches, changes: Record<string, unknown>): void {
  for (const name of Object.keys(changes)) {
    if (!(name in defaultSwitches)) throw new Error(`unknown switch '${name}'`);
  }
  Object.assign(target, changes);
}
