import { addDays, addMonths, daysBetween } from './days.js';
import { Refusal } from './refusal.js';

/** What is billed for a line over some days, to the last one included. */
export interface UnitRow {
  readonly id: number;
  readonly contractID: number;
  readonly contractServiceID: number;
  readonly serviceID: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly units: number;
  /** For the whole row. */
  readonly price: number;
  readonly cost: number;
  readonly approveAndPostDate: null;
}

export interface Contract {
  readonly id: number;
  readonly startDate: string;
  readonly endDate: string;
}

export interface Adjustment {
  readonly contractID: number;
  readonly serviceID: number;
  readonly unitChange: number;
  readonly effectiveDate: string;
  readonly adjustedUnitPrice?: number;
  readonly adjustedUnitCost?: number;
}

export interface Books {
  /** Carries an adjustment out or refuses it in the vendor's words. */
  adjust(adjustment: Adjustment): void;
  rowsOf(contractIds: ReadonlySet<number>): UnitRow[];
  /** What was carried out, in order. */
  readonly ledger: readonly Adjustment[];
}

interface Span {
  id: number;
  start: string;
  end: string;
  units: number;
  unitPrice: number;
  unitCost: number;
}

interface Line {
  readonly id: number;
  readonly contract: Contract;
  readonly serviceID: number;
  spans: Span[];
}

const FIRST_ID = 1_000_000;

/**
 * Monthly lines of recurring contracts. A row for each month to the contract's end; an adjustment closes the row it falls
 * into, adds one with the new total to the end of that month, and moves every later row by as many units.
 */
export function createBooks(contracts: ReadonlyMap<number, Contract>): Books {
  const lines = new Map<number, Map<number, Line>>();
  const ledger: Adjustment[] = [];
  let ids = FIRST_ID;
  const nextId = () => ids++;

  function lineOf({ contractID, serviceID }: Adjustment): Line {
    const contract = contracts.get(contractID);
    if (!contract) throw new Refusal('Value does not reference an existing entity for contractID.');
    const ofContract = lines.get(contractID) ?? new Map<number, Line>();
    lines.set(contractID, ofContract);
    const line = ofContract.get(serviceID) ?? { id: nextId(), contract, serviceID, spans: monthsOf(contract) };
    ofContract.set(serviceID, line);
    return line;
  }

  function monthsOf({ startDate, endDate }: Contract): Span[] {
    const spans: Span[] = [];
    for (let at = 0, start = startDate; start <= endDate; at += 1, start = addMonths(startDate, at)) {
      const end = addDays(addMonths(startDate, at + 1), -1);
      spans.push({ id: nextId(), start, end, units: 0, unitPrice: 0, unitCost: 0 });
    }
    return spans;
  }

  function adjust(adjustment: Adjustment): void {
    const { effectiveDate: day, unitChange, adjustedUnitPrice, adjustedUnitCost } = adjustment;
    const line = lineOf(adjustment);
    if (day < line.contract.startDate || day > line.contract.endDate) {
      throw new Refusal(
        'ContractServiceAdjustment effectiveDate must be between the start date and end date of the Contract referenced by contractID.',
      );
    }
    const open = line.spans.find(({ start, end }) => start <= day && day <= end) as Span;
    const inside = addMonths(line.contract.startDate, monthsSince(line.contract.startDate, open.start)) !== open.start;
    if (open.start === day && inside)
      throw new Refusal('Attempt to insert duplicate data into contract_service_period');
    if (line.spans.some(({ end, units }) => end >= day && units + unitChange < 0)) {
      throw new Refusal('The number of units must not be negative.');
    }
    if (open.start < day) {
      line.spans.push({ ...open, id: nextId(), start: day });
      open.end = addDays(day, -1);
    }
    for (const span of line.spans) {
      if (span.start < day) continue;
      span.units += unitChange;
      span.unitPrice = adjustedUnitPrice ?? span.unitPrice;
      span.unitCost = adjustedUnitCost ?? span.unitCost;
    }
    ledger.push(adjustment);
  }

  return {
    adjust,
    ledger,
    rowsOf: (contractIds) =>
      [...contractIds].flatMap((id) =>
        [...(lines.get(id)?.values() ?? [])].flatMap((line) => line.spans.map((span) => rowOf(line, span))),
      ),
  };
}

/** As the vendor shows it: amounts of the whole row, pro-rated by days where it is a part of a month. */
function rowOf(line: Line, { id, start, end, units, unitPrice, unitCost }: Span): UnitRow {
  const whole = daysBetween(
    monthStart(line.contract.startDate, start),
    addMonths(monthStart(line.contract.startDate, start), 1),
  );
  const share = (daysBetween(start, end) + 1) / whole;
  return {
    id,
    ...{ contractID: line.contract.id, contractServiceID: line.id, serviceID: line.serviceID },
    startDate: `${start}T00:00:00Z`,
    endDate: `${end}T00:00:00Z`,
    units,
    price: money(units * unitPrice * share),
    cost: money(units * unitCost * share),
    approveAndPostDate: null,
  };
}

const monthStart = (anchor: string, day: string): string => addMonths(anchor, monthsSince(anchor, day));

function monthsSince(anchor: string, day: string): number {
  const months = (text: string) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
  const count = months(day) - months(anchor);
  return addMonths(anchor, count) > day ? count - 1 : count;
}

const money = (amount: number): number => Math.round(amount * 10_000) / 10_000;
