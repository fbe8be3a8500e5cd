import type { AuditStatus } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Database } from '../storage/database.js';
import { syncSubscriptionToConnection } from './sync-subscription-to-connection.js';

/** What was done by the parts of an operation, each with an entry of its own, stays done. */
const MADE_OF_PARTS: readonly string[] = [syncSubscriptionToConnection.code];
/** Commands of the command line, which go on where they were when they are run again. */
const COMMANDS: readonly string[] = ['ExportAuditLogs', 'RotateSecrets'];

/** Entries that a dead instance was working on and no job repeats: nothing was written for them; say so. */
export async function failInterrupted(db: Database, instanceId: string): Promise<void> {
  const open: AuditStatus[] = ['PENDING', 'RUNNING', 'RETRYING'];
  const rows = await db.client.auditLog.findMany({
    where: { instanceId, status: { in: open } },
    select: { tenantId: true, organizationId: true, id: true, operation: true },
  });
  for (const { id, operation, ...scope } of rows) {
    const message = messageFor(operation);
    const error = { class: 'Interrupted', code: 'INTERRUPTED', message, retryable: true };
    await db.transaction((tx) => auditLog.move(tx, scope, id, 'FAILED', message, { error }));
  }
}

function messageFor(operation: string): string {
  if (COMMANDS.includes(operation)) return 'The command was killed before its end; run it again to go on.';
  const written = MADE_OF_PARTS.includes(operation)
    ? 'what the entries of its parts say was done stays'
    : 'nothing was written';
  return `The gateway stopped while it worked on this; ${written}. Ask for it again.`;
}

/** Instances that open entries name and nobody knows: those of the database that a restored one was copied from. */
export async function failAbandoned(db: Database): Promise<void> {
  const gone = await db.client.$queryRaw<{ id: string }[]>`
    SELECT DISTINCT a."instanceId"::text AS "id" FROM "AuditLog" a
    WHERE a."status" IN ('PENDING', 'RUNNING', 'RETRYING') AND a."instanceId" IS NOT NULL
      AND NOT EXISTS (SELECT FROM "Instance" i WHERE i."id" = a."instanceId")`;
  for (const { id } of gone) await failInterrupted(db, id);
}
