/** Everything the sources leave open, or that a test wants to force, as one flat list. */
export interface Switches {
  /** inferred: wrong company or keys answer 404 in the cloud (one third-party source), 401 elsewhere. */
  wrongKeysStatus: 401 | 404;
  /** Requests in a rolling minute; no vendor document gives a number. */
  requestsPerMinute: number;
  /** Seconds sent as Retry-After with a 429 (ConnectWise: it is sent). null = header absent. */
  retryAfter: number | null;
  /** inferred: a PATCH of a sub-path such as `product/id` is answered 200 and changes nothing (one third-party source). */
  subPathPatch: 'falseOk' | 'refused';
  /** ConnectWise: wildcard of `like`; one source has `*`, the vendor's own example `%`. */
  likeWildcards: '*' | '%' | 'both';
  /** inferred: an addition cannot begin before its agreement, nor after its end. */
  refuseOutsideAgreement: boolean;
  /** inferred: a cancelled agreement takes no new additions and no changes of old ones. */
  refuseCancelledAgreement: boolean;
  /** inferred: an expired or inactive agreement still takes them. */
  refuseExpiredAgreement: boolean;
  /** inferred: an inactive product cannot be put on an agreement. */
  refuseInactiveProduct: boolean;
  /** inferred: a condition on a field that does not exist is refused. */
  refuseUnknownConditionField: boolean;
  /** inferred: decimals of unit prices and costs; null = as sent. */
  priceDecimals: number | null;
  /** inferred: types of a company are part of its record. */
  companyTypesShown: boolean;
  /** inferred: longer request targets are refused by IIS with a 404 page. */
  urlLimit: number;
  bodyLimit: number;
}

export const defaultSwitches: Readonly<Switches> = {
  wrongKeysStatus: 401,
  requestsPerMinute: 1000,
  retryAfter: 10,
  subPathPatch: 'falseOk',
  likeWildcards: 'both',
  refuseOutsideAgreement: true,
  refuseCancelledAgreement: true,
  refuseExpiredAgreement: false,
  refuseInactiveProduct: true,
  refuseUnknownConditionField: true,
  priceDecimals: null,
  companyTypesShown: true,
  urlLimit: 2048,
  bodyLimit: 1_000_000,
};

/** Throws on an unknown name, so that a typing error never passes for a default. */
export function patchSwitches(target: Switches, changes: Record<string, unknown>): void {
  for (const name of Object.keys(changes)) {
    if (!(name in defaultSwitches)) throw new Error(`unknown switch '${name}'`);
  }
  Object.assign(target, changes);
}
