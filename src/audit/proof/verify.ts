import pg from 'pg';
import type { Scope } from '../entry.js';
import { GENESIS } from './chain.js';
import { anchorsOf, type Known, keptUpTo, readCheckpoints, withOutside } from './checkpoint-list.js';
import { checkEntries } from './entries.js';
import type { Finding, Report } from './finding.js';
import type { PublicKeys } from './key.js';
import { checkSegment } from './segment.js';

export interface VerifyOptions {
  readonly url: string;
  /** Whose checkpoints are believed. */
  readonly keys: PublicKeys;
  /** What was written outside, by organization id. Null: not compared. */
  readonly outside: ReadonlyMap<string, OutsideLog> | null;
  /** Only these; absent: all. */
  readonly organizationIds?: readonly string[];
  readonly onFinding: (finding: Finding) => void;
  /** Events checked so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface OutsideLog extends Scope {
  readonly checkpoints: readonly Known[];
}

export interface Verified {
  readonly organizations: number;
  readonly events: number;
  readonly entries: number;
  readonly checkpoints: number;
  readonly findings: number;
  /** Organizations whose log does not begin at its beginning any more: events up to `floor` were given up. */
  readonly begins: readonly (Scope & { readonly floor: number; readonly at: string })[];
  /** False when it was given up on the way. */
  readonly complete: boolean;
}

interface Head {
  readonly seq: number;
  readonly hash: string;
}

/**
 * Checks the whole log against itself, against its checkpoints and against what was written outside, in one snapshot, while
 * the gateway works. What is recomputed is recomputed here. Throws what the database throws.
 */
export async function verifyAudit(options: VerifyOptions): Promise<Verified> {
  const { keys, outside, onProgress = () => undefined, signal } = options;
  const client = new pg.Client({ connectionString: options.url, application_name: 'gateway-audit-verify' });
  client.on('error', () => undefined);
  await client.connect();
  let findings = 0;
  const report: Report = (finding) => {
    findings += 1;
    options.onFinding(finding);
  };
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const chains = (await chainsOf(client, outside)).filter(
      ({ scope }) => options.organizationIds?.includes(scope.organizationId) ?? true,
    );
    const total = chains.reduce((sum, { head }) => sum + (head?.seq ?? 0), 0);
    const counts = { events: 0, entries: 0, checkpoints: 0 };
    const begins: (Scope & { floor: number; at: string })[] = [];
    const lasts = new Map<string, Map<string, number>>();
    for (const { scope, head } of chains) {
      if (signal?.aborted) break;
      const inside = await readCheckpoints(client, scope, keys, report);
      const known = outside
        ? withOutside(scope, inside, outside.get(scope.organizationId)?.checkpoints ?? [], report)
        : inside;
      counts.checkpoints += inside.length;
      const floor = newestFloor(known);
      if (floor) begins.push({ ...scope, floor: floor.seq, at: floor.at });
      if (floor) await checkKept(client, scope, floor, report);
      const done = (events: number) => {
        counts.events += events;
        onProgress(counts.events, total);
      };
      const last = await checkChain(client, { scope, head, known }, report, done, signal);
      lasts.set(scope.tenantId, (lasts.get(scope.tenantId) ?? new Map()).set(scope.organizationId, last));
    }
    for (const [tenantId, of] of lasts) {
      if (!signal?.aborted) counts.entries += await checkEntries(client, tenantId, of, report, signal);
    }
    return { organizations: chains.length, ...counts, begins, findings, complete: !signal?.aborted };
  } finally {
    await client.end();
  }
}

/** The owners of a table's rows, found by going from one to the next in its index. */
const ownersOf = (name: string, table: string) => `${name} AS (
    (SELECT "tenantId", "organizationId" FROM ${table} ORDER BY 1, 2 LIMIT 1)
    UNION ALL
    SELECT n.* FROM ${name} o, LATERAL (
      SELECT t."tenantId", t."organizationId" FROM ${table} t
      WHERE (t."tenantId", t."organizationId") > (o."tenantId", o."organizationId") ORDER BY 1, 2 LIMIT 1
    ) n
  )`;

const CHAINS = `
  WITH RECURSIVE ${ownersOf('events', '"AuditLogEvent"')}, ${ownersOf('entries', '"AuditLog"')},
    ${ownersOf('checkpoints', '"AuditCheckpoint"')},
  chains AS (
    TABLE events UNION TABLE entries UNION TABLE checkpoints UNION SELECT "tenantId", "organizationId" FROM "AuditHead"
  ) SELECT c."tenantId", c."organizationId", h."seq", encode(h."hash", 'hex') AS "hash" FROM chains c
  LEFT JOIN "AuditHead" h ON h."tenantId" = c."tenantId" AND h."organizationId" = c."organizationId" ORDER BY 1, 2`;

