import type { DriftCause, DriftField, OperationState } from '../../../prisma/generated/client/client.js';
import type { ErrorKind, LineFact, LineSnapshot } from '../../connectors/contract.js';
import { isBilled } from '../../marketplace/billed-price.js';
import { hasEnded, psaUnitsOf } from '../../marketplace/supported.js';
import type { Finding } from './finding.js';
import { contractFinding, currencyFinding, serviceFinding } from './frame.js';
import type { MappedLine } from './lines.js';
import { isZero, sameValue } from './money.js';
import type { Unfit } from './records.js';
import { type Amount, lastWritten, type Write } from './written.js';

export type Judgement =
  /** A change is on its way, or the read may be older than the last write: nothing can be said now. */
  | { readonly verdict: 'pending' }
  /** The PSA did not show the line, for a passing reason or for want of a right. */
  | { readonly verdict: 'unread'; readonly code: string }
  | {
      readonly verdict: 'judged';
      /** By field: a difference, or null where both sides are equal. A field that cannot be told is absent. */
      readonly fields: ReadonlyMap<DriftField, Finding | null>;
      /** The contract, the company or the service vanished, or is not what was mapped any more (1.8). */
      readonly stale: boolean;
      /** Whether a correction could be planned at all. */
      readonly correctable: boolean;
    };

export interface JudgedOn {
  readonly day: string;
  /** The connection's (R9). */
  readonly currency: string;
  readonly now: Date;
}

/** What is wrong with the company and the service that a line is mapped to; null: nothing, as far as it can be told. */
export interface MappedTo {
  readonly company: Unfit | null;
  readonly service: Unfit | null;
}
const FIT: MappedTo = { company: null, service: null };

/** Reads that do not show a write yet are known to be so much older than it at most. */
const STALE_READ_MS = 20_000;

const AMOUNTS: readonly Amount[] = ['QUANTITY', 'UNIT_PRICE', 'UNIT_COST'];

const UNDERWAY: readonly OperationState[] = ['PENDING', 'RUNNING', 'VERIFYING'];

/** A problem of these kinds says nothing about the line. */
const SAYS_NOTHING: readonly ErrorKind[] = [
  'authInvalid',
  'permissionMissing',
  'rateLimited',
  'unavailable',
  'protocol',
  'egressRefused',
  'aborted',
];

/** What is billed for the subscription by the rules of the gateway: nothing once it has ended (R57). */
export function wantedUnits({ subscription }: MappedLine): number {
  return hasEnded(subscription.status) ? 0 : psaUnitsOf(subscription);
}

/** Pure: where the PSA's line differs, on one day, from the marketplace's present state, and why that may be. */
export function judge(line: MappedLine, seen: LineSnapshot, on: JudgedOn, mapped: MappedTo = FIT): Judgement {
  const { problem } = seen;
  if (line.head !== null && UNDERWAY.includes(line.head)) return { verdict: 'pending' };
  if (problem && SAYS_NOTHING.includes(problem.kind)) return { verdict: 'unread', code: problem.code };
  const fact = seen.facts.findLast(({ date }) => date <= on.day) ?? null;
  const contract = contractFinding(line, seen, on.day, mapped.company);
  if (!contract.hidesLine && mayBeOld(line.writes, fact, on)) return { verdict: 'pending' };

  const bills = wantedUnits(line) > 0;
  const fields = new Map<DriftField, Finding | null>();
  const service = serviceFinding(line, seen, on.day, mapped.service);
  const currency = currencyFinding(line, seen, on);
  // What is wrong around a line that bills nothing is nobody's loss.
  fields.set('CONTRACT', bills ? contract.finding : null);
  if (service) fields.set('SERVICE', bills ? service.finding : null);
  if (currency !== undefined) fields.set('CURRENCY', bills ? currency : null);
  const around = contract.finding ?? service?.finding ?? currency ?? null;
  const lineProblem = problem && !around ? problem : null;
  fields.set('LINE', lineProblem ? odd(lineProblem.code, on.day) : null);
  if (contract.hidesLine) {
    if (!bills) for (const field of AMOUNTS) fields.set(field, null);
  } else if (lineProblem === null && (seen.facts.length > 0 || problem === null)) {
    fields.set('QUANTITY', compare(line, 'QUANTITY', String(wantedUnits(line)), String(fact?.units ?? 0), on.day));
    judgeMoney(line, seen, on, fields);
  }
  const stale = contract.stale || service?.stale === true;
  return { verdict: 'judged', fields, stale, correctable: problem === null && !stale && !contract.hidesLine };
}

