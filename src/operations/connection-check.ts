import type { EntryError, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Diagnostic, Session } from '../connectors/contract.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { StoredConnection } from './connection-access.js';
import type { Services } from './services.js';

/**
 * What a check makes of a connection. Locks its row: one that a person switched off, perhaps while this ran, stays so
 * whatever the check found.
 */
export async function checkedAs(
  tx: Queries,
  diagnostics: readonly Diagnostic[],
  row: Pick<StoredConnection, 'tenantId' | 'id' | 'instanceKey'>,
  now: Date,
) {
  const error = firstFailure(diagnostics);
  const [off] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM (SELECT "status" FROM "Connection"
      WHERE "tenantId" = ${row.tenantId}::uuid AND "id" = ${row.id}::uuid FOR NO KEY UPDATE) t WHERE t."status" = 'DISABLED'`;
  const status = {
    status: error ? ('INVALID' as const) : ('ACTIVE' as const),
    statusCode: error?.code ?? null,
    statusReason: error?.message ?? null,
  };
  return {
    ...(!off && status),
    instanceKey: instanceKeyOf(diagnostics) ?? row.instanceKey,
    diagnostics: diagnostics as unknown as Prisma.InputJsonArray,
    checkedAt: now,
    updatedAt: now,
  };
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

export function firstFailure(diagnostics: readonly Diagnostic[]): EntryError | null {
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

export function instanceKeyOf(diagnostics: readonly Diagnostic[]): string | null {
  for (const { facts } of diagnostics) {
    if (typeof facts?.instanceKey === 'string') return facts.instanceKey;
  }
  return null;
}
