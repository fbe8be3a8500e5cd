import type { Change, MappedTarget, Resolution, Step } from '../../contract.js';
import type { Bench } from '../bench.js';
import { sameDecimal } from '../decimal.js';
import { must, shown } from '../failure.js';
import { stored } from '../plain.js';
import type { Billed, LineKey } from '../subject.js';

export interface Settled {
  readonly steps: readonly Step[];
  readonly last: Resolution | null;
}

const MANY = 8;

/**
 * What the host does with a change: read, plan, store the first step, send it, read it back, and again until nothing is left to
 * do. Each round is another process: what a connector must know is in the step and the snapshot.
 */
export async function settle(bench: Bench, change: Change, line: LineKey, first?: MappedTarget): Promise<Settled> {
  let target = first ?? bench.target(line);
  const steps: Step[] = [];
  let last: Resolution | null = null;
  for (;;) {
    const session = bench.open();
    const { steps: planned } = session.plan(change, await bench.line(session, target, change.effectiveDate));
    // Amounts that the vendor does not show ask for their step for ever; it is taken once.
    const next = planned.find(({ key }) => !steps.some((done) => done.key === key));
    if (!next) return { steps, last };
    must(steps.length < MANY, `After ${MANY} writes the plan of a ${change.kind} is still not empty.`);
    const step = stored(next);
    steps.push(step);
    const written = await sendOnce(bench, step);
    const reader = bench.open();
    last = reader.resolve(step, await bench.line(reader, target, change.effectiveDate));
    must(last.state === 'applied', `A write that the vendor took resolves as ${last.state}: ${last.evidence}`);
    const lineRef = last.lineRef ?? written.lineRef ?? target.lineRef;
    target = { ...target, lineRef };
  }
}

/** Sends a step with a session of its own and counts what arrives. */
export async function sendOnce(bench: Bench, step: Step) {
  const before = bench.writes();
  const calls = bench.wire.calls.length;
  const written = await bench.open().apply(step);
  const [made, flagged] = [bench.writes() - before, bench.wire.calls.slice(calls).filter(({ write }) => write).length];
  must(made === 1, `apply makes ${made} writes; it must make exactly one.`);
  must(flagged > 0, 'apply sends its write without `write: true`, so a lost answer would pass for a refusal.');
  must(flagged === 1, `apply marks ${flagged} calls as writes; only one writes.`);
  return written;
}

/** Fails unless the vendor bills this; an amount that is not given does not matter. */
export function mustBill(truth: Billed, wanted: Partial<Billed>, when: string): void {
  if (wanted.units !== undefined) {
    must(truth.units === wanted.units, `${when} the vendor bills ${truth.units} units instead of ${wanted.units}.`);
  }
  for (const amount of ['unitPrice', 'unitCost'] as const) {
    const due = wanted[amount];
    if (due === undefined) continue;
    const right = sameDecimal(truth[amount], due);
    must(right, `${when} the vendor has the ${amount} ${shown(truth[amount])} instead of "${due}".`);
  }
}
