import { type ZodType, z } from 'zod';
import type { NewId } from '../storage/ids.js';
import { idempotencyKey, UNPRINTABLE } from './fields.js';
import type { Scope } from './visibility.js';

export const MAX_ROWS = 500;
/** A clock of the caller may be ahead by this much. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const MAX_ERRORS_PER_ROW = 20;

/** What every push works with. */
export interface IngestContext {
  readonly scope: Scope;
  readonly now: Date;
  readonly newId: NewId;
}

/** REJECT_FAILED_ROWS writes the good rows; REJECT_EVERYTHING writes nothing when one row is bad. */
export const batchInput = z.strictObject({
  rows: z.array(z.unknown()).min(1, 'Give at least one row.').max(MAX_ROWS, `Give at most ${MAX_ROWS} rows at once.`),
  errorPolicy: z.enum(['REJECT_FAILED_ROWS', 'REJECT_EVERYTHING']).default('REJECT_FAILED_ROWS'),
  idempotencyKey: idempotencyKey.nullish(),
});
export type BatchInput = z.infer<typeof batchInput>;

export interface RowError {
  readonly code: string;
  /** Names the rule, never the value. */
  readonly message: string;
  readonly path: readonly string[];
}

export interface RowResult {
  readonly index: number;
  readonly externalId: string | null;
  readonly outcome: 'CREATED' | 'UPDATED' | 'UNCHANGED' | 'REJECTED';
  /** Null when rejected: what another organization owns is not named. */
  readonly id: string | null;
  /** Why it was rejected; or STALE_OBSERVATION with UNCHANGED. */
  readonly errors: readonly RowError[];
}

export interface Row<Data> {
  readonly index: number;
  readonly data: Data;
}

/** The rows of one push and what became of each. */
export interface Batch<Data> {
  /** Well formed and not decided yet. */
  readonly open: readonly Row<Data>[];
  reject(row: Row<Data>, code: string, message: string, ...path: string[]): void;
  settle(row: Row<Data>, outcome: 'CREATED' | 'UPDATED' | 'UNCHANGED', id: string): void;
  stale(row: Row<Data>, id: string): void;
  /** In the order of the input. */
  results(): RowResult[];
}

export function openBatch<Data extends { externalId: string; observedAt?: Date | null | undefined }>(
  rows: readonly unknown[],
  schema: ZodType<Data>,
  now: Date,
): Batch<Data> {
  const results: RowResult[] = [];
  const open: Row<Data>[] = [];
  const seen = new Set<string>();

  function reject({ index, data }: Row<Data>, code: string, message: string, ...path: string[]): void {
    const error = { code, message, path: ['input', 'rows', String(index), ...path] };
    results[index] = { index, externalId: data.externalId, outcome: 'REJECTED', id: null, errors: [error] };
  }

  for (const [index, raw] of rows.entries()) {
    const parsed = schema.safeParse(raw);
    if (!parsed.success) {
      const errors = errorsOf(parsed.error, raw, index);
      results[index] = { index, externalId: externalIdOf(raw), outcome: 'REJECTED', id: null, errors };
      continue;
    }
    const row = { index, data: parsed.data };
    if (seen.has(row.data.externalId)) {
      reject(row, 'DUPLICATE_IN_CALL', 'An earlier row of this call has the same externalId.', 'externalId');
    } else if (isAhead(row.data.observedAt, now)) {
      reject(row, OBSERVED_IN_FUTURE, aheadMessage('observedAt'), 'observedAt');
    } else {
      open.push(row);
    }
    seen.add(row.data.externalId);
  }

  return {
    open,
    reject,
    settle: ({ index, data: { externalId } }, outcome, id) => {
      results[index] = { index, externalId, outcome, id, errors: [] };
    },
    stale: ({ index, data: { externalId } }, id) => {
      const error = {
        code: 'STALE_OBSERVATION',
        message: 'A newer observation of this row is stored; this one changed nothing.',
        path: ['input', 'rows', String(index), 'observedAt'],
      };
      results[index] = { index, externalId, outcome: 'UNCHANGED', id, errors: [error] };
    },
    results: () => results,
  };
}

export const OBSERVED_IN_FUTURE = 'OBSERVED_IN_FUTURE';
export const aheadMessage = (field: string) => `${field} is more than five minutes ahead of the gateway.`;

/** What is stored would be newer than all that is true until then, and none of it would be taken any more. */
export function isAhead(moment: Date | null | undefined, now: Date): boolean {
  return moment != null && moment.getTime() > now.getTime() + CLOCK_TOLERANCE_MS;
}

/** When the row is valid for, or null when something newer is stored. A push without a time is never stale. */
export function observationOf(given: Date | null | undefined, stored: Date | undefined, now: Date): Date | null {
  if (stored === undefined) return given ?? now;
  if (given) return given < stored ? null : given;
  return now < stored ? stored : now;
}

/** Absent keeps what is stored, null clears it. */
export function keep<T>(given: T | null | undefined, stored: T | null | undefined): T | null {
  return given === undefined ? (stored ?? null) : given;
}

function errorsOf(error: z.ZodError, raw: unknown, index: number): RowError[] {
  return error.issues.slice(0, MAX_ERRORS_PER_ROW).map((issue) => ({
    code: codeOf(issue, raw),
    message: issue.message.slice(0, 300),
    path: ['input', 'rows', String(index), ...issue.path.map(String)],
  }));
}

function codeOf(issue: z.core.$ZodIssue, raw: unknown): string {
  if (issue.code === 'unrecognized_keys') return 'UNKNOWN_FIELD';
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], raw);
  return value === undefined && issue.code !== 'custom' ? 'REQUIRED' : 'INVALID_VALUE';
}

function externalIdOf(raw: unknown): string | null {
  const value = (raw as { externalId?: unknown } | null | undefined)?.externalId;
  return typeof value === 'string' && !UNPRINTABLE.test(value) ? value.slice(0, 200) : null;
}
