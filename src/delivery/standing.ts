import type { AuditStatus, ConnectionStatus, OperationState, StepState } from '../../prisma/generated/client/enums.js';
import type { Scope } from '../audit/entry.js';
import type { Queries } from '../storage/database.js';
import { policyOf } from './policy.js';

/** How the operation behind an audit log entry stands, as far as a person may act on it. */
export interface Standing {
  readonly auditLogId: string;
  readonly operationId: string;
  readonly laneId: string;
  readonly kind: string;
  readonly state: OperationState;
  readonly attempts: number;
  /** Of its entry. */
  readonly status: AuditStatus;
  readonly errorCode: string | null;
  /** It is VERIFYING, its write can land no more, and reading has not told yet what became of it. */
  readonly unsettled: boolean;
  /** Whether the mapping of its lane still stands. */
  readonly mapped: boolean;
  readonly connection: { readonly id: string; readonly alias: string; readonly status: ConnectionStatus };
  /** The policy says that nothing is written. */
  readonly watchOnly: boolean;
  /** Its last write that took effect or may have: what was refused, or read to have done nothing, is in no doubt. */
  readonly step: {
    readonly id: string;
    readonly state: StepState;
    readonly label: string;
    /** How many writes its plan had after it. */
    readonly remaining: number;
  } | null;
  /** How many writes of it are known to have taken effect. */
  readonly applied: number;
  /** The oldest unfinished operation of its lane, where that is another one. */
  readonly blocker: { readonly auditLogId: string; readonly state: OperationState } | null;
}

interface Row {
  auditLogId: string;
  operationId: string;
  laneId: string;
  kind: string;
  state: OperationState;
  attempts: number;
  status: AuditStatus;
  errorCode: string | null;
  unsettled: boolean;
  mapped: boolean;
  connectionId: string;
  alias: string;
  connectionStatus: ConnectionStatus;
  policy: unknown;
  customerPolicy: unknown;
  stepId: string | null;
  stepState: StepState;
  label: string;
  remaining: number;
  applied: number;
  headId: string | null;
  headAuditLogId: string;
  headState: OperationState;
}

/** The operations behind some entries of an organization, by entry, in one statement. Most entries have none. */
export async function standingsOf(
  db: Pick<Queries, '$queryRaw'>,
  scope: Scope,
  auditLogIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const rows = await db.$queryRaw<Row[]>`
    SELECT o."auditLogId"::text AS "auditLogId", o."id"::text AS "operationId", o."laneId"::text AS "laneId", o."kind",
      o."state"::text AS "state", o."attempts", a."status"::text AS "status", a."errorCode",
      o."state" = 'VERIFYING' AND (a."errorCode" = 'CANNOT_READ' OR o."notBefore" < now()) IS TRUE AS "unsettled",
      m."deletedAt" IS NULL AS "mapped", c."id"::text AS "connectionId", c."alias",
      c."status"::text AS "connectionStatus", c."policy", p."policy" AS "customerPolicy",
      s."id"::text AS "stepId", s."state"::text AS "stepState", s."step" ->> 'label' AS "label", s."remaining",
      (SELECT count(*)::int FROM "Step" d WHERE d."tenantId" = o."tenantId" AND d."operationId" = o."id"
        AND d."state" = 'APPLIED') AS "applied",
      h."id"::text AS "headId", h."auditLogId"::text AS "headAuditLogId", h."state"::text AS "headState"
    FROM "LaneOperation" o
    JOIN "AuditLog" a ON a."tenantId" = o."tenantId" AND a."id" = o."auditLogId"
    JOIN "Mapping" m ON m."tenantId" = o."tenantId" AND m."id" = o."laneId"
    JOIN "Connection" c ON c."tenantId" = m."tenantId" AND c."id" = m."connectionId"
    JOIN "CloudSubscription" t ON t."tenantId" = m."tenantId" AND t."id" = m."cloudSubscriptionId"
    LEFT JOIN "Mapping" p ON p."tenantId" = m."tenantId" AND p."connectionId" = m."connectionId"
      AND p."kind" = 'CUSTOMER' AND p."customerId" = t."customerId" AND p."deletedAt" IS NULL
    LEFT JOIN LATERAL (SELECT * FROM "Step" last WHERE last."tenantId" = o."tenantId" AND last."operationId" = o."id"
      AND last."state" NOT IN ('REFUSED', 'NOT_APPLIED') ORDER BY last."attempt" DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT f."id", f."auditLogId", f."state" FROM "LaneOperation" f
      WHERE f."tenantId" = o."tenantId" AND f."laneId" = o."laneId" AND f."state" NOT IN ('SUCCEEDED', 'CANCELED')
      ORDER BY f."position" LIMIT 1) h ON true
    WHERE o."tenantId" = ${scope.tenantId}::uuid AND o."organizationId" = ${scope.organizationId}::uuid
      AND o."auditLogId" = ANY(${[...auditLogIds]}::uuid[])`;
  return new Map(rows.map((row) => [row.auditLogId, standingOf(row)]));
}

function standingOf(row: Row): Standing {
  const { auditLogId, operationId, laneId, kind, state, attempts, status, errorCode, unsettled, mapped, applied } = row;
  return {
    auditLogId,
    operationId,
    laneId,
    kind,
    state,
    attempts,
    status,
    errorCode,
    unsettled,
    mapped,
    connection: { id: row.connectionId, alias: row.alias, status: row.connectionStatus },
    watchOnly: policyOf(row.policy, row.customerPolicy).writeMode === 'WATCH_ONLY',
    step:
      row.stepId === null ? null : { id: row.stepId, state: row.stepState, label: row.label, remaining: row.remaining },
    applied,
    blocker:
      row.headId === null || row.headId === operationId
        ? null
        : { auditLogId: row.headAuditLogId, state: row.headState },
  };
}
