import pg from 'pg';
import type { Scope } from '../entry.js';
import { GENESIS } from './chain.js';
import type { Floor } from './checkpoint.js';
import { anchorsOf, goneOutside, type Known, readCheckpoints, withOutside } from './checkpoint-list.js';
import { type Bounds, checkEntries } from './entries.js';
import type { Finding, Report } from './finding.js';
import { checkKept } from './kept.js';
import type { PublicKeys } from './key.js';
import { checkSegment } from './segment.js';

export interface VerifyOptions {
  readonly url: string;
  /** Whose checkpoints are believed. */
  readonly keys: PublicKeys;
  /** Reads what was written outside, by organization id. Null: not compared. */
  readonly outside: (() => Promise<OutsideLogs | null>) | null;
  /** What is read there is only a part: what it lacks is counted and not reported. */
  readonly part?: boolean;
  /** Only these; absent: all. */
  readonly organizationIds?: readonly string[];
  readonly onFinding: Report;
  /** Events checked so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export type OutsideLogs = ReadonlyMap<string, OutsideLog>;

export interface OutsideLog extends Scope {
  readonly checkpoints: readonly Known[];
}

export interface Verified {
  readonly organizations: number;
  readonly events: number;
  readonly entries: number;
  readonly checkpoints: number;
  /** Of them those that were written outside and are not in what was read there. */
  readonly notOutside: number;
  /** Whether anything was read outside. */
  readonly compared: boolean;
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
 * the gateway works. What is recomputed is recomputed here. The chains are checked by one session and the entries by another,
 * so that two cores have work. Throws what the database throws.
 */
export async function verifyAudit(options: VerifyOptions): Promise<Verified> {
  const { keys, onFinding: report, onProgress = () => undefined, signal } = options;
  // In this order: a checkpoint is made, then written outside, then marked, all while this runs.
  const marked = options.outside ? await deliveredIn(options.url) : new Map<string, number>();
  const outside = options.outside ? await options.outside() : null;
  const [client, beside] = await sessionsOfOneMoment(options.url);
  let notOutside = 0;
  try {
    const found = (await chainsOf(client, outside)).filter(
      ({ scope }) => options.organizationIds?.includes(scope.organizationId) ?? true,
    );
    const chains: Chain[] = [];
    for (const { scope, head } of found) {
      if (signal?.aborted) break;
      const inside = await readCheckpoints(client, scope, keys, report);
      const written = outside?.get(scope.organizationId)?.checkpoints ?? [];
      const known = outside ? withOutside(scope, inside, written, report) : inside;
      const gone = outside ? goneOutside(inside, written, marked.get(scope.organizationId) ?? 0) : [];
      for (const [from, to] of gone) {
        notOutside += to - from + 1;
        if (!options.part) report(goneFinding(scope, from, to));
      }
      const last = await lastOf(client, scope, head, report);
      chains.push({ scope, inside, known, last, floor: newestFloor(known) });
    }
    const total = found.reduce((sum, { head }) => sum + (head?.seq ?? 0), 0);
    let events = 0;
    const done = (more: number) => {
      events += more;
      onProgress(events, total);
    };
    const entries = allEntries(beside, chains, report, signal);
    // Awaited below, when the chains are checked or have failed.
    entries.catch(() => undefined);
    for (const chain of chains) {
      if (!signal?.aborted) await checkChain(client, chain, report, done, signal);
    }
    return {
      organizations: found.length,
      events,
      entries: await entries,
      checkpoints: chains.reduce((sum, { inside }) => sum + inside.length, 0),
      notOutside,
      compared: outside !== null,
      begins: chains.flatMap(({ scope, floor }) => (floor ? [{ ...scope, floor: floor.seq, at: floor.at }] : [])),
      complete: !signal?.aborted,
    };
  } finally {
    await Promise.all([client.end(), beside.end()]);
  }
}

/** The newest checkpoint of each organization that is marked as written outside; they are written in their order. */
async function deliveredIn(url: string): Promise<ReadonlyMap<string, number>> {
  const client = session(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ organizationId: string; number: number }>(
      `SELECT "organizationId", max("number") AS "number" FROM "AuditCheckpoint" WHERE "deliveredAt" IS NOT NULL GROUP BY 1`,
    );
    return new Map(rows.map(({ organizationId, number }) => [organizationId, number]));
  } finally {
    await client.end();
  }
}

