import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { AuditStatus, Scope } from '../../../src/audit/entry.js';

/**
 * Writes entries as src/audit/log.ts does, the event last in the same transaction, but over bare connections: several times
 * the changes in the same time, so that many of them race.
 */
export function createRacer(url: string, max: number) {
  const pool = new pg.Pool({ connectionString: url, max });
  return { open, move, close: () => pool.end() };

  async function open({ tenantId, organizationId }: Scope, operation: string): Promise<string> {
    const id = randomUUID();
    await transaction(async (client) => {
      await client.query(
        `INSERT INTO "AuditLog" ("tenantId", "organizationId", "id", "operation", "status", "actorKind", "actorName",
           "correlationId", "summary") VALUES ($1, $2, $3, $4, 'PENDING', 'SYSTEM', 'racer', $3, 'a race')`,
        [tenantId, organizationId, id, operation],
      );
      await append(client, [tenantId, organizationId, id, null, 'PENDING']);
    });
    return id;
  }

  async function move({ tenantId, organizationId }: Scope, id: string, from: AuditStatus, to: AuditStatus) {
    await transaction(async (client) => {
      await client.query('UPDATE "AuditLog" SET "status" = $3 WHERE "tenantId" = $1 AND "id" = $2', [tenantId, id, to]);
      await append(client, [tenantId, organizationId, id, from, to]);
    });
  }

  async function transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  }
}

async function append(client: pg.PoolClient, values: (string | null)[]): Promise<void> {
  await client.query(`SELECT audit_append($1, $2, $3, 'STATUS', $4, $5, 'raced', '{}')`, values);
}

export type Racer = ReturnType<typeof createRacer>;
