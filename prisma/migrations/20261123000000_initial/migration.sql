-- Tables follow prisma/schema.prisma; what Prisma cannot express (partial indexes, checks, the audit chain) is below.

CREATE TYPE "OrganizationKind" AS ENUM ('CSP', 'RESELLER');
CREATE TYPE "Role" AS ENUM ('ADMINISTRATOR', 'VIEWER');
CREATE TYPE "OfferType" AS ENUM ('LICENSE', 'LICENSE_LEGACY', 'SOFTWARE_SUBSCRIPTION', 'PERPETUAL_SOFTWARE', 'AZURE_PLAN', 'AZURE_RESERVATION', 'AZURE_LEGACY', 'AZURE_SAVINGS_PLAN', 'OTHER');
CREATE TYPE "BillingType" AS ENUM ('LICENSE', 'USAGE', 'NONE');
CREATE TYPE "Segment" AS ENUM ('COMMERCIAL', 'EDUCATION', 'GOVERNMENT', 'NON_PROFIT');
CREATE TYPE "Term" AS ENUM ('NO_TERM', 'ONE_MONTH', 'ONE_YEAR', 'THREE_YEARS', 'FIVE_YEARS');
CREATE TYPE "BillingFrequency" AS ENUM ('ONE_TIME', 'MONTHLY', 'ANNUAL', 'TRIENNIAL', 'NONE');
CREATE TYPE "CloudSubscriptionStatus" AS ENUM ('PENDING', 'ACTIVE', 'SUSPENDED', 'CANCELLED', 'EXPIRED', 'DISABLED', 'DELETED');
CREATE TYPE "PriceBasis" AS ENUM ('PER_BILLING_PERIOD', 'PER_MONTH', 'PER_TERM');
CREATE TYPE "ChangeKind" AS ENUM ('QUANTITY', 'PRICE', 'PROMOTION', 'CANCEL', 'SUSPEND', 'RESUME', 'BILLING_FREQUENCY', 'FRIENDLY_NAME', 'AUTO_RENEW', 'RENEWAL', 'UPGRADE', 'SCHEDULED_CHANGE');
CREATE TYPE "ConnectionStatus" AS ENUM ('VALIDATING', 'ACTIVE', 'INVALID', 'DEGRADED', 'DISABLED', 'DELETED');
CREATE TYPE "MappingKind" AS ENUM ('CUSTOMER', 'OFFER', 'SUBSCRIPTION');
CREATE TYPE "MappingState" AS ENUM ('PROCESSING', 'MAPPED', 'STALE', 'DELETED');
CREATE TYPE "SyncState" AS ENUM ('SYNCED', 'PENDING', 'OUT_OF_SYNC', 'NEEDS_REVIEW');
CREATE TYPE "OperationState" AS ENUM ('PENDING', 'RUNNING', 'VERIFYING', 'SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED');
CREATE TYPE "StepState" AS ENUM ('SENDING', 'APPLIED', 'REFUSED', 'UNKNOWN', 'NOT_APPLIED', 'CONFLICT');
CREATE TYPE "AuditStatus" AS ENUM ('PENDING', 'RUNNING', 'RETRYING', 'VERIFYING', 'SUCCEEDED', 'FAILED', 'NEEDS_REVIEW', 'CANCELED');
CREATE TYPE "ActorKind" AS ENUM ('API_KEY', 'USER', 'SYSTEM');
CREATE TYPE "AuditEventType" AS ENUM ('STATUS', 'REPORT');

