import type { AuditStatus } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Database } from '../storage/database.js';

/** Entries that a dead instance was working on and no job repeats: nothing was written for them; say so. */
export async function failInterrupted(db: Database, instanceId: string): Promise<void> {
  const open: AuditStatus[] = ['PENDING', 'RUNNING', 'RETRYING'];
  const rows = await db.client.auditLog.findMany({
    where: { instanceId, status: { in: open } },
    select: { tenantId: true, organizationId: true, id: true },
  });
  const message = 'The gateway stopped while it worked on this; nothing was written. Ask for it again.';
  const error = { class: 'Interrupted', code: 'INTERRUPTED', message, retryable: true };
  for (const { id, ...scope } of rows) {
    await db.transaction((tx) => auditLog.move(tx, scope, id, 'FAILED', message, { error }));
  }
}
