import type { Scope } from '../entry.js';
import { type ChainRow, GENESIS, hashOf } from './chain.js';
import type { FindingKind, Report } from './finding.js';
import { homesOf, type Unsound } from './swaps.js';

/** A place of the chain that is vouched for from outside it. */
export interface Anchor {
  readonly seq: number;
  readonly hash: string;
  /** Who says so, such as "checkpoint 12 of 2026-11-25T10:00:00.000Z". */
  readonly name: string;
}

export interface ChainBounds {
  /** The first number that must be there. */
  readonly first: number;
  /** What the first event must be chained to; null when nobody knows any more. */
  readonly firstPrevHash: string | null;
  /** The last number that must be there; null when the head is gone: whatever is last. */
  readonly last: { readonly seq: number; readonly hash: string } | null;
  /** In the order of their numbers. */
  readonly anchors: readonly Anchor[];
}

/** Unsound events remembered to tell which were swapped. */
const MOST_UNSOUND = 4_096;

interface Checked {
  readonly row: ChainRow;
  readonly sound: boolean;
  /** An anchor says that this is it. */
  readonly anchored: boolean;
  readonly unsound: Unsound | null;
}

/**
 * Checks one organization's chain, event by event in the order of their numbers. Every event is judged by itself (is it what
 * its hash says?) and by its witness, the event behind it, which remembers its hash.
 */
export function createChainCheck(scope: Scope, { first, firstPrevHash, last, anchors }: ChainBounds, report: Report) {
  const unsound: Unsound[] = [];
  const anchorsAt = new Map<number, Anchor[]>();
  for (const anchor of anchors) anchorsAt.set(anchor.seq, [...(anchorsAt.get(anchor.seq) ?? []), anchor]);
  let expected = first;
  let previous: Checked | null = null;
  /** Its witness remembers another hash. It was rewritten if the witness itself is vouched for. */
  let doubted: ChainRow | null = null;
  /** The newest event an anchor has vouched for, and whether one behind it has not. */
  let proven = first - 1;
  let remade = false;

  return { event, end };

  function event(row: ChainRow): void {
    const place = Number(row.seq);
    if (place < first || (last && place > last.seq)) {
      find('INSERTED', row, 'stands outside the chain');
      return;
    }
    if (place > expected) missing(expected, place - 1);
    const sound = hashOf(row) === row.hash;
    const checked = { row, sound, anchored: false, unsound: sound ? null : remember(row) };
    if (previous) link(previous, checked);
    else if (place === first && firstPrevHash !== null && row.prevHash !== firstPrevHash && sound) {
      find(
        'REWRITTEN',
        row,
        `is chained to something else than ${first === 1 ? 'the beginning' : 'the log before it'}`,
      );
    }
    previous = { ...checked, anchored: anchored(row, place) };
    if (previous.anchored && sound) settleDoubt('REWRITTEN');
    expected = place + 1;
  }

  function end(): void {
    if (last && expected <= last.seq) missing(expected, last.seq);
    else if (last && (previous?.row.hash ?? GENESIS) !== last.hash && last.seq >= first) {
      find('HEAD', previous?.row ?? null, 'is the last event, and the head of the chain has another hash');
      settleDoubt('UNPROVEN');
    }
    settleDoubt(last ? 'REWRITTEN' : 'UNPROVEN');
    const beyond = anchors.at(-1);
    if (beyond && beyond.seq >= expected) missing(expected, beyond.seq, `, as ${beyond.name} tells`);
    nameUnsound();
  }

  function link(before: Checked, { row, sound }: Checked): void {
    if (before.unsound) before.unsound.rememberedBehind = row.prevHash;
    const witnessed = row.prevHash === before.row.hash;
    settleDoubt(witnessed ? 'REWRITTEN' : 'UNPROVEN');
    if (witnessed || !before.sound || before.anchored) return;
    // Only what this event remembers was changed: with the right value it is sound.
    if (!sound && hashOf(row, before.row.hash) === row.hash) return;
    doubted = before.row;
    if (!sound) settleDoubt('UNPROVEN');
  }

  function settleDoubt(kind: 'REWRITTEN' | 'UNPROVEN'): void {
    const row = doubted;
    doubted = null;
    if (row && kind === 'REWRITTEN') find(kind, row, 'was changed together with its hash');
    else if (row) unproven(row);
  }

  function unproven(row: ChainRow): void {
    find('UNPROVEN', row, 'is sound by itself, but the event behind it, its witness, was changed or is missing');
  }

  function missing(from: number, to: number, why = ''): void {
    settleDoubt('UNPROVEN');
    if (previous?.sound && !previous.anchored) unproven(previous.row);
    previous = null;
    const what = from === to ? 'is missing' : `to ${to} are missing`;
    report({ ...scope, kind: 'DELETED', seq: `${from}`, toSeq: `${to}`, auditLogId: null, message: what + why });
  }

  function anchored(row: ChainRow, place: number): boolean {
    const here = anchorsAt.get(place);
    if (!here) return false;
    const other = here.find(({ hash }) => hash !== row.hash);
    if (!other) {
      proven = place;
      remade = false;
      return true;
    }
    // Once made anew, every later hash is another one too.
    if (!remade)
      find('CHECKPOINT', row, `is not what ${other.name} says: the log was made anew between ${proven} and here`);
    remade = true;
    return false;
  }

  function remember(row: ChainRow): Unsound | null {
    if (unsound.length >= MOST_UNSOUND) {
      find('ALTERED', row, 'is not what its hash says');
      return null;
    }
    const hashBefore = previous ? previous.row.hash : row.seq === '1' ? GENESIS : null;
    const one: Unsound = { row, hashBefore, rememberedBehind: null };
    unsound.push(one);
    return one;
  }

  function nameUnsound(): void {
    const homes = homesOf(unsound);
    for (const { row, hashBefore, rememberedBehind } of unsound) {
      const home = homes.get(row.seq);
      if (home !== undefined) find('SWAPPED', row, `holds what belongs to ${home}`);
      else if (hashBefore !== null && hashOf(row, hashBefore) === row.hash) {
        find('ALTERED', row, 'remembers another hash of the event before it than it did');
      } else if (hashOf(row) === rememberedBehind) find('ALTERED', row, 'had another hash');
      else find('ALTERED', row, 'is not what its hash says');
    }
  }

  function find(kind: FindingKind, row: ChainRow | null, message: string): void {
    report({ ...scope, kind, seq: row?.seq ?? null, auditLogId: row?.auditLogId ?? null, message });
  }
}
