import type pg from 'pg';
import type { Scope } from '../entry.js';
import { chainRow, EVENT_COLUMNS, type EventColumns } from './chain.js';
import type { Report } from './finding.js';
import { type ChainBounds, createChainCheck } from './links.js';
import { pagesOf, SMALLEST } from './pages.js';

const EVENTS = `SELECT ${EVENT_COLUMNS} FROM "AuditLogEvent" e WHERE e."tenantId" = $1 AND e."organizationId" = $2
  AND e."seq" <= $3::bigint AND e."seq" > $4::bigint ORDER BY e."seq" LIMIT $5`;
const LARGEST = '9223372036854775807';

export interface SegmentOptions {
  /** Only the events of these bounds are read; else all there are, so that what lies outside is found. */
  readonly within?: boolean;
  readonly onDone?: (events: number) => void;
  readonly signal?: AbortSignal;
}

/** Checks the events of one organization between two places. Answers the number of the last one read. */
export async function checkSegment(
  client: pg.Client,
  scope: Scope,
  bounds: ChainBounds,
  report: Report,
  { within = false, onDone, signal }: SegmentOptions = {},
): Promise<number> {
  const check = createChainCheck(scope, bounds, report);
  const [start, end] = within ? [`${bounds.first - 1}`, `${bounds.last?.seq ?? LARGEST}`] : [SMALLEST, LARGEST];
  let seq = 0;
  const values = [scope.tenantId, scope.organizationId, end];
  for await (const rows of pagesOf<EventColumns>(client, 'audit_events', EVENTS, values, start)) {
    for (const columns of rows) check.event(chainRow(scope, columns));
    seq = Number(rows.at(-1)?.[0] ?? seq);
    onDone?.(rows.length);
    if (signal?.aborted) return seq;
  }
  check.end();
  return seq;
}
