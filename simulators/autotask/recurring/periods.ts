import { type Database, labelOf } from '../database.js';
import { addDays, addMonths, dayOf, daysBetween } from '../dates.js';
import { entityOf } from '../entities/index.js';
import type { Row } from '../rows.js';

/** A billing period of the grid; `end` is cut at the contract's end, `days` is the uncut length. */
export interface Period {
  readonly start: string;
  readonly end: string;
  readonly days: number;
}

const MONTHS: Record<string, number> = { Monthly: 1, Quarterly: 3, 'Semi-Annual': 6, Yearly: 12 };

export const monthsOf = (db: Database, entityName: string, fieldName: string, value: unknown): number =>
  MONTHS[labelOf(db, entityOf(entityName), fieldName, value) ?? ''] ?? 1;

/** autotask: periods step from the contract's start date, so a contract that starts on the 22nd bills 22nd to 21st. */
export function periodsOf(db: Database, contract: Row): Period[] {
  const first = dayOf(contract.startDate);
  const last = dayOf(contract.endDate);
  const months = monthsOf(db, 'Contracts', 'contractPeriodType', contract.contractPeriodType);
  const periods: Period[] = [];
  for (let index = 0; ; index += 1) {
    const start = addMonths(first, index * months);
    if (start > last) return periods;
    const fullEnd = addDays(addMonths(first, (index + 1) * months), -1);
    periods.push({ start, end: fullEnd < last ? fullEnd : last, days: daysBetween(start, fullEnd) });
  }
}

/** autotask: only contracts of the type "Recurring Service" (7) hold service lines. */
export const isRecurring = (db: Database, contract: Row): boolean =>
  labelOf(db, entityOf('Contracts'), 'contractType', contract.contractType) === 'Recurring Service';
