import { addDays } from '../calendar.js';
import type { CalendarDate, Change, Decimal } from '../contract.js';
import { sameMoney } from '../decimal.js';
import { type Addition, covers, liveFrom } from './additions.js';

/** One write: a new addition, or other values of one that is there. */
export type Write =
  | { readonly kind: 'start'; readonly addition: Draft }
  | { readonly kind: 'change'; readonly id: string; readonly values: Partial<Omit<Addition, 'id'>> };

/** An amount that is left out is the product's own. */
export interface Draft {
  readonly from: CalendarDate;
  readonly until: CalendarDate | null;
  readonly units: number;
  readonly price?: Decimal | null;
  readonly cost?: Decimal | null;
}

/** A stretch of days of the line as it is to be; `row` is the addition that holds it. */
interface Piece extends Draft {
  readonly row: Addition | null;
}

/**
 * Pure, and without memory: the writes that lead from what is there to what is wanted, in their order. New additions begin
 * first, so that between two writes the customer is billed twice and never not at all; then values change, then old
 * additions end. Asked again between two writes it answers the rest: of additions that lie over each other the one that
 * begins last counts, the others end the day before it.
 */
export function writesFor(change: Change, additions: readonly Addition[]): Write[] {
  const day = change.effectiveDate;
  const live = liveFrom(additions, day);
  const chain = chainOf(live, day);
  const wanted = isAboutAmounts(change) ? withAmounts(chain, change) : withUnits(chain, change);
  const starts = wanted.filter(({ row }) => row === null).sort((a, b) => (a.from < b.from ? 1 : -1));
  const changes = wanted.flatMap((piece) => (piece.row ? changeOf(piece.row, piece) : []));
  const kept = new Set(wanted.map(({ row }) => row?.id));
  const gone = live.filter(({ id }) => !kept.has(id)).map((row) => ended(row, day));
  return [
    ...starts.map(({ row: _row, ...addition }): Write => ({ kind: 'start', addition })),
    ...changes.filter(({ values }) => !endsOnly(values)),
    ...changes.filter(({ values }) => endsOnly(values)),
    ...gone,
  ];
}

/** Then units stay as they are, those that are planned for later too. */
export function isAboutAmounts({ kind }: Pick<Change, 'kind'>): boolean {
  return kind === 'price' || kind === 'suspend' || kind === 'costPush';
}

/** The units on a day by the additions that count. */
export function countedOn(additions: readonly Addition[], day: CalendarDate): number {
  return chainOf(liveFrom(additions, day), day).find((piece) => covers(piece, day))?.units ?? 0;
}

/** What is left when additions that begin later end those before them. Days before `day` are never touched. */
function chainOf(live: readonly Addition[], day: CalendarDate): Piece[] {
  return live.flatMap((row, at) => {
    const next = live[at + 1];
    if (next && next.from <= row.from) return [];
    const before = next && addDays(next.from, -1);
    const overlaps = before !== undefined && (row.until === null || row.until > before);
    const yesterday = addDays(day, -1);
    const until = overlaps ? (before > yesterday ? before : yesterday) : row.until;
    return until !== null && until < row.from ? [] : [{ ...draftOf(row), until, row }];
  });
}

function draftOf({ id: _id, ...draft }: Addition): Draft {
  return draft;
}

/** From the day on so many units, for ever; amounts stay as each stretch has them unless the change brings its own. */
function withUnits(chain: readonly Piece[], change: Change): Piece[] {
  const { effectiveDate: day, quantity: units } = change;
  const parts = filled(chain, change).flatMap((piece) => split(piece, day));
  if (units === 0) return parts.filter(({ from }) => from < day);
  const wanted = parts.map((piece) => (piece.from < day ? piece : { ...piece, units, ...amountsOf(change, piece) }));
  return joined(wanted.map((piece, at) => (at === wanted.length - 1 ? { ...piece, until: null } : piece)));
}