function goneFinding(scope: Scope, from: number, to: number): Finding {
  const which = from === to ? `checkpoint ${from}` : `checkpoints ${from} to ${to}`;
  const message = `What was written outside lacks the delivered ${which}.`;
  return { ...scope, kind: 'CHECKPOINT', seq: null, auditLogId: null, message };
}

function session(url: string): pg.Client {
  const client = new pg.Client({ connectionString: url, application_name: 'gateway-audit-verify' });
  client.on('error', () => undefined);
  return client;
}

/** Two sessions that see the database as it was at the same moment. */
async function sessionsOfOneMoment(url: string): Promise<[pg.Client, pg.Client]> {
  const [first, second] = [session(url), session(url)];
  try {
    for (const client of [first, second]) {
      await client.connect();
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    }
    const { rows } = await first.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS "snapshot"');
    await second.query(`SET TRANSACTION SNAPSHOT ${pg.escapeLiteral(rows[0]?.snapshot ?? '')}`);
    return [first, second];
  } catch (error) {
    await Promise.allSettled([first.end(), second.end()]);
    throw error;
  }
}

async function allEntries(
  client: pg.Client,
  chains: readonly Chain[],
  report: Report,
  signal?: AbortSignal,
): Promise<number> {
  const tenants = new Map<string, Bounds[]>();
  for (const { scope, last, floor } of chains) {
    const bounds = tenants.get(scope.tenantId) ?? [];
    bounds.push({
      organizationId: scope.organizationId,
      last: last?.seq ?? Number.MAX_SAFE_INTEGER,
      floor: floor?.seq ?? null,
    });
    tenants.set(scope.tenantId, bounds);
  }
  let count = 0;
  for (const [tenantId, bounds] of tenants) {
    if (!signal?.aborted) count += await checkEntries(client, tenantId, bounds, report, signal);
  }
  return count;
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
    ${ownersOf('checkpoints', '"AuditCheckpoint"')}, ${ownersOf('kept', '"AuditKeptEntry"')},
  chains AS (
    TABLE events UNION TABLE entries UNION TABLE checkpoints UNION TABLE kept UNION SELECT "tenantId", "organizationId" FROM "AuditHead"
  ) SELECT c."tenantId", c."organizationId", h."seq", encode(h."hash", 'hex') AS "hash" FROM chains c
  LEFT JOIN "AuditHead" h ON h."tenantId" = c."tenantId" AND h."organizationId" = c."organizationId" ORDER BY 1, 2`;

/** Every organization that has, or had, a log. */
async function chainsOf(client: pg.Client, outside: OutsideLogs | null) {
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
  readonly inside: readonly Known[];
  /** What is known inside and outside. */
  readonly known: readonly Known[];
  /** The last event that counts. Null: whatever is last. */
  readonly last: Head | null;
  readonly floor: Floor | null;
}

async function checkChain(
  client: pg.Client,
  { scope, known, last, floor }: Chain,
  report: Report,
  onDone: (events: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  await checkKept(client, scope, floor, report);
  const start = await startOf(client, scope, known);
  const anchors = anchorsOf(known).filter(({ seq }) => seq >= start.first);
  await checkSegment(client, scope, { ...start, last, anchors }, report, { onDone, ...(signal && { signal }) });
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

function newestFloor(known: readonly Known[]): Floor | null {
  const floors = known.flatMap(({ statement }) => statement.floor ?? []);
  return floors.reduce<Floor | null>((newest, one) => (newest && newest.seq >= one.seq ? newest : one), null);
}