CREATE TABLE "Organization" (
  "id" UUID NOT NULL,
  "tenantId" UUID NOT NULL,
  "kind" "OrganizationKind" NOT NULL,
  "name" TEXT NOT NULL,
  "externalId" TEXT,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "Organization_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "ApiKey" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "name" TEXT NOT NULL,
  "role" "Role" NOT NULL,
  "hash" BYTEA NOT NULL,
  "expiresAt" TIMESTAMPTZ(3),
  "revokedAt" TIMESTAMPTZ(3),
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "ApiKey_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "Instance" (
  "id" UUID NOT NULL,
  "host" TEXT NOT NULL,
  "pid" INTEGER NOT NULL,
  "workers" TEXT[] NOT NULL,
  "startedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "beatAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "Instance_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "Customer" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "cspParty" BOOLEAN NOT NULL DEFAULT false,
  "externalId" TEXT NOT NULL,
  "companyName" TEXT NOT NULL,
  "nameKey" TEXT COLLATE "C" NOT NULL,
  "internalIdentifier" TEXT,
  "email" TEXT,
  "taxId" TEXT,
  "domain" TEXT,
  "country" TEXT,
  "currency" TEXT,
  "deletedAt" TIMESTAMPTZ(3),
  "observedAt" TIMESTAMPTZ(3) NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "Customer_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "Offer" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "externalId" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "providerOfferId" TEXT,
  "offerType" "OfferType" NOT NULL,
  "billingType" "BillingType" NOT NULL,
  "isAddon" BOOLEAN NOT NULL DEFAULT false,
  "isTrial" BOOLEAN NOT NULL DEFAULT false,
  "observedAt" TIMESTAMPTZ(3) NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "Offer_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "OfferVariant" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "offerId" UUID NOT NULL,
  "segment" "Segment" NOT NULL,
  "term" "Term" NOT NULL,
  "billingFrequency" "BillingFrequency" NOT NULL,
  "offerName" TEXT NOT NULL,
  "nameKey" TEXT COLLATE "C" NOT NULL,
  "offerExternalId" TEXT NOT NULL,
  "providerOfferId" TEXT,
  "offerType" "OfferType" NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "OfferVariant_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "CloudSubscription" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "cspParty" BOOLEAN NOT NULL DEFAULT false,
  "customerId" UUID NOT NULL,
  "offerVariantId" UUID NOT NULL,
  "externalId" TEXT NOT NULL,
  "providerSubscriptionId" TEXT,
  "orderId" TEXT,
  "name" TEXT NOT NULL,
  "status" "CloudSubscriptionStatus" NOT NULL,
  "quantity" INTEGER NOT NULL,
  "assignedLicenses" INTEGER,
  "creationDate" DATE NOT NULL,
  "startDate" DATE NOT NULL,
  "endDate" DATE,
  "cancellationAllowedUntil" TIMESTAMPTZ(3),
  "autoRenewEnabled" BOOLEAN NOT NULL DEFAULT false,
  "poNumber" TEXT,
  "currency" TEXT NOT NULL,
  "revision" INTEGER NOT NULL DEFAULT 0,
  "observedAt" TIMESTAMPTZ(3) NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "CloudSubscription_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "SubscriptionPrice" (
  "tenantId" UUID NOT NULL,
  "cloudSubscriptionId" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "currency" TEXT NOT NULL,
  "unitCost" DECIMAL(18,6) NOT NULL,
  "unitPrice" DECIMAL(18,6) NOT NULL,
  "basis" "PriceBasis" NOT NULL DEFAULT 'PER_BILLING_PERIOD',
  "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "SubscriptionPrice_pkey" PRIMARY KEY ("tenantId", "cloudSubscriptionId", "organizationId")
);

