import type { CalendarDate, Change, Decimal, Json, LineSnapshot, LineState, Step } from '../contract.js';
import { canonical, jsonNumber, sameMoney } from '../decimal.js';
import { refuse } from '../errors.js';
import { holds, type LineEvidence, stateEvidence, toldWindow, type Window, within } from './evidence.js';
import { numeric } from './ids.js';
import { checkRise } from './preconditions.js';
import { decidingRow, type Standing, standingAt } from './standing.js';
import type { UnitRow } from './units.js';

/** What the line must show from a date on. What is absent stays as it is. */
export interface Stage {
  readonly date: CalendarDate;
  readonly units?: number | undefined;
  readonly unitPrice?: Decimal | undefined;
  readonly unitCost?: Decimal | undefined;
  /** It takes back what was planned for later: no rise, whichever way the units go. */
  readonly restores?: true;
}

/** The standing total at a stage's date and the rows that tell it. */
export interface Found {
  readonly standing: Standing;
  readonly rows: readonly UnitRow[];
  readonly window: Window;
}

export interface Planned {
  readonly stage: Stage;
  readonly found: Found;
  readonly before: LineState;
  readonly after: LineState;
  readonly step: Step | null;
}

const AMOUNT_KINDS: readonly string[] = ['price', 'suspend', 'costPush'];

/** Then the quantity is what the line bills anyway, and units planned for later are none of its business. */
export function isAboutAmounts({ kind }: Change): boolean {
  return AMOUNT_KINDS.includes(kind);
}

export function foundAt({ rows, grid }: LineEvidence, window: Window, date: CalendarDate): Found {
  const deciding = decidingRow(rows, grid, date);
  if (!holds(window, date) || (window.until !== null && !deciding)) {
    throw refuse(
      'invalid',
      'SNAPSHOT_TOO_NARROW',
      `What was read of the line does not tell what it shows on ${date}.`,
      {
        hint: 'Read the line again for the days of the change.',
      },
    );
  }
  const told = toldWindow(grid, date, deciding);
  return { standing: standingAt(rows, grid, date), rows: within(rows, told), window: told };
}

/** What a later date shows once the step before it took effect: units move along, amounts until the next own ones. */
export function carry({ stage, found, after }: Planned, to: Standing): Standing {
  const from = found.standing;
  const amount = (sent: Decimal | undefined, before: Decimal | null, later: Decimal | null) =>
    sent !== undefined && before === later ? (canonical(sent) ?? null) : later;
  return {
    units: to.units + after.units - from.units,
    unitPrice: amount(stage.unitPrice, from.unitPrice, to.unitPrice),
    unitCost: amount(stage.unitCost, from.unitCost, to.unitCost),
    ambiguous: to.ambiguous,
  };
}

export function stepTo(stage: Stage, found: Found, change: Change, line: LineSnapshot, seen: LineEvidence): Planned {
  const { standing, rows, window } = found;
  const { target } = line;
  const units = stage.units ?? standing.units;
  const unitChange = units - standing.units;
  const cost = standing.unitCost === '0' && !seen.costsShown ? null : standing.unitCost;
  const amounts =
    units === 0 ? [] : [toWrite(stage.unitPrice, standing.unitPrice, change), toWrite(stage.unitCost, cost, change)];
  const before: LineState = {
    date: stage.date,
    units: standing.units,
    unitPrice: standing.unitPrice,
    evidence: stateEvidence(rows, seen.grid, window, standing.unitCost),
  };
  const rises = unitChange > 0 || amounts.includes('higher');
  if (unitChange === 0 && !rises && !amounts.includes('lower'))
    return { stage, found, before, after: before, step: null };
  if (rises && !stage.restores) checkRise(line, seen, { starts: seen.lines.length === 0 });
  const after: LineState = {
    date: stage.date,
    units,
    unitPrice: stage.unitPrice === undefined ? standing.unitPrice : (canonical(stage.unitPrice) ?? null),
    evidence: { unitChange, ...(stage.unitCost !== undefined && { unitCost: stage.unitCost }) },
  };
  const step: Step = {
    key: `adjust:${target.contractId}:${target.lineRef ?? target.serviceId}:${stage.date}`,
    label: label(standing, stage, units),
    target,
    payload: adjustment(stage, line, unitChange, seen.lines.length === 1),
    before,
    after,
    ...(stage.restores && { restores: true }),
  };
  return { stage, found, before, after, step };
}

/**
 * Must an amount be written? One that cannot be read is written where the change is about amounts; beside a change of
 * units it went with them, and asking for it again and again would never end.
 */
function toWrite(wanted: Decimal | undefined, found: Decimal | null, change: Change): 'no' | 'lower' | 'higher' {
  if (wanted === undefined || (found === null && !isAboutAmounts(change))) return 'no';
  if (found !== null && sameMoney(wanted, found)) return 'no';
  return Number(wanted) > Number(found ?? '0') ? 'higher' : 'lower';
}

/**
 * The exact body of the POST. Contract and service name the line. One that is known and does not show alone, because the
 * service stands twice or without a row of units, is named by its id: so no other is written, and none made for one that is
 * gone. Autotask: leaving the price out keeps it (inferred), 0 as `unitChange` is allowed for a change of price.
 */
function adjustment(stage: Stage, { target }: LineSnapshot, unitChange: number, alone: boolean): Json {
  const line: { readonly [name: string]: number | string } =
    !alone && target.lineRef !== null
      ? { contractServiceID: numeric(target.lineRef) }
      : { contractID: numeric(target.contractId), serviceID: numeric(target.serviceId) };
  const [price, cost] = [stage.unitPrice, stage.unitCost].map((each) =>
    each === undefined ? undefined : jsonNumber(each),
  );
  return {
    ...line,
    unitChange,
    effectiveDate: stage.date,
    ...(price !== undefined && { adjustedUnitPrice: price }),
    ...(cost !== undefined && { adjustedUnitCost: cost }),
  };
}

function label(standing: Standing, stage: Stage, units: number): string {
  const parts = units === standing.units ? [] : [`units from ${standing.units} to ${units}`];
  if (stage.unitPrice !== undefined) parts.push(`unit price to ${stage.unitPrice}`);
  if (stage.unitCost !== undefined) parts.push(`unit cost to ${stage.unitCost}`);
  return `Change ${parts.join(', ')} on ${stage.date}`;
}
