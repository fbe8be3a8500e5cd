import type { Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { wakeLanesOf } from '../delivery/lane-wake.js';
import type { Job } from '../jobs/engine.js';
import { checkedAs, diagnose, firstFailure, heldAgainstLines, instanceKeyOf, settleCheck } from './connection-check.js';
import { checkPending } from './pending-credentials.js';
import type { Services } from './services.js';

export const VERIFY_TASK = 'verify-connection';

/** The background half of creating, updating or testing a stored connection; goes on with the same entry. */
export function verificationJob(
  scope: Scope,
  connectionId: string,
  auditLogId: string,
  { pending = false }: { readonly pending?: boolean } = {},
): Job {
  const payload = { ...scope, connectionId, auditLogId, ...(pending && { pending: 'true' }) };
  return { task: VERIFY_TASK, payload, key: `verify:${auditLogId}` };
}

/**
 * Runs the connection doctor on a stored connection, reports each line live, and leaves the connection ACTIVE or
 * INVALID. An INVALID one is kept, so that its credentials can be corrected. Repeatable after a crash.
 */
export async function verifyConnectorConnection(services: Services, payload: Record<string, string>): Promise<void> {
  const { tenantId = '', organizationId = '', connectionId = '', auditLogId = '' } = payload;
  const scope: Scope = { tenantId, organizationId };
  const { db } = services;
  const row = await db.client.connection.findFirst({ where: { ...scope, id: connectionId, deletedAt: null } });
  await db.transaction((tx) => auditLog.move(tx, scope, auditLogId, 'RUNNING', 'Checking the connection.'));
  if (!row) {
    const error = { class: 'Canceled', code: 'CONNECTION_DELETED', message: 'The connection was deleted meanwhile.' };
    await db.transaction((tx) => auditLog.move(tx, scope, auditLogId, 'CANCELED', error.message, { error }));
    return;
  }
  if (payload.pending) return checkPending(services, row, auditLogId);
  const found = await diagnose(services, services.sessions.of(row), scope, auditLogId);
  // The next session counts its calls against the instance that was found, and remembers nothing of a check that found none.
  if (instanceKeyOf(found) !== row.instanceKey) services.sessions.forget(connectionId);
  await db.transaction(async (tx) => {
    const diagnostics = await heldAgainstLines(tx, row, found);
    const error = firstFailure(diagnostics);
    // Credentials may have been replaced while this ran: then the newer check decides.
    const { count } = await tx.connection.updateMany({
      where: { ...scope, id: connectionId, deletedAt: null, credentialsVersion: row.credentialsVersion },
      data: await checkedAs(tx, diagnostics, row, services.now()),
    });
    if (count > 0 && !error) await wakeLanesOf(tx, services.jobs, tenantId, connectionId);
    await settleCheck(tx, scope, auditLogId, diagnostics, `The connection "${row.alias}"`);
  });
}
