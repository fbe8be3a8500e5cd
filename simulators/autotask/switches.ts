/** Everything the sources leave open, or that a test wants to force, as one flat list. */
export interface Switches {
  /** inferred: a row that begins inside a period holds the new total; `delta` is the other reading. */
  adjustmentReading: 'total' | 'delta';
  /**
   * When a second adjustment of one contract service on one date fails with the duplicate text (seen in production).
   * inferred: `insidePeriod`, because the text is of a row inserted twice; on a period's first day its row is there
   * anyway and is changed, inside a period each adjustment inserts one that begins on its date.
   */
  refuseSameDateAdjustment: 'insidePeriod' | 'always' | 'never';
  /** inferred: a standing total below 0 is refused. */
  refuseNegativeTotal: boolean;
  /** inferred: the service's period must be the contract's. */
  refusePeriodMismatch: boolean;
  /** inferred: an inactive service cannot be added to a contract. */
  refuseInactiveService: boolean;
  /** inferred: a service needs a billing code of the recurring service type. */
  refuseWrongBillingCodeUse: boolean;
  /** inferred: contracts with status 0 still take adjustments. */
  inactiveContractAcceptsAdjustments: boolean;
  /** autotask: an inactive contract still bills. */
  inactiveContractBills: boolean;
  /** inferred: what `isActive` becomes when a create leaves it out. */
  omittedIsActive: boolean;
  /** inferred: decimals a pro-rated amount is rounded to. */
  prorationDecimals: number;
  /** autotask: a call without permission gives 403, or 500 with a text; both were seen. */
  permissionStatus: 403 | 500;
  /** userAccessFor* as 0 / 1 / 2 instead of None / All / Restricted; the sources disagree. */
  accessAsNumbers: boolean;
  /** Bad secrets in a row that lock the user; 0 = never. inferred: 5, and a good one resets the count. */
  lockAfterFailures: number;
  /** autotask: concurrent requests for each tracking identifier and endpoint. */
  threads: number;
  /** autotask: the slot is freed slightly after the reply. */
  threadReleaseMs: number;
  threadStatus: 429 | 500;
  /** A write on a child path also counts for the child's own bucket (one project's finding). */
  childWritesCountOnChild: boolean;
  /** autotask: requests in a rolling 60 minutes, for the whole database. */
  threshold: number;
  thresholdStatus: 429 | 500;
  /** Scale of the added latency above 50 % and 75 % of the threshold; 1 = 0.5 s and 1 s. */
  latencyScale: number;
  /** Service time of every call; without any, calls made together would not overlap. */
  latencyMs: number;
  /** Seconds sent as Retry-After with the limits' refusals; null = header absent (no source proves it is sent). */
  retryAfter: number | null;
  /** zoneInformation gives `//ATServicesRest/`, as some replies did. */
  zoneDoubledSlash: boolean;
  /** zoneInformation gives this url instead of its own. */
  zoneUrlOverride: string | null;
  /** autotask: a GET url above about 2,048 characters is answered by IIS with 404. */
  getUrlLimit: number;
  bodyLimit: number;
}

export const defaultSwitches: Readonly<Switches> = {
  adjustmentReading: 'total',
  refuseSameDateAdjustment: 'insidePeriod',
  refuseNegativeTotal: true,
  refusePeriodMismatch: true,
  refuseInactiveService: true,
  refuseWrongBillingCodeUse: true,
  inactiveContractAcceptsAdjustments: true,
  inactiveContractBills: true,
  omittedIsActive: true,
  prorationDecimals: 2,
  permissionStatus: 403,
  accessAsNumbers: false,
  lockAfterFailures: 5,
  threads: 3,
  threadReleaseMs: 50,
  threadStatus: 429,
  childWritesCountOnChild: false,
  threshold: 10_000,
  thresholdStatus: 429,
  latencyScale: 1,
  latencyMs: 15,
  retryAfter: null,
  zoneDoubledSlash: false,
  zoneUrlOverride: null,
  getUrlLimit: 2048,
  bodyLimit: 1_000_000,
};

/** Throws on an unknown name, so that a typing error never passes for a default. */
export function patchSwitches(target: Switches, changes: Record<string, unknown>): void {
  for (const name of Object.keys(changes)) {
    if (!(name in defaultSwitches)) throw new Error(`unknown switch '${name}'`);
  }
  Object.assign(target, changes);
}
