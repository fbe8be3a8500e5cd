import type { Fact } from '../storage/database.js';

type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;

/** A refusal is the caller's to mend; what needs a person is a warning. Accepted and begun is in the audit log itself. */
const LEVELS: { readonly [status: string]: 'info' | 'warn' } = {
  SUCCEEDED: 'info',
  CANCELED: 'info',
  RETRYING: 'info',
  VERIFYING: 'info',
  FAILED: 'info',
  NEEDS_REVIEW: 'warn',
};

/** One line when an entry of the audit log comes to a status, once that is committed. Ids are those of the database. */
export function logEntry(log: Log, { operation, status, ...ids }: Fact): void {
  const level = LEVELS[status ?? ''];
  if (!level) return;
  const known = Object.fromEntries(Object.entries(ids).filter(([, value]) => value !== null));
  log(level, `${operation} ${status}`, known);
}
