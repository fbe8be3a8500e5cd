import pg from 'pg';
import type { Database, Queries } from '../../storage/database.js';
import type { Scope } from '../entry.js';
import { GENESIS } from './chain.js';
import { digestOf, type Floor, type SignedCheckpoint, type Statement, signCheckpoint } from './checkpoint.js';
import type { Finding } from './finding.js';
import { keepUpTo } from './kept.js';
import type { SigningKey } from './key.js';
import type { Outside } from './outside.js';
import { checkSegment } from './segment.js';

export interface CheckpointOptions {
  readonly db: Database;
  readonly key: SigningKey;
  readonly outside: Outside;
  readonly now: () => Date;
}

export interface Made {
  readonly made: number;
  readonly delivered: number;
  /** What kept a log from being signed: nothing is signed that does not verify. */
  readonly findings: readonly Finding[];
}

/** The newest checkpoint of a log, as far as the next one needs it; for a log without one its beginning. */
interface Latest {
  readonly number: number;
  readonly seq: number;
  readonly hash: string;
  readonly floor: Floor | null;
  readonly digest: string | null;
  /** The last event of the newest month that was closed by a checkpoint. */
  readonly closed: number;
}

interface Place {
  readonly seq: number;
  readonly hash: string;
  readonly period: string | null;
}

/** A log may have kept very many entries. */
const KEEP_WITHIN_MS = 600_000;

export type Checkpoints = ReturnType<typeof createCheckpoints>;

