-- What Azure cost in a month. A later figure of the same month is a further row; the newest counts.
CREATE TABLE "AzureUsage" (
  "tenantId" UUID NOT NULL,
  "id" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "cloudSubscriptionId" UUID NOT NULL,
  "month" DATE NOT NULL,
  "revision" INTEGER NOT NULL,
  "currency" TEXT NOT NULL,
  "cost" DECIMAL(18,6) NOT NULL,
  "price" DECIMAL(18,6),
  "eventId" TEXT NOT NULL,
  "inputHash" TEXT NOT NULL,
  "observedAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "AzureUsage_pkey" PRIMARY KEY ("tenantId", "id"),
  CONSTRAINT "AzureUsage_month" CHECK (extract(day FROM "month") = 1),
  CONSTRAINT "AzureUsage_amounts" CHECK ("cost" >= 0 AND ("price" IS NULL OR "price" >= 0))
);
CREATE UNIQUE INDEX "AzureUsage_tenantId_organizationId_eventId_key" ON "AzureUsage"("tenantId", "organizationId", "eventId");
CREATE UNIQUE INDEX "AzureUsage_revision_key" ON "AzureUsage"("tenantId", "organizationId", "month", "cloudSubscriptionId", "revision");
ALTER TABLE "AzureUsage" ADD FOREIGN KEY ("tenantId", "cloudSubscriptionId") REFERENCES "CloudSubscription"("tenantId", "id");
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON "AzureUsage" EXECUTE FUNCTION refuse_change();

-- The lanes of one engine queue: found when a lane is made, and when lanes are drained together.
CREATE INDEX "Lane_tenantId_connectionId_queueName_idx" ON "Lane"("tenantId", "connectionId", "queueName");
