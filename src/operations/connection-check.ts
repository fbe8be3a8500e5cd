import type { EntryError, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import type { Diagnostic, Session } from '../connectors/contract.js';
import { moveLines, reachOf } from '../delivery/contract-line.js';
import type { Prisma, Queries } from '../storage/database.js';
import type { StoredConnection } from './connection-access.js';
import type { Services } from './services.js';

/** The credentials in use work, also while the vendor fails: then a probe finds out when it is back (1.8). */
export const WORKING: StoredConnection['status'][] = ['ACTIVE', 'DEGRADED'];

/**
 * What a check makes of a connection. Locks its row: one that a person switched off, perhaps while this ran, stays so
 * whatever the check found, and one that works does through an outage. Where its lines are billed by another one, it stays
 * with the instance it had.
 */
export async function checkedAs(
  tx: Queries,
  diagnostics: readonly Diagnostic[],
  row: Pick<StoredConnection, 'tenantId' | 'id' | 'instanceKey'>,
  now: Date,
) {
  const error = firstFailure(diagnostics);
  const instanceKey = diagnostics.some(({ code }) => code === LINE_TAKEN) ? null : instanceKeyOf(diagnostics);
  const [held] = await tx.$queryRaw<Pick<StoredConnection, 'status'>[]>`
    SELECT "status"::text AS "status" FROM "Connection"
    WHERE "tenantId" = ${row.tenantId}::uuid AND "id" = ${row.id}::uuid FOR NO KEY UPDATE`;
  const current = held!.status;
  const outage = error !== null && diagnostics.every((line) => line.status !== 'fail' || passes(line));
  const stays = current === 'DISABLED' || (outage && WORKING.includes(current));
  const status = {
    status: error ? ('INVALID' as const) : ('ACTIVE' as const),
    statusCode: error?.code ?? null,
    statusReason: error?.message ?? null,
  };
  return {
    ...(!stays && status),
    instanceKey: instanceKey ?? row.instanceKey,
    diagnostics: diagnostics as unknown as Prisma.InputJsonArray,
    checkedAt: now,
    updatedAt: now,
  };
}

const LINE_TAKEN = 'CONTRACT_LINE_TAKEN';

/**
 * The lines of a check, with one more that fails where the connection leads to another instance than before and another
 * connection bills one of its lines there: each would overwrite the other (docs/decisions/0006). Where it may go there, its
 * lanes get the writers of their contracts. The connection's row is held from here on, before the instance and its lanes.
 */
export async function heldAgainstLines(
  tx: Queries,
  row: StoredConnection,
  diagnostics: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  const { tenantId, id } = row;
  const instanceKey = instanceKeyOf(diagnostics);
  if (instanceKey === null || instanceKey === row.instanceKey) return diagnostics;
  await tx.$queryRaw`SELECT 1 FROM "Connection" WHERE "tenantId" = ${tenantId}::uuid AND "id" = ${id}::uuid FOR UPDATE`;
  const taken = await moveLines(tx, reachOf({ ...row, instanceKey }));
  return taken === 0 ? diagnostics : [...diagnostics, lineTaken(taken)];
}

function lineTaken(count: number): Diagnostic {
  return {
    check: 'lines',
    status: 'fail',
    title: 'Another connection bills its contract lines',
    detail: `These credentials lead to another instance, where ${count} of the contract lines that this connection bills are billed over another connection.`,
    code: LINE_TAKEN,
    kind: 'precondition',
    action: { text: 'Unmap those cloud subscriptions on one of the two connections, then try again.', where: [] },
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
    retryable: passes(failed),
  };
}

const passes = ({ kind }: Diagnostic): boolean => kind === 'unavailable' || kind === 'rateLimited';

export function instanceKeyOf(diagnostics: readonly Diagnostic[]): string | null {
  for (const { facts } of diagnostics) {
    if (typeof facts?.instanceKey === 'string') return facts.instanceKey;
  }
  return null;
}
