import { auditLog } from '../audit/log.js';
import { wakeLanesOf } from '../delivery/lane-wake.js';
import { Prisma, type Queries } from '../storage/database.js';
import type { StoredConnection } from './connection-access.js';
import { checkedAs, diagnose, firstFailure, heldAgainstLines, settleCheck, WORKING } from './connection-check.js';
import type { Services } from './services.js';

/** What erases the credentials that wait. */
export const NOTHING_PENDING = {
  pendingCredentials: null,
  pendingSettings: Prisma.DbNull,
  pendingAuditLogId: null,
} as const;

/**
 * Checks the credentials that wait, then puts them in the place of those in use, in one transaction with the end of their
 * entry. If they fail, they are erased and nothing else changes: work went on with the old ones all the while. Only where the
 * old ones do not work either is the failure the connection's. Repeatable after a crash.
 */
export async function checkPending(services: Services, row: StoredConnection, auditLogId: string): Promise<void> {
  const { db, sessions } = services;
  const { tenantId, organizationId, id } = row;
  const scope = { tenantId, organizationId };
  if (row.pendingAuditLogId !== auditLogId) return db.transaction((tx) => replaced(tx, scope, auditLogId));
  const session = await sessions.openPending(row);
  const found = await diagnose(services, session, scope, auditLogId).finally(() => session.dispose?.());
  const now = services.now();
  const sealed = firstFailure(found) ? null : await sessions.takePending(row);
  await db.transaction(async (tx) => {
    const diagnostics = sealed ? await heldAgainstLines(tx, row, found) : found;
    const error = firstFailure(diagnostics);
    const result = await checkedAs(tx, diagnostics, row, now);
    const taken = error ? null : sealed;
    const { count } = await tx.connection.updateMany({
      where: { ...scope, id, deletedAt: null, pendingAuditLogId: auditLogId },
      data: {
        ...NOTHING_PENDING,
        updatedAt: now,
        ...(taken && {
          ...result,
          sealedCredentials: taken.sealedCredentials,
          fingerprint: taken.fingerprint,
          settings: row.pendingSettings ?? {},
          credentialsVersion: { increment: 1 },
          credentialsUpdatedAt: now,
        }),
      },
    });
    if (count === 0) return replaced(tx, scope, auditLogId);
    if (error) {
      // Where the refused ones lead to is not where those in use do.
      const failed = { ...result, instanceKey: row.instanceKey };
      await tx.connection.updateMany({ where: { ...scope, id, status: { notIn: WORKING } }, data: failed });
    } else await wakeLanesOf(tx, services.jobs, tenantId, id);
    const kept = WORKING.includes(row.status) ? ' (the old ones stay in use)' : '';
    const subject = error ? `The new credentials of "${row.alias}"${kept}` : `The connection "${row.alias}"`;
    await settleCheck(tx, scope, auditLogId, diagnostics, subject);
  });
}

/** Newer ones came, or the connection is gone. */
async function replaced(
  tx: Queries,
  scope: { readonly tenantId: string; readonly organizationId: string },
  auditLogId: string,
): Promise<void> {
  const error = { class: 'Canceled', code: 'REPLACED', message: 'Newer credentials took the place of these.' };
  await auditLog.move(tx, scope, auditLogId, 'CANCELED', error.message, { error });
}