CREATE TABLE "SubscriptionChange" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "cloudSubscriptionId" UUID NOT NULL,
  "revision" INTEGER NOT NULL,
  "eventId" TEXT NOT NULL,
  "inputHash" TEXT NOT NULL,
  "kind" "ChangeKind" NOT NULL,
  "effectiveDate" DATE NOT NULL,
  "before" JSONB NOT NULL,
  "after" JSONB NOT NULL,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "SubscriptionChange_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "Connection" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "connectorId" TEXT NOT NULL,
  "alias" TEXT NOT NULL,
  "currency" TEXT NOT NULL,
  "settings" JSONB NOT NULL DEFAULT '{}',
  "sealedCredentials" TEXT,
  "credentialsVersion" INTEGER NOT NULL DEFAULT 1,
  "credentialsUpdatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "fingerprint" TEXT,
  "status" "ConnectionStatus" NOT NULL DEFAULT 'VALIDATING',
  "statusCode" TEXT,
  "statusReason" TEXT,
  "instanceKey" TEXT,
  "diagnostics" JSONB NOT NULL DEFAULT '[]',
  "checkedAt" TIMESTAMPTZ(3),
  "deletedAt" TIMESTAMPTZ(3),
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "Connection_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "Mapping" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "connectionId" UUID NOT NULL,
  "kind" "MappingKind" NOT NULL,
  "customerId" UUID,
  "offerVariantId" UUID,
  "cloudSubscriptionId" UUID,
  "remoteId" TEXT NOT NULL,
  "remoteName" TEXT NOT NULL,
  "companyId" TEXT,
  "serviceId" TEXT,
  "lineRef" TEXT,
  "state" "MappingState" NOT NULL DEFAULT 'MAPPED',
  "syncState" "SyncState",
  "warnings" JSONB NOT NULL DEFAULT '[]',
  "deletedAt" TIMESTAMPTZ(3),
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updatedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "Mapping_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "Lane" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "connectionId" UUID NOT NULL,
  "queueName" TEXT NOT NULL,
  "fence" INTEGER NOT NULL DEFAULT 0,
  "leaseOwner" UUID,
  "leaseUntil" TIMESTAMPTZ(3),
  CONSTRAINT "Lane_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "LaneOperation" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "laneId" UUID NOT NULL,
  "position" BIGSERIAL NOT NULL,
  "changeId" UUID,
  "auditLogId" UUID NOT NULL,
  "kind" TEXT NOT NULL,
  "effectiveDate" DATE NOT NULL,
  "target" JSONB NOT NULL,
  "state" "OperationState" NOT NULL DEFAULT 'PENDING',
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "notBefore" TIMESTAMPTZ(3),
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "finishedAt" TIMESTAMPTZ(3),
  CONSTRAINT "LaneOperation_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "Step" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "operationId" UUID NOT NULL,
  "attempt" INTEGER NOT NULL,
  "fence" INTEGER NOT NULL,
  "state" "StepState" NOT NULL DEFAULT 'SENDING',
  "step" JSONB NOT NULL,
  "sentAt" TIMESTAMPTZ(3) NOT NULL,
  "settledAt" TIMESTAMPTZ(3),
  "result" JSONB,
  CONSTRAINT "Step_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "VendorBudget" (
  "key" TEXT NOT NULL,
  "tokens" DOUBLE PRECISION NOT NULL,
  "refilledAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "VendorBudget_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "AuditLog" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "operation" TEXT NOT NULL,
  "status" "AuditStatus" NOT NULL DEFAULT 'PENDING',
  "actorKind" "ActorKind" NOT NULL,
  "actorId" TEXT,
  "actorName" TEXT NOT NULL,
  "targetKind" TEXT,
  "targetId" UUID,
  "targetName" TEXT,
  "connectionId" UUID,
  "customerId" UUID,
  "customerName" TEXT,
  "correlationId" UUID NOT NULL,
  "requestId" TEXT,
  "parentId" UUID,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "dryRun" BOOLEAN NOT NULL DEFAULT false,
  "summary" TEXT NOT NULL,
  "details" JSONB NOT NULL DEFAULT '{}',
  "errorClass" TEXT,
  "errorCode" TEXT,
  "errorMessage" TEXT,
  "errorHint" TEXT,
  "retryable" BOOLEAN NOT NULL DEFAULT false,
  "idempotencyKey" TEXT,
  "inputHash" TEXT,
  "instanceId" UUID,
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "startedAt" TIMESTAMPTZ(3),
  "finishedAt" TIMESTAMPTZ(3),
  CONSTRAINT "AuditLog_pkey" PRIMARY KEY ("tenantId", "id")
);

CREATE TABLE "AuditLogEvent" (
  "tenantId" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "seq" BIGINT NOT NULL,
  "auditLogId" UUID NOT NULL,
  "type" "AuditEventType" NOT NULL,
  "fromStatus" "AuditStatus",
  "toStatus" "AuditStatus" NOT NULL,
  "message" TEXT NOT NULL,
  "data" JSONB NOT NULL DEFAULT '{}',
  "at" TIMESTAMPTZ(3) NOT NULL,
  "prevHash" BYTEA NOT NULL,
  "hash" BYTEA NOT NULL,
  CONSTRAINT "AuditLogEvent_pkey" PRIMARY KEY ("tenantId", "organizationId", "seq")
);

