import { type ChainRow, hashOf } from './chain.js';

/** An event that is not what its hash says, with what stands beside it. */
export interface Unsound {
  readonly row: ChainRow;
  /** The hash stored in the event before it, null when that one is missing. */
  readonly hashBefore: string | null;
  /** The previous hash the event behind it remembers, null when that one is missing. */
  rememberedBehind: string | null;
}

/**
 * Trying every pair is quadratic. Of more unsound events than these, which swap was which matters less than how soon all of
 * them are named: only what the hashes themselves point at is tried.
 */
const MOST_PAIRS_OF = 256;

/**
 * Where the events really belong that were moved to another one's place: by number. A row is at home where its hash comes
 * out right: with its own hashes (the whole row was moved) or with those of the place (only its content was).
 */
export function homesOf(unsound: readonly Unsound[]): Map<string, string> {
  const behind = new Map(unsound.map(({ row, hashBefore }) => [hashBefore, row.seq]));
  const before = new Map(unsound.map(({ row, rememberedBehind }) => [rememberedBehind, row.seq]));
  const homes = new Map<string, string>();
  for (const { row } of unsound) {
    const whole = [behind.get(row.prevHash), before.get(row.hash)].find(
      (seq) => seq !== undefined && seq !== row.seq && hashOf(row, row.prevHash, seq) === row.hash,
    );
    if (whole !== undefined) homes.set(row.seq, whole);
  }
  const rest = unsound.filter(({ row }) => !homes.has(row.seq));
  if (rest.length > MOST_PAIRS_OF) return homes;
  for (const { row } of rest) {
    const place = rest.find(
      (other) => other.row !== row && hashOf(row, other.row.prevHash, other.row.seq) === other.row.hash,
    );
    if (place) homes.set(row.seq, place.row.seq);
  }
  return homes;
}