/** Makes checkpoints and brings them outside. Safe to call from several instances at once. */
export function createCheckpoints({ db, key, outside, now }: CheckpointOptions) {
  return { make, deliver, declareFloor };

  /**
   * One checkpoint for each log that has grown, and one for each month that has closed since; then all are delivered that
   * are not yet. Throws when the place outside does not take them: they stay, signed, for the next time.
   */
  async function make(organizationIds?: readonly string[]): Promise<Made> {
    const findings: Finding[] = [];
    let made = 0;
    for (const scope of await grown(organizationIds)) {
      const { found, places } = await examine(scope);
      findings.push(...found);
      if (found.length === 0) made += await sign(scope, places);
    }
    return { made, delivered: await deliver(), findings };
  }

  /**
   * Signs, at the newest checkpoint's place, that the events of a log up to this one may go, together with what is remembered
   * of the entries that stay. Deliver it before they do.
   */
  async function declareFloor(scope: Scope, seq: bigint): Promise<void> {
    const declare = async (tx: Queries, latest: Latest) => {
      const floor = await keepUpTo(tx, scope, seq);
      await insert(tx, scope, latest, { seq: latest.seq, hash: latest.hash, period: null }, floor);
    };
    await asSigner(scope, declare, { timeoutMs: KEEP_WITHIN_MS });
  }

  async function grown(organizationIds: readonly string[] | undefined): Promise<Scope[]> {
    const all = await db.client.$queryRaw<Scope[]>`
      SELECT h."tenantId"::text, h."organizationId"::text FROM "AuditHead" h
      WHERE h."seq" > coalesce((SELECT max(c."seq") FROM "AuditCheckpoint" c
          WHERE c."tenantId" = h."tenantId" AND c."organizationId" = h."organizationId"), 0)
        OR (SELECT e."at" FROM "AuditLogEvent" e WHERE e."tenantId" = h."tenantId" AND e."organizationId" = h."organizationId"
          AND e."seq" > coalesce((SELECT max(c."seq") FROM "AuditCheckpoint" c WHERE c."tenantId" = h."tenantId"
            AND c."organizationId" = h."organizationId" AND c."period" IS NOT NULL), 0)
          ORDER BY e."seq" LIMIT 1) < date_trunc('month', ${now()}::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
      ORDER BY 1, 2`;
    return organizationIds ? all.filter(({ organizationId }) => organizationIds.includes(organizationId)) : all;
  }

  /** Checks what is new in a log and finds where to make checkpoints: at the ends of closed months, and at its end. */
  async function examine(scope: Scope): Promise<{ found: Finding[]; places: Place[] }> {
    const client = new pg.Client({ connectionString: db.url, application_name: 'gateway-audit-checkpoint' });
    client.on('error', () => undefined);
    await client.connect();
    const found: Finding[] = [];
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { seq, hash, closed } = await latestOf(db.client, scope);
      const owner = [scope.tenantId, scope.organizationId];
      const { rows } = await client.query<{ seq: string; hash: string }>(HEAD, owner);
      const last = { seq: Number(rows[0]?.seq ?? 0), hash: rows[0]?.hash ?? GENESIS };
      const bounds = { first: seq + 1, firstPrevHash: hash, last, anchors: [] };
      await checkSegment(client, scope, bounds, (finding) => found.push(finding), { within: true });
      const ends = await client.query<Place & { seq: string }>(MONTHS, [...owner, closed, last.seq, now()]);
      return {
        found,
        places: [...ends.rows.map((row) => ({ ...row, seq: Number(row.seq) })), { ...last, period: null }],
      };
    } finally {
      await client.end();
    }
  }

  /** Answers how many were made; what another instance has signed meanwhile is not signed again. */
  function sign(scope: Scope, places: readonly Place[]): Promise<number> {
    return asSigner(scope, async (tx, newest) => {
      let latest = newest;
      let made = 0;
      for (const place of places) {
        if (place.seq <= (place.period === null ? latest.seq : latest.closed)) continue;
        latest = await insert(tx, scope, latest, place, latest.floor);
        made += 1;
      }
      return made;
    });
  }

  /** Two signers of one log would both make the same number. */
  function asSigner<T>(
    scope: Scope,
    work: (tx: Queries, latest: Latest) => Promise<T>,
    options: { readonly timeoutMs?: number } = {},
  ): Promise<T> {
    return db.transaction(async (tx) => {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`audit checkpoint ${scope.organizationId}`}, 0))`;
      return work(tx, await latestOf(tx, scope));
    }, options);
  }

  async function insert(tx: Queries, scope: Scope, latest: Latest, place: Place, floor: Floor | null): Promise<Latest> {
    const at = now();
    const statement: Statement = {
      ...{ tenantId: scope.tenantId, organizationId: scope.organizationId },
      number: latest.number + 1,
      ...place,
      at: at.toISOString(),
      floor,
      previous: latest.digest,
    };
    const signed = signCheckpoint(statement, key);
    await tx.auditCheckpoint.create({
      data: {
        ...{ tenantId: scope.tenantId, organizationId: scope.organizationId, number: statement.number },
        ...{ seq: BigInt(place.seq), hash: Buffer.from(place.hash, 'hex'), period: place.period },
        floor: BigInt(statement.floor?.seq ?? 0),
        floorHash: statement.floor ? Buffer.from(statement.floor.hash, 'hex') : null,
        floorAt: statement.floor ? new Date(statement.floor.at) : null,
        ...{ statement: signed.statement, keyId: signed.key, signature: Buffer.from(signed.signature, 'base64'), at },
      },
    });
    const furthest = place.seq > latest.seq ? place : latest;
    return {
      ...{ number: statement.number, floor: statement.floor, digest: digestOf(signed) },
      ...{ seq: furthest.seq, hash: furthest.hash },
      closed: place.period === null ? latest.closed : place.seq,
    };
  }

  /** Answers how many were delivered. */
  async function deliver(): Promise<number> {
    let delivered = 0;
    for (;;) {
      const rows = await db.client.auditCheckpoint.findMany({
        where: { deliveredAt: null },
        orderBy: [{ tenantId: 'asc' }, { organizationId: 'asc' }, { number: 'asc' }],
        take: 100,
      });
      if (rows.length === 0) return delivered;
      const signed = rows.map(({ statement, keyId, signature }): SignedCheckpoint => {
        return { statement, key: keyId, signature: Buffer.from(signature).toString('base64') };
      });
      await outside.deliver(signed);
      for (const { tenantId, organizationId, number } of rows) {
        // Another instance may have delivered it too: twice is as good as once.
        await db.client.auditCheckpoint.updateMany({
          where: { tenantId, organizationId, number, deliveredAt: null },
          data: { deliveredAt: now() },
        });
      }
      delivered += rows.length;
    }
  }
}

const HEAD = `SELECT "seq", encode("hash", 'hex') AS "hash" FROM "AuditHead" WHERE "tenantId" = $1 AND "organizationId" = $2`;

/** The last event of each month that is over, behind the last one closed. */
const MONTHS = `
  SELECT DISTINCT ON ("period") e."seq", encode(e."hash", 'hex') AS "hash", to_char(e."at" AT TIME ZONE 'UTC', 'YYYY-MM') AS "period"
  FROM "AuditLogEvent" e WHERE e."tenantId" = $1 AND e."organizationId" = $2 AND e."seq" > $3 AND e."seq" <= $4
    AND e."at" < date_trunc('month', $5::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
  ORDER BY "period", e."seq" DESC`;

async function latestOf(tx: Queries, { tenantId, organizationId }: Scope): Promise<Latest> {
  const where = { tenantId, organizationId };
  const latest = await tx.auditCheckpoint.findFirst({ where, orderBy: { number: 'desc' } });
  if (!latest) return { number: 0, seq: 0, hash: GENESIS, floor: null, digest: null, closed: 0 };
  // A month is closed late when the clocks of two machines differ, so the newest need not be the furthest.
  const furthest = (await tx.auditCheckpoint.findFirst({ where, orderBy: { seq: 'desc' } })) ?? latest;
  const month = await tx.auditCheckpoint.aggregate({ where: { ...where, period: { not: null } }, _max: { seq: true } });
  const signature = Buffer.from(latest.signature).toString('base64');
  return {
    number: latest.number,
    seq: Number(furthest.seq),
    hash: Buffer.from(furthest.hash).toString('hex'),
    floor: (JSON.parse(latest.statement) as Statement).floor,
    digest: digestOf({ statement: latest.statement, key: latest.keyId, signature }),
    closed: Number(month._max.seq ?? 0),
  };
}
