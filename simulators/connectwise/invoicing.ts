import { type Database, info, put, type Row, rowOf, rows } from './database.js';

/** Months by the name of a cycle, as far as the simulator bills. */
const MONTHS: Readonly<Record<string, number>> = { Monthly: 1, Quarterly: 3, Annual: 12 };

/**
 * What an invoice run does to an agreement: the additions of the invoiced day count as billed, the next invoice moves on.
 * inferred: an agreement that was never invoiced begins with its start.
 */
export function runInvoicing(
  db: Database,
  agreementId: number,
  now: Date,
): { billed: number[]; nextInvoiceDate: string } {
  const agreement = rowOf(db, 'agreements', agreementId);
  if (!agreement) throw new Error(`no agreement ${agreementId}`);
  const day = String(agreement.nextInvoiceDate ?? agreement.startDate).slice(0, 10);
  const due = rows(db, 'additions').filter((row) => row.agreementId === agreementId && covers(row, day));
  for (const row of due) put(db, 'additions', { ...row, billedQuantity: row.quantity, _info: info(now, 'invoicing') });
  const { name = '' } = (agreement.billingCycle ?? {}) as { name?: string };
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCMonth(next.getUTCMonth() + (MONTHS[name] ?? 1));
  const nextInvoiceDate = next.toISOString().replace('.000', '');
  put(db, 'agreements', { ...agreement, nextInvoiceDate, _info: info(now, 'invoicing') });
  return { billed: due.map(({ id }) => id), nextInvoiceDate };
}

function covers({ effectiveDate, cancelledDate, billCustomer }: Row, day: string): boolean {
  const [from, until] = [String(effectiveDate).slice(0, 10), cancelledDate ? String(cancelledDate).slice(0, 10) : null];
  return billCustomer === 'Billable' && from <= day && (until === null || until >= day);
}
