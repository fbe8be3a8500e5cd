import { createHash } from 'node:crypto';
import type { Change, LineSnapshot, Plan } from '../contract.js';
import { refuse } from '../errors.js';
import { evidenceOfLine, type LineEvidence } from './evidence.js';
import { type LaterChanges, laterChanges } from './later-changes.js';
import { menu } from './menu.js';
import { checkAllowed, checkContract } from './preconditions.js';
import { problemError } from './problems.js';
import { carry, foundAt, isAboutAmounts, type Planned, type Stage, stepTo } from './stage.js';
import type { Standing } from './standing.js';
import { postedAt, rowText, startsInsidePeriod } from './units.js';

/**
 * Pure: the adjustments that make the line equal to the target (R44, R49, R57), one for each date from which it must
 * show something else. Autotask takes differences, so they are computed from what was read just now, never stored.
 */
export function planChange(change: Change, line: LineSnapshot, currency: string): Plan {
  checkAllowed(change, currency);
  if (line.problem) throw problemError(line.problem);
  const seen = evidenceOfLine(line);
  const window = seen?.window;
  if (!seen || !window) {
    throw refuse('invalid', 'SNAPSHOT_INVALID', 'What was read of the line is not from this connector.');
  }
  checkContract(change, line, seen);

  const at = (stage: Stage, standing?: Standing): Planned => {
    const found = foundAt(seen, window, stage.date);
    return stepTo(stage, standing ? { ...found, standing } : found, change, line, seen);
  };
  foundAt(seen, window, change.effectiveDate);
  const later = isAboutAmounts(change) ? null : laterChanges(seen.rows, seen.grid, change.effectiveDate, window.until);
  const from = later?.from ?? change.effectiveDate;
  if (seen.grid.endDate !== null && from > seen.grid.endDate) throw noDayLeft(change);
  const back = (later?.back ?? []).map(({ date, to }) => at({ date, units: to, restores: true }));
  const main = at({
    date: from,
    units: change.quantity,
    unitPrice: change.kind === 'suspend' ? '0' : change.unitPrice,
    unitCost: change.unitCost,
  });
  if (main.found.standing.ambiguous && !postedAt(seen.rows, from)) throw doubtful(from);
  const end = endOf(change, main.stage, seen);
  const ended = end ? [at(end, main.step ? carry(main, foundAt(seen, window, end.date).standing) : undefined)] : [];
  const all = [...back, main, ...ended];
  return {
    before: main.before,
    after: main.after,
    steps: all.flatMap(({ step }) => (step ? [step] : [])),
    fingerprint: fingerprint(change, line, seen, all),
    warnings: warnings(change, line, seen, main, later),
  };
}

/** A cost push ends: from `until` on its amounts are 0 again, unless the contract ends before (R62). */
function endOf({ until }: Change, { unitPrice, unitCost }: Stage, { grid }: LineEvidence): Stage | null {
  if (until === undefined || (grid.endDate !== null && until > grid.endDate)) return null;
  return {
    date: until,
    ...(unitPrice !== undefined && { unitPrice: '0' }),
    ...(unitCost !== undefined && { unitCost: '0' }),
  };
}

function warnings(
  change: Change,
  line: LineSnapshot,
  { rows, grid }: LineEvidence,
  { stage, found }: Planned,
  later: LaterChanges | null,
): string[] {
  const told: string[] = [];
  if (line.contract?.active === false)
    told.push('The contract is not active. Autotask keeps billing inactive contracts.');
  if (postedAt(rows, stage.date)) {
    told.push(
      'The period of this date is approved and posted; Autotask will add a pro-rated line that is still to be posted.',
    );
  }
  if (startsInsidePeriod(rows, grid, stage.date)) {
    told.push('An adjustment begins on this date already; Autotask may refuse a second one.');
  }
  if (found.standing.ambiguous) {
    told.push('More than one row covers this date and they can be read in two ways; the standing total needs a look.');
  }
  if (stage.date !== change.effectiveDate) {
    told.push(
      `Autotask holds other units of this line from a day after ${change.effectiveDate} on; ${change.quantity} units count from ${stage.date} on.`,
    );
  }
  for (const { date, from, to } of later?.back ?? []) {
    told.push(
      `Autotask holds ${from} units of this line from ${date} on that nobody asked for here; they are set back to ${to} first.`,
    );
  }
  return told;
}

/** A posted row stays whole beside new ones, which then hold totals as far as is known. Otherwise nothing is written on doubt. */
function doubtful(date: string): Error {
  return refuse(
    'precondition',
    'UNITS_AMBIGUOUS',
    `Rows of this line lie over each other on ${date}; its units cannot be told.`,
    {
      hint: 'Compare the units of the contract service with its history, enter the change by hand, then skip this one here.',
      where: menu.contracts,
    },
  );
}

function noDayLeft({ effectiveDate }: Change): Error {
  return refuse('precondition', 'LATER_CHANGE', `After ${effectiveDate} other units were set to the contract's end.`, {
    hint: 'Extend the contract, or set the units for its last days by hand.',
    where: menu.contracts,
  });
}

/**
 * Over what is wanted and what of the read decides it; not over the operation and not over what else the snapshot holds,
 * so that the same plan from a wider read has the same one.
 */
function fingerprint(change: Change, line: LineSnapshot, seen: LineEvidence, all: readonly Planned[]): string {
  const { companyId, serviceId, contractId, lineRef } = line.target;
  const { kind, effectiveDate, until, quantity, unitPrice, unitCost, currency } = change;
  const wanted = [kind, effectiveDate, until ?? null, quantity, unitPrice ?? null, unitCost ?? null, currency];
  const { startDate, endDate, months } = seen.grid;
  const read = all.map(({ found }) => found.rows.map((row) => `${row.line} ${rowText(row)}`));
  const shown = [line.service?.active ?? null, line.contract?.active ?? null];
  const text = JSON.stringify([
    wanted,
    [companyId, serviceId, contractId, lineRef],
    [startDate, endDate, months],
    shown,
    read,
  ]);
  return createHash('sha256').update(text).digest('hex');
}
