import type { FaultRule } from '../../../simulators/autotask/index.js';
import { addDays } from '../../../src/delivery/period.js';
import type { Random } from '../../sim/random.js';
import { unique } from '../../support/acts.js';
import { CONTRACT_END, nextMonth } from '../../support/dates.js';
import type { Line } from '../support/stage.js';

export interface LineState extends Line {
  readonly initial: number;
  quantity: number;
  day: string;
  readonly changes: { readonly date: string; readonly quantity: number }[];
  /** The last change that is being recorded: those of one line are recorded one after another. */
  recording: Promise<void>;
}

export interface Planned {
  readonly line: LineState;
  readonly eventId: string;
  readonly change: { readonly kind: 'QUANTITY'; readonly quantity: number; readonly effectiveDate: string };
}

export function newLine(line: Line, quantity: number): LineState {
  return { ...line, initial: quantity, quantity, day: nextMonth(1), changes: [], recording: Promise.resolve() };
}

/** Some changes of random lines: other units on a later day each, now and then another for the same day. */
export function planChanges(random: Random, lines: readonly LineState[], count: number): Planned[] {
  const planned: Planned[] = [];
  while (planned.length < count) {
    const line = random.pick(lines);
    const sameDay = line.changes.length > 0 && random.chance(0.1);
    // Days apart, so that a second write of a day may move to the next without touching another change.
    const day = sameDay ? line.day : addDays(line.day, random.whole(3, 6));
    if (day > addDays(CONTRACT_END, -10)) throw new Error('The contracts are too short for so many changes.');
    const quantity = otherThan(random, line.quantity);
    line.day = day;
    line.quantity = quantity;
    line.changes.push({ date: day, quantity });
    planned.push({ line, eventId: unique('event'), change: { kind: 'QUANTITY', quantity, effectiveDate: day } });
  }
  return planned;
}

function otherThan(random: Random, quantity: number): number {
  const other = random.whole(1, 30);
  return other === quantity ? other + 1 : other;
}

/** Something the PSA does wrong, once. Late effects come well inside the quarantine. */
export function planFault(random: Random, quarantineMs: number): FaultRule {
  const write = { path: '/serviceadjustments', method: 'POST' };
  const read = { entity: 'ContractServiceUnits' };
  return random.pick<FaultRule>([
    { match: write, action: 'dropAfterCommit' },
    { match: write, action: 'html500AfterCommit' },
    { match: write, action: 'json500AfterCommit' },
    { match: write, action: 'html502AfterCommit' },
    { match: write, action: 'truncated' },
    { match: write, action: 'dropBefore' },
    { match: write, action: { kind: 'status429', retryAfter: 1 } },
    { match: write, action: { kind: 'delay', ms: random.whole(50, 800) } },
    { match: write, action: { kind: 'lateCommit', ms: random.whole(50, Math.floor(quarantineMs / 2)) } },
    { match: read, action: 'html502' },
    { match: read, action: 'dropBefore' },
    { match: read, action: { kind: 'delay', ms: random.whole(50, 800) } },
    // Without a time the allowance of the hour is meant, which is rightly waited for longer than a run may drain.
    { match: read, action: { kind: 'status429', retryAfter: 1 } },
  ]);
}
