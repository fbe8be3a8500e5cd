-- How far a source was read for an organization, and the pull that is under way.
CREATE TABLE "SourcePull" (
  "tenantId" UUID NOT NULL,
  "organizationId" UUID NOT NULL,
  "source" TEXT NOT NULL,
  "cursor" TEXT,
  "auditLogId" UUID,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "tally" JSONB NOT NULL DEFAULT '{}',
  CONSTRAINT "SourcePull_pkey" PRIMARY KEY ("tenantId", "organizationId", "source")
);
ALTER TABLE "SourcePull" ADD FOREIGN KEY ("organizationId") REFERENCES "Organization"("id");
ALTER TABLE "SourcePull" ADD FOREIGN KEY ("tenantId", "auditLogId") REFERENCES "AuditLog"("tenantId", "id");
SELECT protect_table('SourcePull', true);
