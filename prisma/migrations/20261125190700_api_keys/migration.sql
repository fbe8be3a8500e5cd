-- An API key keeps its id when its secret is rotated; the secret before works until its overlap ends.
ALTER TABLE "ApiKey" ADD COLUMN "hint" TEXT NOT NULL DEFAULT '';
ALTER TABLE "ApiKey" ADD COLUMN "makerKeyId" UUID;
ALTER TABLE "ApiKey" ADD COLUMN "makerName" TEXT NOT NULL DEFAULT '';
ALTER TABLE "ApiKey" ADD COLUMN "lastUsedAt" TIMESTAMPTZ(3);
ALTER TABLE "ApiKey" ADD COLUMN "rotatedAt" TIMESTAMPTZ(3);
ALTER TABLE "ApiKey" ADD COLUMN "previousHash" BYTEA;
ALTER TABLE "ApiKey" ADD COLUMN "previousUntil" TIMESTAMPTZ(3);
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_previous" CHECK (("previousHash" IS NULL) = ("previousUntil" IS NULL));
CREATE UNIQUE INDEX "ApiKey_previousHash_key" ON "ApiKey"("previousHash");
CREATE INDEX "ApiKey_tenantId_organizationId_id_idx" ON "ApiKey"("tenantId", "organizationId", "id");
