import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Scope } from '../../../src/audit/entry.js';

/**
 * Fills an organization's log with finished operations, three events each, as src/audit/log.ts writes them but thousands at
 * once; with `at` as if at another moment, with `steps` 1 or 2 not finished. Answers the ids of the entries, in the order of their first events.
 */
export async function fillLog(url: string, scope: Scope, entries: number, at?: string, steps = 3): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ids: string[] = [];
  try {
    const [append, moment] = at ? [await appendAt(client), at] : ['audit_append', new Date().toISOString()];
    await client.query(`SELECT set_config('test.moment', $1, false)`, [moment]);
    // One transaction of many appends gets slow: each one steps over all former versions of the head.
    for (let from = 0; from < entries; from += 250) {
      const some = Array.from({ length: Math.min(250, entries - from) }, () => randomUUID());
      await appendAll(client, scope, some, { from, append, steps });
      ids.push(...some);
    }
    await client.query('ANALYZE "AuditLogEvent", "AuditLog"');
    return ids;
  } finally {
    await client.end();
  }
}

/** Ends an entry that is PENDING, as if at another moment. */
export async function finishAt(url: string, scope: Scope, id: string, at: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const append = await appendAt(client);
    await client.query(`SELECT set_config('test.moment', $1, false)`, [at]);
    await client.query(
      `UPDATE "AuditLog" SET "status" = 'SUCCEEDED', "startedAt" = ${MOMENT}, "finishedAt" = ${MOMENT} WHERE "tenantId" = $1 AND "id" = $2`,
      [scope.tenantId, id],
    );
    await client.query(`SELECT ${append}($1, $2, $3, 'STATUS', 'PENDING', 'SUCCEEDED', 'Done', '{}')`, [
      ...[scope.tenantId, scope.organizationId, id],
    ]);
  } finally {
    await client.end();
  }
}

/** `audit_append` with the session's moment for its clock. */
async function appendAt(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ text: string }>(`SELECT pg_get_functiondef('audit_append'::regproc) AS "text"`);
  const text = rows[0]?.text ?? '';
  const moved = text
    .replace('audit_append(', 'audit_append_at(')
    .replace('clock_timestamp()', `current_setting('test.moment')::timestamptz`);
  await client.query(moved);
  return 'audit_append_at';
}

const MOMENT = `current_setting('test.moment')::timestamptz`;
const STATUSES = ['PENDING', 'RUNNING', 'SUCCEEDED'];

async function appendAll(
  client: pg.Client,
  scope: Scope,
  ids: readonly string[],
  { from, append, steps }: { from: number; append: string; steps: number },
): Promise<void> {
  const owner = [scope.tenantId, scope.organizationId];
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO "AuditLog" ("tenantId", "organizationId", "id", "operation", "actorKind", "actorName", "correlationId", "summary", "details", "createdAt")
     SELECT $1, $2, i, 'RecordSubscriptionChange', 'API_KEY', 'a "key" with ü', i, 'Seats of Microsoft 365 E3: ' || n,
       jsonb_build_object('quantity', n, 'unitPrice', '12.50'), ${MOMENT} FROM unnest($3::uuid[]) WITH ORDINALITY u(i, n)`,
    [...owner, ids],
  );
  for (const [at, status] of STATUSES.slice(0, steps).entries()) {
    if (at > 0) {
      await client.query(
        `UPDATE "AuditLog" SET "status" = $3::"AuditStatus", "startedAt" = ${MOMENT}, "finishedAt" = CASE WHEN $3 = 'SUCCEEDED' THEN ${MOMENT} END
         WHERE "tenantId" = $1 AND "id" = ANY($2)`,
        [scope.tenantId, ids, status],
      );
    }
    await client.query(
      `SELECT count(${append}($1, $2, i, 'STATUS', $4, $5, 'Line one of ' || n || E'\\n\\t“two” \\\\ \\u0001',
         jsonb_build_object('details', jsonb_build_object('quantity', n + $6::int, 'list', jsonb_build_array(1.50, null, 'ß')))))
       FROM unnest($3::uuid[]) WITH ORDINALITY u(i, n)`,
      [...owner, ids, STATUSES[at - 1] ?? null, status, from],
    );
  }
  await client.query('COMMIT');
}
