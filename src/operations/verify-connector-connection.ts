import type { EntryError, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Diagnostic, Session } from '../connectors/contract.js';
import { wakeLanesOf } from '../delivery/lane-wake.js';
import type { Job } from '../jobs/engine.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { Services } from './services.js';

export const VERIFY_TASK = 'verify-connection';

/** The background half of creating, updating or testing a stored connection; goes on with the same entry. */
export function verificationJob(scope: Scope, connectionId: string, auditLogId: string): Job {
  return { task: VERIFY_TASK, payload: { ...scope, connectionId, auditLogId }, key: `verify:${auditLogId}` };
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
  const diagnostics = await diagnose(services, services.sessions.of(row), scope, auditLogId);
  // The next session counts its calls against the instance that was found.
  if (instanceKeyOf(diagnostics) !== row.instanceKey) services.sessions.forget(connectionId);
  await db.transaction(async (tx) => {
    const error = firstFailure(diagnostics);
    // Credentials may have been replaced while this ran: then the newer check decides.
    const { count } = await tx.connection.updateMany({
      where: { ...scope, id: connectionId, deletedAt: null, credentialsVersion: row.credentialsVersion },
      data: {
        status: error ? 'INVALID' : 'ACTIVE',
        statusCode: error?.code ?? null,
        statusReason: error?.message ?? null,
        instanceKey: instanceKeyOf(diagnostics) ?? row.instanceKey,
        diagnostics: diagnostics as unknown as Prisma.InputJsonArray,
        checkedAt: services.now(),
        updatedAt: services.now(),
      },
    });
    if (count > 0 && !error) await wakeLanesOf(tx, services.jobs, tenantId, connectionId);
    await settleCheck(tx, scope, auditLogId, diagnostics, `The connection "${row.alias}"`);
  });
}

/** Runs the doctor and reports each line as it is known. A doctor that throws is one more failed line. */
export async function diagnose(
  services: Pick<Services, 'db'>,
  session: Session,
  scope: Scope,
  auditLogId: string,
): Promise<Diagnostic[]> {
  const diagnostics: Diagnostic[] = [];
  const tell = async (line: Diagnostic): Promise<void> => {
    diagnostics.push(line);
    const message = `${line.status.toUpperCase()}: ${line.title}`;
    const data = { diagnostic: line };
    await services.db.transaction((tx) =>
      auditLog.report(tx, scope, { id: auditLogId, status: 'RUNNING' }, message, data),
    );
  };
  try {
    for await (const line of session.diagnose()) await tell(line);
  } catch {
    await tell({
      check: 'connector',
      status: 'fail',
      title: 'The connector failed',
      detail: 'The connector stopped in a way it does not explain.',
      code: 'CONNECTOR_FAULT',
      kind: 'protocol',
    });
  }
  return diagnostics;
}

export async function settleCheck(
  tx: Queries,
  scope: Scope,
  auditLogId: string,
  diagnostics: readonly Diagnostic[],
  subject: string,
): Promise<void> {
  const error = firstFailure(diagnostics);
  const counts = { pass: 0, warn: 0, fail: 0, unverified: 0 };
  for (const { status } of diagnostics) counts[status] += 1;
  const tally = `${counts.pass} passed, ${counts.warn} warned, ${counts.fail} failed, ${counts.unverified} unverified`;
  const summary = error ? `${subject} cannot be used: ${error.message}` : `${subject} works (${tally})`;
  await auditLog.move(tx, scope, auditLogId, error ? 'FAILED' : 'SUCCEEDED', summary, {
    summary,
    details: { checks: counts, diagnostics },
    ...(error && { error }),
  });
}

function firstFailure(diagnostics: readonly Diagnostic[]): EntryError | null {
  const failed = diagnostics.find(({ status }) => status === 'fail');
  if (!failed) return null;
  const where = failed.action?.where.length ? ` (${failed.action.where.join(' > ')})` : '';
  return {
    class: failed.kind ?? 'precondition',
    code: failed.code ?? 'CHECK_FAILED',
    message: `${failed.title}. ${failed.detail}`,
    ...(failed.action && { hint: `${failed.action.text}${where}` }),
    retryable: failed.kind === 'unavailable' || failed.kind === 'rateLimited',
  };
}

function instanceKeyOf(diagnostics: readonly Diagnostic[]): string | null {
  for (const { facts } of diagnostics) {
    if (typeof facts?.instanceKey === 'string') return facts.instanceKey;
  }
  return null;
}
