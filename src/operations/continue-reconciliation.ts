import { createHash } from 'node:crypto';
import type { Connection, Reconciliation, ReconciliationStatus } from '../../prisma/generated/client/client.js';
import type { EntryError, EntryPatch, Scope } from '../audit/entry.js';
import { auditLog } from '../audit/log.js';
import { type ConnectorError, isConnectorError } from '../connectors/errors.js';
import { callsSoFar, meterCalls } from '../delivery/call-meter.js';
import { Overtaken, type Progress, reconcileBatch } from '../delivery/drift/batch.js';
import type { Job } from '../jobs/engine.js';
import type { Queries } from '../storage/database.js';
import { waysToActive } from './connection-access.js';
import type { Services } from './services.js';
import { standingRules } from './standing-rules.js';

export const RECONCILE_TASK = 'continue-reconciliation';

/** So many reconciliations work at once over all instances: the rest of the workers is for changes. */
const SLOTS = 2;
/** Failed tries in a row before it is given up. Waiting for the vendor's allowance is none. */
const MAX_ATTEMPTS = 8;
/** So many stale mappings are told with their reasons. */
const MOST_TOLD = 20;
/** By then the next night's has begun. */
const MAX_AGE_MS = 20 * 3_600_000;

/** One batch of a reconciliation; each batch puts the next one behind what else waits. */
export function reconciliationJob(run: Pick<Reconciliation, 'tenantId' | 'id' | 'connectionId'>, runAt?: Date): Job {
  const slot = createHash('sha256').update(run.connectionId).digest().readUInt32BE(0) % SLOTS;
  return {
    task: RECONCILE_TASK,
    payload: { tenantId: run.tenantId, reconciliationId: run.id },
    queueName: `reconcile/${slot}`,
    key: `reconcile:${run.id}`,
    ...(runAt && { runAt }),
  };
}

/**
 * The background half of `reconcileConnection`, batch by batch with the same entry. Where it stands is stored with what each
 * batch found, so that a crash repeats one batch at most. Passing faults are tried again later, others end it as FAILED with
 * what was found until then.
 */
export async function continueReconciliation(services: Services, payload: Record<string, string>): Promise<void> {
  const { tenantId = '', reconciliationId = '' } = payload;
  const { db } = services;
  const run = await db.client.reconciliation.findUnique({ where: { tenantId_id: { tenantId, id: reconciliationId } } });
  if (run?.status !== 'RUNNING') return;
  const { organizationId, connectionId } = run;
  const scope: Scope = { tenantId, organizationId };
  const connection = await db.client.connection.findFirst({ where: { ...scope, id: connectionId, deletedAt: null } });
  if (connection?.status !== 'ACTIVE') {
    const error = connection ? notReady(connection) : deleted();
    await db.transaction((tx) => end(services, tx, run, 'CANCELED', error.message, { error }));
    return;
  }
  await db.transaction((tx) => auditLog.move(tx, scope, run.auditLogId, 'RUNNING', 'Comparing with the PSA.'));
  await meterCalls(async () => {
    try {
      const session = services.sessions.of(connection);
      await reconcileBatch({ ...services, rules: standingRules }, run, connection, session, async (tx, progress) => {
        if (progress.done) await finish(services, tx, run, connection, progress);
        else await services.jobs.enqueue(tx, reconciliationJob(run));
      });
    } catch (error) {
      if (error instanceof Overtaken) return;
      if (!isConnectorError(error)) services.log('error', `Reconciling failed: ${(error as Error).name}`);
      await db.transaction((tx) => afterFault(services, tx, run, error));
    }
  });
}

async function finish(
  services: Services,
  tx: Queries,
  run: Reconciliation,
  { alias }: Connection,
  { checked, drifts, calls, tally, stale }: Progress,
): Promise<void> {
  const seconds = (services.now().getTime() - run.startedAt.getTime()) / 1000;
  const left = tally.unread > 0 ? `, ${tally.unread} could not be read` : '';
  const summary = `Reconciled the connection "${alias}": ${checked} lines, ${drifts} drifts, ${calls} calls${left}`;
  const staleMappings = stale.slice(0, MOST_TOLD);
  const details = { lines: checked, drifts, calls, seconds, ...tally, ...(stale.length > 0 && { staleMappings }) };
  await end(services, tx, run, 'SUCCEEDED', summary, { summary, details });
}

/** Nothing of this batch was written. */
async function afterFault(services: Services, tx: Queries, run: Reconciliation, fault: unknown): Promise<void> {
  const error = entryError(fault);
  const now = services.now();
  const waits = isConnectorError(fault) && fault.kind === 'rateLimited';
  const passing = !isConnectorError(fault) || fault.retryable;
  const attempts = run.attempts + (waits ? 0 : 1);
  const where = { tenantId: run.tenantId, id: run.id, status: 'RUNNING' as const };
  await tx.reconciliation.updateMany({ where, data: { attempts, calls: run.calls + callsSoFar() } });
  if (!passing || attempts >= MAX_ATTEMPTS || now.getTime() - run.startedAt.getTime() > MAX_AGE_MS) {
    await end(services, tx, run, 'FAILED', error.message, { error });
    return;
  }
  const { organizationId, tenantId, auditLogId } = run;
  await services.jobs.enqueue(tx, reconciliationJob(run, new Date(now.getTime() + waitMs(fault, attempts))));
  await auditLog.move(tx, { tenantId, organizationId }, auditLogId, 'RETRYING', error.message, { error });
}

function waitMs(fault: unknown, attempts: number): number {
  const told = isConnectorError(fault) ? fault.detail.retryAfterSeconds : undefined;
  return 1000 * (told ?? Math.min(300, 5 * 2 ** attempts));
}

async function end(
  services: Services,
  tx: Queries,
  run: Reconciliation,
  status: Exclude<ReconciliationStatus, 'RUNNING'>,
  message: string,
  patch: EntryPatch,
): Promise<void> {
  const { tenantId, organizationId, id, auditLogId } = run;
  const where = { tenantId, id, status: 'RUNNING' as const };
  const { count } = await tx.reconciliation.updateMany({ where, data: { status, finishedAt: services.now() } });
  if (count > 0) await auditLog.move(tx, { tenantId, organizationId }, auditLogId, status, message, patch);
}

function entryError(fault: unknown): EntryError {
  if (!isConnectorError(fault)) {
    return { class: 'Internal', code: 'INTERNAL', message: 'The gateway failed to compare.', retryable: true };
  }
  const { hint } = fault.detail;
  const { kind, code, message, retryable }: ConnectorError = fault;
  return { class: kind, code, message, retryable, ...(hint !== undefined && { hint }) };
}

function notReady({ alias, status }: Connection): EntryError {
  const message = `The connection "${alias}" is ${status}. ${waysToActive(status)}`;
  return { class: 'Canceled', code: 'CONNECTION_NOT_READY', message };
}

function deleted(): EntryError {
  return { class: 'Canceled', code: 'CONNECTION_DELETED', message: 'The connection was deleted meanwhile.' };
}
