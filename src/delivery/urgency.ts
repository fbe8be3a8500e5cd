import { AsyncLocalStorage } from 'node:async_hooks';

/** Who waits for a vendor call: the higher goes first, and the lower leaves a part of the budget to the higher. */
export const RANK = {
  background: 0,
  people: 1,
  /** The vendor's own counter, which tells whether the others must hold back. */
  counter: 2,
} as const;

const ranks = new AsyncLocalStorage<number>();

/** Marks work nobody waits for, wherever it calls the vendor. */
export function inBackground<T>(work: () => Promise<T>): Promise<T> {
  return ranks.run(RANK.background, work);
}

export function asCounter<T>(work: () => Promise<T>): Promise<T> {
  return ranks.run(RANK.counter, work);
}

export function currentRank(): number {
  return ranks.getStore() ?? RANK.people;
}
