-- Reconciling: what a connection's PSA shows against the marketplace and against what was written last.
CREATE TYPE "ReconciliationStatus" AS ENUM ('RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED');
CREATE TYPE "DriftField" AS ENUM ('QUANTITY', 'UNIT_PRICE', 'UNIT_COST', 'CURRENCY', 'CONTRACT', 'SERVICE', 'LINE');
CREATE TYPE "DriftCause" AS ENUM (
  'MANUAL_EDIT', 'MISSED_CHANGE', 'CONTRACT_ENDED', 'CONTRACT_ENDS_EARLY', 'CONTRACT_STARTS_LATE', 'CONTRACT_INACTIVE',
  'CONTRACT_GONE', 'SERVICE_INACTIVE', 'SERVICE_GONE', 'MAPPING_STALE', 'PRICE_LIST', 'UNKNOWN'
);
CREATE TYPE "DriftState" AS ENUM ('OPEN', 'CORRECTING', 'CORRECTED', 'ACCEPTED', 'GONE');
CREATE TYPE "DriftRule" AS ENUM ('ASK', 'MARKETPLACE_WINS', 'PSA_WINS');

CREATE TABLE "Reconciliation" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "connectionId" UUID NOT NULL,
  "status" "ReconciliationStatus" NOT NULL DEFAULT 'RUNNING',
  "day" DATE NOT NULL,
  "startedAt" TIMESTAMPTZ(3) NOT NULL,
  "finishedAt" TIMESTAMPTZ(3),
  "lines" INTEGER NOT NULL DEFAULT 0,
  "checked" INTEGER NOT NULL DEFAULT 0,
  "drifts" INTEGER NOT NULL DEFAULT 0,
  "calls" INTEGER NOT NULL DEFAULT 0,
  "tally" JSONB NOT NULL DEFAULT '{}',
  "cursor" UUID,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "auditLogId" UUID NOT NULL,
  CONSTRAINT "Reconciliation_pkey" PRIMARY KEY ("tenantId", "id")
);
CREATE INDEX "Reconciliation_tenantId_connectionId_id_idx" ON "Reconciliation"("tenantId", "connectionId", "id" DESC);
-- Two at once on one connection: one wins, the other is told.
CREATE UNIQUE INDEX "Reconciliation_running_key" ON "Reconciliation"("tenantId", "connectionId") WHERE "status" = 'RUNNING';

CREATE TABLE "Drift" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "connectionId" UUID NOT NULL,
  "mappingId" UUID NOT NULL,
  "field" "DriftField" NOT NULL,
  "marketplaceValue" TEXT,
  "psaValue" TEXT,
  "lastWrittenValue" TEXT,
  "cause" "DriftCause" NOT NULL,
  "state" "DriftState" NOT NULL DEFAULT 'OPEN',
  "rule" "DriftRule" NOT NULL DEFAULT 'ASK',
  "firstSeenAt" TIMESTAMPTZ(3) NOT NULL,
  "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,
  "closedAt" TIMESTAMPTZ(3),
  "auditLogId" UUID,
  CONSTRAINT "Drift_pkey" PRIMARY KEY ("tenantId", "id")
);
CREATE INDEX "Drift_tenantId_organizationId_id_idx" ON "Drift"("tenantId", "organizationId", "id" DESC);
CREATE INDEX "Drift_tenantId_connectionId_id_idx" ON "Drift"("tenantId", "connectionId", "id" DESC);
-- What stands is looked at most, and is few among what was.
CREATE INDEX "Drift_standing_idx" ON "Drift"("tenantId", "organizationId", "id" DESC) WHERE "closedAt" IS NULL;
-- One standing drift per field of a mapping; closed ones are its history.
CREATE UNIQUE INDEX "Drift_standing_key" ON "Drift"("tenantId", "mappingId", "field") WHERE "closedAt" IS NULL;

ALTER TABLE "Reconciliation" ADD FOREIGN KEY ("tenantId", "connectionId") REFERENCES "Connection"("tenantId", "id");
ALTER TABLE "Reconciliation" ADD FOREIGN KEY ("tenantId", "auditLogId") REFERENCES "AuditLog"("tenantId", "id");
ALTER TABLE "Drift" ADD FOREIGN KEY ("tenantId", "connectionId") REFERENCES "Connection"("tenantId", "id");
ALTER TABLE "Drift" ADD FOREIGN KEY ("tenantId", "mappingId") REFERENCES "Mapping"("tenantId", "id");
