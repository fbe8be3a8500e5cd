import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Scope } from '../../../src/audit/entry.js';
import type { Finding } from '../../../src/audit/proof/finding.js';

/** One act behind the back of the database, and what must be named for it. */
export interface Tamper {
  readonly kind: string;
  readonly seqs: readonly number[];
  readonly entry?: string;
}

interface Target extends Scope {
  readonly client: pg.Client;
  /** A number nobody has taken yet, and never the first or the last one. */
  takeSeq(): number;
  takeEntry(): string;
  /** Behind the last event. */
  nextSeq(): number;
}

const HASHED = `audit_event_hash("prevHash", "tenantId", "organizationId", "seq", "auditLogId", "type", "fromStatus", "toStatus", "message", "data", "at", "entryHash")`;
const HERE = '"tenantId" = $1 AND "organizationId" = $2 AND "seq" = $3';

const change = (kind: string, set: string) => async (target: Target) => {
  const seq = target.takeSeq();
  await event(target, `UPDATE "AuditLogEvent" SET ${set} WHERE ${HERE}`, seq);
  return { kind, seqs: [seq] };
};
const changeEntry = (kind: string, set: string) => async (target: Target) => {
  const entry = target.takeEntry();
  await target.client.query(`UPDATE "AuditLog" SET ${set} WHERE "tenantId" = $1 AND "id" = $2`, [
    target.tenantId,
    entry,
  ]);
  return { kind, seqs: [], entry };
};
const rehash = (target: Target, seq: number) =>
  event(target, `UPDATE "AuditLogEvent" SET "hash" = ${HASHED} WHERE ${HERE}`, seq);

const KINDS: readonly ((target: Target) => Promise<Tamper>)[] = [
  change('message', `"message" = "message" || '.'`),
  change('data', `"data" = jsonb_set("data", '{details,quantity}', '1000000')`),
  change('time', `"at" = "at" - interval '1 millisecond'`),
  change('status', `"toStatus" = CASE "toStatus" WHEN 'FAILED' THEN 'SUCCEEDED' ELSE 'FAILED' END::"AuditStatus"`),
  change('type', `"type" = 'REPORT'`),
  change('entry of an event', `"auditLogId" = gen_random_uuid()`),
  change('hash', `"hash" = sha256("hash")`),
  change('previous hash', `"prevHash" = sha256("prevHash")`),
  change('entry hash', `"entryHash" = NULL`),
  changeEntry('summary of an entry', `"summary" = "summary" || '!'`),
  changeEntry('details of an entry', `"details" = '{}'`),
  changeEntry('actor of an entry', `"actorName" = 'nobody'`),
  changeEntry('status of an entry', `"status" = 'FAILED'`),
  async (target) => {
    const seq = target.takeSeq();
    await event(target, `DELETE FROM "AuditLogEvent" WHERE ${HERE}`, seq);
    return { kind: 'deleted event', seqs: [seq] };
  },
  async (target) => {
    const entry = target.takeEntry();
    await target.client.query('DELETE FROM "AuditLog" WHERE "tenantId" = $1 AND "id" = $2', [target.tenantId, entry]);
    return { kind: 'deleted entry', seqs: [], entry };
  },
  async (target) => {
    const entry = randomUUID();
    await target.client.query(
      `INSERT INTO "AuditLog" ("tenantId", "organizationId", "id", "operation", "status", "actorKind", "actorName", "correlationId", "summary")
       VALUES ($1, $2, $3, 'Forged', 'SUCCEEDED', 'SYSTEM', 'nobody', $3, 'never happened')`,
      [target.tenantId, target.organizationId, entry],
    );
    return { kind: 'inserted entry', seqs: [], entry };
  },
  async (target) => {
    const seq = target.takeSeq();
    await event(target, `UPDATE "AuditLogEvent" SET "message" = 'rewritten' WHERE ${HERE}`, seq);
    await rehash(target, seq);
    return { kind: 'rewritten with its hash', seqs: [seq] };
  },
  async (target) => {
    const seq = target.nextSeq();
    await event(
      target,
      `INSERT INTO "AuditLogEvent" SELECT "tenantId", "organizationId", $3::bigint, "auditLogId", "type", "fromStatus", "toStatus", 'forged', "data", "at", "hash", sha256("hash"), "entryHash"
       FROM "AuditLogEvent" WHERE "tenantId" = $1 AND "organizationId" = $2 AND "seq" = $3::bigint - 1`,
      seq,
    );
    await rehash(target, seq);
    return { kind: 'inserted event', seqs: [seq] };
  },
  async (target) => {
    const [a, b] = [target.takeSeq(), target.takeSeq()];
    const move = (from: number, to: number) =>
      event(target, `UPDATE "AuditLogEvent" SET "seq" = ${to} WHERE ${HERE}`, from);
    await move(a, -1);
    await move(b, a);
    await move(-1, b);
    return { kind: 'swapped events', seqs: [a, b] };
  },
  async (target) => {
    const [a, b] = [target.takeSeq(), target.takeSeq()];
    const content = ['auditLogId', 'type', 'fromStatus', 'toStatus', 'message', 'data', 'at', 'entryHash'].map(
      (name) => `"${name}"`,
    );
    await target.client.query(
      `UPDATE "AuditLogEvent" e SET (${content}) = (SELECT ${content} FROM "AuditLogEvent" o
         WHERE o."tenantId" = e."tenantId" AND o."organizationId" = e."organizationId" AND o."seq" = $3::bigint + $4::bigint - e."seq")
       WHERE "tenantId" = $1 AND "organizationId" = $2 AND "seq" IN ($3, $4)`,
      [target.tenantId, target.organizationId, a, b],
    );
    return { kind: 'swapped contents', seqs: [a, b] };
  },
];

