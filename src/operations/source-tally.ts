import type { SourceKind } from '../connectors/source.js';
import type { RowResult } from '../marketplace/batch.js';

/** A row that was refused: where it stands in the source, and the rules it breaks. */
export interface RefusedRow {
  readonly where: string;
  readonly reasons: readonly string[];
}

export interface PullCounts {
  readonly read: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
}

/** What a pull did so far. */
export interface PullTally {
  readonly counts: { readonly [K in SourceKind]?: PullCounts };
  /** The first ones; `counts` has all. */
  readonly refused: readonly RefusedRow[];
}

const NO_TALLY: PullTally = { counts: {}, refused: [] };
const NOTHING: PullCounts = { read: 0, created: 0, updated: 0, unchanged: 0, refused: 0 };
const MOST_NAMED = 50;
const MOST_REASONS = 5;

/** As it was stored. */
export function tallyOf(stored: unknown): PullTally {
  return { ...NO_TALLY, ...(stored as Partial<PullTally>) };
}

export function addTo(
  tally: PullTally,
  kind: SourceKind,
  results: readonly RowResult[],
  refused: readonly RefusedRow[],
): PullTally {
  const before = tally.counts[kind] ?? NOTHING;
  const count = (outcome: RowResult['outcome']) => results.filter((row) => row.outcome === outcome).length;
  const [created, updated, unchanged] = [count('CREATED'), count('UPDATED'), count('UNCHANGED')];
  const after = {
    read: before.read + created + updated + unchanged + refused.length,
    created: before.created + created,
    updated: before.updated + updated,
    unchanged: before.unchanged + unchanged,
    refused: before.refused + refused.length,
  };
  const named = refused.map(({ where, reasons }) => ({ where, reasons: reasons.slice(0, MOST_REASONS) }));
  return {
    counts: after.read > 0 ? { ...tally.counts, [kind]: after } : tally.counts,
    refused: [...tally.refused, ...named].slice(0, MOST_NAMED),
  };
}

export function sentenceOf({ counts }: PullTally): string {
  const all = Object.values(counts);
  const sum = (name: keyof PullCounts) => all.reduce((total, each) => total + each[name], 0);
  const rest = (['created', 'updated', 'unchanged', 'refused'] as const).map((name) => `${sum(name)} ${name}`);
  return `${sum('read')} rows read, ${rest.join(', ')}.`;
}
