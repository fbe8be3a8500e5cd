import { z } from 'zod';
import type { EntrySubject, Scope } from '../audit/entry.js';
import { lockLanes } from '../delivery/lane-lock.js';
import { notPossible, OPERATOR_ACTIONS, type OperatorAction } from '../delivery/operator-rules.js';
import { type Standing, standingsOf } from '../delivery/standing.js';
import type { Database, Queries } from '../storage/database.js';
import { requireActive } from './connection-access.js';
import { notFound, Refusal } from './refusal.js';
import type { Work } from './run.js';

export { OPERATOR_ACTIONS, type OperatorAction };

const PATH = ['input', 'auditLogId'];

/** Why a person does it; kept in the audit log. */
export const reasonInput = z
  .string()
  .trim()
  .min(1, 'A reason is required.')
  .max(500, 'A reason has at most 500 characters.')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'A reason holds no control characters.');

export interface ActedOn {
  readonly standing: Standing;
  /** The subject of the verb's own entry. */
  readonly subject: EntrySubject;
}

/** What an operator verb answers: the mapping, and the entry under which its operation stands now. */
export interface Operated {
  readonly mappingId: string;
  readonly entryId: string;
}

/**
 * The operation behind an entry of the caller, when the action is possible on it; else the refusal. An entry of somebody else
 * is answered like an unknown one.
 */
export async function actedOn(work: Work, action: OperatorAction, auditLogId: string): Promise<ActedOn> {
  const entry = await work.db.client.auditLog.findFirst({ where: { ...work.scope, id: auditLogId } });
  if (!entry) throw notFound('audit log entry', PATH);
  const standing = await possible(work.db.client, work.scope, action, auditLogId);
  const mapping = await work.db.client.mapping.findFirstOrThrow({ where: { ...work.scope, id: standing.laneId } });
  return {
    standing,
    subject: {
      connectionId: mapping.connectionId,
      target: { kind: 'Mapping', id: mapping.id, name: entry.targetName ?? mapping.remoteName },
      ...(entry.customerId && { customer: { id: entry.customerId, name: entry.customerName ?? '' } }),
    },
  };
}

/** The same again under the lock of its lane: of several at once, one finds it possible. */
export async function lockedStanding(tx: Queries, work: Work, action: OperatorAction, of: Standing): Promise<Standing> {
  await lockLanes(tx, work.scope.tenantId, [of.laneId]);
  return possible(tx, work.scope, action, of.auditLogId);
}

/** Trying again needs a connection that works. */
export function requireWorking({ connection }: Standing): void {
  requireActive(connection, PATH);
}

/** Which actions are possible now on the operations behind some entries, in the order of the ids. */
export async function actionsOf(
  db: Database['client'],
  scope: Scope,
  auditLogIds: readonly string[],
): Promise<OperatorAction[][]> {
  const standings = await standingsOf(db, scope, auditLogIds);
  return auditLogIds.map((id) => {
    const standing = standings.get(id);
    if (!standing) return [];
    return OPERATOR_ACTIONS.filter(
      (action) =>
        notPossible(action, standing) === null && (action !== 'RETRY' || standing.connection.status === 'ACTIVE'),
    );
  });
}

async function possible(
  db: Pick<Queries, '$queryRaw'>,
  scope: Scope,
  action: OperatorAction,
  auditLogId: string,
): Promise<Standing> {
  const standing = (await standingsOf(db, scope, [auditLogId])).get(auditLogId);
  if (!standing) throw await nothingBehind(db, scope, auditLogId);
  const reason = notPossible(action, standing);
  if (!reason) return standing;
  const { code, message, auditLogId: entryId = null } = reason;
  throw operationState({ code, message, state: standing.state, entryId });
}

/** No operation stands behind the entry: none ever did, or it was tried again under a newer one. */
async function nothingBehind(db: Pick<Queries, '$queryRaw'>, scope: Scope, auditLogId: string): Promise<Refusal> {
  const [newest] = await db.$queryRaw<{ id: string }[]>`
    WITH RECURSIVE later AS (
      SELECT a."id", a."targetId", 0 AS "depth" FROM "AuditLog" a
      WHERE a."tenantId" = ${scope.tenantId}::uuid AND a."organizationId" = ${scope.organizationId}::uuid
        AND a."id" = ${auditLogId}::uuid
      UNION ALL
      SELECT a."id", a."targetId", l."depth" + 1 FROM later l
      JOIN "AuditLog" a ON a."tenantId" = ${scope.tenantId}::uuid AND a."organizationId" = ${scope.organizationId}::uuid
        AND a."targetId" = l."targetId" AND a."parentId" = l."id" AND a."operation" = 'UpdateSubscriptionOnConnection'
    ) SELECT "id"::text AS "id" FROM later WHERE "depth" > 0 ORDER BY "depth" DESC LIMIT 1`;
  return newest
    ? operationState({
        code: 'TRIED_AGAIN',
        message: 'This operation was tried again under a newer entry. Act on that one.',
        state: null,
        entryId: newest.id,
      })
    : operationState({
        code: 'NO_OPERATION',
        message: 'Nothing of this entry is on its way to a PSA, so there is nothing to act on.',
        state: null,
        entryId: null,
      });
}

export function operationState(error: {
  readonly code: string;
  readonly message: string;
  readonly state: string | null;
  readonly entryId: string | null;
  readonly path?: readonly string[];
}): Refusal {
  return new Refusal({ type: 'OperationState', path: PATH, ...error });
}
