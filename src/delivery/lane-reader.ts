import type { ChangeKind, LineState, Step } from '../connectors/contract.js';
import { fromDateColumn } from '../storage/calendar-date.js';
import type { Queries } from '../storage/database.js';
import type { LaneKey, OperationTarget, Sent, WorkItem } from './lane.js';
import type { StepResult } from './lane-verdict.js';
import { policyOf } from './policy.js';

interface ItemRow {
  operationId: string;
  auditLogId: string;
  traceParent: string | null;
  kind: string;
  state: WorkItem['state'];
  attempts: number;
  notBefore: Date | null;
  entryStatus: WorkItem['status'];
  effectiveDate: Date;
  movedTo: Date | null;
  approved: boolean;
  fingerprint: string | null;
  connectionPolicy: unknown;
  customerPolicy: unknown;
  unitsFrom: string | null;
  priceFrom: string | null;
  target: unknown;
  supersededBy: string | null;
  sends: number;
  stepId: string | null;
  attempt: number;
  stepState: Sent['state'];
  step: unknown;
  sentAt: Date;
  result: unknown;
  remaining: number;
  applied: string[];
  began: LineState | null;
  writtenUnits: number | null;
  writtenAt: Date;
  remoteId: string;
  companyId: string;
  serviceId: string;
  lineRef: string | null;
  connectionId: string;
  ownerId: string;
  connectorId: string;
  currency: string;
  settings: unknown;
  sealedCredentials: string | null;
  credentialsVersion: number;
  instanceKey: string | null;
  status: string;
  databaseNow: Date;
}

/**
 * The oldest unfinished operation of a lane, or a given one, with all a decision needs, in one statement. A later one of its
 * day would replace it (R50), unless units of a later day come before that one, which is then dated behind them: from its own
 * day until then nothing would be left of either.
 */
