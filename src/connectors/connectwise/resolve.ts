import type { Decimal, LineSnapshot, LineState, Resolution, Step } from '../contract.js';
import { sameMoney } from '../decimal.js';
import { type Addition, additionsJson, liveFrom, standingOn } from './additions.js';
import { additionsOf, evidenceOf } from './evidence.js';
import { writeOf } from './payload.js';
import { type Write, written } from './writes.js';

type Verdict = Pick<Resolution, 'state' | 'evidence' | 'warning'>;

/**
 * Pure: did the write take effect? There is no marker and no idempotency key, so a new addition is known by its natural key
 * (product, dates, quantity) and by an id that was not there before; a changed one by its id and the values.
 */
export function resolveStep(step: Step, line: LineSnapshot): Resolution {
  const untold = (evidence: string): Resolution => ({ state: 'undetermined', observed: null, evidence });
  const before = additionsOf(step.before.evidence);
  const write = writeOf(step.payload);
  if (!before || !write) return untold('The stored step holds nothing to compare with.');
  const seen = evidenceOf(line.evidence);
  if (!seen) return untold(line.problem?.message ?? 'The additions of the line were not read.');
  const { date } = step.after;
  const found = {
    observed: observedOn(seen.additions, date),
    ...(line.lineRef !== null && { lineRef: line.lineRef }),
  };
  return { ...found, ...compare(write, before, seen.additions, date) };
}

function observedOn(additions: readonly Addition[], date: string): LineState {
  const { units, price, cost } = standingOn(additions, date);
  return {
    date,
    units,
    unitPrice: price,
    evidence: { unitCost: cost, additions: additionsJson(liveFrom(additions, date)) },
  };
}

function compare(write: Write, before: readonly Addition[], seen: readonly Addition[], date: string): Verdict {
  const known = new Set(before.map(({ id }) => id));
  const fresh = liveFrom(seen, date).filter(({ id }) => !known.has(id));
  const changed = before.filter(
    (each) =>
      !same(
        each,
        seen.find(({ id }) => id === each.id),
      ),
  );
  const shown = `${standingOn(seen, date).units} units on ${date}, ${fresh.length} additions that were not there before`;
  if (write.kind === 'start') {
    if (fresh.length === 0) return { state: changed.length === 0 ? 'notApplied' : 'conflict', evidence: `${shown}.` };
    const { addition } = write;
    const ours = fresh.filter((each) => sameDays(each, addition) && each.units === addition.units);
    if (ours.length !== 1 || fresh.length !== 1 || changed.length > 0)
      return { state: 'conflict', evidence: `${shown}.` };
    return { state: 'applied', evidence: `${shown}.`, ...oddAmounts(ours[0], addition) };
  }
  const row = seen.find(({ id }) => id === write.id);
  const others = changed.filter(({ id }) => id !== write.id);
  const evidence = row ? `${shown}; addition ${write.id} ${text(row)}.` : `${shown}; addition ${write.id} is gone.`;
  const old = before.find(({ id }) => id === write.id);
  const wanted = old && written([old], write)[0];
  if (!row || !old || !wanted || others.length > 0 || fresh.length > 0) return { state: 'conflict', evidence };
  if (same(row, wanted)) return { state: 'applied', evidence };
  if (same(row, old)) return { state: 'notApplied', evidence };
  const odd = sameDays(row, wanted) && row.units === wanted.units && write.values.price !== undefined;
  return odd ? { state: 'applied', evidence, ...oddAmounts(row, wanted) } : { state: 'conflict', evidence };
}

function same(a: Addition, b: Addition | undefined): boolean {
  return b !== undefined && sameDays(a, b) && a.units === b.units && near(a.price, b.price) && near(a.cost, b.cost);
}

function sameDays(a: Pick<Addition, 'from' | 'until'>, b: Pick<Addition, 'from' | 'until'>): boolean {
  return a.from === b.from && a.until === b.until;
}

function near(a: Decimal | null, b: Decimal | null): boolean {
  return a === b || (a !== null && b !== null && sameMoney(a, b));
}

/** The addition is there; an amount that does not read as it was sent deserves a look. */
function oddAmounts(
  row: Addition | undefined,
  sent: { readonly price?: Decimal | null; readonly cost?: Decimal | null },
) {
  const [price, cost] = [sent.price ?? null, sent.cost ?? null];
  const fits = (price === null || near(row?.price ?? null, price)) && (cost === null || near(row?.cost ?? null, cost));
  if (fits) return {};
  const warning = `ConnectWise shows the unit price ${row?.price ?? 'not at all'} instead of ${price ?? 'the one before'}. Look at the addition.`;
  return { warning };
}

function text({ from, until, units, price }: Addition): string {
  return `bills ${units} units from ${from}${until === null ? '' : ` to ${until}`} at ${price ?? 'an unknown price'}`;
}