CREATE TABLE "AuditHead" (
  "tenantId" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "seq" BIGINT NOT NULL DEFAULT 0,
  "hash" BYTEA NOT NULL,
  CONSTRAINT "AuditHead_pkey" PRIMARY KEY ("tenantId", "organizationId")
);

CREATE UNIQUE INDEX "Organization_tenantId_externalId_key" ON "Organization"("tenantId", "externalId");
CREATE UNIQUE INDEX "ApiKey_hash_key" ON "ApiKey"("hash");
CREATE UNIQUE INDEX "Customer_tenantId_externalId_key" ON "Customer"("tenantId", "externalId");
CREATE UNIQUE INDEX "Offer_tenantId_organizationId_externalId_key" ON "Offer"("tenantId", "organizationId", "externalId");
CREATE UNIQUE INDEX "OfferVariant_tenantId_offerId_segment_term_billingFrequency_key" ON "OfferVariant"("tenantId", "offerId", "segment", "term", "billingFrequency");
CREATE UNIQUE INDEX "CloudSubscription_tenantId_externalId_key" ON "CloudSubscription"("tenantId", "externalId");
CREATE UNIQUE INDEX "SubscriptionChange_tenantId_organizationId_eventId_key" ON "SubscriptionChange"("tenantId", "organizationId", "eventId");
CREATE UNIQUE INDEX "SubscriptionChange_tenantId_cloudSubscriptionId_eventId_key" ON "SubscriptionChange"("tenantId", "cloudSubscriptionId", "eventId");
CREATE UNIQUE INDEX "SubscriptionChange_tenantId_cloudSubscriptionId_revision_key" ON "SubscriptionChange"("tenantId", "cloudSubscriptionId", "revision");
CREATE INDEX "Connection_tenantId_organizationId_id_idx" ON "Connection"("tenantId", "organizationId", "id");
CREATE INDEX "Mapping_tenantId_organizationId_id_idx" ON "Mapping"("tenantId", "organizationId", "id");
CREATE INDEX "LaneOperation_tenantId_laneId_position_idx" ON "LaneOperation"("tenantId", "laneId", "position");
CREATE UNIQUE INDEX "Step_tenantId_operationId_attempt_key" ON "Step"("tenantId", "operationId", "attempt");
CREATE INDEX "AuditLog_tenantId_organizationId_createdAt_id_idx" ON "AuditLog"("tenantId", "organizationId", "createdAt" DESC, "id" DESC);
CREATE INDEX "AuditLog_tenantId_organizationId_operation_createdAt_id_idx" ON "AuditLog"("tenantId", "organizationId", "operation", "createdAt" DESC, "id" DESC);
CREATE INDEX "AuditLog_tenantId_organizationId_status_createdAt_id_idx" ON "AuditLog"("tenantId", "organizationId", "status", "createdAt" DESC, "id" DESC);
CREATE INDEX "AuditLog_tenantId_organizationId_connectionId_createdAt_id_idx" ON "AuditLog"("tenantId", "organizationId", "connectionId", "createdAt" DESC, "id" DESC);
CREATE INDEX "AuditLog_tenantId_organizationId_correlationId_idx" ON "AuditLog"("tenantId", "organizationId", "correlationId");
CREATE INDEX "AuditLog_tenantId_organizationId_targetId_idx" ON "AuditLog"("tenantId", "organizationId", "targetId");
CREATE INDEX "AuditLogEvent_tenantId_auditLogId_seq_idx" ON "AuditLogEvent"("tenantId", "auditLogId", "seq");

-- Lists and look-ups -------------------------------------------------------------------------------------------------

