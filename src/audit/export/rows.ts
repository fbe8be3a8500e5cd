import pg from 'pg';
import { CursorError } from '../cursor.js';
import type { AuditStatus, Scope } from '../entry.js';
import type { ExportCursor } from './cursor.js';

/** Which events; absent asks nothing. */
export interface ExportFilter {
  /** At or after. */
  readonly from?: Date;
  /** Before. */
  readonly to?: Date;
  readonly operations?: readonly string[];
  /** What the event leads to. */
  readonly statuses?: readonly AuditStatus[];
  readonly connectionIds?: readonly string[];
}

/** An event with what its entry says of it, as it leaves the house. */
export interface ExportRow extends Scope {
  readonly seq: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly type: 'STATUS' | 'REPORT';
  readonly fromStatus: AuditStatus | null;
  readonly toStatus: AuditStatus;
  readonly message: string;
  readonly data: unknown;
  readonly hash: string;
  readonly auditLogId: string;
  readonly operation: string;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly actorName: string;
  readonly targetKind: string | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
  readonly connectionId: string | null;
  readonly customerId: string | null;
  readonly customerName: string | null;
  readonly correlationId: string;
  readonly requestId: string | null;
  readonly parentId: string | null;
  readonly dryRun: boolean;
}

export interface ExportPage {
  readonly rows: readonly ExportRow[];
  /** Behind these rows, and behind those the filter left out. */
  readonly cursor: ExportCursor;
  /** Events looked at, with those the filter left out. */
  readonly seen: number;
}

/** What an organization's log holds: the number of its newest event, and of the one before the oldest kept. */
export interface Extent {
  readonly head: bigint;
  readonly floor: bigint;
}

/** Numbers have no gaps, so a range of them is a page. */
const PAGE = 1_000n;

const EXTENTS = `
  SELECT h."organizationId"::text, h."seq"::text AS "head", coalesce((SELECT min(e."seq") - 1 FROM "AuditLogEvent" e
    WHERE e."tenantId" = h."tenantId" AND e."organizationId" = h."organizationId"), h."seq")::text AS "floor"
  FROM "AuditHead" h WHERE h."organizationId" = ANY($1::uuid[])`;

const ROWS = `
  SELECT e."tenantId"::text, e."organizationId"::text, e."seq"::text, to_char(e."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "at",
    e."type"::text, e."fromStatus"::text, e."toStatus"::text, e."message", e."data", encode(e."hash", 'hex') AS "hash",
    e."auditLogId"::text, a."operation", a."actorKind"::text, a."actorId", a."actorName", a."targetKind", a."targetId"::text,
    a."targetName", a."connectionId"::text, a."customerId"::text, a."customerName", a."correlationId"::text, a."requestId",
    a."parentId"::text, a."dryRun"
  FROM "AuditLogEvent" e JOIN "AuditLog" a ON a."tenantId" = e."tenantId" AND a."id" = e."auditLogId"
  WHERE e."tenantId" = $1 AND e."organizationId" = $2 AND e."seq" > $3::bigint AND e."seq" <= $4::bigint
    AND ($5::timestamptz IS NULL OR e."at" >= $5) AND ($6::timestamptz IS NULL OR e."at" < $6)
    AND ($7::text[] IS NULL OR a."operation" = ANY($7)) AND ($8::text[] IS NULL OR e."toStatus"::text = ANY($8))
    AND ($9::uuid[] IS NULL OR a."connectionId" = ANY($9))
  ORDER BY e."seq"`;

const KEPT = `SELECT FROM "AuditLogEvent" WHERE "tenantId" = $1 AND "organizationId" = $2 AND "seq" = $3::bigint`;

export async function extentsOf(url: string, scopes: readonly Scope[]): Promise<ReadonlyMap<string, Extent>> {
  return withClient(url, async (client) => {
    const ids = scopes.map(({ organizationId }) => organizationId);
    const { rows } = await client.query<{ organizationId: string; head: string; floor: string }>(EXTENTS, [ids]);
    return new Map(
      rows.map(({ organizationId, head, floor }) => [organizationId, { head: BigInt(head), floor: BigInt(floor) }]),
    );
  });
}

/**
 * The events of each organization between two numbers, organization after organization, in pages: however many there are,
 * one page is held. Needs no snapshot, because what lies between does not change. Throws CursorError where retention removed
 * some of it meanwhile.
 */
export async function* exportPages(
  url: string,
  ranges: readonly (Scope & { readonly after: bigint; readonly until: bigint })[],
  filter: ExportFilter,
): AsyncGenerator<ExportPage, void> {
  const { from = null, to = null, operations = null, statuses = null, connectionIds = null } = filter;
  const wanted = [from, to, operations, statuses, connectionIds];
  const cursor = new Map(ranges.map(({ organizationId, after }) => [organizationId, after]));
  const client = new pg.Client({ connectionString: url, application_name: 'gateway-audit-export' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const { tenantId, organizationId, after, until } of ranges) {
      for (let last = after; last < until; ) {
        const end = last + PAGE < until ? last + PAGE : until;
        const values = [tenantId, organizationId, `${last}`, `${end}`, ...wanted];
        const { rows } = await client.query<ExportRow>({ name: 'audit_export', text: ROWS, values });
        await checkWhole(client, values, last + 1n);
        cursor.set(organizationId, end);
        yield { rows, cursor: new Map(cursor), seen: Number(end - last) };
        last = end;
      }
    }
  } finally {
    await client.end();
  }
}

/** Retention removes from the front: while a page's first event is there, all of the page was. */
async function checkWhole(
  client: pg.Client,
  [tenantId, organizationId]: readonly unknown[],
  first: bigint,
): Promise<void> {
  const values = [tenantId, organizationId, `${first}`];
  const { rowCount } = await client.query({ name: 'audit_export_kept', text: KEPT, values });
  if (rowCount) return;
  const message = `Events from ${first} on were removed by retention while they were exported. Begin without a cursor.`;
  throw new CursorError('CURSOR_EXPIRED', message);
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
