-- Keys of one organization, wrapped by the gateway's key: SEAL seals its secrets, FINGERPRINT tells them apart.
CREATE TYPE "DataKeyPurpose" AS ENUM ('SEAL', 'FINGERPRINT');
CREATE TABLE "DataKey" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "purpose" "DataKeyPurpose" NOT NULL,
  "kekId" TEXT NOT NULL,
  "wrapped" TEXT NOT NULL,
  "retiredAt" TIMESTAMPTZ(3),
  "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "DataKey_pkey" PRIMARY KEY ("tenantId", "id")
);
ALTER TABLE "DataKey" ADD FOREIGN KEY ("organizationId") REFERENCES "Organization"("id");
CREATE UNIQUE INDEX "DataKey_current_key" ON "DataKey"("tenantId", "organizationId", "purpose") WHERE "retiredAt" IS NULL;
CREATE INDEX "DataKey_kekId_idx" ON "DataKey"("kekId");

-- New credentials wait here until they are checked; those in use stay.
ALTER TABLE "Connection" ADD COLUMN "pendingCredentials" TEXT;
ALTER TABLE "Connection" ADD COLUMN "pendingSettings" JSONB;
ALTER TABLE "Connection" ADD COLUMN "pendingAuditLogId" UUID;
ALTER TABLE "Connection" ADD CONSTRAINT "Connection_pending"
  CHECK (("pendingCredentials" IS NULL) = ("pendingAuditLogId" IS NULL) AND ("deletedAt" IS NULL OR "pendingCredentials" IS NULL));
