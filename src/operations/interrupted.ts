import type { AuditStatus } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Database } from '../storage/database.js';
import { syncSubscriptionToConnection } from './sync-subscription-to-connection.js';

/** What was done by the parts of an operation, each with an entry of its own, stays done. */
const MADE_OF_PARTS: readonly string[] = [syncSubscriptionToConnection.code];

/** Entries that a dead instance was working on and no job repeats: nothing was written for them; say so. */
export async function failInterrupted(db: Database, instanceId: string): Promise<void> {
  const open: AuditStatus[] = ['PENDING', 'RUNNING', 'RETRYING'];
  const rows = await db.client.auditLog.findMany({
    where: { instanceId, status: { in: open } },
    select: { tenantId: true, organizationId: true, id: true, operation: true },
  });
  for (const { id, operation, ...scope } of rows) {
    const written = MADE_OF_PARTS.includes(operation)
      ? 'what the entries of its parts say was done stays'
      : 'nothing was written';
    const message = `The gateway stopped while it worked on this; ${written}. Ask for it again.`;
    const error = { class: 'Interrupted', code: 'INTERRUPTED', message, retryable: true };
    await db.transaction((tx) => auditLog.move(tx, scope, id, 'FAILED', message, { error }));
  }
}
