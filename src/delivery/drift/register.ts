import type { DriftField, DriftState } from '../../../prisma/generated/client/client.js';
import type { DriftRule, Policy } from '../policy.js';
import type { Finding } from './finding.js';
import { type Judgement, wantedUnits } from './judge.js';
import type { MappedLine, StandingDrift } from './lines.js';
import { sameValue } from './money.js';
import { isAmount, lastWritten } from './written.js';

type Judged = Extract<Judgement, { verdict: 'judged' }>;

/** A drift that stands after a look at its line. */
export interface Kept {
  /** The row it has; null: a new one. */
  readonly id: string | null;
  readonly finding: Finding;
  readonly state: DriftState;
  readonly rule: DriftRule;
  /** What is to be done about it now: written to the PSA so that it is as the marketplace says, or accepted as it is. */
  readonly act: 'correct' | 'accept' | null;
}

export interface Registered {
  readonly kept: readonly Kept[];
  readonly closed: readonly { readonly id: string; readonly state: DriftState }[];
}

/** A drift in an amount has a rule; whatever is wrong around a line needs a person. */
export function ruleOf({ drift }: Policy, field: DriftField): DriftRule {
  if (field === 'QUANTITY') return drift.quantity;
  if (field === 'UNIT_PRICE') return drift.unitPrice;
  return field === 'UNIT_COST' ? drift.unitCost : 'ASK';
}

/**
 * Pure: holds what was found against the drifts that stand already.
 *   equal again          closed: CORRECTED after a correction, else GONE
 *   MARKETPLACE_WINS     corrected, once for the same pair of values; what comes back after that is a person's
 *   PSA_WINS             accepted; the same value is not raised again, another one is
 */
export function register(line: MappedLine, judged: Judged, day: string): Registered {
  const kept: Kept[] = [];
  const closed: { id: string; state: DriftState }[] = [];
  for (const [field, finding] of judged.fields) {
    const standing = line.standing.find((drift) => drift.field === field) ?? null;
    if (finding === null) {
      if (standing) closed.push({ id: standing.id, state: standing.state === 'CORRECTING' ? 'CORRECTED' : 'GONE' });
      continue;
    }
    const another = standing?.state === 'ACCEPTED' && !sameValue(field, standing.psaValue, finding.psaValue);
    // It was accepted for what it was: that is history, and this is a new one.
    if (standing && another) closed.push({ id: standing.id, state: 'ACCEPTED' });
    kept.push(keep(line, judged, finding, another ? null : standing, day));
  }
  return { kept: [...kept, ...failedOutOfSight(line, judged)], closed };
}

/** A correction that failed while its field cannot be told any more: it waits for a person again. */
function failedOutOfSight({ head, standing }: MappedLine, { fields }: Judged): Kept[] {
  if (head !== 'FAILED') return [];
  return standing
    .filter(({ field, state }) => state === 'CORRECTING' && !fields.has(field))
    .map(({ id, state: _state, auditLogId: _entry, ...finding }) => {
      return { id, finding: { ...finding, cause: 'MISSED_CHANGE' }, state: 'OPEN', rule: 'ASK', act: null };
    });
}

function keep(line: MappedLine, judged: Judged, finding: Finding, standing: StandingDrift | null, day: string): Kept {
  const rule = ruleOf(line.policy, finding.field);
  const stay = { id: standing?.id ?? null, finding, rule };
  if (standing?.state === 'ACCEPTED') return { ...stay, state: 'ACCEPTED', act: null };
  if (standing?.state === 'CORRECTING' && isOnItsWay(line, finding, day)) {
    return { ...stay, state: 'CORRECTING', act: null };
  }
  if (rule === 'PSA_WINS') return { ...stay, state: 'ACCEPTED', act: 'accept' };
  const free = rule === 'MARKETPLACE_WINS' && judged.correctable && line.head === null;
  if (!free || wasTried(finding, standing) || needsApproval(line, finding))
    return { ...stay, state: 'OPEN', act: null };
  return { ...stay, state: 'CORRECTING', act: 'correct' };
}

/** Held back by the policy, or written from a later day on: it is not over yet. */
function isOnItsWay({ head, writes }: MappedLine, { field }: Finding, day: string): boolean {
  return head === 'HELD' || (isAmount(field) && lastWritten(writes, day, field).later !== null);
}

function wasTried({ field, psaValue, marketplaceValue }: Finding, standing: StandingDrift | null): boolean {
  if (!standing || standing.auditLogId === null) return false;
  return sameValue(field, standing.psaValue, psaValue) && standing.marketplaceValue === marketplaceValue;
}

/** The policy lets a person approve every decrease: a correction that waits for one would only block the lane. */
function needsApproval(line: MappedLine, { field, psaValue }: Finding): boolean {
  return field === 'QUANTITY' && line.policy.decreases === 'NEVER' && wantedUnits(line) < Number(psaValue);
}