/** From the day on other amounts; of a month's cost only until its end, and 0 from then on (R62). */
function withAmounts(chain: readonly Piece[], change: Change): Piece[] {
  const { effectiveDate: day, until } = change;
  const cuts = until === undefined ? [day] : [day, until];
  const parts = cuts.reduce((pieces, cut) => pieces.flatMap((piece) => split(piece, cut)), filled(chain, change));
  const none = {
    ...(change.unitPrice !== undefined && { price: '0' }),
    ...(change.unitCost !== undefined && { cost: '0' }),
  };
  return joined(
    parts.map((piece) => {
      if (piece.from < day) return piece;
      return { ...piece, ...(until !== undefined && piece.from >= until ? none : amountsOf(change, piece)) };
    }),
  );
}

function amountsOf(change: Change, { price, cost }: Draft): Pick<Draft, 'price' | 'cost'> {
  const unitPrice = change.kind === 'suspend' ? '0' : change.unitPrice;
  return {
    ...pick('price', unitPrice, price),
    ...pick('cost', change.unitCost, cost),
  };
}

/** An amount that is there already within half a cent stays as it is: the vendor may have rounded it. */
function pick(name: 'price' | 'cost', wanted: Decimal | undefined, found: Decimal | null | undefined) {
  const value = wanted === undefined || (found != null && sameMoney(wanted, found)) ? found : wanted;
  return value === undefined ? {} : { [name]: value };
}

/** Where nothing is billed on the day, a stretch of the wanted units up to the next one. */
function filled(chain: readonly Piece[], { effectiveDate: day, quantity: units }: Change): readonly Piece[] {
  if (units === 0 || chain.some((piece) => covers(piece, day))) return chain;
  const next = chain.find(({ from }) => from > day);
  const gap: Piece = { row: null, from: day, until: next ? addDays(next.from, -1) : null, units };
  return [...chain.filter(({ from }) => from < day), gap, ...chain.filter(({ from }) => from > day)];
}

/** In two at a day; the addition holds the first part. */
function split(piece: Piece, day: CalendarDate): Piece[] {
  if (piece.from >= day || !covers(piece, day)) return [piece];
  return [
    { ...piece, until: addDays(day, -1) },
    { ...piece, from: day, row: null },
  ];
}

/** Parts that came out alike are one stretch again. */
function joined(pieces: readonly Piece[]): Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    const adjoins = last && last.until !== null && piece.row === null && addDays(last.until, 1) === piece.from;
    if (last && adjoins && alike(last, piece)) all[all.length - 1] = { ...last, until: piece.until };
    else all.push(piece);
  }
  return all;
}

function alike(a: Draft, b: Draft): boolean {
  return a.units === b.units && a.price === b.price && a.cost === b.cost;
}

function changeOf(row: Addition, piece: Piece): Extract<Write, { kind: 'change' }>[] {
  const values = {
    ...(piece.units !== row.units && { units: piece.units }),
    ...(piece.price !== row.price && { price: piece.price ?? null }),
    ...(piece.cost !== row.cost && { cost: piece.cost ?? null }),
    ...(piece.until !== row.until && { until: piece.until }),
  };
  return Object.keys(values).length === 0 ? [] : [{ kind: 'change', id: row.id, values }];
}

function endsOnly(values: Partial<Addition>): boolean {
  return Object.keys(values).join() === 'until' && values.until !== null;
}

/** No right to delete is asked for: what has not begun by then bills nothing instead. */
function ended(row: Addition, day: CalendarDate): Write {
  const values = row.from < day ? { until: addDays(day, -1) } : { units: 0 };
  return { kind: 'change', id: row.id, values };
}

/** The additions once a write took effect; a new one has no id yet. */
export function written(additions: readonly Addition[], write: Write): Addition[] {
  if (write.kind === 'start') {
    const { price = null, cost = null } = write.addition;
    return [...additions, { ...write.addition, price, cost, id: '' }];
  }
  return additions.map((each) => (each.id === write.id ? { ...each, ...write.values } : each));
}
