import { auditLog } from '../audit/log.js';
import type { Enqueuer } from '../delivery/enqueue.js';
import type { BatchInput, IngestContext, RowResult } from '../marketplace/batch.js';
import type { Queries } from '../storage/database.js';
import { Refusal } from './refusal.js';
import type { Work } from './run.js';

/** What the three pushes answer: every row's fate, in the order of the input. */
export interface PushedRows {
  readonly results: readonly RowResult[];
}

const MAX_USER_ERRORS = 50;
const MAX_REPORTED_ROWS = 20;

export function ingestContext({ scope, now, newId }: Work): IngestContext {
  return { scope, now: now(), newId };
}

export function enqueuer({ jobs, newId, nettingSeconds, caller }: Work): Enqueuer {
  const { correlationId, requestId, principal } = caller;
  const actor = caller.actor ?? principal.actor;
  return { jobs, newId, nettingSeconds, actor, correlationId, requestId };
}

/** With REJECT_EVERYTHING one bad row refuses all: thrown inside the transaction, so nothing stays written. */
export function holdPolicy({ errorPolicy }: BatchInput, results: readonly RowResult[]): void {
  const rejected = results.filter(({ outcome }) => outcome === 'REJECTED');
  if (errorPolicy !== 'REJECT_EVERYTHING' || rejected.length === 0) return;
  const errors = rejected.flatMap((row) => row.errors).slice(0, MAX_USER_ERRORS);
  throw new Refusal(...errors.map((error) => ({ type: 'InvalidInput' as const, ...error })));
}

/** Tells in the entry what became of the rows. The last thing before it is settled. */
export async function reportRows(tx: Queries, work: Work, results: readonly RowResult[]): Promise<void> {
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome.toLowerCase() as keyof typeof counts] += 1;
  const { created, updated, unchanged, rejected } = counts;
  const message = `${created} created, ${updated} updated, ${unchanged} unchanged, ${rejected} rejected.`;
  const reasons = results
    .filter(({ outcome }) => outcome === 'REJECTED')
    .slice(0, MAX_REPORTED_ROWS)
    .map(({ index, externalId, errors }) => ({ index, externalId, codes: errors.map(({ code }) => code) }));
  const entry = { id: work.entryId, status: 'PENDING' as const };
  await auditLog.report(tx, work.scope, entry, message, { ...counts, reasons });
}