CREATE INDEX "Customer_list_idx" ON "Customer"("tenantId", "organizationId", "nameKey", "id") WHERE "deletedAt" IS NULL;
CREATE INDEX "OfferVariant_list_idx" ON "OfferVariant"("tenantId", "nameKey", "id");
CREATE INDEX "CloudSubscription_list_idx" ON "CloudSubscription"("tenantId", "organizationId", "id");
CREATE INDEX "CloudSubscription_customer_idx" ON "CloudSubscription"("tenantId", "customerId");
CREATE INDEX "CloudSubscription_variant_idx" ON "CloudSubscription"("tenantId", "organizationId", "offerVariantId");
CREATE INDEX "Mapping_connection_idx" ON "Mapping"("tenantId", "connectionId", "id") WHERE "deletedAt" IS NULL;
CREATE INDEX "LaneOperation_open_idx" ON "LaneOperation"("tenantId", "laneId", "position")
  WHERE "state" NOT IN ('SUCCEEDED', 'CANCELED');

-- Uniqueness the product promises, so that two callers at once cannot both win -----------------------------------------

CREATE UNIQUE INDEX "Connection_alias_key" ON "Connection"("tenantId", "organizationId", lower("alias"))
  WHERE "deletedAt" IS NULL;
-- R19: a customer is mapped once per connection.
CREATE UNIQUE INDEX "Mapping_customer_key" ON "Mapping"("tenantId", "connectionId", "customerId")
  WHERE "kind" = 'CUSTOMER' AND "deletedAt" IS NULL;
-- R24: an offer variant is mapped once per connection.
CREATE UNIQUE INDEX "Mapping_offer_key" ON "Mapping"("tenantId", "connectionId", "offerVariantId")
  WHERE "kind" = 'OFFER' AND "deletedAt" IS NULL;
-- R25: a service takes one offer variant per connection.
CREATE UNIQUE INDEX "Mapping_service_key" ON "Mapping"("tenantId", "connectionId", "remoteId")
  WHERE "kind" = 'OFFER' AND "deletedAt" IS NULL;
-- R37: a cloud subscription is mapped to one connection in the whole tenant.
CREATE UNIQUE INDEX "Mapping_subscription_key" ON "Mapping"("tenantId", "cloudSubscriptionId")
  WHERE "kind" = 'SUBSCRIPTION' AND "deletedAt" IS NULL;
-- One line of one contract bills one cloud subscription: targets are absolute, two would overwrite each other.
CREATE UNIQUE INDEX "Mapping_line_key" ON "Mapping"("tenantId", "connectionId", "remoteId", "serviceId")
  WHERE "kind" = 'SUBSCRIPTION' AND "deletedAt" IS NULL;
-- An idempotency key means one operation.
CREATE UNIQUE INDEX "AuditLog_idempotency_key" ON "AuditLog"("tenantId", "organizationId", "idempotencyKey")
  WHERE "idempotencyKey" IS NOT NULL;

ALTER TABLE "Mapping" ADD CONSTRAINT "Mapping_one_source" CHECK (
  num_nonnulls("customerId", "offerVariantId", "cloudSubscriptionId") = 1
  AND ("kind" = 'CUSTOMER') = ("customerId" IS NOT NULL)
  AND ("kind" = 'OFFER') = ("offerVariantId" IS NOT NULL)
  AND ("kind" = 'SUBSCRIPTION') = ("cloudSubscriptionId" IS NOT NULL)
  AND ("kind" = 'SUBSCRIPTION') = ("syncState" IS NOT NULL)
);
ALTER TABLE "CloudSubscription" ADD CONSTRAINT "CloudSubscription_quantity" CHECK ("quantity" >= 0);

-- References never cross tenants ---------------------------------------------------------------------------------------