/** Every organization that has, or had, a log. */
async function chainsOf(client: pg.Client, outside: VerifyOptions['outside']) {
  const { rows } = await client.query<Scope & { seq: string | null; hash: string }>(CHAINS);
  const found: { scope: Scope; head: Head | null }[] = rows.map(({ tenantId, organizationId, seq, hash }) => ({
    scope: { tenantId, organizationId },
    head: seq === null ? null : { seq: Number(seq), hash },
  }));
  const ids = new Set(rows.map(({ organizationId }) => organizationId));
  for (const { tenantId, organizationId } of outside?.values() ?? []) {
    if (!ids.has(organizationId)) found.push({ scope: { tenantId, organizationId }, head: null });
  }
  return found;
}

interface Chain {
  readonly scope: Scope;
  readonly head: Head | null;
  readonly known: readonly Known[];
}

/** Answers the number of the last event that counts. */
async function checkChain(
  client: pg.Client,
  { scope, head, known }: Chain,
  report: Report,
  onDone: (events: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  const start = await startOf(client, scope, known);
  const last = await lastOf(client, scope, head, report);
  const anchors = anchorsOf(known).filter(({ seq }) => seq >= start.first);
  const seq = await checkSegment(client, scope, { ...start, last, anchors }, report, {
    onDone,
    ...(signal && { signal }),
  });
  return last?.seq ?? seq;
}

/**
 * Where the log must begin. Behind the newest floor, or while what lies below it is still all there, with its first event,
 * which the floor before that vouches for.
 */
async function startOf(client: pg.Client, { tenantId, organizationId }: Scope, known: readonly Known[]) {
  const floor = newestFloor(known);
  if (!floor) return { first: 1, firstPrevHash: GENESIS };
  const { rows } = await client.query<{ count: string; first: string | null }>(
    `SELECT count(*) AS "count", min("seq") AS "first" FROM "AuditLogEvent" WHERE "tenantId" = $1 AND "organizationId" = $2 AND "seq" <= $3`,
    [tenantId, organizationId, floor.seq],
  );
  const first = Number(rows[0]?.first ?? 0);
  const whole = first > 0 && Number(rows[0]?.count) === floor.seq - first + 1;
  if (!whole) return { first: floor.seq + 1, firstPrevHash: floor.hash };
  const former = known.findLast(({ statement }) => statement.floor?.seq === first - 1)?.statement.floor;
  return { first, firstPrevHash: first === 1 ? GENESIS : (former?.hash ?? null) };
}

/** The last event that counts. A head that was set back still has the hash of the event it stood at. */
async function lastOf(client: pg.Client, scope: Scope, head: Head | null, report: Report): Promise<Head | null> {
  const find = (message: string) => report({ ...scope, kind: 'HEAD', seq: null, auditLogId: null, message });
  if (!head) {
    find('The head of the chain is missing.');
    return null;
  }
  const { rows } = await client.query<{ seq: string }>(
    `SELECT "seq" FROM "AuditLogEvent" WHERE "tenantId" = $1 AND "organizationId" = $2 AND "seq" > $3 AND "hash" = decode($4, 'hex') LIMIT 1`,
    [scope.tenantId, scope.organizationId, head.seq, head.hash],
  );
  if (!rows[0]) return head;
  find(`The head of the chain was set back to ${head.seq}; its hash is that of event ${rows[0].seq}.`);
  return { seq: Number(rows[0].seq), hash: head.hash };
}

async function checkKept(
  client: pg.Client,
  scope: Scope,
  floor: NonNullable<ReturnType<typeof newestFloor>>,
  report: Report,
) {
  const { kept, keptDigest } = await keptUpTo(client, scope, floor.seq);
  if (kept === floor.kept && keptDigest === floor.keptDigest) return;
  const message = `What is known of the ${floor.kept} entries that outlived their events up to ${floor.seq} was changed.`;
  report({ ...scope, kind: 'CHECKPOINT', seq: null, auditLogId: null, message });
}

function newestFloor(known: readonly Known[]) {
  const floors = known.flatMap(({ statement }) => statement.floor ?? []);
  return floors.reduce<(typeof floors)[number] | null>(
    (newest, one) => (newest && newest.seq >= one.seq ? newest : one),
    null,
  );
}