/** A split period tells no price: then the first one after it does, as long as nothing is billed otherwise until then. */
function judgeMoney(
  line: MappedLine,
  { facts }: LineSnapshot,
  on: JudgedOn,
  fields: Map<DriftField, Finding | null>,
): void {
  const { price } = line;
  // No amount to hold the PSA's against, and no proof either that they are right: its entry told so (PRICE_BASIS_UNUSABLE).
  if (price && !isBilled(price)) return;
  if (!price || price.currency !== on.currency || !hasPrice(line)) {
    fields.set('UNIT_PRICE', null).set('UNIT_COST', null);
    return;
  }
  const billed = facts.slice(
    Math.max(
      0,
      facts.findLastIndex(({ date }) => date <= on.day),
    ),
  );
  const told = billed.find(({ units, unitPrice }) => units > 0 && unitPrice !== null);
  if (!told) return;
  const then = told.date > on.day ? told.date : on.day;
  const { unitPrice, unitCost } = told;
  if (unitPrice !== null) fields.set('UNIT_PRICE', compare(line, 'UNIT_PRICE', price.unitPrice, unitPrice, then));
  if (unitCost !== null && !isZero(unitCost)) {
    fields.set('UNIT_COST', compare(line, 'UNIT_COST', price.unitCost, unitCost, then));
  }
}

/** Is there a price both sides should have? Not for Azure plans (R56), only in some statuses (R55), not by every policy. */
function hasPrice(line: MappedLine): boolean {
  const { offerType, status } = line.subscription;
  if (wantedUnits(line) === 0 || offerType === 'AZURE_PLAN' || line.policy.priceSource === 'PSA') return false;
  return status === 'ACTIVE' || status === 'SUSPENDED';
}

function compare(line: MappedLine, field: Amount, wanted: string, shown: string, day: string): Finding | null {
  const equal = (a: string, b: string) => sameValue(field, a, b);
  if (equal(wanted, shown)) return null;
  const { onDay, later } = lastWritten(line.writes, day, field);
  // Before anything was written there are no units, and prices are the PSA's own.
  const expected = onDay ?? (field === 'QUANTITY' ? '0' : null);
  const asWritten = expected !== null && equal(expected, shown);
  // Written already, from a later day on: the policy dates it so.
  if (later !== null && equal(later, wanted) && (expected === null || asWritten)) return null;
  return {
    field,
    marketplaceValue: wanted,
    psaValue: shown,
    lastWrittenValue: onDay,
    day,
    cause: causeOf(line.head, field, onDay, asWritten),
  };
}

function causeOf(head: MappedLine['head'], field: DriftField, onDay: string | null, asWritten: boolean): DriftCause {
  if (head === 'FAILED') return 'MISSED_CHANGE';
  if (onDay !== null) return asWritten ? 'MISSED_CHANGE' : 'MANUAL_EDIT';
  if (head === 'HELD' && asWritten) return 'MISSED_CHANGE';
  return field === 'QUANTITY' ? 'UNKNOWN' : 'PRICE_LIST';
}

/** A read just after a write that still shows the units before it. */
function mayBeOld(writes: readonly Write[], fact: LineFact | null, { day, now }: JudgedOn): boolean {
  const sent = writes.find(({ sentAt, units }) => sentAt !== undefined && units !== undefined);
  if (sent?.sentAt === undefined || sent.date > day || sent.unitsBefore === sent.units) return false;
  const recent = now.getTime() - Date.parse(sent.sentAt) < STALE_READ_MS;
  return recent && (fact?.units ?? 0) === sent.unitsBefore;
}

/** The line cannot be read for what it is, such as a service that stands on a contract twice. */
function odd(code: string, day: string): Finding {
  return { day, field: 'LINE', marketplaceValue: null, psaValue: code, lastWrittenValue: null, cause: 'UNKNOWN' };
}
