import type { ChangeKind, Step } from '../connectors/contract.js';
import { fromDateColumn } from '../storage/calendar-date.js';
import type { Database } from '../storage/database.js';
import type { Lease, Sent, WorkItem } from './lane.js';

interface ItemRow {
  operationId: string;
  auditLogId: string;
  kind: string;
  state: WorkItem['state'];
  attempts: number;
  notBefore: Date | null;
  effectiveDate: Date;
  target: unknown;
  supersededBy: string | null;
  sends: number;
  stepId: string | null;
  attempt: number;
  stepState: Sent['state'];
  step: unknown;
  sentAt: Date;
  writtenUnits: number | null;
  writtenAt: Date;
  remoteId: string;
  companyId: string;
  serviceId: string;
  lineRef: string | null;
  connectionId: string;
  connectorId: string;
  currency: string;
  settings: unknown;
  sealedCredentials: string | null;
  credentialsVersion: number;
  instanceKey: string | null;
  status: string;
  databaseNow: Date;
}

/** The oldest unfinished operation with all a decision needs, in one statement. */
export async function readNext(db: Database, lease: Lease): Promise<WorkItem | null> {
  const [row] = await db.client.$queryRaw<ItemRow[]>`
    SELECT o."id"::text AS "operationId", o."auditLogId"::text AS "auditLogId", o."kind", o."state"::text AS "state",
      o."attempts", o."notBefore", o."effectiveDate", o."target", clock_timestamp() AS "databaseNow",
      (SELECT later."id"::text FROM "LaneOperation" later WHERE later."tenantId" = o."tenantId"
        AND later."laneId" = o."laneId" AND later."position" > o."position" AND later."kind" = 'quantity'
        AND o."kind" = 'quantity' AND later."effectiveDate" = o."effectiveDate" AND later."state" = 'PENDING'
        ORDER BY later."position" DESC LIMIT 1) AS "supersededBy",
      (SELECT count(*)::int FROM "Step" s WHERE s."tenantId" = o."tenantId" AND s."operationId" = o."id"
        AND s."state" <> 'REFUSED') AS "sends",
      s."id"::text AS "stepId", s."attempt", s."state"::text AS "stepState", s."step", s."sentAt",
      (w."step" -> 'after' ->> 'units')::int AS "writtenUnits", w."sentAt" AS "writtenAt",
      m."remoteId", m."companyId", m."serviceId", m."lineRef",
      c."id"::text AS "connectionId", c."connectorId", c."currency", c."settings", c."sealedCredentials",
      c."credentialsVersion", c."instanceKey", c."status"::text AS "status"
    FROM "LaneOperation" o
    JOIN "Mapping" m ON m."tenantId" = o."tenantId" AND m."id" = o."laneId"
    JOIN "Connection" c ON c."tenantId" = m."tenantId" AND c."id" = m."connectionId"
    LEFT JOIN LATERAL (SELECT * FROM "Step" last WHERE last."tenantId" = o."tenantId" AND last."operationId" = o."id"
      ORDER BY last."attempt" DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT p."step", p."sentAt" FROM "LaneOperation" e
      JOIN "Step" p ON p."tenantId" = e."tenantId" AND p."operationId" = e."id" AND p."state" = 'APPLIED'
      WHERE e."tenantId" = o."tenantId" AND e."laneId" = o."laneId" AND e."position" < o."position"
      ORDER BY e."position" DESC, p."attempt" DESC LIMIT 1) w ON true
    WHERE o."tenantId" = ${lease.tenantId}::uuid AND o."laneId" = ${lease.laneId}::uuid
      AND o."state" NOT IN ('SUCCEEDED', 'CANCELED')
    ORDER BY o."position" LIMIT 1`;
  if (!row) return null;
  const { operationId, auditLogId, state, attempts, notBefore, supersededBy, sends, databaseNow } = row;
  return {
    operationId,
    auditLogId,
    kind: row.kind as ChangeKind,
    state,
    attempts,
    notBefore,
    effectiveDate: fromDateColumn(row.effectiveDate),
    target: row.target as WorkItem['target'],
    supersededBy,
    sends,
    sent: row.stepId
      ? { stepId: row.stepId, attempt: row.attempt, state: row.stepState, step: row.step as Step, sentAt: row.sentAt }
      : null,
    lastWrite: row.writtenUnits === null ? null : { units: row.writtenUnits, sentAt: row.writtenAt },
    mapped: { companyId: row.companyId, serviceId: row.serviceId, contractId: row.remoteId, lineRef: row.lineRef },
    connection: {
      tenantId: lease.tenantId,
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