ALTER TABLE "Organization" ADD FOREIGN KEY ("tenantId") REFERENCES "Organization"("id");
ALTER TABLE "ApiKey" ADD FOREIGN KEY ("organizationId") REFERENCES "Organization"("id");
ALTER TABLE "Customer" ADD FOREIGN KEY ("organizationId") REFERENCES "Organization"("id");
ALTER TABLE "OfferVariant" ADD FOREIGN KEY ("tenantId", "offerId") REFERENCES "Offer"("tenantId", "id");
ALTER TABLE "CloudSubscription" ADD FOREIGN KEY ("tenantId", "customerId") REFERENCES "Customer"("tenantId", "id");
ALTER TABLE "CloudSubscription" ADD FOREIGN KEY ("tenantId", "offerVariantId") REFERENCES "OfferVariant"("tenantId", "id");
ALTER TABLE "SubscriptionPrice" ADD FOREIGN KEY ("tenantId", "cloudSubscriptionId") REFERENCES "CloudSubscription"("tenantId", "id");
ALTER TABLE "SubscriptionChange" ADD FOREIGN KEY ("tenantId", "cloudSubscriptionId") REFERENCES "CloudSubscription"("tenantId", "id");
ALTER TABLE "Connection" ADD FOREIGN KEY ("organizationId") REFERENCES "Organization"("id");
ALTER TABLE "Mapping" ADD FOREIGN KEY ("tenantId", "connectionId") REFERENCES "Connection"("tenantId", "id");
ALTER TABLE "Mapping" ADD FOREIGN KEY ("tenantId", "customerId") REFERENCES "Customer"("tenantId", "id");
ALTER TABLE "Mapping" ADD FOREIGN KEY ("tenantId", "offerVariantId") REFERENCES "OfferVariant"("tenantId", "id");
ALTER TABLE "Mapping" ADD FOREIGN KEY ("tenantId", "cloudSubscriptionId") REFERENCES "CloudSubscription"("tenantId", "id");
ALTER TABLE "Lane" ADD FOREIGN KEY ("tenantId", "id") REFERENCES "Mapping"("tenantId", "id");
ALTER TABLE "LaneOperation" ADD FOREIGN KEY ("tenantId", "laneId") REFERENCES "Lane"("tenantId", "id");
ALTER TABLE "LaneOperation" ADD FOREIGN KEY ("tenantId", "auditLogId") REFERENCES "AuditLog"("tenantId", "id");
ALTER TABLE "Step" ADD FOREIGN KEY ("tenantId", "operationId") REFERENCES "LaneOperation"("tenantId", "id");
ALTER TABLE "AuditLogEvent" ADD FOREIGN KEY ("tenantId", "auditLogId") REFERENCES "AuditLog"("tenantId", "id");

-- The audit chain ------------------------------------------------------------------------------------------------------

-- hash = SHA-256(previous hash, canonical row). jsonb prints its keys in one order, so the text is canonical.
CREATE FUNCTION audit_event_hash(
  prev bytea, tenant uuid, organization uuid, seq bigint, entry uuid, type "AuditEventType",
  from_status "AuditStatus", to_status "AuditStatus", message text, data jsonb, at timestamptz
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(prev || convert_to(jsonb_build_array(
    tenant, organization, seq, entry, type, from_status, to_status, message, data,
    to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS')
  )::text, 'UTF8'))
$$;

-- The only way an event is written. The head's row lock is held until commit: numbers are gapless, become visible in
-- order, and a reader of "seq > cursor" can never step over a late one. Call it last in a transaction.
CREATE FUNCTION audit_append(
  p_tenant uuid, p_organization uuid, p_entry uuid, p_type "AuditEventType",
  p_from "AuditStatus", p_to "AuditStatus", p_message text, p_data jsonb
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  head "AuditHead";
  moment timestamptz;
  digest bytea;
BEGIN
  SELECT * INTO head FROM "AuditHead" WHERE "tenantId" = p_tenant AND "organizationId" = p_organization FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO "AuditHead" VALUES (p_tenant, p_organization, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM "AuditHead" WHERE "tenantId" = p_tenant AND "organizationId" = p_organization FOR UPDATE;
  END IF;
  moment := date_trunc('milliseconds', clock_timestamp());
  digest := audit_event_hash(head.hash, p_tenant, p_organization, head.seq + 1, p_entry, p_type,
    p_from, p_to, p_message, p_data, moment);
  INSERT INTO "AuditLogEvent" VALUES (p_tenant, p_organization, head.seq + 1, p_entry, p_type,
    p_from, p_to, p_message, p_data, moment, head.hash, digest);
  UPDATE "AuditHead" SET "seq" = head.seq + 1, "hash" = digest
    WHERE "tenantId" = p_tenant AND "organizationId" = p_organization;
  PERFORM pg_notify('audit', p_organization::text);
  RETURN head.seq + 1;
END
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "AuditLogEvent" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON "AuditLog" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "SubscriptionChange" EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON "Step" EXECUTE FUNCTION refuse_change();
