import { createHash } from 'node:crypto';
import type { Change, Json, LineSnapshot, LineState, Plan, Step } from '../contract.js';
import { refuse } from '../errors.js';
import { type Addition, additionsJson, liveFrom, standingOn } from './additions.js';
import { evidenceOf, type LineEvidence } from './evidence.js';
import { menu } from './menu.js';
import { payloadOf } from './payload.js';
import { checkAgreement, checkAllowed, checkRise } from './preconditions.js';
import { problemError } from './problems.js';
import { countedOn, isAboutAmounts, type Write, writesFor, written } from './writes.js';

/**
 * Pure: the writes that make the line equal to the target (R44, R49, R57). All states are those of the day of the change,
 * so that between two writes it is seen that both additions bill.
 */
export function planChange(change: Change, line: LineSnapshot, currency: string): Plan {
  checkAllowed(change, currency);
  if (line.problem) throw problemError(line.problem);
  const seen = evidenceOf(line.evidence);
  if (!seen) throw refuse('invalid', 'SNAPSHOT_INVALID', 'What was read of the line is not from this connector.');
  checkAgreement(change, line, seen);
  const day = change.effectiveDate;
  checkOverlap(change, seen);
  const writes = writesFor(change, seen.additions);
  if (writes.some((write) => rises(write, seen.additions))) checkRise(line);

  const steps: Step[] = [];
  let additions = seen.additions;
  for (const write of writes) {
    const after = written(additions, write);
    steps.push({
      key: keyOf(write, line),
      label: labelOf(write, additions),
      target: line.target,
      payload: payloadOf(write, line.target, seen.taxable) as unknown as Json,
      before: stateOf(additions, day),
      after: stateOf(after, day),
    });
    additions = after;
  }
  return {
    steps,
    before: stateOf(seen.additions, day),
    after: stateOf(additions, day),
    fingerprint: fingerprint(change, line, seen),
    warnings:
      line.contract?.active === false ? ['The agreement is not active in ConnectWise; it may not be billed.'] : [],
  };
}

/** Amounts of a day whose additions lie over each other for another reason than a replacement would change the units. */
function checkOverlap(change: Change, { additions }: LineEvidence): void {
  const { effectiveDate: day, quantity } = change;
  if (!isAboutAmounts(change) || standingOn(additions, day).units === countedOn(additions, day)) return;
  if (countedOn(additions, day) === quantity) return;
  throw refuse('precondition', 'ADDITIONS_OVERLAP', `More than one addition of this product bills on ${day}.`, {
    hint: 'Leave one billable addition of this product on the agreement for that day, then try again.',
    where: menu.additions,
  });
}

function rises(write: Write, additions: readonly Addition[]): boolean {
  if (write.kind === 'start') return write.addition.units > standingOn(additions, write.addition.from).units;
  const row = additions.find(({ id }) => id === write.id);
  return write.values.units !== undefined && write.values.units > (row?.units ?? 0);
}

/** The live additions are the evidence: what `resolve` compares a later read with. */
function stateOf(additions: readonly Addition[], day: string): LineState {
  const { units, price, cost } = standingOn(additions, day);
  const evidence = { unitCost: cost, additions: additionsJson(liveFrom(additions, day)) };
  return { date: day, units, unitPrice: price, evidence };
}

function keyOf(write: Write, { target }: LineSnapshot): string {
  if (write.kind === 'start') return `start:${target.contractId}:${target.serviceId}:${write.addition.from}`;
  const { id, values } = write;
  const what = Object.entries(values).map(([name, value]) => `${name}=${value ?? 'none'}`);
  return `change:${id}:${what.join(':')}`;
}

function labelOf(write: Write, additions: readonly Addition[]): string {
  if (write.kind === 'start') {
    const { units, from, until, price } = write.addition;
    const end = until === null ? '' : ` to ${until}`;
    return `Begin an addition of ${units} units on ${from}${end}${price == null ? '' : ` at ${price}`}`;
  }
  const { id, values } = write;
  const row = additions.find((each) => each.id === id);
  const parts = [
    ...(values.units === undefined ? [] : [`units from ${row?.units ?? '?'} to ${values.units}`]),
    ...(values.price === undefined ? [] : [`unit price to ${values.price}`]),
    ...(values.cost === undefined ? [] : [`unit cost to ${values.cost}`]),
    ...(values.until === undefined ? [] : [values.until === null ? 'no end' : `its end to ${values.until}`]),
  ];
  return `Change addition ${id}: ${parts.join(', ')}`;
}

/** Over what is wanted and what of the read decides it, not over the operation. */
function fingerprint(change: Change, line: LineSnapshot, seen: LineEvidence): string {
  const { kind, effectiveDate, until, quantity, unitPrice, unitCost, currency } = change;
  const { companyId, serviceId, contractId } = line.target;
  const wanted = [kind, effectiveDate, until ?? null, quantity, unitPrice ?? null, unitCost ?? null, currency];
  const { startDate, endDate, additions } = seen;
  const read = [startDate, endDate, line.service?.active ?? null, line.contract?.active ?? null];
  const text = JSON.stringify([wanted, [companyId, serviceId, contractId], read, liveFrom(additions, effectiveDate)]);
  return createHash('sha256').update(text).digest('hex');
}