export const TAMPERS = KINDS.length;

async function event({ client, tenantId, organizationId }: Target, text: string, seq: number): Promise<void> {
  const { rowCount } = await client.query(text, [tenantId, organizationId, seq]);
  if (rowCount !== 1) throw new Error(`Not one row at ${seq}: ${text}`);
}

export interface Damage extends Scope {
  readonly entries: readonly string[];
  readonly count: number;
  readonly random: () => number;
  /** Only this kind; absent: any. */
  readonly only?: number;
}

/** Does so many things to a log of three events an entry, as somebody who is above triggers would. Each to other rows. */
export async function tamper(url: string, { count, random, only, ...damage }: Damage): Promise<Tamper[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN; SET LOCAL session_replication_role = replica');
    const taken = new Set<number>();
    const events = damage.entries.length * 3;
    let last = events;
    const entries = [...damage.entries];
    const target: Target = {
      ...{ client, tenantId: damage.tenantId, organizationId: damage.organizationId },
      takeSeq() {
        for (;;) {
          const seq = 2 + Math.floor(random() * (events - 2));
          if (!taken.has(seq) && taken.add(seq)) return seq;
        }
      },
      takeEntry: () => entries.splice(Math.floor(random() * entries.length), 1)[0] ?? '',
      nextSeq() {
        last += 1;
        return last;
      },
    };
    const done: Tamper[] = [];
    while (done.length < count) {
      const act = KINDS[only ?? Math.floor(random() * KINDS.length)];
      if (act) done.push(await act(target));
    }
    await client.query('COMMIT');
    return done;
  } finally {
    await client.end();
  }
}

/** Those of which a row is not named by any finding. */
export function unnamed(tampers: readonly Tamper[], findings: readonly Finding[]): Tamper[] {
  const seqs = seqsOf(findings);
  const entries = new Set(
    findings.filter(({ kind }) => ['ENTRY', 'INSERTED'].includes(kind)).map(({ auditLogId }) => auditLogId),
  );
  return tampers.filter(
    ({ seqs: wanted, entry }) => wanted.some((seq) => !seqs.has(seq)) || (entry && !entries.has(entry)),
  );
}

/** Numbers of events that are named though nobody touched them, or their neighbour behind, which is their witness. */
export function wronglyNamed(tampers: readonly Tamper[], findings: readonly Finding[]): number[] {
  const touched = new Set(tampers.flatMap(({ seqs }) => seqs));
  // What an entry's last event says is another matter: that event may be gone.
  const named = [...seqsOf(findings.filter(({ kind }) => kind !== 'ENTRY'))];
  const unproven = seqsOf(findings.filter(({ kind }) => kind === 'UNPROVEN'));
  return named.filter((seq) => !touched.has(seq) && !(unproven.has(seq) && touched.has(seq + 1)));
}

function seqsOf(findings: readonly Finding[]): Set<number> {
  return new Set(
    findings.flatMap(({ seq, toSeq }) => {
      if (seq === null) return [];
      const [from, to] = [Number(seq), Number(toSeq ?? seq)];
      return Array.from({ length: to - from + 1 }, (_, at) => from + at);
    }),
  );
}
