import type { Effect } from '../../support/psa-process.js';

/** What was asked for on one line: units from a day on, in the order in which the changes were accepted. */
export interface WantedLine {
  readonly name: string;
  readonly contractId: string;
  readonly serviceId: string;
  readonly initial: number;
  readonly changes: readonly { readonly date: string; readonly quantity: number }[];
  /** What the marketplace says at the end, and what the PSA bills at the end of the contract. */
  readonly marketplace: number;
  readonly billed: number;
}

/** What the audit log says of one change. */
export interface Claim {
  readonly line: string;
  readonly status: string;
  /** The write it says was carried out; null when it says that none was. */
  readonly write: { readonly date: string; readonly unitChange: number } | null;
}

export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly outOfOrder: number;
  /** Lines whose units are not the marketplace's. */
  readonly unequal: number;
  /** Writes the audit log tells of that did not happen, or does not tell of that did. */
  readonly wronglyClaimed: number;
  /** Entries that nothing happened to any more but that are not SUCCEEDED. */
  readonly unsettled: number;
  /** The first of each, in words. */
  readonly findings: readonly string[];
  /** Lines something is wrong with. */
  readonly suspects: readonly string[];
}

/**
 * Compares what was asked for with the PSA's own ledger, change by change, and with what the audit log claims. A change
 * counts from its day to the day before the next one's: several changes of one day may be one effect or more, but together
 * they must come to the last one's units, once.
 */
export function judge(lines: readonly WantedLine[], effects: readonly Effect[], claims: readonly Claim[]): Verdict {
  const counts = { lost: 0, doubled: 0, outOfOrder: 0, unequal: 0, wronglyClaimed: 0, unsettled: 0 };
  const findings: string[] = [];
  const suspects = new Set<string>();
  let present = '';
  const found = (kind: keyof typeof counts, text: string) => {
    counts[kind] += 1;
    suspects.add(present);
    if (counts[kind] <= 3) findings.push(`${kind}: ${text}`);
  };

  for (const line of lines) {
    present = line.name;
    const [first, ...later] = effects.filter(
      ({ contractId, serviceId }) => contractId === line.contractId && serviceId === line.serviceId,
    );
    if (first?.unitChange !== line.initial) found('lost', `the first line of ${line.name}`);
    judgeDays(line, later, found);
    judgeOrder(line, later, found);
    if (line.billed !== line.marketplace) {
      found('unequal', `${line.name}: the marketplace says ${line.marketplace}, the PSA bills ${line.billed}`);
    }
    judgeClaims(line, later, claims, found);
  }
  return { ...counts, findings, suspects: [...suspects] };
}

type Found = (kind: 'lost' | 'doubled' | 'outOfOrder' | 'wronglyClaimed' | 'unsettled', text: string) => void;

function judgeDays(line: WantedLine, effects: readonly Effect[], found: Found): void {
  const days = [...new Set(line.changes.map(({ date }) => date))].sort();
  let before = line.initial;
  for (const [at, day] of days.entries()) {
    const changes = line.changes.filter(({ date }) => date === day);
    const after = changes.at(-1)?.quantity ?? before;
    const next = days[at + 1] ?? '9999-12-31';
    const inside = effects.filter(({ effectiveDate }) => effectiveDate >= day && effectiveDate < next);
    const sum = inside.reduce((total, { unitChange }) => total + unitChange, 0);
    const shown = `${line.name} on ${day}: ${before} -> ${after}, effects ${inside.map((one) => one.unitChange).join(', ') || 'none'}`;
    const real = inside.filter(({ unitChange }) => unitChange !== 0).length;
    // What stands between two changes of a day is the first of them, and the second is missing.
    const between = [0, ...changes.map(({ quantity }) => quantity - before)];
    if (real > changes.length || !between.includes(sum)) found('doubled', shown);
    else if (sum !== after - before) found('lost', shown);
    before = after;
  }
}

function judgeOrder(line: WantedLine, effects: readonly Effect[], found: Found): void {
  for (const [at, effect] of effects.entries()) {
    const previous = effects[at - 1];
    if (previous && previous.effectiveDate > effect.effectiveDate) {
      found(
        'outOfOrder',
        `${line.name}: the effect of ${effect.effectiveDate} came after that of ${previous.effectiveDate}`,
      );
    }
  }
}

function judgeClaims(line: WantedLine, effects: readonly Effect[], claims: readonly Claim[], found: Found): void {
  const unclaimed = [...effects];
  const own = claims.filter((claim) => claim.line === line.name);
  for (const { status, write } of own) {
    if (status !== 'SUCCEEDED') found('unsettled', `an entry of ${line.name} is ${status}`);
    if (!write) continue;
    const at = unclaimed.findIndex(
      ({ effectiveDate, unitChange }) => effectiveDate === write.date && unitChange === write.unitChange,
    );
    if (at < 0) found('wronglyClaimed', `${line.name}: ${write.unitChange} on ${write.date} never took effect`);
    else unclaimed.splice(at, 1);
  }
  for (const { effectiveDate, unitChange } of unclaimed) {
    found('wronglyClaimed', `${line.name}: ${unitChange} on ${effectiveDate} is told by no entry`);
  }
  if (own.length !== line.changes.length) {
    found('unsettled', `${line.name} has ${own.length} entries for ${line.changes.length} changes`);
  }
}
