/** One thing the gateway wrote to a line, or found to be so when it wanted to write it; from `date` on. */
export interface Write {
  readonly date: string;
  /** Only where the operation was about units: one about money leaves them as it found them. */
  readonly units?: number;
  /** Only where the operation was about money. */
  readonly unitPrice?: string;
  readonly unitCost?: string;
  /** Only of a step that was sent. */
  readonly unitsBefore?: number;
  readonly sentAt?: string;
}

/** The fields of a line that the gateway writes. */
export type Amount = 'QUANTITY' | 'UNIT_PRICE' | 'UNIT_COST';

export function isAmount(field: string): field is Amount {
  return field === 'QUANTITY' || field === 'UNIT_PRICE' || field === 'UNIT_COST';
}

export interface LastWritten {
  /** What counts on the day; null: nothing was written by then. */
  readonly onDay: string | null;
  /** What was written last and counts only after the day; null: nothing. */
  readonly later: string | null;
}

/**
 * What the gateway wrote last, as it counts on a day: a change that the policy dated later is no reason to expect it already.
 * `writes` come newest first; of two for one day the newer counts.
 */
export function lastWritten(writes: readonly Write[], day: string, field: Amount): LastWritten {
  const about = writes.flatMap((write) => {
    const value = amountOf(write, field);
    return value === null ? [] : [{ date: write.date, value }];
  });
  const [newest] = about;
  return {
    onDay: about.find(({ date }) => date <= day)?.value ?? null,
    later: newest && newest.date > day ? newest.value : null,
  };
}

function amountOf({ units, unitPrice, unitCost }: Write, field: Amount): string | null {
  if (field === 'QUANTITY') return units === undefined ? null : String(units);
  return (field === 'UNIT_PRICE' ? unitPrice : unitCost) ?? null;
}