export async function readItem(
  db: Pick<Queries, '$queryRaw'>,
  lane: LaneKey,
  operationId: string | null = null,
): Promise<WorkItem | null> {
  const [row] = await db.$queryRaw<ItemRow[]>`
    SELECT o."id"::text AS "operationId", o."auditLogId"::text AS "auditLogId", o."traceParent", o."kind", o."state"::text AS "state",
      o."attempts", o."notBefore", o."effectiveDate", o."movedTo", o."target", o."approved", o."fingerprint",
      a."status"::text AS "entryStatus", clock_timestamp() AS "databaseNow",
      (SELECT later."id"::text FROM "LaneOperation" later WHERE later."tenantId" = o."tenantId"
        AND later."laneId" = o."laneId" AND later."position" > o."position" AND later."kind" = 'quantity'
        AND o."kind" = 'quantity' AND later."effectiveDate" = o."effectiveDate" AND later."state" = 'PENDING'
        AND NOT EXISTS (SELECT 1 FROM "LaneOperation" mid WHERE mid."tenantId" = o."tenantId"
          AND mid."laneId" = o."laneId" AND mid."position" > o."position" AND mid."position" < later."position"
          AND mid."kind" IN ('create', 'quantity', 'cancel') AND mid."effectiveDate" > o."effectiveDate"
          AND mid."state" NOT IN ('SUCCEEDED', 'CANCELED'))
        ORDER BY later."position" DESC LIMIT 1) AS "supersededBy",
      (SELECT count(*)::int FROM "Step" p WHERE p."tenantId" = o."tenantId" AND p."operationId" = o."id"
        AND p."state" <> 'REFUSED' AND p."step" ->> 'key' = s."step" ->> 'key') AS "sends",
      s."id"::text AS "stepId", s."attempt", s."state"::text AS "stepState", s."step", s."sentAt", s."result", s."remaining",
      ARRAY(SELECT p."step" ->> 'key' FROM "Step" p WHERE p."tenantId" = o."tenantId" AND p."operationId" = o."id"
        AND p."state" = 'APPLIED') AS "applied",
      (SELECT p."step" -> 'before' FROM "Step" p WHERE p."tenantId" = o."tenantId" AND p."operationId" = o."id"
        AND p."state" = 'APPLIED' AND p."step" -> 'restores' IS NULL ORDER BY p."attempt" LIMIT 1) AS "began",
      (w."step" -> 'after' ->> 'units')::float8 AS "writtenUnits", w."sentAt" AS "writtenAt", d."unitsFrom", d."priceFrom",
      c."policy" AS "connectionPolicy", cm."policy" AS "customerPolicy",
      m."remoteId", m."companyId", m."serviceId", m."lineRef",
      c."id"::text AS "connectionId", c."organizationId"::text AS "ownerId", c."connectorId", c."currency", c."settings",
      c."sealedCredentials", c."credentialsVersion", c."instanceKey", c."status"::text AS "status"
    FROM "LaneOperation" o
    JOIN "AuditLog" a ON a."tenantId" = o."tenantId" AND a."id" = o."auditLogId"
    JOIN "Mapping" m ON m."tenantId" = o."tenantId" AND m."id" = o."laneId"
    JOIN "Connection" c ON c."tenantId" = m."tenantId" AND c."id" = m."connectionId"
    JOIN "CloudSubscription" cs ON cs."tenantId" = m."tenantId" AND cs."id" = m."cloudSubscriptionId"
    LEFT JOIN "Mapping" cm ON cm."tenantId" = m."tenantId" AND cm."connectionId" = m."connectionId"
      AND cm."customerId" = cs."customerId" AND cm."kind" = 'CUSTOMER' AND cm."deletedAt" IS NULL
    LEFT JOIN LATERAL (SELECT last."id", last."attempt", last."state", last."step", last."sentAt", last."result", last."remaining"
      FROM "Step" last WHERE last."tenantId" = o."tenantId" AND last."operationId" = o."id"
      ORDER BY last."attempt" DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT p."step", p."sentAt" FROM "LaneOperation" e
      JOIN "Step" p ON p."tenantId" = e."tenantId" AND p."operationId" = e."id" AND p."state" = 'APPLIED'
      WHERE e."tenantId" = o."tenantId" AND e."laneId" = o."laneId" AND e."position" <= o."position"
      ORDER BY e."position" DESC, p."attempt" DESC LIMIT 1) w ON true
    LEFT JOIN LATERAL (SELECT
        max(p."step" -> 'after' ->> 'date') FILTER (WHERE p."step" -> 'before' -> 'units' <> p."step" -> 'after' -> 'units')
          AS "unitsFrom",
        max(p."step" -> 'after' ->> 'date') FILTER (WHERE e."kind" <> 'costPush'
          AND p."step" -> 'before' -> 'unitPrice' <> p."step" -> 'after' -> 'unitPrice') AS "priceFrom"
      FROM "LaneOperation" e
      JOIN "Step" p ON p."tenantId" = e."tenantId" AND p."operationId" = e."id" AND p."state" = 'APPLIED'
        AND p."step" -> 'restores' IS NULL
      WHERE e."tenantId" = o."tenantId" AND e."laneId" = o."laneId" AND e."position" < o."position") d ON true
    WHERE o."tenantId" = ${lane.tenantId}::uuid AND o."laneId" = ${lane.laneId}::uuid
      AND o."state" NOT IN ('SUCCEEDED', 'CANCELED')
      AND (${operationId}::uuid IS NULL OR o."id" = ${operationId}::uuid)
    ORDER BY o."position" LIMIT 1`;
  if (!row) return null;
  const { auditLogId, state, attempts, notBefore, supersededBy, sends, databaseNow } = row;
  return {
    operationId: row.operationId,
    auditLogId,
    traceParent: row.traceParent,
    kind: row.kind as ChangeKind,
    state,
    status: row.entryStatus,
    attempts,
    notBefore,
    effectiveDate: fromDateColumn(row.effectiveDate),
    movedTo: row.movedTo && fromDateColumn(row.movedTo),
    target: row.target as OperationTarget,
    policy: policyOf(row.connectionPolicy, row.customerPolicy),
    approved: row.approved,
    fingerprint: row.fingerprint,
    supersededBy,
    sends,
    applied: row.applied,
    began: row.began,
    sent: row.stepId
      ? {
          stepId: row.stepId,
          attempt: row.attempt,
          state: row.stepState,
          step: row.step as Step,
          remaining: row.remaining,
          sentAt: row.sentAt,
          doubt: (row.result as StepResult | null)?.error ?? null,
          failedReads: (row.result as StepResult | null)?.failedReads ?? 0,
        }
      : null,
    lastWrite: row.writtenUnits === null ? null : { units: row.writtenUnits, sentAt: row.writtenAt },
    delivered: { units: row.unitsFrom, price: row.priceFrom },
    mapped: { companyId: row.companyId, serviceId: row.serviceId, contractId: row.remoteId, lineRef: row.lineRef },
    connection: {
      tenantId: lane.tenantId,
      organizationId: row.ownerId,
      id: row.connectionId,
      connectorId: row.connectorId,
      currency: row.currency,
      settings: row.settings,
      sealedCredentials: row.sealedCredentials,
      credentialsVersion: row.credentialsVersion,
      instanceKey: row.instanceKey,
      status: row.status,
    },
    databaseNow,
  };
}
