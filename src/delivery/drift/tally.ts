/** What a reconciliation found so far, in numbers. Stored with it and shown in its entry. */
export interface Tally {
  /** Lines: equal, with at least one drift, on their way, not readable. */
  readonly equal: number;
  readonly drifted: number;
  readonly pending: number;
  readonly unread: number;
  /** Mappings that name something that vanished or is not that any more. */
  readonly stale: number;
  /** Drifts that stand, by field and by cause; accepted ones are not among them. */
  readonly byField: Counts;
  readonly byCause: Counts;
  /** What was done about them. */
  readonly corrections: number;
  readonly accepted: number;
  readonly closed: number;
}

export type Counts = { readonly [name: string]: number };

export const NOTHING: Tally = {
  equal: 0,
  drifted: 0,
  pending: 0,
  unread: 0,
  stale: 0,
  byField: {},
  byCause: {},
  corrections: 0,
  accepted: 0,
  closed: 0,
};

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    equal: a.equal + b.equal,
    drifted: a.drifted + b.drifted,
    pending: a.pending + b.pending,
    unread: a.unread + b.unread,
    stale: a.stale + b.stale,
    byField: addCounts(a.byField, b.byField),
    byCause: addCounts(a.byCause, b.byCause),
    corrections: a.corrections + b.corrections,
    accepted: a.accepted + b.accepted,
    closed: a.closed + b.closed,
  };
}

export function countBy(names: readonly string[]): Counts {
  return names.reduce<Record<string, number>>((counts, name) => {
    counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  }, {});
}

export const sum = (counts: Counts): number => Object.values(counts).reduce((total, count) => total + count, 0);

function addCounts(a: Counts, b: Counts): Counts {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(names.map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}
